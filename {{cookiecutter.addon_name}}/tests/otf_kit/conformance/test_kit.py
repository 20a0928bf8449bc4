"""The kit is complete and unchanged, and none of its tests is left out."""

import ast
import hashlib
import re
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

SUITE = Path(__file__).parent
KIT = SUITE.parent
TESTS = KIT.parent
ADDON = TESTS.parent
CHECKSUMS = KIT / "checksums"
ADVICE = (
    "The kit is the same in every addon, and updates replace it. Take {file} from the template "
    "again. Override methods in remotehandlers/, declare what your service cannot do in "
    "UNSUPPORTED of tests/services/<module>.py with the reason, and put your own tests into other "
    "files below tests/."
)


@cache
def listed() -> dict[str, set[str]]:
    """Return the files of the kit with their checksums; each module of the addon has a list."""
    checksums: dict[str, set[str]] = {}
    for file in sorted(CHECKSUMS.glob("*.txt")):
        for line in file.read_text(encoding="utf-8").splitlines():
            checksum, _, name = line.partition("  ")
            checksums.setdefault(name, set()).add(checksum)
    return checksums


def found() -> dict[str, str]:
    """Return the files that the kit has now, with their checksums."""
    folders = [KIT, *ADDON.glob("src/opentaskpy/addons/*/otf_kit")]
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    return {
        file.relative_to(ADDON).as_posix(): checksum(file)
        for file in files
        if file.parent != CHECKSUMS and "__pycache__" not in file.parts
        if not (file.match("otf_kit/__init__.py") and has_several_modules())
    }


def has_several_modules() -> bool:
    """Return whether the public module has exports of several modules, which no list knows."""
    return len(list(CHECKSUMS.glob("*.txt"))) > 1


def checksum(file: Path) -> str:
    """Return the checksum of a text file, whatever its line breaks."""
    return hashlib.sha256(file.read_text(encoding="utf-8").encode()).hexdigest()


@cache
def standard_tests() -> set[tuple[str, str]]:
    """Return the file and the name of each standard test."""
    names = [name for name in listed() if re.match(r"tests/.*/test_\w+\.py$", name)]
    trees = {name: ast.parse((ADDON / name).read_text(encoding="utf-8")) for name in names}
    return {
        (name, node.name)
        for name, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_kit_is_unchanged() -> None:
    advice = ADVICE.format(file="them")
    deleted = sorted(name for name in listed() if not (ADDON / name).is_file())
    assert not deleted, f"{deleted} were deleted. {advice}"
    changed = [name for name, now in found().items() if now not in listed().get(name, {now})]
    assert not changed, f"{changed} were changed. {advice}"


def test_nothing_is_added_to_the_kit() -> None:
    """A `conftest.py` nearer to a test, for example, would override that of the kit.

    A file is also unknown if the list of its module in `checksums` was deleted.
    """
    added = sorted(found().keys() - listed().keys())
    advice = ADVICE.format(file="the folder")
    assert not added, f"{added} are in none of the kit's checksums. {advice}"


def test_no_option_leaves_tests_out(request: pytest.FixtureRequest) -> None:
    options = request.config.getini("addopts")
    leaving_out = ("-k", "-m", "--deselect", "--ignore")
    bad = [option for option in options if option.startswith(leaving_out)]
    assert not bad, f"remove {bad} from addopts. " + ADVICE.format(file="pyproject.toml")


def test_no_standard_test_is_left_out(request: pytest.FixtureRequest) -> None:
    """For instance by a hook, or by a name that is given twice in a file."""
    config = request.config
    options = ("keyword", "markexpr", "deselect", "ignore", "lf")
    asked_for_some = any(config.getoption(name, default=None) for name in options)
    if asked_for_some or config.args_source is config.ArgsSource.ARGS:
        pytest.skip("only some of the tests were asked for")
    found = {
        (item.path.relative_to(ADDON).as_posix(), item.name.partition("[")[0])
        for item in request.session.items
        if item.path.is_relative_to(KIT)
    }
    missing = sorted(standard_tests() - found)
    assert not missing, f"left out are {missing}. " + ADVICE.format(file="conftest.py")


def test_what_is_unsupported_is_a_standard_test() -> None:
    """A misspelt name in UNSUPPORTED would have no effect, and a reason is for the readers."""
    names = {test for _, test in standard_tests()}
    for path in (TESTS / "services").glob("[!_]*.py"):
        if path.stem.endswith("_api"):
            continue
        module = import_module(f"services.{path.stem}")
        declared = module.UNSUPPORTED | getattr(module, "UNSUPPORTED_LIVE", {})
        for name, reason in declared.items():
            assert name in names, f"{path.name}: there is no standard test {name}"
            assert reason.strip(), f"{path.name}: say why {name} is expected to fail"
