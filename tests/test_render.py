"""The full product of the structural answers: every addon is whole, and made of valid files."""

import ast
import json
import re
import shutil
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

from tests.baked import BakedProject
from tests.combinations import CHOICES, COMBINATIONS, PACKAGING, Answers, choices, packaging, shapes
from tests.conftest import Bake

DIALECT = "https://json-schema.org/draft/2020-12/schema"

PARSERS: dict[str, Callable[[str], Any]] = {
    ".json": json.loads,
    ".toml": tomllib.loads,
    ".yml": yaml.safe_load,
    ".py": partial(compile, filename="addon.py", mode="exec", dont_inherit=True),
}


MOST_FILES_OF_AN_AUTHOR = 60

# Nothing in these folders depends on license, versioning or CI.
CODE = ("src", "tests", "cfg", "demo")
OTHER_PACKAGING = {"license": "Proprietary", "versioning": "semver", "ci": "gitlab"}


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
        resolve_name("." * node.level + name, package)
        for node in nodes
        if node.level
        # `from . import a, b` imports modules.
        for name in ([node.module] if node.module else [alias.name for alias in node.names])
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
        clients = [f"{folder}/{addon.answers['module_name']}_client.py"]
        clients += [name for name in files if "/otf_kit/filesystems/" in name]
        text = "".join(map(addon.read, clients))
        (default,) = re.findall(r"^    default_workers = (\d+)", text, re.MULTILINE) or ["16"]
        told = re.search(rf"^\| `workers` .*\| {default} \|$", readme, re.MULTILINE)
        assert told, f"README.md: `workers` is {default} here, see __workers of extension/pieces.py"


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


def check_needed(addon: BakedProject, files: set[str]) -> None:
    """Check that each module in src is run by OTF or a user, or imported by one that is."""
    package, module = addon.answers["package_name"], addon.answers["module_name"]
    roots = (
        f"remotehandlers/{module}.py",
        f"addons/{package}/__init__.py",
        f"addons/{package}/__main__.py",  # python -m runs it
        f"lookup/{package}/{module}.py",
        f"variablecaching/{package}/{module}.py",
    )
    modules = {name for name in files if name.startswith("src/") and name.endswith(".py")}
    reached = {name for name in modules if name.endswith(roots)}
    waiting = list(reached)
    while waiting:
        name = waiting.pop()
        folder = ".".join(PurePosixPath(name).parts[1:-1])
        for imported in imports_of(addon.read(name), folder):
            file = f"src/{imported.replace('.', '/')}"
            parents = [f"{parent}/__init__.py" for parent in PurePosixPath(f"{file}.py").parents]
            new = {f"{file}.py", f"{file}/__init__.py", *parents} & modules - reached
            reached |= new
            waiting += new
    assert not modules - reached, "nothing imports these: give their names a condition"


def check_owners(addon: BakedProject, files: set[str]) -> None:
    """Check that few files belong to the author, and all others are in a folder of the kit."""
    kit = re.compile(r"(src/opentaskpy/addons/\w+|tests)/otf_kit/")
    own = sorted(name for name in files if not kit.match(name))
    assert len(own) <= MOST_FILES_OF_AN_AUTHOR, own
    checksums = addon.read(f"tests/otf_kit/checksums/{addon.answers['module_name']}.txt")
    listed = {line.split("  ")[1] for line in checksums.splitlines()}
    assert listed == {n for n in files if kit.match(n) and "/checksums/" not in n}


def check(addon: BakedProject) -> None:
    """Check a whole addon."""
    files = addon.files()
    assert {"README.md", "LICENSE", "AGENTS.md", "pyproject.toml", "CHANGELOG.md"} <= files
    for name in files:
        check_file(name, addon.read(name))
    check_schemas(addon, files)
    check_imports(addon, files)
    check_readme(addon, files)
    check_packaging(addon, files)
    check_needed(addon, files)
    check_owners(addon, files)
    assert not addon.empty_folders(), "add the folder above them to FOLDERS of the hook"


@pytest.fixture(scope="module")
def template_without_code(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template with only those files whose text depends on license, versioning and CI."""
    template = tmp_path_factory.mktemp("template_without_code")
    for name in ("answers.py", "cookiecutter.json", "local_extensions.py"):
        shutil.copy(root / name, template)
    shutil.copytree(root / "extension", template / "extension")
    addon = "{{cookiecutter.addon_name}}"
    shutil.copytree(root / addon, template / addon, ignore=shutil.ignore_patterns(*CODE))
    return template


def code(addon: BakedProject) -> dict[str, str]:
    """Read the files of an addon's folders of code."""
    return {name: addon.read(name) for name in addon.files() if name.startswith(CODE)}


SHAPES = [
    pytest.param(shape, packaging_answers, id=name_of(shape))
    for shape, packaging_answers in zip(shapes(), cycle(packaging()), strict=False)
]


@pytest.mark.parametrize(("shape", "packaging_answers"), SHAPES)
def test_shape(bake: Bake, shape: Answers, packaging_answers: Answers) -> None:
    """Every structure, and with each its turn of license, versioning and CI."""
    check(bake(**shape, **packaging_answers))


@pytest.mark.slow
@pytest.mark.parametrize("shape", shapes(), ids=name_of)
def test_shape_with_all_packaging(bake: Bake, shape: Answers, template_without_code: Path) -> None:
    """Every structure, with every license, versioning and CI.

    The code does not depend on these, as test_packaging_leave_the_code_alone shows; so the files
    outside of the code are enough.
    """
    for packaging_answers in packaging():
        addon = bake(**shape, **packaging_answers, template=template_without_code)
        assert {"README.md", "LICENSE", "pyproject.toml"} <= addon.files()
        assert (".gitlab-ci.yml" in addon.files()) == (packaging_answers["ci"] == "gitlab")
        for name in addon.files():
            check_file(name, addon.read(name))


@pytest.mark.parametrize("answers", COMBINATIONS)
def test_packaging_leave_the_code_alone(bake: Bake, answers: Answers) -> None:
    assert OTHER_PACKAGING.keys() == set(PACKAGING), (
        "OTHER_PACKAGING has another answer for each of PACKAGING"
    )
    shape = {key: value for key, value in answers.items() if key not in OTHER_PACKAGING}
    assert code(bake(**shape)) == code(bake(**shape, **OTHER_PACKAGING))


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
