"""The checker passes what the template makes, and finds each way in which an addon is broken."""

import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pytest_cookies.plugin import Cookies
from uv import find_uv_bin

from checker.__main__ import main
from checker.addon import NotAnAddonError, opened
from checker.installed import Installed, ask
from checker.model import Result, Verdict
from checker.report import table
from checker.rules import RULES, judge
from tests.baked import BakedProject, Venv, run
from tests.broken_addons import BROKEN, TRANSFER_CLASS, WATCH, Broken, C, R
from tests.combinations import Answers, named
from tests.conftest import Bake, baker
from tests.published_addons import PUBLISHED

SHAPES = [
    named("defaults"),
    named("custom", transfer_client="custom", execution="custom", lookup_plugin=True),
    named("http", transfer_client="http", execution="http"),
    named("obstore", transfer_client="obstore", execution="none", package_name="acme"),
    named("execution_only", transfer="none", module_name="lambda"),
    named(
        "plugins_only", transfer="none", execution="none", lookup_plugin=True, caching_plugin=True
    ),
    named("source_only", transfer="source", execution="none"),
    named("destination_only", transfer="destination", transfer_client="http", execution="none"),
]


@pytest.fixture(scope="session")
def otf() -> Installed:
    """The OTF beside the interpreter that runs the tests."""
    return ask(sys.executable)


@pytest.fixture(scope="module")
def sound(cookies_session: Cookies) -> BakedProject:
    """An addon with everything in it, and without a fault."""
    return baker(cookies_session)(lookup_plugin=True, caching_plugin=True)


def check(path: Path, otf: Installed) -> list[Result]:
    with opened(path, otf) as addon:
        return judge(addon)


def by_verdict(results: list[Result], verdict: Verdict) -> dict[str, Result]:
    return {result.rule.id: result for result in results if result.verdict is verdict}


def line_of(path: Path, at: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if at in line) if at else 1


@pytest.mark.parametrize("answers", SHAPES)
def test_generated_addon_keeps_all_rules(bake: Bake, answers: Answers, otf: Installed) -> None:
    results = check(bake(**answers).root, otf)
    for verdict in (Verdict.BROKEN, Verdict.UNKNOWN):
        told = by_verdict(results, verdict).values()
        assert not told, [(result.rule.id, result.findings, result.doubts) for result in told]


@pytest.fixture
def edited(sound: BakedProject, broken: Broken) -> Iterator[Path]:
    """The addon with its edits, which are undone afterwards: to copy it all takes longer."""
    before: dict[Path, bytes | None] = {}
    for name, old, new in broken.edits:
        path = sound.path(name)
        before.setdefault(path, path.read_bytes() if path.exists() else None)
        if new is None:
            path.unlink()
        elif not old:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(new, encoding="utf-8")
        else:
            text = path.read_text(encoding="utf-8")
            assert old in text, f"{name} no longer has {old!r}"
            path.write_text(text.replace(old, new), encoding="utf-8")
    yield sound.root
    for path, content in before.items():
        if content is None:
            path.unlink()
        else:
            path.write_bytes(content)


@pytest.mark.parametrize(("rule", "broken"), BROKEN)
def test_broken_addon_breaks_one_rule(
    rule: str, broken: Broken, edited: Path, otf: Installed
) -> None:
    results = check(edited, otf)
    found = by_verdict(results, Verdict.BROKEN)
    assert found.keys() == {rule}, {name: result.findings for name, result in found.items()}
    places = [(finding.file, finding.line) for finding in found[rule].findings]
    assert (broken.file, line_of(edited / broken.file, broken.at)) in places, found[rule].findings
    assert all(finding.remedy for finding in found[rule].findings)


