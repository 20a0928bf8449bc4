"""All gates of a fresh addon are green after one command with uv, and the usual three without."""

import sys

import pytest

from tests.baked import Venv, run
from tests.combinations import COMBINATIONS, Answers
from tests.conftest import Bake
from tests.pipelines import tool

pytestmark = pytest.mark.slow  # test_addons.py runs the same gates, one by one


@pytest.mark.parametrize("answers", COMBINATIONS)
def test_with_uv(bake: Bake, answers: Answers) -> None:
    run(tool("uv"), "run", "poe", "check", cwd=bake(**answers).root, timeout=600)


def test_with_pip(bake: Bake) -> None:
    addon = bake().root
    venv = Venv(addon / ".venv")
    run(sys.executable, "-m", "venv", venv.folder, cwd=addon)
    venv.run("pip", "install", "--quiet", "--editable", ".[dev]", cwd=addon)
    venv.run("pytest", cwd=addon)
    venv.run("poe", "check", cwd=addon)
