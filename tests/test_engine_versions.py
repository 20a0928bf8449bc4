"""The suite of an addon passes on every release of opentaskpy that its requirements allow."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.baked import Venv
from tests.conftest import Bake

RELEASES = (
    "25.3.0",
    "25.3.1",
    "25.15.0",
    "25.16.1",
    "25.16.2",
    "25.22.0",
    "25.26.0",
    "25.26.1",
    "25.32.0",
    "25.35.0",
    "25.35.1",
    "25.35.2",
    "25.37.0",
    "26.8.1",
    "26.10.0",
    "26.15.0",
    "26.18.0",
    "26.18.1",
)

pytestmark = pytest.mark.slow


def key(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def test_every_release_is_tried(root: Path) -> None:
    index = (sys.executable, "-m", "pip", "index", "versions", "opentaskpy")
    printed = subprocess.run(index, capture_output=True, text=True, check=True).stdout
    (available,) = re.findall(r"Available versions: (.+)", printed)
    settings = root / "{{cookiecutter.addon_name}}/pyproject.toml"
    oldest = min(re.findall(r'"opentaskpy>=([\d.]+)"', settings.read_text("utf-8")), key=key)
    allowed = {version for version in available.split(", ") if key(version) >= key(oldest)}
    assert set(RELEASES) == allowed, "add the new releases of opentaskpy to RELEASES"


@pytest.mark.parametrize("version", RELEASES)
def test_suite_passes(bake: Bake, tmp_path: Path, version: str) -> None:
    addon = bake(execution="http", lookup_plugin=True)
    venv = Venv.make(tmp_path / "venv")
    venv.install(f"{addon.root}[dev]", f"opentaskpy=={version}")
    venv.run("pytest", "-n", "2", cwd=addon.root)