SESSION = (
    "from requests.adapters import HTTPAdapter\nimport requests\nsession = requests.Session()\n"
)
POOL = "from urllib3 import PoolManager\n"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ('import requests\nrequests.get("a", timeout=None)', Verdict.BROKEN),
        ('import requests\nrequests.Session().get("a")', Verdict.BROKEN),
        ('import requests\nwith requests.Session() as s:\n  s.send("a")', Verdict.BROKEN),
        (f'{SESSION}session.mount("a", HTTPAdapter())\nsession.get("a")', Verdict.BROKEN),
        ('import httpx\nc = httpx.Client(timeout=None)\nc.get("a")', Verdict.BROKEN),
        (f'{POOL}pool = PoolManager()\ndef a():\n  pool.request("GET", "a")', Verdict.BROKEN),
        (f'{POOL}OPTIONS = {{"maxsize": 2}}\nPoolManager(**OPTIONS).urlopen("a")', Verdict.BROKEN),
        (f'{SESSION}session.get("a", timeout=3)', Verdict.OK),
        (f'{SESSION}session.mount("https://", Waiting())\nsession.get("a")', Verdict.UNKNOWN),
        (f'{SESSION}session.request = ask\nsession.get("a")', Verdict.UNKNOWN),
        (f'{SESSION}session.headers.get("a")', Verdict.OK),
        (f"{SESSION}def get(session, **kw):\n  return session.get(**kw)", Verdict.OK),
        (f"{SESSION}def get(**kw):\n  return session.get(**kw)", Verdict.UNKNOWN),
        ("import requests\ndef get(**kw):\n  requests.request('GET', 'a', **kw)", Verdict.UNKNOWN),
        (
            f"{SESSION}def get(**kw):\n  kw.setdefault('timeout', 3)\n  return session.get(**kw)",
            Verdict.OK,
        ),
        ("import requests\ndef get(s: requests.Session):\n  s.get('a')", Verdict.UNKNOWN),
        ("import httpx\nhttpx.Client().get('a')", Verdict.OK),
        (f'{POOL}PoolManager(timeout=3).request("GET", "a")', Verdict.OK),
        (
            f'{POOL}OPTIONS = {{"timeout": 3}}\nPoolManager(**OPTIONS).urlopen("GET", "a")',
            Verdict.OK,
        ),
        (f'{POOL}PoolManager(**options).request("GET", "a")', Verdict.UNKNOWN),
    ],
)
def test_timeouts_of_clients(text: str, verdict: Verdict, otf: Installed, tmp_path: Path) -> None:
    package = tmp_path / "src/opentaskpy/plugins/lookup/acme"
    package.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text("", encoding="utf-8")
    (package / "acme.py").write_text(text, encoding="utf-8")
    (rule,) = (rule for rule in RULES if rule.id == "timeouts")
    with opened(tmp_path, otf) as addon:
        assert rule.judge(addon).verdict is verdict


def test_nothing_is_guessed_where_otf_is_not_installed(sound: BakedProject, otf: Installed) -> None:
    results = check(sound.root, replace(otf, folder=None))
    assert not by_verdict(results, Verdict.BROKEN)
    assert by_verdict(results, Verdict.UNKNOWN).keys() == {"attributes"}


def test_nothing_is_guessed_of_a_foreign_base(
    sound: BakedProject, otf: Installed, tmp_path: Path
) -> None:
    addon = tmp_path / "addon"
    shutil.copytree(sound.root / "src", addon / "src")
    (addon / "setup.py").touch()
    for name in ("transfers/handler.py", "executions/handler.py"):
        module = addon / C / name
        text = module.read_text(encoding="utf-8").replace("def tidy(", "def end(")
        text = text.replace("Handler):", "Handler, library.Base):").replace("init_logging(", "log(")
        module.write_text(f"import library\n{text}", encoding="utf-8")
    told = by_verdict(check(addon, otf), Verdict.UNKNOWN)
    assert {"attributes", "logger", "methods-of-execution", "dependencies"} <= told.keys()


LEVELS = 100_000


@pytest.mark.parametrize(
    ("name", "text", "rule"),
    [
        (WATCH, '{"a": ' * LEVELS + "1" + "}" * LEVELS, "schema-json"),
        (WATCH, '{"a": ' * 200 + "1" + "}" * 200, "schema-json"),
        ("cfg/myservice/deep.json", "[" * LEVELS, "task-json"),
        (f"{R}/deep.py", "(" * LEVELS + ")" * LEVELS, "compiles"),
        (f"{R}/deep.py", "-" * LEVELS + "1", "compiles"),
    ],
    ids=["object", "less deep", "task", "parentheses", "operators"],
)
def test_file_that_is_nested_too_deeply_is_broken(
    name: str, text: str, rule: str, sound: BakedProject, otf: Installed, tmp_path: Path
) -> None:
    addon = tmp_path / "addon"
    shutil.copytree(sound.root, addon)
    (addon / name).write_text(text, encoding="utf-8")
    findings = by_verdict(check(addon, otf), Verdict.BROKEN)[rule].findings
    assert name in {finding.file for finding in findings}


