"""The addons that are on PyPI, made again with the template: no task definition notices by name."""

from pathlib import Path
from typing import Any

import pytest
from uv import find_uv_bin

from tests.baked import BakedProject, Venv, run
from tests.combinations import Answers
from tests.conftest import Bake
from tests.published import OURS, PUBLISHED, Published
from tests.surface import Surface
from tests.test_addons import Installed, every_task_runs_as_it_stands
from tests.test_second_module import add


def rebuilt(bake: Bake, addon: Published, answers: Answers) -> BakedProject:
    """Make one module of a published addon."""
    return bake(addon_name=addon.requirement.partition("==")[0], **answers)


@pytest.fixture(params=PUBLISHED, ids=lambda addon: addon.requirement.partition("==")[0])
def addon(request: pytest.FixtureRequest) -> Published:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def ours(bake: Bake, addon: Published) -> Surface:
    """What all modules of it have together."""
    surface = Surface()
    for answers in addon.bakes:
        surface |= Surface.of(rebuilt(bake, addon, answers).path("src/opentaskpy"))
    return surface


def test_classes_plugins_and_roles_are_the_same(addon: Published, ours: Surface) -> None:
    theirs = addon.surface
    assert ours.classes == theirs.classes
    assert ours.lookups == theirs.lookups
    assert ours.cachings == theirs.cachings
    assert ours.roles == theirs.roles


def test_schemas_are_the_same_but_for_what_the_table_says(addon: Published, ours: Surface) -> None:
    theirs = addon.surface.schemas
    different = {name for name in theirs if ours.schemas.get(name, "") != theirs[name]}
    assert different == addon.differs.keys()
    more = ours.schemas.keys() - theirs.keys()
    assert {Path(name).stem for name in more} <= {*OURS}


@pytest.mark.slow
def test_all_modules_fit_into_one_addon(
    addon: Published, ours: Surface, bake: Bake, root: Path
) -> None:
    first, *others = addon.bakes
    project = rebuilt(bake, addon, first)
    pyproject = project.path("pyproject.toml")
    text = project.read("pyproject.toml")
    needed = '\n    "requests>=2.32",\n    "urllib3>=2.2",'
    more = text.replace("\ndependencies = [", f"\ndependencies = [{needed}")
    assert more != text
    pyproject.write_text(more, encoding="utf-8")
    for answers in others:
        asked = {key: value for key, value in answers.items() if key != "package_name"}
        added = add(root, project.root, *(f"{key}={value}" for key, value in asked.items()))
        assert added.returncode == 0, added.stdout
    assert Surface.of(project.path("src/opentaskpy")) == ours


@pytest.mark.slow
def test_the_table_tells_what_is_on_pypi(addon: Published, tmp_path: Path) -> None:
    install = ("pip", "install", "--quiet", "--no-deps", "--target", "published")
    run(find_uv_bin(), *install, addon.requirement, cwd=tmp_path)
    assert Surface.of(tmp_path / "published" / "opentaskpy") == addon.surface


def modules() -> list[Any]:
    """List the modules; the one whose name is a keyword is not left to `make test-all`."""
    return [
        pytest.param(
            addon,
            answers,
            id=answers.get("module_name", answers["package_name"]),
            marks=[] if answers.get("module_name") == "lambda" else [pytest.mark.slow],
        )
        for addon in PUBLISHED
        for answers in addon.bakes
    ]


@pytest.mark.parametrize(("addon", "answers"), modules())
def test_every_task_of_the_module_runs(
    bake: Bake, addon: Published, answers: Answers, tmp_path: Path
) -> None:
    project = rebuilt(bake, addon, answers)
    sdist, wheel = project.build()
    venv = Venv.make(tmp_path / "venv")
    venv.install(str(wheel))
    every_task_runs_as_it_stands(Installed(project, sdist, wheel, venv))
