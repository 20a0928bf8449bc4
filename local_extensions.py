"""Hands answers.py to Jinja: its filters, and its guard over every template.

Keep this file as it is. `cruft update` renders the old and the new version of this template in one
process, where Python imports a module once; so whatever may change between versions is in
answers.py, which is read again each time Cookiecutter makes a Jinja environment.
"""

from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

from jinja2 import Environment
from jinja2.ext import Extension


@cache
def compiled(source: str) -> CodeType:
    """Compile a version of answers.py once, however many environments there are."""
    return compile(source, "answers.py", "exec")


class Answers(Extension):
    """The Jinja extension that cookiecutter.json names."""

    def __init__(self, environment: Environment) -> None:
        """Read answers.py afresh for this environment."""
        super().__init__(environment)
        file = Path(__file__).with_name("answers.py")
        namespace: dict[str, Any] = {"__name__": "answers", "__file__": str(file)}
        exec(compiled(file.read_text(encoding="utf-8")), namespace)
        namespace["Guard"](environment)
