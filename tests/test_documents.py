"""What the documents say is so: their transcripts, their links, and what they name."""

import ast
import json
import re
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import pytest

from docs import first_run
from extension.filesystems import PROTOCOLS
from tests import transcripts
from tests.baked import BakedProject, Venv
from tests.combinations import CHOICES, COMBINATIONS, Answers, choices
from tests.conftest import ROOT, Bake

README = "README.md"
PAGES = [README, *sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/**/*.md"))]
# What these show takes a minute or more.
SLOW = {README, "docs/from-stub-to-service.md"}


def read(page: str) -> str:
    """Read a page of this repository."""
    return (ROOT / page).read_text(encoding="utf-8")


def test_quick_start(tmp_path: Path) -> None:
    transcripts.check(transcripts.section(read(README), "A first run"), tmp_path, ROOT)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, marks=[pytest.mark.slow] if page in SLOW else [])
        for page in PAGES
        if transcripts.steps(read(page))
    ],
)
def test_transcripts(page: str, tmp_path: Path) -> None:
    transcripts.check(read(page), tmp_path, ROOT)


@pytest.mark.slow
def test_transcripts_of_the_addon(bake: Bake) -> None:
    addon = bake()
    before = "python -m venv .venv\n. .venv/bin/activate\npip install --quiet -e '.[dev]'\n"
    transcripts.check(f"```sh\n{before}```\n{addon.read(README)}", addon.root, ROOT)


def test_every_test_has_a_row_for_maintainers() -> None:
    named = set(re.findall(r"tests/(test_\w+)\.py", read("docs/maintaining.md")))
    assert named == {path.stem for path in ROOT.glob("tests/test_*.py")}


# --- A page for each question ---

QUESTION = "docs/questions/{}.md"
# The questions with a list of answers.
CHOSEN = [key for key, value in CHOICES.items() if not isinstance(value, str)]
HEADINGS = ["## Example", "## Another answer later"]


@pytest.mark.parametrize("key", CHOICES)
def test_question_has_a_page(key: str) -> None:
    page = read(QUESTION.format(key))
    assert page.startswith(f"# {key}\n")
    assert re.findall(r"^## .+$", page, re.MULTILINE) == HEADINGS
    assert any(key in step.command for step in transcripts.steps(page))
    assert f"[`{key}`](docs/questions/{key}.md)" in read(README)


@pytest.mark.parametrize(
    ("title", "key"),
    [("how files are reached", "transfer_client"), ("how commands are run", "execution")],
)
def test_readme_names_every_client(title: str, key: str) -> None:
    table = read(README).partition(f"| {title} |")[2].partition("\n\n")[0]
    assert list(rows(table)) == [choice for choice in choices(key) if choice != "none"]


def test_newest_version_has_a_heading_in_the_changelog() -> None:
    (version,) = re.findall(r'^version = "(.*)"', read("pyproject.toml"), re.MULTILINE)
    assert f"## [{version}] - " in read("CHANGELOG.md"), f"CHANGELOG.md has no {version}"


def test_no_page_is_left_of_a_question_that_is_gone() -> None:
    assert {path.stem for path in (ROOT / "docs/questions").iterdir()} == {*CHOICES, "README"}


