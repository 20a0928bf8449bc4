"""Fixtures that bake addons in this process, with pytest-cookies."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_cookies.plugin import Cookies

from extension.questions import QUESTIONS
from tests.baked import BakedProject

ROOT = Path(__file__).parents[1]

# test_clients.py runs these with the kit of a new addon.
collect_ignore = ["clients"]

Bake = Callable[..., BakedProject]


def baker(cookies: Cookies) -> Bake:
    def bake(template: Path = ROOT, **answers: Any) -> BakedProject:
        # Cookiecutter would ignore a question that does not exist, and the test would test nothing.
        unknown = answers.keys() - QUESTIONS.keys()
        assert not unknown, f"cookiecutter.json has no {', '.join(sorted(unknown))}"
        result = cookies.bake(extra_context=answers, template=str(template))
        assert result.exit_code == 0, result.exception
        return BakedProject(result.project_path, result.context)

    return bake


@pytest.fixture
def bake(cookies: Cookies) -> Bake:
    """Bake addons for one test, which takes them away at its end."""
    return baker(cookies)


@pytest.fixture(scope="session")
def root() -> Path:
    """The template's own repository."""
    return ROOT