def test_settings_that_are_nested_too_deeply_are_no_addon(
    sound: BakedProject, otf: Installed, tmp_path: Path
) -> None:
    addon = tmp_path / "addon"
    shutil.copytree(sound.root, addon)
    (addon / "pyproject.toml").write_text("a = " + "[" * LEVELS, encoding="utf-8")
    with pytest.raises(NotAnAddonError, match="nested too deeply"):
        check(addon, otf)


def test_distributions_keep_all_rules(sound: BakedProject, otf: Installed, tmp_path: Path) -> None:
    for path in sound.build():
        results = check(path, otf)
        assert not by_verdict(results, Verdict.BROKEN)
        # A distribution need not have all tests in it.
        assert by_verdict(results, Verdict.UNKNOWN).keys() <= {"schemas-tested"}
    unpacked = tmp_path / "unpacked"
    zipfile.ZipFile(path).extractall(unpacked)
    with opened(unpacked, otf) as addon:
        assert (addon.kind, addon.name) == ("wheel", "otf-addons-myservice")
    shutil.rmtree(sound.path("dist"))


def test_real_engine_tells_more(sound: BakedProject, tmp_path: Path) -> None:
    """What is installed may lack what its sources have, or fail only when it is imported."""
    _, wheel = sound.build()
    venv = Venv.make(tmp_path / "venv")
    venv.install(str(wheel))
    python = venv.folder / "bin" / "python"
    otf = ask(str(python))

    def broken() -> list[Result]:
        with opened(sound.root, otf) as addon:
            results = [rule.judge(addon) for rule in RULES if rule.family == "engine"]
        assert all(result.looked_at for result in results)
        return [result for result in results if result.verdict is Verdict.BROKEN]

    assert not broken()
    (package,) = venv.folder.glob(f"lib/*/site-packages/{sound.package.replace('.', '/')}")
    schema = package / "remotehandlers/schemas/transfer/myservice_source.json"
    schema.rename(schema.with_suffix(".bak"))
    handlers = f"{R}/myservice.py"
    at = line_of(sound.path(handlers), TRANSFER_CLASS)
    (found,) = broken()
    assert found.rule.id == "engine-schemas"
    assert [(each.file, each.line) for each in found.findings] == [(handlers, at)]
    schema.with_suffix(".bak").rename(schema)

    client = package / "remotehandlers/myservice_client.py"
    client.write_text(client.read_text(encoding="utf-8") + "\nimport no_such_module\n", "utf-8")
    (found,) = broken()
    assert found.rule.id == "engine-loads"
    assert "no_such_module" in found.findings[0].wrong
    assert found.findings[0].file == handlers