def rows(page: str) -> dict[str, str]:
    """Return the rows of a page's first table: what the first column names, and the last one."""
    cells = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| `")]
    return {name: row[-1] for row in cells for name in re.findall(r"`([^`]+)`", row[0])}


@pytest.mark.parametrize("key", CHOSEN)
def test_page_names_every_choice_and_its_files(key: str, bake: Bake) -> None:
    told = rows(read(QUESTION.format(key)))
    values = {str(v).lower() if isinstance(v, bool) else v: v for v in choices(key)}
    assert list(told) == list(values)
    made = {name: bake(**{key: value}).files() for name, value in values.items()}
    for name, text in told.items():
        others = set.intersection(*(made[other] for other in made if other != name))
        for path in re.findall(r"`([^` ]+/[^` ]+)`", text):
            assert path in made[name] - others, f"{key}={name}: {path}"


def test_page_names_every_filesystem_and_its_package() -> None:
    told = rows(read(QUESTION.format("fsspec_protocol")))
    packages = {name: re.findall(r"`([^`]+)`", text) for name, text in told.items()}
    assert packages == {name: [package] if package else [] for name, package in PROTOCOLS.items()}


def test_readme_counts_the_files_of_both_owners(bake: Bake) -> None:
    files = bake().files()
    kit = {name for name in files if "/otf_kit/" in name}
    numbers = re.search(r"About (\d+) files .* yours.* other (\d+) or so", read(README))
    assert numbers
    yours, others = map(int, numbers.groups())
    assert abs(len(files) - len(kit) - yours) <= 5
    assert abs(len(kit) - others) <= 15


# --- Links ---

LINK = re.compile(r"(?<!!)\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"^```.*?^```$|`[^`\n]+`", re.MULTILINE | re.DOTALL)


def anchors(text: str) -> set[str]:
    """Return the anchors that GitHub gives the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", transcripts.BLOCK.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


PUBLISHED = "https://github.com/org/otf-addon-template/blob/main/"


def broken_links(folder: Path, page: Path) -> list[str]:
    """Return the links of a page that lead nowhere; of other sites only the syntax is checked."""
    text = CODE.sub("", page.read_text(encoding="utf-8"))
    broken = []
    for link in ("".join(groups) for groups in LINK.findall(text)):
        parts = urlsplit(link)
        if link.startswith(PUBLISHED):
            if link.removeprefix(PUBLISHED) not in PAGES:
                broken.append(link)
            continue
        if parts.scheme:
            if parts.scheme != "https" or "." not in parts.netloc:
                broken.append(link)
            continue
        target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        inside = target.is_relative_to(folder) and target.exists()
        if not inside or (
            parts.fragment and parts.fragment not in anchors(target.read_text(encoding="utf-8"))
        ):
            broken.append(link)
    return broken


@pytest.mark.parametrize("page", [*PAGES, "CHANGELOG.md"])
def test_links(page: str) -> None:
    assert not broken_links(ROOT, ROOT / page)


@pytest.mark.parametrize("answers", COMBINATIONS)
def test_links_of_the_addon(answers: Answers, bake: Bake) -> None:
    addon = bake(**answers)
    for page in addon.root.rglob("*.md"):
        assert not broken_links(addon.root, page), page


def test_index_has_every_page() -> None:
    linked = {link.partition("#")[0] for link in map("".join, LINK.findall(read("docs/README.md")))}
    docs = ROOT / "docs"
    pages = [*docs.glob("*.md"), *docs.glob("recipes/*.md"), docs / "questions" / "README.md"]
    names = {path.relative_to(docs).as_posix() for path in pages}
    assert linked == names - {"README.md"} | {"../README.md"}


def test_readmes_are_short(bake: Bake) -> None:
    assert len(read(README).splitlines()) <= 150
    assert len(bake().read(README).splitlines()) <= 200


@pytest.mark.parametrize("answers", COMBINATIONS)
def test_first_task_of_the_addon_has_the_keys_of_its_schemas(answers: Answers, bake: Bake) -> None:
    addon = bake(**answers)
    tasks = transcripts.blocks(addon.read(README), "json")
    has_handler = any(name.endswith("/protocol.json") for name in addon.files())
    assert len(tasks) == has_handler
    for task in map(json.loads, tasks):
        ends = [task] if task["type"] == "execution" else [task["source"], *task["destination"]]
        (protocol,) = (end["protocol"] for end in ends if end["protocol"]["name"] != "local")
        schemas = [
            json.loads(addon.read(name))
            for name in addon.files()
            if name.endswith("/protocol.json") and protocol["name"] in addon.read(name)
        ]
        assert schemas
        for schema in schemas:
            assert protocol.keys() <= schema["properties"].keys()
            assert protocol.keys() >= set(schema.get("required", []))


def test_every_page_can_be_found() -> None:
    """From the README, through any number of pages."""
    found, new = set(), {README}
    while new:
        page = new.pop()
        found.add(page)
        for link in map("".join, LINK.findall(read(page))):
            target = (ROOT / page).parent.joinpath(link.partition("#")[0]).resolve()
            if target.suffix == ".md" and target.is_relative_to(ROOT):
                new |= {target.relative_to(ROOT).as_posix()} - found
    assert not set(PAGES) - found


# --- The faults of opentaskpy ---

FAULTS = "docs/faults-of-opentaskpy.md"
TEST = re.compile(r"`(test_\w+)`")


def standard_tests(addon: BakedProject) -> Iterator[ast.FunctionDef]:
    """Return the tests of an addon's conformance suite."""
    for path in addon.path("tests/otf_kit/conformance").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield node


def expected_to_fail(addon: BakedProject) -> set[str]:
    """Return the tests that opentaskpy makes fail, as the reason of their xfail says."""
    return {
        test.name
        for test in standard_tests(addon)
        for decorator in map(ast.unparse, test.decorator_list)
        if decorator.startswith("pytest.mark.xfail(") and "opentaskpy" in decorator
    }


@pytest.mark.parametrize("answers", COMBINATIONS)
def test_faults_in_the_readme_of_the_addon_are_those_of_its_tests(
    answers: Answers, bake: Bake
) -> None:
    addon = bake(**answers)
    assert set(TEST.findall(addon.read(README))) == expected_to_fail(addon)


def test_faults_are_listed_and_shown_by_tests_that_exist(bake: Bake) -> None:
    addon, page = bake(), read(FAULTS)
    listed = transcripts.section(page, "What an addon cannot repair").partition("No test")[0]
    assert set(TEST.findall(listed)) == expected_to_fail(addon)
    missing = set(TEST.findall(page)) - {test.name for test in standard_tests(addon)}
    assert not missing


# --- How a transfer flows ---

FLOW = "docs/how-a-transfer-flows.md"
ARROW = re.compile(r"^    (\w+)->>(\w+): (\w+)$", re.MULTILINE)

# Runs task-run, and prints who calls which method of the handlers and their clients.
TRACED = """
import functools
from opentaskpy.addons.myservice.otf_kit import TransferClient
from opentaskpy.addons.myservice.remotehandlers.myservice import MyServiceTransfer
from opentaskpy.addons.myservice.remotehandlers.myservice_client import MyServiceClient
from opentaskpy.cli.task_run import main

roles = {}

def trace(cls, name, caller_and_called):
    method = getattr(cls, name)
    @functools.wraps(method)
    def traced(self, *args, **kwargs):
        print("CALL", *caller_and_called(self, *args), name, flush=True)
        return method(self, *args, **kwargs)
    setattr(cls, name, traced)

def by_otf(handler, *args):
    if handler not in roles:
        roles[handler] = "Source" if "fileRegex" in args[0] else "Destination"
    return "OTF", roles[handler]

def by_handler(client, *args):
    protocol = client.connection.protocol
    (role,) = (role for each, role in roles.items() if each.spec["protocol"] is protocol)
    return role, "Client"

for name in [*filter(lambda name: name[0] != "_", dir(MyServiceTransfer)), "__init__"]:
    method = getattr(MyServiceTransfer, name)
    if callable(method) and ".otf_kit." in getattr(method, "__module__", ""):
        trace(MyServiceTransfer, name, by_otf)
for name in [*TransferClient.__abstractmethods__, "move"]:
    trace(MyServiceClient, name, by_handler)
main()
"""


def test_transfer_flows_as_the_picture_shows(bake: Bake, tmp_path: Path) -> None:
    addon = bake(execution="none")
    venv = Venv.make(tmp_path / "venv")
    venv.install(str(addon.root))
    task = addon.path("cfg/myservice/copy-myservice.json")
    definition = json.loads(task.read_text(encoding="utf-8"))
    action = {"action": "move", "destination": "demo/myservice/worker"}
    definition["source"]["postCopyAction"] = action
    task.write_text(json.dumps(definition), encoding="utf-8")
    told = venv.run("python", "-c", TRACED, "-c", "cfg", "-t", task.stem, cwd=addon.root)
    calls = re.findall(r"^CALL (\w+) (\w+) (\w+)$", told, re.MULTILINE)
    # OTF asks some things more than once; the picture has the first time.
    assert list(dict.fromkeys(calls)) == ARROW.findall(read(FLOW))


# --- The picture of a first run ---


@pytest.mark.slow
def test_first_run_is_as_drawn(tmp_path: Path) -> None:
    lines = [line for _, line in first_run.record(tmp_path, 0)]
    drawn = first_run.drawn(first_run.PICTURE.read_text(encoding="utf-8"))
    difference = "\n".join(unified_diff(drawn, lines, "as drawn", "now", lineterm="", n=0))
    assert transcripts.matches(drawn, lines), f"python -m docs.first_run?\n{difference}"
    ElementTree.fromstring(first_run.draw(list(enumerate(lines))))
