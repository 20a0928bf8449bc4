"""The kit's clients for one filesystem each, with real servers: the tests are in tests/clients."""

import shutil
from pathlib import Path

import pytest

from tests.baked import Venv
from tests.conftest import ROOT, Bake

FILESYSTEMS = ["sftp"]


@pytest.mark.slow
@pytest.mark.parametrize("filesystem", FILESYSTEMS)
def test_client(filesystem: str, bake: Bake, tmp_path: Path) -> None:
    """The tests of a client pass with an addon that has no other one."""
    project = bake(fsspec_protocol=filesystem, execution="none")
    venv = Venv.make(tmp_path / "venv")
    venv.install(str(project.root), "pytest")
    # Away from the settings and the conftest of the template's own tests.
    shutil.copytree(ROOT / "tests" / "clients", tmp_path / "clients")
    told = venv.run("pytest", f"test_{filesystem}.py", cwd=tmp_path / "clients", timeout=900)
    if " passed" not in told:
        pytest.skip(told.splitlines()[-1])
