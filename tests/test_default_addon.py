"""The addon that pressing Enter gives: the guide's tests, other versions, the real command."""

import re
import sys
import tomllib
from pathlib import Path

import pytest

from tests.baked import BakedProject, Venv, run
from tests.conftest import Bake
from tests.interpreters import find_python

# As the guide for addon authors has them, for a service that is called myservice.
GUIDE = """\
from opentaskpy.config.schemas import validate_transfer_json

def test_valid_source_schema():
    assert validate_transfer_json({
        "type": "transfer",
        "source": {
            "hostname": "myhost",
            "directory": "/path",
            "fileRegex": ".*\\\\.txt",
            "protocol": {
                "name": "opentaskpy.addons.myservice.remotehandlers.myservice.MyServiceTransfer",
                "credentials": { "api_key": "abc123" }
            }
        }
    })

def test_missing_required_field():
    assert not validate_transfer_json({
        "type": "transfer",
        "source": {
            "hostname": "myhost",
            # directory missing — should fail
            "protocol": {
                "name": "opentaskpy.addons.myservice.remotehandlers.myservice.MyServiceTransfer",
                "credentials": { "api_key": "abc123" }
            }
        }
    })
"""

PYPROJECT = Path(__file__).parents[1] / "{{cookiecutter.addon_name}}" / "pyproject.toml"
PYTHONS = re.findall(r'"Programming Language :: Python :: (3\.\d+)"', PYPROJECT.read_text())


@pytest.fixture
def project(bake: Bake) -> BakedProject:
    """The addon with every default."""
    return bake()


@pytest.fixture
def wheel(project: BakedProject) -> str:
    """Its wheel."""
    return str(project.build()[1])


def test_the_guides_schema_tests_pass(wheel: str, tmp_path: Path) -> None:
    venv = Venv.make(tmp_path / "venv")
    venv.install(wheel, "pytest")
    (tmp_path / "test_schema_validate.py").write_text(GUIDE, encoding="utf-8")
    assert "2 passed" in venv.run("pytest", "test_schema_validate.py", cwd=tmp_path)


VERSIONS = [
    pytest.param(python, bound, id=f"{python}-{bound}", marks=marks)
    for python in PYTHONS
    for bound in ("oldest", "newest")
    # One of them tells most, and the newest on the same Python is what test_addons.py installs.
    for marks in [[] if (python, bound) == (PYTHONS[0], "oldest") else [pytest.mark.slow]]
]


@pytest.mark.parametrize(("python", "bound"), VERSIONS)
def test_every_version(
    project: BakedProject, wheel: str, tmp_path: Path, python: str, bound: str
) -> None:
    """Each lower bound of the dependencies is true, that of opentaskpy before all."""
    interpreter = find_python(python)
    if not interpreter:
        pytest.skip(f"no Python {python} here: neither uv nor pyenv has one, nor the PATH")
    venv = Venv.make(tmp_path / "venv", interpreter)
    assert venv.run("python", "-V", cwd=tmp_path).startswith(f"Python {python}.")
    needed = tomllib.loads(project.read("pyproject.toml"))["project"]["dependencies"]
    resolution = ["--resolution", "lowest-direct"] if bound == "oldest" else []
    venv.install(*resolution, wheel, *needed)
    venv.install("pytest-xdist")
    if bound == "oldest":
        (oldest,) = re.findall(r"opentaskpy>=([\d.]+)", " ".join(needed))
        version = "from importlib.metadata import version; print(version('opentaskpy'))"
        assert venv.run("python", "-c", version, cwd=tmp_path).strip() == oldest
    venv.run("pytest", "-p", "no:cacheprovider", cwd=project.root)


def test_the_oldest_python_is_required(project: BakedProject) -> None:
    metadata = tomllib.loads(project.read("pyproject.toml"))["project"]
    assert metadata["requires-python"] == f">={PYTHONS[0]}"


def contents(folder: Path) -> dict[str, bytes]:
    """Read every file of a folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_the_real_command_bakes_the_same(project: BakedProject, root: Path, tmp_path: Path) -> None:
    command = (sys.executable, "-m", "cookiecutter", "--default-config", "--no-input")
    home = {"HOME": str(tmp_path)}  # where Cookiecutter keeps the answers for a replay
    told = run(*command, "--output-dir", tmp_path / "out", root, cwd=tmp_path, env=home)
    assert contents(tmp_path / "out" / project.root.name) == contents(project.root)
    assert f"cd {project.root.name}" in told
