"""What the kit does with jobs of any service, in an addon with `execution=http`."""

import shutil
from pathlib import Path

import pytest
from pytest_cookies.plugin import Cookies

from tests.baked import BakedProject, Venv
from tests.conftest import baker
from tests.jobs.faults import FAULTS, Fault

CHECKS = Path(__file__).parent / "checks"


@pytest.fixture(scope="session")
def addon(cookies_session: Cookies) -> BakedProject:
    """The addon that the checks import."""
    return baker(cookies_session)(
        addon_name="otf-addons-demo",
        package_name="demo",
        module_name="demo",
        class_prefix="Demo",
        transfer="none",
        execution="http",
    )


@pytest.fixture(scope="session")
def venv(addon: BakedProject, tmp_path_factory: pytest.TempPathFactory) -> Venv:
    """What the addon needs."""
    venv = Venv.make(tmp_path_factory.mktemp("jobs") / "venv")
    venv.install("-e", f"{addon.root}[dev]")
    return venv


def run_checks(venv: Venv, root: Path, *arguments: str, exit_code: int = 0) -> str:
    """Run the checks with the addon in a folder."""
    (root / "checks.ini").write_text("[pytest]\n")
    return venv.run(
        *("python", "-m", "pytest", "-c", "checks.ini", "-q", "-p", "no:cacheprovider"),
        *("--confcutdir", str(CHECKS), *arguments),
        cwd=root,
        env={"PYTHONPATH": str(root / "src")},
        exit_code=exit_code,
    )


def test_jobs_run_and_end(addon: BakedProject, venv: Venv) -> None:
    assert " passed" in run_checks(venv, addon.root, str(CHECKS))


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_can_be_put_in(fault: Fault, addon: BakedProject) -> None:
    assert fault.old in addon.read(fault.path)


@pytest.mark.slow  # each fault takes a second or two
@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_caught(fault: Fault, addon: BakedProject, venv: Venv, tmp_path: Path) -> None:
    copy = tmp_path / "addon"
    shutil.copytree(addon.root, copy, ignore=shutil.ignore_patterns("*.egg-info", "logs"))
    text = (copy / fault.path).read_text(encoding="utf-8")
    (copy / fault.path).write_text(text.replace(fault.old, fault.new), encoding="utf-8")
    run_checks(venv, copy, "-x", str(CHECKS / fault.tests), exit_code=1)
