"""The addon can stand beside OTF and other addons, and is complete when it is installed."""

import re
import tomllib
from fnmatch import fnmatch
from importlib import metadata
from pathlib import Path

import opentaskpy
import pytest

ADDON = Path(__file__).parents[3]
PROJECT = tomllib.loads((ADDON / "pyproject.toml").read_text(encoding="utf-8"))
NAME = PROJECT["project"]["name"]
# Folders that several distributions share. OTF's own `opentaskpy.plugins` is one of them.
SHARED = ["", "addons", "plugins", "plugins/lookup", "variablecaching"]


def installed() -> list[str]:
    """Return the files of the installed addon; none, if the installation is editable."""
    files = [path.as_posix() for path in metadata.files(NAME) or []]
    return [path for path in files if path.startswith("opentaskpy/")]


@pytest.mark.parametrize("folder", SHARED, ids=lambda folder: f"opentaskpy/{folder}")
def test_shared_folder_has_no_init(folder: str) -> None:
    """With an `__init__.py` there, OTF itself or all other addons can no longer be imported."""
    path = Path("opentaskpy", folder, "__init__.py")
    assert not (ADDON / "src" / path).exists(), f"remove src/{path.as_posix()}"
    assert path.as_posix() not in installed()


def test_opentaskpy_is_a_namespace() -> None:
    assert opentaskpy.__file__ is None, f"{opentaskpy.__file__} hides other addons"


def test_addon_has_a_folder_of_its_own() -> None:
    """Two distributions with a file of the same path replace each other's."""
    own = set(installed())
    for other in metadata.distributions() if own else []:
        if other.metadata["Name"] != NAME:
            same = own & {path.as_posix() for path in other.files or []}
            assert not same, f"{other.metadata['Name']} has {same} too"


def test_schemas_and_other_data_are_packaged() -> None:
    """setuptools leaves out what `package-data` does not name, whatever OTF's guide says."""
    source = ADDON / "src"
    data = [
        path.relative_to(source).as_posix()
        for path in source.rglob("*")
        if path.is_file() and path.suffix != ".py"
        # What Python and setuptools make, also while this looks.
        if "__pycache__" not in path.parts and ".egg-info" not in str(path)
    ]
    assert data
    if installed():
        missing = set(data) - set(installed())
        assert not missing, f"the installed addon lacks {missing}"
    setuptools = PROJECT.get("tool", {}).get("setuptools", {})
    if "setuptools" not in str(PROJECT["build-system"]["requires"]):
        pytest.skip("the build system is not setuptools: only an installed wheel can tell")
    patterns = [pattern for each in setuptools.get("package-data", {}).values() for pattern in each]
    unnamed = [path for path in data if not any(fnmatch(Path(path).name, p) for p in patterns)]
    assert not unnamed, f"name these in [tool.setuptools.package-data]: {unnamed}"
    find = setuptools.get("packages", {}).get("find", {})
    assert find.get("where") == ["src"]
    assert find.get("namespaces", True), "the wheel would be empty: `opentaskpy` is a namespace"


def test_dependencies_are_declared() -> None:
    """Published addons import what only happens to be installed by OTF."""
    declared = {
        re.split(r"[^\w.-]", requirement)[0].lower()
        for requirement in PROJECT["project"]["dependencies"]
    }
    assert "opentaskpy" in declared
    providers = metadata.packages_distributions()
    for path in (ADDON / "src").rglob("*.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            words = line.split()
            if words[:1] not in (["import"], ["from"]) or len(words) < 2:
                continue
            top = words[1].split(".")[0].rstrip(",")
            names = {name.lower() for name in providers.get(top, [])} - {NAME.lower()}
            if top and names:
                assert names & declared, f"{path.name} imports {top}: declare {sorted(names)}"
