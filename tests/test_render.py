"""The full product of the structural answers: every addon is whole, and made of valid files."""

import ast
import json
import re
import shutil
import sys
import tomllib
from collections.abc import Callable
from fnmatch import fnmatch
from functools import cache, partial
from importlib.util import resolve_name
from itertools import cycle
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
import yaml
from jsonschema import Draft202012Validator

from tests.baked import BakedProject, run
from tests.combinations import CHOICES, COMBINATIONS, PAPERS, Answers, choices, papers, shapes
from tests.conftest import Bake
from tests.expected import expected_files

DIALECT = "https://json-schema.org/draft/2020-12/schema"

PARSERS: dict[str, Callable[[str], Any]] = {
    ".json": json.loads,
    ".toml": tomllib.loads,
    ".yml": yaml.safe_load,
    ".py": partial(compile, filename="addon.py", mode="exec", dont_inherit=True),
}


# Nothing in these folders depends on license, versioning or CI.
CODE = ("src", "tests", "cfg", "demo")
OTHER_PAPERS = {"license": "Proprietary", "versioning": "semver", "ci": "gitlab"}


def name_of(answers: Answers) -> str:
    """Name a test so that `pytest -k` finds it."""
    return "-".join(
        (key if value else f"no_{key}") if isinstance(value, bool) else value
        for key, value in answers.items()
    )


# The variables of OTF and the expressions of GitHub, and where a text speaks of the braces.
OTHERS = re.compile(r'\{\{ (?!cookiecutter)[^{}]+ \}\}|"\{\{"')


def leftovers(text: str) -> list[str]:
    """Find the lines in which Jinja of the template was left."""
    lines = OTHERS.sub("", text).splitlines()
    return [line for line in lines if re.search(r"\{[{%#]|[%#]\}", line)]


@cache  # most files are the same in very many addons
def check_file(name: str, text: str) -> None:
    """Check what holds for each file on its own."""
    assert not leftovers(text), name
    assert re.fullmatch(r"(.*\S)?\n|", text, re.DOTALL), f"{name}: one line break at the end"
    if parse := PARSERS.get(PurePosixPath(name).suffix):
        parse(text)


@cache
def check_schema(text: str, place: str) -> list[str]:
    """Check a schema, and return the places that it refers to."""
    schema = json.loads(text)
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == DIALECT, place
    assert schema["$id"] == f"http://localhost/{place}"
    references = re.findall(r'"\$ref": "([^"#]+)', text)
    return [urlsplit(urljoin(schema["$id"], reference)).path[1:] for reference in references]


def check_schemas(addon: BakedProject, files: set[str]) -> None:
    """Check that each schema is valid, knows its place, and refers to schemas that are there."""
    folder = f"src/{addon.package.replace('.', '/')}/remotehandlers/schemas/"
    places = {name.removeprefix(folder) for name in files if name.startswith(folder)}
    for place in places:
        missing = set(check_schema(addon.read(folder + place), place)) - places
        assert not missing, f"{place} refers to {missing}"


@cache
def imports_of(text: str, package: str) -> set[str]:
    """List the modules that a module of a package imports with leading dots."""
    nodes = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom))
    return {
        resolve_name("." * node.level + node.module, package)
        for node in nodes
        if node.level and node.module
    }


def check_imports(addon: BakedProject, files: set[str]) -> None:
    """Check that what the addon's modules import from it is in it."""
    for name in files:
        path = PurePosixPath(name)
        if path.suffix == ".py" and path.parts[0] == "src":
            for module in imports_of(addon.read(name), ".".join(path.parts[1:-1])):
                file = f"src/{module.replace('.', '/')}"
                assert {f"{file}.py", f"{file}/__init__.py"} & files, f"{name} imports {module}"


def check_readme(addon: BakedProject, files: set[str]) -> None:
    """Check that the README has each key of a protocol, and the client's number of workers."""
    readme = addon.read("README.md")
    keys = set(re.findall(r"^\| `(?:protocol\.)?(\w+)`", readme, re.MULTILINE))
    for name in files:
        if name.endswith("/protocol.json"):
            missing = json.loads(addon.read(name))["properties"].keys() - keys
            assert not missing, f"README.md has no {missing} of {name}"
    if addon.answers["transfer"] != "none":
        folder = f"src/{addon.package.replace('.', '/')}/remotehandlers"
        client = addon.read(f"{folder}/{addon.answers['module_name']}_client.py")
        (default,) = re.findall(r"^    default_workers = (\d+)", client, re.MULTILINE) or ["16"]
        told = re.search(rf"^\| `workers` .*\| {default} \|$", readme, re.MULTILINE)
        assert told, f"README.md: `workers` is {default} here, see __workers of answers.py"


def check_packaging(addon: BakedProject, files: set[str]) -> None:
    """Check that all data is packaged, and that the folders of opentaskpy stay open to others."""
    settings = tomllib.loads(addon.read("pyproject.toml"))["tool"]["setuptools"]
    assert settings["include-package-data"]
    patterns = [*settings["package-data"]["*"], "*.py"]
    package = addon.answers["package_name"]
    own = tuple(
        f"src/opentaskpy/{kind}/{package}/"
        for kind in ("addons", "plugins/lookup", "variablecaching")
    )
    for name in files:
        path = PurePosixPath(name)
        if path.parts[0] == "src":
            assert any(fnmatch(path.name, pattern) for pattern in patterns), name
            assert path.name != "__init__.py" or name.startswith(own), name


