"""Named addons do what their users do: they are built, installed, tested, checked and run."""

import json
import re
import tarfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.baked import ONE_PROCESS, BakedProject, Venv
from tests.combinations import Answers, suites
from tests.conftest import Bake

# A batch looks every five seconds whether a task has ended; no test needs to wait that long.
IMPATIENT = {"OTF_BATCH_POLL_INTERVAL": "1", "OTF_NO_THREAD_SLEEP": "1"}


# A fault of opentaskpy: a task of a batch that ends before it is noted as running has failed.
ENDED_AT_ONCE = re.compile(r"TASK::(\S+)::COMPLETED\n.*Spawned thread for task \d+ \(\1\)", re.S)


@dataclass(frozen=True)
class Installed:
    """An addon, its distributions, and the environment that its wheel is installed in."""

    project: BakedProject
    sdist: Path
    wheel: Path
    venv: Venv

    def run(self, command: str, *arguments: str, exit_code: int = 0, **variables: str) -> str:
        """Run a command from the addon's folder, as its author does."""
        env = IMPATIENT | variables
        return self.venv.run(
            command, *arguments, cwd=self.project.root, env=env, exit_code=exit_code
        )


def install(project: BakedProject, folder: Path) -> Installed:
    """Build an addon and install its wheel, with the tools that its author works with."""
    sdist, wheel = project.build()
    venv = Venv.make(folder / "venv")
    venv.install(f"{wheel}[dev]")
    return Installed(project, sdist, wheel, venv)


def distributions_have_every_file(addon: Installed) -> None:
    with zipfile.ZipFile(addon.wheel) as archive:
        wheel = {name for name in archive.namelist() if ".dist-info/" not in name}
    with tarfile.open(addon.sdist) as archive:
        sdist = {name.partition("/")[2] for name in archive.getnames()}
    files = addon.project.files()
    sources = {name for name in files if name.startswith("src/") and ".egg-info" not in name}
    assert any(name.endswith("/py.typed") for name in sources)
    assert sorted(wheel) == sorted(name.removeprefix("src/") for name in sources)
    assert sources <= sdist
    assert not [name for name in sdist if name.startswith("tests")], "a part of the tests alone"
    addon.run("twine", "check", "--strict", str(addon.sdist), str(addon.wheel))


def own_tests_pass_on_the_wheel(addon: Installed, suite: Sequence[str]) -> None:
    where = addon.run("python", "-c", f"import {addon.project.package} as a; print(a.__file__)")
    assert Path(where.strip()).is_relative_to(addon.venv.folder)
    before = addon.project.files()
    addon.run("pytest", *ONE_PROCESS, "-p", "no:cacheprovider", *suite)
    left = {name for name in addon.project.files() - before if "__pycache__" not in name}
    assert not left, "files that the tests have left behind"


def style_is_clean(addon: Installed) -> None:
    addon.run("ruff", "check")
    addon.run("ruff", "format", "--check", "--diff")


def types_are_sound(addon: Installed) -> None:
    addon.run("mypy")


def reaches_an_unwritten_client(project: BakedProject, task: str) -> bool:
    """Return whether a task reaches a client that its author still has to write."""
    answers = project.answers
    text = project.read(f"cfg/{answers['module_name']}/{task}.json")
    if members := json.loads(text).get("tasks"):
        return any(reaches_an_unwritten_client(project, member["task_id"]) for member in members)
    stubs = {"Transfer": answers["transfer_client"], "Execution": answers["execution"]}
    return any(f'{kind}"' in text for kind, client in stubs.items() if client == "custom")


@contextmanager
def demo_service(addon: Installed) -> Iterator[dict[str, str]]:
    """Run the service that the tasks of an HTTP client reach; give the variable that names it."""
    if not addon.project.path("tests/serve.py").exists():
        yield {}
        return
    serve = ("tests/serve.py", "--port", "0")
    with addon.venv.running("python", *serve, cwd=addon.project.root) as line:
        yield {f"{addon.project.answers['module_name'].upper()}_HOST": line.split()[-1]}


def every_task_runs_as_it_stands(addon: Installed) -> None:
    with demo_service(addon) as variables:
        for task in addon.project.tasks():
            fails = reaches_an_unwritten_client(addon.project, task)
            run = partial(addon.run, "task-run", "-c", "cfg", "-t", task)
            try:
                log = run(exit_code=int(fails), **variables)
            except AssertionError as error:
                if not ENDED_AT_ONCE.search(str(error)):
                    raise
                log = run(exit_code=int(fails), **variables)
            # The one line that names the method to write, and says what it has to do.
            assert bool(re.search(r" ERROR .* NotImplementedError: \w+: \w+", log)) == fails, log


CHECKS = (
    distributions_have_every_file,
    style_is_clean,
    types_are_sound,
    every_task_runs_as_it_stands,
)


@pytest.mark.parametrize(("answers", "suite"), suites())
def test_addon(
    bake: Bake,
    answers: Answers,
    suite: Sequence[str],
    tmp_path: Path,
    subtests: pytest.Subtests,
) -> None:
    # One test with parts, because what the parts share takes longest: to build and to install.
    addon = install(bake(**answers), tmp_path)
    for check in CHECKS:
        with subtests.test(check.__name__):
            check(addon)
    with subtests.test("own_tests_pass_on_the_wheel"):
        own_tests_pass_on_the_wheel(addon, suite)
