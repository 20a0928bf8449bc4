"""Named addons do what their users do: they are built, installed, tested, checked and run."""

import re
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.baked import BakedProject, Venv
from tests.combinations import COMBINATIONS
from tests.conftest import Bake

# A batch looks every five seconds whether a task has ended; no test needs to wait that long.
IMPATIENT = {"OTF_BATCH_POLL_INTERVAL": "1", "OTF_NO_THREAD_SLEEP": "1"}


@dataclass(frozen=True)
class Installed:
    """An addon, its distributions, and the environment that its wheel is installed in."""

    project: BakedProject
    sdist: Path
    wheel: Path
    venv: Venv

    def run(self, command: str, *arguments: str, exit_code: int = 0) -> str:
        """Run a command from the addon's folder, as its author does."""
        return self.venv.run(
            command, *arguments, cwd=self.project.root, env=IMPATIENT, exit_code=exit_code
        )


@pytest.fixture(scope="module", params=COMBINATIONS)
def addon(
    request: pytest.FixtureRequest, bake_to_keep: Bake, tmp_path_factory: pytest.TempPathFactory
) -> Installed:
    """Bake, build and install one combination."""
    project = bake_to_keep(**request.param)
    sdist, wheel = project.build()
    venv = Venv.make(tmp_path_factory.mktemp("addon") / "venv")
    venv.install(f"{wheel}[dev]")
    return Installed(project, sdist, wheel, venv)


def test_distributions_have_every_file(addon: Installed) -> None:
    with zipfile.ZipFile(addon.wheel) as archive:
        wheel = {name for name in archive.namelist() if ".dist-info/" not in name}
    with tarfile.open(addon.sdist) as archive:
        sdist = {name.partition("/")[2] for name in archive.getnames()}
    sources = {name for name in addon.project.files() if name.startswith("src/opentaskpy/")}
    assert any(name.endswith("/py.typed") for name in sources)
    assert sorted(wheel) == sorted(name.removeprefix("src/") for name in sources)
    assert sources <= sdist
    addon.run("twine", "check", "--strict", str(addon.sdist), str(addon.wheel))


def test_own_tests_pass_on_the_wheel(addon: Installed) -> None:
    where = addon.run("python", "-c", f"import {addon.project.package} as a; print(a.__file__)")
    assert Path(where.strip()).is_relative_to(addon.venv.folder)
    addon.run("pytest", "-p", "no:cacheprovider")


def test_style(addon: Installed) -> None:
    addon.run("ruff", "check")
    addon.run("ruff", "format", "--check", "--diff")


def test_types(addon: Installed, tmp_path_factory: pytest.TempPathFactory) -> None:
    # One cache for all addons: what they have in common is by far the most.
    addon.run("mypy", "--cache-dir", str(tmp_path_factory.getbasetemp() / "mypy"))


def is_stub(project: BakedProject, task: str) -> bool:
    """Tell whether a task reaches a client that its author still has to write."""
    answers = project.answers
    if task.startswith("run-") or answers["transfer"] == "none":
        return bool(answers["execution"] == "custom")
    return bool(answers["transfer_client"] == "custom")


def test_every_task_runs_as_it_stands(addon: Installed) -> None:
    for task in addon.project.tasks():
        stub = is_stub(addon.project, task)
        log = addon.run("task-run", "-c", "cfg", "-t", task, exit_code=1 if stub else 0)
        # The one line that names the method to write, and says what it has to do.
        assert bool(re.search(r" ERROR .* NotImplementedError: \w+: \w+", log)) == stub, log
