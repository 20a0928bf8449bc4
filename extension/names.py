"""Which names are valid, and names derived from other answers.

A rule takes a value of any type, and says what is wrong with it, or nothing if it is valid.
"""

import keyword
import re
import sys
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any

from .filesystems import PROTOCOLS

Rule = Callable[[Any], str]

DEVICES = {"con", "prn", "aux", "nul"} | {port + n for port in ("com", "lpt") for n in "0123456789"}
KEYWORDS = {*keyword.kwlist, *keyword.softkwlist}
# A plugin's folder of one of these names would hide the plugin that opentaskpy brings with it.
OPENTASKPY = {"opentaskpy", "file", "http_json", "random_number"}
# Git, ruff and other tools pass over folders of these names.
PASSED_OVER = {"build", "dist", "env", "venv"}
# pip would confuse an addon of one of these names with the package that the addon depends on.
REQUIRED = {"opentaskpy", "fsspec", "pytest", "urllib3"}
REQUIRED |= {re.split(r"[^\w-]", requirement)[0] for requirement in PROTOCOLS.values()} - {""}


def _name(pattern: str, limit: int, shape: str, taken: dict[str, Iterable[str]]) -> Rule:
    """Make the rule of a name: its shape, its length, and the words that are taken."""

    def rule(value: Any) -> str:
        if value == "":
            return "is empty"
        # fullmatch, because `match` with `$` lets a trailing line break through.
        if not isinstance(value, str) or not re.fullmatch(pattern, value, re.ASCII):
            return f"does not consist of {shape}"
        if len(value) > limit:
            return f"has {len(value)} characters; the limit is {limit}"
        return next((f"is {what}" for what, words in taken.items() if value in words), "")

    return rule


_SNAKE = "lower-case letters, digits and underscores, beginning with a letter"
_TAKEN: dict[str, Iterable[str]] = {
    "a module of Python's standard library": sys.stdlib_module_names,
    "a name that opentaskpy uses itself": OPENTASKPY,
    "the name of a Windows device": DEVICES,
    "a folder that tools ignore": PASSED_OVER,
}
addon_rule = _name(
    r"[a-z][a-z0-9]*(-[a-z0-9]+)*",
    60,
    "lower-case letters and digits, with single hyphens between them, beginning with a letter",
    {"a package that addons depend on": REQUIRED, "the name of a Windows device": DEVICES},
)
package_rule = _name(r"[a-z][a-z0-9_]*", 30, _SNAKE, {"a Python keyword": KEYWORDS, **_TAKEN})
# No keywords here: opentaskpy loads the module by its name in a string, so `lambda` is fine.
module_rule = _name(
    r"[a-z][a-z0-9_]*",
    30,
    _SNAKE,
    {"a name in every addon": {"schemas", "common", "tests", "conftest"}, **_TAKEN},
)
class_rule = _name(
    r"[A-Z][A-Za-z0-9]*",
    24,  # so that the longest line of a generated file has 100 characters
    "letters and digits, beginning with a capital letter",
    # TransferClient and ExecutionClient are the classes that every addon's clients derive from.
    {"a Python keyword": KEYWORDS, "a name in every addon": {"Transfer", "Execution"}},
)


def _words(text: Any) -> list[str]:
    """Find the ASCII words of a text; accents are dropped, other scripts are passed over."""
    plain = unicodedata.normalize("NFKD", text) if isinstance(text, str) else ""
    return re.findall(r"[A-Za-z0-9]+", plain.encode("ascii", "ignore").decode())


def _first(rule: Rule, stem: str, *others: str) -> str:
    """Pick the first candidate that the rule lets pass; without a stem there is none."""
    return next((name for name in (stem, *others) if stem and not rule(name)), "")


def to_addon_name(service: Any) -> str:
    """Derive `otf-addons-myservice` from "My Service"."""
    stem = "".join(_words(service)).lower()
    return _first(addon_rule, f"otf-addons-{stem}"[:60]) if stem else ""


def to_package_name(service: Any) -> str:
    """Derive `myservice` from "My Service", and `lambda_service` from "Lambda"."""
    stem = "".join(_words(service)).lower()
    return _first(package_rule, stem[:30], f"{stem[:22]}_service", f"service_{stem[:22]}")


def to_module_name(package: Any) -> str:
    """Take the package's name for the module too, unless that has a meaning of its own there."""
    stem = "_".join(_words(package)).lower()
    return _first(module_rule, stem[:30], f"{stem[:22]}_service", f"service_{stem[:22]}")


def to_class_prefix(service: Any) -> str:
    """Derive `MyService` from "My Service", and `Service7Zip` from "7-Zip"."""
    stem = "".join(word[0].upper() + word[1:] for word in _words(service))
    return _first(class_rule, stem[:24], f"{stem[:17]}Service", f"Service{stem[:17]}")


def suggested(rule: Rule, derive: Callable[[Any], str], example: str) -> Rule:
    """Complete a rule of a name with a name to write instead, made from what was written."""

    def complete(value: Any) -> str:
        wrong = rule(value)
        return wrong and f"{wrong}: write another name, such as {derive(value) or example}"

    return complete


def to_addon_slug(addon: Any) -> str:
    """Derive a valid name of an addon from an invalid one."""
    stem = "-".join(_words(addon)).lower()
    return _first(addon_rule, stem[:60].strip("-"), f"otf-addons-{stem}"[:60].strip("-"))


# --- Text, addresses and choices ---
