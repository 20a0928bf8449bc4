"""The addon that pressing Enter gives: the guide's tests, the real command."""

import sys
from pathlib import Path

import pytest

from tests.baked import BakedProject, Venv, run
from tests.conftest import Bake

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
