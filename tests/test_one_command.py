"""All gates of a fresh addon are green after one command with uv, and the usual three without."""

import sys

import pytest

from tests.baked import Venv, run
from tests.combinations import COMBINATIONS, WHOLE, Answers
from tests.conftest import Bake
from tests.pipelines import tool

pytestmark = pytest.mark.slow  # test_addons.py runs the same gates, one by one

# With their own requirements between them.
OLDEST = [one for one in COMBINATIONS if one.id in WHOLE | {"everything", "s3", "sftp"}]


@pytest.mark.parametrize("answers", COMBINATIONS)
def test_with_uv(bake: Bake, answers: Answers) -> None:
    run(tool("uv"), "run", "poe", "check", cwd=bake(**answers).root, timeout=600)


@pytest.mark.parametrize("answers", OLDEST)
def test_on_the_oldest_versions(bake: Bake, answers: Answers) -> None:
    """Each lower bound is true, of the tools too."""
    oldest = {"UV_RESOLUTION": "lowest-direct"}
    run(tool("uv"), "run", "poe", "check", cwd=bake(**answers).root, env=oldest, timeout=600)


def test_with_pip(bake: Bake) -> None:
    addon = bake().root
    venv = Venv(addon / ".venv")
    run(sys.executable, "-m", "venv", venv.folder, cwd=addon)
    venv.run("pip", "install", "--quiet", "--editable", ".[dev]", cwd=addon)
    venv.run("pytest", cwd=addon)
    venv.run("poe", "check", cwd=addon)
