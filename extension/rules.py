"""Which answers are valid, and what to write instead of an invalid one.

cookiecutter.json calls the rule of a question right after that question, so an invalid answer ends
the run in one line, before anything is written.
"""

import re
from collections.abc import MutableMapping
from typing import Any

from cookiecutter.exceptions import FailedHookException

from .filesystems import PROTOCOLS
from .names import (
    Rule,
    addon_rule,
    class_rule,
    module_rule,
    package_rule,
    suggested,
    to_addon_slug,
    to_class_prefix,
    to_module_name,
    to_package_name,
)
from .questions import QUESTIONS, asked

MARKUP = re.compile(r"\{[{%#]")


def _text(limit: int, example: str) -> Rule:
    """Make the rule of free text: one plain line."""

    def rule(value: Any) -> str:
        if not isinstance(value, str):
            wrong = "is not text"
        elif not value:
            wrong = "is empty"
        elif len(value) > limit:
            wrong = f"has {len(value)} characters"
        elif not value.isprintable():  # that is how U+2028 and the bidi controls are kept out too
            wrong = "has a line break or another invisible character"
        elif value != value.strip():
            wrong = "begins or ends with a space"
        elif MARKUP.search(value):
            wrong = "contains {{, {% or {#"
        else:
            return ""
        return f"{wrong}: write one plain line of 1 to {limit} characters, such as {example}"

    return rule


def _address(pattern: str, limit: int, shape: str) -> Rule:
    def rule(value: Any) -> str:
        fine = isinstance(value, str) and len(value) <= limit and re.fullmatch(pattern, value)
        return "" if fine else f"is not {shape}"

    return rule


def _choice(choices: list[str]) -> Rule:
    def rule(value: Any) -> str:
        if isinstance(value, str) and value in choices:
            return ""
        lower = str(value).lower()
        meant = lower if lower in choices else f"one of {', '.join(choices)}"
        return f"is not a valid choice: write {meant}"

    return rule


def _yes_or_no(value: Any) -> str:
    return "" if isinstance(value, bool) else "is neither true nor false: write true or false"


_ATOM, _LABEL = r"[A-Za-z0-9_%+-]+", r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"

RULES: dict[str, Rule] = {
    "service_name": _text(60, "My Service"),
    "addon_name": suggested(addon_rule, to_addon_slug, "otf-addons-myservice"),
    "package_name": suggested(package_rule, to_package_name, "myservice"),
    "module_name": suggested(module_rule, to_module_name, "myservice"),
    "class_prefix": suggested(class_rule, to_class_prefix, "MyService"),
    "fsspec_protocol": _choice(list(PROTOCOLS)),
    "author_name": _text(80, "Your Name"),
    "author_email": _address(
        rf"(?!-){_ATOM}(\.{_ATOM})*@{_LABEL}(\.{_LABEL})+",
        254,
        "an email address in ASCII: write one such as you@example.com",
    ),
    # No user or password before the host: this address ends up in public metadata.
    "repository_url": _address(
        rf"https?://{_LABEL}(\.{_LABEL})*(:[0-9]{{1,5}})?(/[A-Za-z0-9._~%+=@&?#!:,;/-]*)?",
        200,
        "a web address of at most 200 characters without user, password, quotes or spaces: "
        "write one such as https://example.com/otf-addons-myservice",
    ),
    "description": _text(200, "Open Task Framework addon for My Service"),
} | {
    key: _choice(question) if isinstance(question, list) else _yes_or_no
    for key, question in asked(QUESTIONS).items()
    if isinstance(question, list | bool)
}


def refusal(key: str, value: Any, wrong: str) -> FailedHookException:
    """Make the exception that Cookiecutter shows as one line, without a traceback."""
    shown = ascii(value)  # one line whatever is in it, on any terminal
    shown = shown if len(shown) <= 72 else f"{shown[:60]}...{shown[-1]}"
    return FailedHookException(f"{key} {shown} {wrong}".lstrip())


def check(value: Any, key: str) -> str:
    """Refuse an answer that breaks the rule of its question."""
    if wrong := RULES[key](value):
        raise refusal(key, value, wrong)
    return ""


def require_a_piece(answers: MutableMapping[str, Any]) -> str:
    """Refuse an addon with nothing in it."""
    plugin = answers["lookup_plugin"] or answers["caching_plugin"]
    if not plugin and answers["transfer"] == answers["execution"] == "none":
        raise refusal(
            "transfer and execution",
            "none",
            "and no plugin leave the addon empty: "
            "choose a transfer, an execution, lookup_plugin=true or caching_plugin=true",
        )
    return ""
