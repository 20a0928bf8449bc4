"""Fixtures that bake addons in this process, with pytest-cookies."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_cookies.plugin import Cookies

from answers import QUESTIONS
from tests.baked import BakedProject

ROOT = Path(__file__).parents[1]

Bake = Callable[..., BakedProject]


def _baker(cookies: Cookies) -> Bake:
    def bake(**answers: Any) -> BakedProject:
        # Cookiecutter would ignore a question that does not exist, and the test would test nothing.
        unknown = answers.keys() - QUESTIONS.keys()
        assert not unknown, f"cookiecutter.json has no {', '.join(sorted(unknown))}"
        result = cookies.bake(extra_context=answers)
        assert result.exit_code == 0, result.exception
        return BakedProject(result.project_path, result.context)

    return bake


@pytest.fixture
def bake(cookies: Cookies) -> Bake:
    """Bake addons for one test, which takes them away at its end."""
    return _baker(cookies)


@pytest.fixture(scope="session")
def bake_to_keep(cookies_session: Cookies) -> Bake:
    """Bake addons that stay until the end of the run."""
    return _baker(cookies_session)


@pytest.fixture(scope="session")
def root() -> Path:
    """The template's own repository."""
    return ROOT
