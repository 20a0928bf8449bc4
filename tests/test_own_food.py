"""The template keeps to the configuration that it generates; each difference has a reason."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from extension import pieces
from tests.baked import BakedProject
from tests.conftest import Bake

TOOLS = ("bumpver", "mypy", "pytest", "ruff")
DIFFERENCES = {
    "bumpver.file_patterns.extension/pieces.py": "an addon has no kit of its own",
    "mypy.exclude": "an addon has no addons in it",
    "mypy.files": "the template is not a package",
    "mypy.mypy_path": "the template is not a package",
    "mypy.untyped_calls_exclude": "the template has no handlers",
    "pytest.ini_options.addopts": "the Makefile says where the template's tests run",
    "pytest.ini_options.pythonpath": "the template's tests are a package",
    "pytest.ini_options.filterwarnings": "the template renders code, the addon has it",
    "pytest.ini_options.markers": "an addon has no slow tests",
    "mypy.overrides": "each imports other packages without types, and the template checks the kit",
    "ruff.extend-exclude": "the addon's files are checked where they are rendered, the kit here",
    "ruff.lint.per-file-ignores.build/dev/*/tests/**": "an addon has no addons in it",
    "ruff.lint.per-file-ignores.hooks/**": "an addon has no hooks",
    "ruff.lint.per-file-ignores.tests/mutations.py": "an addon has no mutations",
}
OTHER_BOUNDS = {
    "fsspec": "the template's tests know the filesystems of newer ones",
    "pytest": "the template's tests have subtests, which came with pytest 9",
}


@pytest.fixture
def addon(bake: Bake) -> BakedProject:
    """The addon with every default, which counts its versions as the template does."""
    return bake()


def settings(text: str) -> dict[str, Any]:
    """Read the settings of the tools, each by its dotted name."""
    found: dict[str, Any] = {}

    def walk(name: str, value: Any) -> None:
        if isinstance(value, dict):
            for key in value:
                walk(f"{name}.{key}", value[key])
        else:
            found[name] = value

    for tool, section in tomllib.loads(text)["tool"].items():
        if tool in TOOLS:
            walk(tool, section)
    del found["bumpver.current_version"]
    return found


def test_tools_have_the_same_settings(addon: BakedProject, root: Path) -> None:
    own = settings((root / "pyproject.toml").read_text(encoding="utf-8"))
    generated = settings(addon.read("pyproject.toml"))
    differ = {
        name: f"the template has {own.get(name)}, its addons have {generated.get(name)}"
        for name in own.keys() | generated.keys()
        if own.get(name) != generated.get(name)
    }
    unnamed = {name: what for name, what in differ.items() if name not in DIFFERENCES}
    assert not unnamed
    assert not DIFFERENCES.keys() - differ.keys(), "these no longer differ"


def test_tools_have_the_same_lower_bounds(addon: BakedProject, root: Path) -> None:
    own = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    project = tomllib.loads(addon.read("pyproject.toml"))["project"]
    templates = {r.name: r for r in map(Requirement, own["dependency-groups"]["test"])}
    addons = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    for requirement in map(Requirement, addons):
        assert requirement.specifier, f"{requirement}: write the oldest version that will do"
        if requirement.name in templates:
            same = requirement.specifier == templates[requirement.name].specifier
            assert same != (requirement.name in OTHER_BOUNDS), requirement.name
    assert project["requires-python"] == own["project"]["requires-python"]


def test_kit_has_the_version_of_the_template(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == pieces.VERSION


def test_dependabot_has_the_same_settings(addon: BakedProject, root: Path) -> None:
    name = ".github/dependabot.yml"
    own = yaml.safe_load((root / name).read_text(encoding="utf-8"))
    assert own == yaml.safe_load(addon.read(name))


def test_changelog_has_the_same_form(addon: BakedProject, root: Path) -> None:
    own = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    generated = addon.read("CHANGELOG.md")
    assert own.partition("## [")[0] == generated.partition("## [")[0]


def test_hooks_have_no_versions_of_their_own(addon: BakedProject, root: Path) -> None:
    for folder in (root, addon.root):
        file = (folder / ".pre-commit-config.yaml").read_text(encoding="utf-8")
        for repository in yaml.safe_load(file)["repos"]:
            assert repository["repo"] == "local"
            assert all(hook["language"] == "system" for hook in repository["hooks"])
