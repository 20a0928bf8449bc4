"""The standard tests are all there, as they came, and none is left out."""

import ast
import hashlib
import re
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

SUITE = Path(__file__).parent
TESTS = SUITE.parent
ADVICE = (
    "These tests say what OTF expects of every addon. Take {file} from the template again. What "
    "your service cannot do belongs into UNSUPPORTED of tests/services/<module>.py, with the "
    "reason; tests of your own belong into other files below tests/."
)


def listed() -> dict[str, str]:
    """Return the standard files with their checksums; each piece of the addon has a list."""
    texts = [file.read_text(encoding="utf-8") for file in (SUITE / "checksums").iterdir()]
    lines = [line.split("  ") for text in texts for line in text.splitlines()]
    return {name: checksum for checksum, name in lines}


def checksum(file: Path) -> str:
    """Return the checksum of a file, whatever the addon is called."""
    text = re.sub(r"opentaskpy\.addons\.\w+", "opentaskpy.addons.*", file.read_text("utf-8"))
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def standard_tests() -> set[tuple[str, str]]:
    """Return the file and the name of each standard test."""
    trees = {name: ast.parse((SUITE / name).read_text(encoding="utf-8")) for name in listed()}
    return {
        (name, node.name)
        for name, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_standard_files_are_unchanged() -> None:
    advice = ADVICE.format(file="them")
    deleted = [name for name in listed() if not (SUITE / name).is_file()]
    assert not deleted, f"{deleted} of tests/conformance were deleted. {advice}"
    changed = [name for name, known in listed().items() if checksum(SUITE / name) != known]
    assert not changed, f"{changed} of tests/conformance were changed. {advice}"


def test_nothing_is_added() -> None:
    """A `conftest.py` nearer to a test would win over that of the suite.

    A file may also be unknown because its list in `checksums` was deleted.
    """
    found = {file.relative_to(SUITE).as_posix() for file in SUITE.rglob("*.py")}
    added = sorted(found - listed().keys())
    advice = ADVICE.format(file="the folder")
    assert not added, f"{added} of tests/conformance are in none of its checksums. {advice}"


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
        (item.path.relative_to(SUITE).as_posix(), item.name.partition("[")[0])
        for item in request.session.items
        if item.path.is_relative_to(SUITE)
    }
    missing = sorted(standard_tests() - found)
    assert not missing, f"left out are {missing}. " + ADVICE.format(file="conftest.py")


def test_what_is_unsupported_is_a_standard_test() -> None:
    """A misspelt name in UNSUPPORTED would have no effect, and a reason is for the readers."""
    names = {test for _, test in standard_tests()}
    for path in (TESTS / "services").glob("[!_]*.py"):
        module = import_module(f"services.{path.stem}")
        declared = module.UNSUPPORTED | getattr(module, "UNSUPPORTED_LIVE", {})
        for name, reason in declared.items():
            assert name in names, f"{path.name}: there is no standard test {name}"
            assert reason.strip(), f"{path.name}: say why {name} is expected to fail"
