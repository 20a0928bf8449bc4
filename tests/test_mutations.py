"""The conformance suite of an addon turns red for each fault that is put into the addon."""

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from pytest_cookies.plugin import Cookies

from tests.baked import ONE_PROCESS, BakedProject, Venv
from tests.conftest import baker
from tests.mutations import ADDONS, MUTATIONS, Mutation

TESTS_FAILED = 1  # an exit code of pytest; a suite that cannot even be collected has another one

Sound = Callable[[str], BakedProject]
Installed = Callable[[str], Venv]


@pytest.fixture(scope="session")
def sound(cookies_session: Cookies) -> Sound:
    """Make the addons of ADDONS, without a fault, once each."""
    return cache(lambda name: baker(cookies_session)(**ADDONS[name]))


@pytest.fixture(scope="session")
def venv(sound: Sound, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Install what an addon and its tests need, once for each addon."""

    @cache
    def install(name: str) -> Venv:
        venv = Venv.make(tmp_path_factory.mktemp("mutations") / "venv")
        venv.install("--editable", f"{sound(name).root}[dev]")
        return venv

    return install


def run_suite(venv: Venv, addon: Path, tests: str, exit_code: int) -> str:
    """Run tests of a copy of the addon, which comes before the one that is installed."""
    words = tests.split(" -k ")
    selection = ["-k", words[1]] if len(words) == 2 else []
    arguments = ["-m", "pytest", "-qx", *ONE_PROCESS, "-p", "no:cacheprovider", *words[0].split()]
    env = {"PYTHONPATH": str(addon / "src")}
    return venv.run("python", *arguments, *selection, cwd=addon, env=env, exit_code=exit_code)


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_fault_can_be_put_in(mutation: Mutation, sound: Sound) -> None:
    assert mutation.old in sound(mutation.addon).read(mutation.file)


@pytest.mark.slow  # each fault takes a second or two
@pytest.mark.parametrize("mutation", MUTATIONS)
def test_fault_is_caught(mutation: Mutation, sound: Sound, venv: Installed, tmp_path: Path) -> None:
    addon = tmp_path / "addon"
    shutil.copytree(
        sound(mutation.addon).root, addon, ignore=shutil.ignore_patterns("*.egg-info", "logs")
    )
    file = addon / mutation.file
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(mutation.old, mutation.new), encoding="utf-8")
    run_suite(venv(mutation.addon), addon, mutation.tests, TESTS_FAILED)


@pytest.mark.slow
@pytest.mark.parametrize("addon", ADDONS)
def test_suite_passes_without_a_fault(addon: str, sound: Sound, venv: Installed) -> None:
    """Otherwise it would prove nothing that it fails with one."""
    run_suite(venv(addon), sound(addon).root, "tests", 0)
