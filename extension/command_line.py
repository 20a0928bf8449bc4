"""How Cookiecutter was called, and what the user can do after a refusal."""

import difflib
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from cookiecutter.exceptions import FailedHookException
from jinja2 import Environment

from .rules import refusal

OVERWRITE = {"-f", "-fs", "-sf", "--overwrite-if-exists"}


def refuse_unknown_keys(questions: Mapping[str, Any]) -> None:
    """Refuse `key=value` on the command line if there is no such question.

    Cookiecutter would ignore it.
    """
    context = click.get_current_context(silent=True)
    given = context.params.get("extra_context") if context else None
    if not isinstance(given, Mapping):  # none, or the text of cruft's option of that name
        return
    for key in given:
        if key not in questions and not key.startswith("_"):
            near = difflib.get_close_matches(key, questions, n=1)
            instead = f"write {near[0]}" if near else "write a key of its cookiecutter.json"
            raise refusal("", key, f"is not a question of this template: {instead}")


def is_asking() -> bool:
    """Return whether the user types the answers at prompts."""
    given = {"--no-input", "--replay", "--replay-file"} & set(sys.argv)
    typed = sys.stdin is not None and sys.stdin.isatty()
    return typed and not given and Path(sys.argv[0]).stem != "cruft"


def is_overwriting() -> bool:
    """Return whether an addon that exists may be overwritten."""
    return bool(OVERWRITE & set(sys.argv))


@contextmanager
def keeping(
    answers: Mapping[str, Any], questions: Mapping[str, Any], environment: Environment
) -> Iterator[None]:
    """Add to a refusal the answers so far, so that they need not be typed again."""
    before = dict(answers)
    try:
        yield
    except FailedHookException as error:
        wrong = re.split(r"['\"]", str(error))[0].split()  # the keys before the value
        kept = [
            f"{key}={before[key]}"
            for key, question in questions.items()
            if key in before
            and key not in wrong
            and str(before[key]) != _default(question, before, environment)
        ]
        if not kept or not is_asking():
            raise
        words = subprocess.list2cmdline(kept) if os.name == "nt" else shlex.join(kept)
        hint = f"To keep your other answers, add them to the command: {words}"
        raise FailedHookException(f"{error}\n{hint}") from None


def _default(question: Any, answers: Mapping[str, Any], environment: Environment) -> str:
    """Return the answer of a user who presses Enter."""
    choice = question[0] if isinstance(question, list) else question
    compiled = environment.overlay().from_string(str(choice))
    return compiled.render(cookiecutter=answers)