def test_command(sound: BakedProject, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(sound.root)]) == 0
    table = capsys.readouterr().out
    assert "OK (" in table and "BROKEN" not in table

    addon = tmp_path / "addon"
    shutil.copytree(sound.root, addon)
    (addon / WATCH).write_text("{}", encoding="utf-8")
    assert main([str(addon), "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    rules = {row["rule"]: row for row in report["rules"]}
    assert rules["schema-dialect"]["verdict"] == "broken"
    (finding,) = rules["schema-dialect"]["findings"]
    assert (finding["file"], finding["line"]) == (WATCH, 1)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "name an addon"),
        (["no/such/folder"], "no/such/folder is not a folder, .tar.gz or .whl"),
        ([str(Path(__file__).parents[1] / "docs")], "has no pyproject.toml, setup.py or setup.cfg"),
        ([str(Path(__file__).parents[1] / "docs"), "--python", "/no/python"], "/no/python"),
    ],
)
def test_wrong_usage_is_told_in_one_line(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    *usage, line = capsys.readouterr().err.splitlines()
    assert told in line
    assert bool(usage) is (not arguments)


def test_folder_of_several_addons_is_refused(
    sound: BakedProject, otf: Installed, tmp_path: Path
) -> None:
    for name in ("cold", "warm"):
        shutil.copytree(sound.root / "src", tmp_path / name / "src")
        (tmp_path / name / "setup.cfg").touch()
    with pytest.raises(NotAnAddonError, match=r"name the folder of one addon, such as .*cold$"):
        check(tmp_path, otf)


def test_project_without_an_addon_is_refused(otf: Installed, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    with pytest.raises(NotAnAddonError, match="has no addon of OTF in it"):
        check(tmp_path, otf)


def test_interpreter_without_the_libraries_is_told_in_one_line(root: Path) -> None:
    command = [sys.executable, "-S", "-m", "checker", "."]
    done = subprocess.run(command, cwd=root, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "has no jsonschema" in line and ".venv/bin/python" in line


def test_interpreter_without_the_addon_is_refused(
    sound: BakedProject, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main([str(sound.root), "--python", sys.executable])
    assert "does not have otf-addons-myservice" in capsys.readouterr().err


def test_document_has_the_rules(root: Path) -> None:
    """`python -m checker --rules` writes them; paste it between the marks."""
    text = (root / "docs/checker.md").read_text(encoding="utf-8")
    _, _, rest = text.partition("<!-- python -m checker --rules -->\n")
    assert rest.partition("<!-- end -->")[0].strip() == table(RULES)


def test_every_rule_has_a_broken_addon() -> None:
    tested = {param.values[0] for param in BROKEN} | {"engine-loads", "engine-schemas"}
    assert tested == {rule.id for rule in RULES}
    assert len(RULES) == len(tested)


def expected(table: str, addon: str) -> set[tuple[str, str, int]]:
    below = f"src/opentaskpy/addons/{addon}/remotehandlers/"
    rows = (line.split() for line in table.split("\n") if line.strip())
    return {
        (rule, file if file.startswith("src/") else f"{below}{file}", int(line))
        for rule, file, lines in rows
        for line in lines.split(",")
    }


def found(results: list[Result]) -> set[tuple[str, str, int]]:
    return {(r.rule.id, one.file, one.line) for r in results for one in r.findings}


@pytest.mark.slow
@pytest.mark.parametrize("requirement", PUBLISHED)
def test_published_addon(requirement: str, otf: Installed, tmp_path: Path) -> None:
    """Each defect is found in its line, in the source distribution and in the wheel made of it."""
    download = ("pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", requirement)
    run(sys.executable, "-m", *download, cwd=tmp_path)
    (sdist,) = tmp_path.glob("*.tar.gz")
    addon = requirement.partition("==")[0].rpartition("-")[2]
    places = expected(PUBLISHED[requirement], addon)
    assert found(check(sdist, otf)) == places

    run(find_uv_bin(), "build", "--quiet", "--wheel", "--out-dir", ".", sdist, cwd=tmp_path)
    (wheel,) = tmp_path.glob("*.whl")
    installed = {(rule, file.removeprefix("src/"), line) for rule, file, line in places}
    assert found(check(wheel, otf)) == installed


@pytest.mark.slow
def test_transcript_is_what_is_printed(root: Path, tmp_path: Path) -> None:
    """The lines of the transcript are printed, in this order; "..." matches any others."""
    text = (root / "docs/checker.md").read_text(encoding="utf-8")
    transcript = text.partition("```text\n")[2].partition("```")[0]
    command, *lines = transcript.strip().splitlines()
    download = ("pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:")
    (requirement,) = (each for each in PUBLISHED if each.startswith("otf-addons-vault"))
    run(sys.executable, "-m", *download, requirement, cwd=tmp_path)
    env = {"PYTHONPATH": str(root)}
    arguments = command.removeprefix("$ python ").split()
    printed = iter(run(sys.executable, *arguments, cwd=tmp_path, env=env, exit_code=1).splitlines())
    for line in lines:
        assert line == "..." or line in printed, line
