"""Commands on the worker and over a real sshd, in an addon with `execution=command`."""

import shutil
from pathlib import Path

import pytest

from tests.baked import BakedProject, Venv
from tests.conftest import Bake

CHECKS = Path(__file__).parent / "checks"


@pytest.fixture
def addon(bake: Bake, tmp_path: Path) -> tuple[BakedProject, Venv]:
    """Bake the addon that the checks import, and install it."""
    if not shutil.which("ssh") or not (shutil.which("sshd") or Path("/usr/sbin/sshd").exists()):
        pytest.skip("needs OpenSSH: apt install openssh-client openssh-server")
    project = bake(
        addon_name="otf-addons-demo",
        package_name="demo",
        module_name="demo",
        class_prefix="Demo",
        transfer="none",
        execution="command",
    )
    venv = Venv.make(tmp_path / "venv")
    venv.install("-e", f"{project.root}[dev]")
    return project, venv


@pytest.mark.parametrize(
    "marked", ["not slow", pytest.param("slow", marks=pytest.mark.slow)], ids=["quick", "slow"]
)
def test_commands_run_and_end(addon: tuple[BakedProject, Venv], marked: str) -> None:
    project, venv = addon
    (project.root / "checks.ini").write_text("[pytest]\nmarkers = slow: takes minutes\n")
    output = venv.run(
        "pytest",
        *("-c", "checks.ini", "-m", marked, "-q", "-rs", "-p", "no:cacheprovider"),
        *("--confcutdir", str(CHECKS), str(CHECKS)),
        cwd=project.root,
    )
    assert " passed" in output
    assert "needs OpenSSH" not in output
