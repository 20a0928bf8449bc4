"""Filters that write an answer into a file; each gives text that reads back as the same answer."""

import json
import re
from collections.abc import Callable
from typing import Any

from .names import to_addon_name, to_class_prefix, to_module_name, to_package_name
from .rules import check


def quoted(value: str) -> str:
    """Write a string for JSON, YAML and TOML, quotes included: what all three read alike."""
    text = json.dumps(value, ensure_ascii=False)
    return "".join(c if c.isprintable() or c > "\uffff" else f"\\u{ord(c):04x}" for c in text)


def python_text(value: str) -> str:
    """Write a Python string, quotes included, with the quotes that `ruff format` would choose."""
    quote = "'" if value.count('"') > value.count("'") else '"'
    body = value.replace("\\", "\\\\").replace(quote, f"\\{quote}")
    return quote + "".join(c if c.isprintable() else repr(c)[1:-1] for c in body) + quote


def docstring(value: str) -> str:
    r"""Write text for the inside of a docstring.

    A backslash becomes \u005c, because linters report any other escape there.
    """
    text = value.replace("\\", r"\u005c")
    return re.sub(r'"(?="")|"$', r"\\u0022", text)


def markdown(value: str) -> str:
    """Escape text for a line of Markdown, so that it appears unchanged."""
    text = re.sub(r"[\\`*_\[\]<>&|~$]", r"\\\g<0>", value)
    # These are markup at the beginning of a line only: headings, lists, rules.
    return re.sub(r"^(\d*)([#+=.)-])", r"\1\\\2", text)


def otf_variable(prefix: str, name: str) -> str:
    """Write a reference to a variable of OTF, whose own Jinja uses the same braces."""
    return f"{{{{ {prefix}_{name} }}}}"


FILTERS: dict[str, Callable[..., Any]] = {
    "to_addon_name": to_addon_name,
    "to_package_name": to_package_name,
    "to_module_name": to_module_name,
    "to_class_prefix": to_class_prefix,
    "check": check,
    "toml": quoted,
    "json_text": quoted,
    "yaml_text": quoted,
    "python_text": python_text,
    "docstring": docstring,
    "markdown": markdown,
    "otf_variable": otf_variable,
}