def check(addon: BakedProject) -> None:
    """Check a whole addon."""
    files, expected = addon.files(), expected_files(addon.answers)
    missing, more = sorted(expected - files), sorted(files - expected)
    assert not missing, f"missing: {missing}"
    assert not more, f"not wanted, or not yet in tests/expected.py: {more}"
    for name in files:
        check_file(name, addon.read(name))
    check_schemas(addon, files)
    check_imports(addon, files)
    check_readme(addon, files)
    check_packaging(addon, files)
    assert not addon.empty_folders(), "name them in EMPTY_WITHOUT of hooks/post_gen_project.py"


@pytest.fixture(scope="module")
def template_without_code(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template with only those files whose text depends on license, versioning and CI."""
    template = tmp_path_factory.mktemp("template_without_code")
    for name in ("answers.py", "cookiecutter.json", "local_extensions.py"):
        shutil.copy(root / name, template)
    addon = "{{cookiecutter.addon_name}}"
    shutil.copytree(root / addon, template / addon, ignore=shutil.ignore_patterns(*CODE))
    return template


def code(addon: BakedProject) -> dict[str, str]:
    """Read the files of an addon's folders of code."""
    return {name: addon.read(name) for name in addon.files() if name.startswith(CODE)}


SHAPES = [
    pytest.param(shape, paper, id=name_of(shape))
    for shape, paper in zip(shapes(), cycle(papers()), strict=False)
]


@pytest.mark.parametrize(("shape", "paper"), SHAPES)
def test_shape(bake: Bake, shape: Answers, paper: Answers) -> None:
    """Every structure, and with each its turn of license, versioning and CI."""
    check(bake(**shape, **paper))


@pytest.mark.slow
@pytest.mark.parametrize("shape", shapes(), ids=name_of)
def test_shape_with_all_papers(bake: Bake, shape: Answers, template_without_code: Path) -> None:
    """Every structure, with every license, versioning and CI.

    The code does not depend on these, as test_papers_leave_the_code_alone shows; so the files
    outside of the code are enough.
    """
    for paper in papers():
        addon = bake(**shape, **paper, template=template_without_code)
        assert addon.files() == {
            name for name in expected_files(addon.answers) if not name.startswith(CODE)
        }
        for name in addon.files():
            check_file(name, addon.read(name))


@pytest.mark.parametrize("answers", COMBINATIONS)
def test_papers_leave_the_code_alone(bake: Bake, answers: Answers) -> None:
    assert OTHER_PAPERS.keys() == set(PAPERS), "OTHER_PAPERS has another answer for each of PAPERS"
    shape = {key: value for key, value in answers.items() if key not in OTHER_PAPERS}
    assert code(bake(**shape)) == code(bake(**shape, **OTHER_PAPERS))


@pytest.mark.parametrize("answers", COMBINATIONS)
def test_named_combination(bake: Bake, answers: Answers) -> None:
    """Every combination that test_addons.py installs and runs."""
    check(bake(**answers))


def test_named_combinations_cover_every_choice(bake: Bake) -> None:
    defaults = bake().answers
    baked = [{**defaults, **combination.values[0]} for combination in COMBINATIONS]
    for key in CHOICES:
        offered = {*choices(key)} if isinstance(CHOICES[key], list | bool) else set()
        chosen = {answers[key] for answers in baked}
        assert offered <= chosen, f"{key}: no combination has {offered - chosen}"
        assert len(chosen) > 1, f"{key}: no combination differs from the default"


@pytest.mark.parametrize("name", ["nasty_text", "http_source", "plugins_only"])
def test_guard_fills_in_what_jinja_would(name: str, bake: Bake, root: Path, tmp_path: Path) -> None:
    """It puts in values and simple conditions itself, because that is faster."""
    for part in ("{{cookiecutter.addon_name}}", "hooks"):
        shutil.copytree(root / part, tmp_path / part)
    for part in ("cookiecutter.json", "local_extensions.py"):
        shutil.copy(root / part, tmp_path)
    begin = "def _filled(self, source: str) -> str:\n"
    whole = (root / "answers.py").read_text(encoding="utf-8")
    without = whole.replace(begin, f"{begin}        return source\n")
    assert without != whole
    (tmp_path / "answers.py").write_text(without, encoding="utf-8")
    answers = next(each.values[0] for each in COMBINATIONS if each.id == name)
    by_guard = bake(**answers)
    # In a process of its own: this one has local_extensions.py of another template already.
    command = (sys.executable, "-m", "cookiecutter", "--default-config", "--no-input", tmp_path)
    given = [f"{key}={value}" for key, value in answers.items()]
    out = tmp_path / "out"
    run(*command, "--output-dir", out, *given, cwd=tmp_path, env={"HOME": str(tmp_path)})
    by_jinja = BakedProject(out / by_guard.root.name, by_guard.answers)
    assert by_guard.files() == by_jinja.files()
    for file in by_guard.files():
        assert by_guard.read(file) == by_jinja.read(file), file


@pytest.mark.parametrize("role", ["source", "destination"])
def test_client_names_the_methods_that_only_tests_call(role: str, bake: Bake) -> None:
    addon = bake(transfer=role, transfer_client="custom").root
    common = next(addon.rglob("common"))
    (said,) = re.findall("Only tests call (.*),", next(addon.rglob("*_client.py")).read_text())
    abstract = re.findall(
        r"@abstractmethod\s+def (\w+)", (common / "transfer_client.py").read_text()
    )
    called = set(re.findall(r"self\._service\.(\w+)\(", (common / f"{role}.py").read_text()))
    of_a_move = {"copy", "delete"} if "move" in called else set()
    assert set(re.findall(r"`(\w+)`", said)) == {*abstract} - called - of_a_move - {"close"}
