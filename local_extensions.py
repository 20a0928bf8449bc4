"""Hands answers.py to Jinja: its filters, and its guard over every template.

Keep this file as it is. `cruft update` renders the old and the new version of this template in one
process, where Python imports a module once; so whatever may change between versions is in
answers.py, which is read again each time Cookiecutter makes a Jinja environment.
"""

from pathlib import Path
from runpy import run_path

from jinja2 import Environment
from jinja2.ext import Extension


class Answers(Extension):
    """The Jinja extension that cookiecutter.json names."""

    def __init__(self, environment: Environment) -> None:
        """Read answers.py afresh for this environment."""
        super().__init__(environment)
        run_path(str(Path(__file__).with_name("answers.py")))["Guard"](environment)
