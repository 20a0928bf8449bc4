"""What the template answers to answers: hostile ones, odd ones and missing ones.

Most tests bake a tiny template with the real questions, rules and hooks.
"""

import ast
import html
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from cookiecutter.exceptions import FailedHookException
from cookiecutter.generate import generate_context, generate_files
from cookiecutter.hooks import run_hook_from_repo_dir
from cookiecutter.main import cookiecutter
from cookiecutter.prompt import prompt_for_config
from markdown_it import MarkdownIt
from pytest_cookies.plugin import Cookies

from extension import command_line, escaping, filesystems, names, questions, rules

ROOT = Path(__file__).parents[1]
QUESTIONS = [key for key in questions.QUESTIONS if not key.startswith("_")]
PRIVATE = [key for key in questions.QUESTIONS if key.startswith("__") and key != "__prompts__"]
TEXTS = ["service_name", "author_name", "description"]

# --- A template with the real rules and hooks, and an addon of a few files ---

HANDLERS = "src/opentaskpy/addons/{{package}}/remotehandlers"
SCHEMAS = HANDLERS + "/schemas"
PIECES = {
    "handler": [HANDLERS + "/{{module}}.py"],
    "source": [SCHEMAS + "/transfer/{{module}}_source/protocol.json"],
    "destination": [SCHEMAS + "/transfer/{{module}}_destination/a.json"],
    "transfer": ["demo/{{module}}/service/in/a.txt"],
    "execution": [SCHEMAS + "/execution/{{module}}/protocol.json"],
    "lookup": ["src/opentaskpy/plugins/lookup/{{package}}/a.py"],
    "caching": ["src/opentaskpy/variablecaching/{{package}}/a.py"],
    "github": [".github/workflows/ci.yml"],
}
FILES = {
    "answers.toml": "".join(f"{k} = {{{{ cookiecutter.{k} | toml }}}}\n" for k in TEXTS),
    "answers.json": '{"service_name": {{ cookiecutter.service_name | json_text }}}\n',
    "answers.yaml": "".join(f"{k}: {{{{ cookiecutter.{k} | yaml_text }}}}\n" for k in TEXTS),
    "answers.py": '"""{{ cookiecutter.service_name | docstring }}"""\n\n'
    + "".join(f"{k} = {{{{ cookiecutter.{k} | python_text }}}}\n" for k in TEXTS),
    "README.md": "# {{ cookiecutter.service_name | markdown }}\n",
    "private.json": "{{ cookiecutter | tojson }}\n",
}


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the tiny template."""
    root = tmp_path_factory.mktemp("root") / "template"
    for name in ("hooks", "extension"):
        shutil.copytree(ROOT / name, root / name)
    for name in ("cookiecutter.json", "local_extensions.py", "answers.py"):
        shutil.copy(ROOT / name, root)
    addon = root / "{{cookiecutter.addon_name}}"
    files = {addon / name: text for name, text in FILES.items()}
    for piece, paths in PIECES.items():
        for path in map(addon.joinpath, paths):
            files[path.with_name(f"{{% if {piece} %}}{path.name}{{% endif %}}")] = "\n"
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def snapshot(folder: Path) -> dict[str, bytes | None]:
    """Read everything in a folder; the value of a folder is None."""
    return {
        str(path.relative_to(folder)): None if path.is_dir() else path.read_bytes()
        for path in sorted(folder.rglob("*"))
    }


class Sandbox:
    """A folder in which the `cookiecutter` command runs, with a home and a temp folder in it."""

    def __init__(self, folder: Path, template: Path) -> None:
        self.folder, self.template, self.out = folder, template, folder / "outer" / "out"
        for name in ("home", "tmp", "outer/out"):
            (folder / name).mkdir(parents=True)
        (self.out.parent / "neighbour.txt").write_text("mine")

    def run(
        self, *arguments: str, typed: str = "", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run the command as a user does; what is typed comes through a pipe."""
        return self._run(arguments, environment, input=typed)

    def type(self, *lines: str, arguments: tuple[str, ...] = ()) -> str:
        """Answer the questions on a terminal, and return what is printed."""
        terminal, stdin = os.openpty()
        try:
            os.write(terminal, "".join(f"{line}\n" for line in lines).encode() + b"\4")
            return self._run(arguments, {}, stdin=stdin).stdout
        finally:
            os.close(terminal)
            os.close(stdin)

    def _run(
        self, arguments: Iterable[str], environment: Mapping[str, str], **answers: Any
    ) -> subprocess.CompletedProcess[str]:
        home = {"HOME": str(self.folder / "home"), "USERPROFILE": str(self.folder / "home")}
        temp = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(self.folder / "tmp"))
        config = [] if "--config-file" in arguments else ["--default-config"]
        where = [str(self.out), str(self.template)]
        return subprocess.run(
            [sys.executable, "-m", "cookiecutter", *config, "-o", *where, *arguments],
            cwd=self.folder / "outer",
            env={**os.environ, **home, **temp, **environment},
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            **answers,
        )

    def bake(self, *arguments: str, **environment: str) -> Path:
        """Run the command with these answers, and return the addon's folder."""
        run = self.run("--no-input", *arguments, **environment)
        assert run.returncode == 0, run.stdout + run.stderr
        (addon,) = [path for path in self.out.iterdir() if path.name.startswith("otf-addons-")]
        return addon

    def refuse(self, *arguments: str, **environment: str) -> str:
        """Run the command, and return the one line that it refuses these answers with."""
        before = snapshot(self.out.parent)
        run = self.run(*arguments, **environment)
        assert (run.returncode, run.stderr) == (1, "")
        assert snapshot(self.out.parent) == before
        return one_line(run.stdout.removesuffix("\n"))


def one_line(message: str) -> str:
    """Make sure that a message is one line for any terminal, and says what to write."""
    assert message.isascii()
    assert message.isprintable()
    assert re.search(r": (write|choose) ", message)
    return message


@pytest.fixture
def sandbox(tmp_path: Path, template: Path) -> Sandbox:
    """Set up a folder to run the command in."""
    return Sandbox(tmp_path / "sandbox", template)


# --- Hostile answers ---

NAMES = ["", " ", ".", "..", "../x", "a/b", "/otf-escape", r"a\b", r"C:\x", "~", "-rf", "--", "a.b"]
NAMES += ["a b", " a", "a ", "a\n", "a\nb", "a\0", "a\x7f", "a'b", 'a"b', "a;b", "$(id)", "`id`"]
NAMES += ["ünicode", "日本", "ﬁle", "a\u202eb", "1a", "{{ 7*7 }}", "{% x %}", "{# x #}", "{{", "%s"]
NAMES += ["a" * 61, "A" * 31, "con.txt", "é"]
DEPENDENCIES = ["opentaskpy", "fsspec", "asyncssh", "smbprotocol", "requests"]
SNAKE = ["Upper", "my-service", "_x", "__init__", "json", "os", "sys", "opentaskpy", "con", "nul"]
SNAKE += ["build", "aux", "prn", "com1", "lpt9", "a" * 31, "file", "http_json"]
CAMEL = ["lower", "My_Service", "My Service", "Ä", "True", "False", "None", "Transfer"]
TEXT = ["", " ", " a", "a ", "\ta", "a\n", "a\r", "a\nb", "a\0b", "a\x1b[31m", "a\u2028b", "\udc80"]
TEXT += ["a\u2029b", "a\u202eb", "a\u200bb", "a\u00a0b", "\ufeffa", "a\x85b", "a" * 201]
TEXT += ["{{ 7*7 }}", "{{", "a {% raw %} b", "{# gone #}", "{{ cookiecutter.addon_name }}"]
TEXT += ["{{cookiecutter.addon_name}}", "{{ ''.__class__.__mro__ }}", "{{ undefined_name }}"]
EMAIL = ["", "me", "a@b", "@b.c", "a@b.c\n", "a b@c.d", '"a"@b.c', "<a@b.c>", "é@b.c", "-a@b.c"]
EMAIL += ["a@-b.c", "a@b..c", "a..b@c.d", "a@b.c, d@e.f", "{{ 1 }}@b.c", "a" * 251 + "@b.c"]
URL = ["", "x", "ftp://a.b/", "javascript:alert(1)", "https://", "//a.b/c", "https://a.b/c\n"]
URL += ["https://a.b/ c", 'https://a.b/"', "https://a.b/'", "https://a.b/\\", "https://a.b/<c>"]
URL += ["https://me:pw@a.b/", "https://é.b/", "https://a.b/{{ 1 }}", "https://a.b/" + "c" * 200]
URL += ["https://a.b/`id`", "https://a.b/(c)", "https://a.b/$c", "https://a.b/|", "https://a.b/[c]"]
HOSTILE: dict[str, list[str]] = {
    "service_name": [*TEXT, "a" * 61],
    "addon_name": [*NAMES, *DEPENDENCIES, "Upper", "a_b", "a--b", "a-", "con", "com1"],
    "package_name": [*NAMES, *SNAKE, "class", "lambda", "match", "none."],
    "module_name": [*NAMES, *SNAKE, "schemas", "common", "tests", "conftest"],
    "class_prefix": [*NAMES, *CAMEL],
    "fsspec_protocol": ["", "S3", "s3 ", "s3\n", "nope", "http", "zip", "file://", "{{ 1 }}"],
    "author_name": [*TEXT, "a" * 81],
    "author_email": EMAIL,
    "repository_url": URL,
    "description": TEXT,
}
TABLE = [
    pytest.param(key, value, id=f"{key}-{ascii(value)[:30]}")
    for key, values in HOSTILE.items()
    for value in values
]


def context(template: Path, **given: object) -> dict[str, object]:
    """Answer the questions as Cookiecutter would, with no input."""
    questions = generate_context(str(template / "cookiecutter.json"), extra_context=given)
    return dict(prompt_for_config(questions, no_input=True))


@pytest.mark.parametrize("door", ["asked", "checks overridden", "replayed"])
@pytest.mark.parametrize(("key", "value"), TABLE)
def test_a_hostile_answer_is_refused(
    cookies: Cookies, tmp_path: Path, template: Path, key: str, value: object, door: str
) -> None:
    """Whichever way it comes, it ends in one line, and nothing is written anywhere."""
    before = snapshot(tmp_path)
    if door == "replayed":
        replay = tmp_path.with_name("replay.json")
        replayed = {**context(template), key: value}
        replay.write_text(json.dumps({"cookiecutter": replayed}), encoding="utf-8")
        before = snapshot(tmp_path)
        with pytest.raises(FailedHookException) as refusal:
            cookiecutter(
                str(template),
                replay=str(replay),
                output_dir=str(tmp_path / "cookies"),
                config_file=str(cookies._config_file),
            )
        message = str(refusal.value)
    else:
        bypass = dict.fromkeys(PRIVATE, "") if door == "checks overridden" else {}
        result = cookies.bake({key: value, **bypass}, template=str(template))
        assert isinstance(result.exception, FailedHookException)
        message = str(result.exception)
        before |= dict.fromkeys(snapshot(tmp_path) & {"cookies/bake00": None}.keys())
    one_line(message)
    assert message.startswith(f"{key} ") or "{{" in message
    assert snapshot(tmp_path) == before
    assert not Path("/otf-escape").exists()


def test_the_table_is_worth_its_name() -> None:
    """At least 60 values, and each question of which anything can be written has some."""
    written = {key for key in QUESTIONS if isinstance(questions.QUESTIONS[key], str)}
    assert written == set(HOSTILE)
    assert len(TABLE) >= 60


@pytest.mark.parametrize("key", QUESTIONS)
def test_rules_are_total(key: str) -> None:
    """A rule takes any value of any type, and says so in one line."""
    for value in [None, 1, 1.5, [], ["a"], {}, {"a": 1}, b"a", "nonsense \0"]:
        with pytest.raises(FailedHookException) as refusal:
            rules.check(value, key)
        assert one_line(str(refusal.value)).startswith(key)


def test_an_addon_without_anything_is_refused(sandbox: Sandbox) -> None:
    """The message names all four ways to put something in."""
    message = sandbox.refuse("--no-input", "transfer=none", "execution=none")
    assert "lookup_plugin=true or caching_plugin=true" in message
    assert sandbox.bake("transfer=none", "execution=none", "caching_plugin=yes").is_dir()


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["addon_name=../escaped"], id="climbs"),
        pytest.param(["addon_name=a/b/c"], id="nested"),
        pytest.param(["addon_name="], id="empty"),
        pytest.param(["addon_name=."], id="dot"),
        pytest.param(["package_name=class"], id="keyword"),
        pytest.param(["service_name=日本語"], id="no ASCII letters to derive names from"),
        pytest.param(["description=two\nlines"], id="two lines"),
        pytest.param(["author_name={{ cycler.__init__.__globals__.os.mkdir('a') }}"], id="code"),
        pytest.param(["service_name={{ broken"], id="broken markup"),
        pytest.param(["addon_name=../escaped", "__check_addon_name="], id="check overridden"),
        pytest.param(["package_name=json", "__check_package_name=ok"], id="check answered"),
        pytest.param(["author_email=x", "__check_author_email={{ 1 }}"], id="check replaced"),
        pytest.param(["addon_name=a/b", "__check_addon_name=", "--accept-hooks=no"], id="no hooks"),
        pytest.param(["addon_name=a/b", "__check_addon_name=", "-f", "-s"], id="over another"),
    ],
)
def test_the_command_refuses_in_one_line(sandbox: Sandbox, arguments: list[str]) -> None:
    """The real command: exit code 1, one line, no traceback, nothing written."""
    sandbox.refuse("--no-input", *arguments)


@pytest.mark.parametrize("choice", ["transfer=sideways", "lookup_plugin=perhaps", "ci=Github"])
def test_a_choice_that_is_none_leaves_nothing_behind(sandbox: Sandbox, choice: str) -> None:
    """Cookiecutter itself refuses these, in its own words."""
    before = snapshot(sandbox.out)
    assert sandbox.run("--no-input", choice).returncode != 0
    assert snapshot(sandbox.out) == before


@pytest.mark.parametrize(
    ("answer", "instead"),
    [
        ("transferclient=http", "write transfer_client"),
        ("Transfer=both", "write transfer"),
        ("colour=red", "write a key of its cookiecutter.json"),
    ],
)
def test_answer_to_no_question_is_refused(sandbox: Sandbox, answer: str, instead: str) -> None:
    """Cookiecutter passes over it, and the addon would be another one than was meant."""
    message = sandbox.refuse("--no-input", answer)
    assert message.startswith(f"{answer.partition('=')[0]!r} is not a question of this template: ")
    assert instead in message


@pytest.mark.parametrize("given", [None, "{}", '{"transfer": "source"}', {"transfer": "source"}])
def test_other_commands_give_answers_in_their_own_way(given: object) -> None:
    """cruft has an option of the same name, and a text in it."""
    with click.Context(click.Command("create")) as context:
        context.params["extra_context"] = given
        command_line.refuse_unknown_keys(questions.QUESTIONS)


def test_a_typed_answer_is_refused_before_the_next_question(sandbox: Sandbox) -> None:
    """It would be too late to refuse the second answer after twenty questions: it was wrong."""
    run = sandbox.run(typed="Acme\n../x\n")
    assert run.returncode == 1
    assert "[3/" not in run.stdout
    assert run.stdout.splitlines()[-1].endswith("write another name, such as x")
    assert snapshot(sandbox.out) == {}


HINT = "To keep your other answers, add them to the command: "


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="Windows has no pseudo-terminals")
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        pytest.param(["", "../x"], "", id="Enter only"),
        pytest.param(["A", "", "", "", "", "", "", "S3"], "service_name=A", id="another case"),
        pytest.param(["My Acme", "../x"], "'service_name=My Acme'", id="a name"),
        pytest.param(
            ["A", "", "b", "", "C", "2", "", "ftpp"],
            "service_name=A package_name=b class_prefix=C transfer=source",
            id="names and a choice",
        ),
        pytest.param(
            ["", "", "", "", "", "4", "3", "", "4", "n", ""],
            "transfer_client=http",
            id="nothing selected",
        ),
    ],
)
def test_typed_answers_are_not_lost(sandbox: Sandbox, typed: list[str], kept: str) -> None:
    """They can be given on the command line, where they become the defaults of the questions."""
    told = sandbox.type(*typed)
    assert re.search(": write (another name|one of|s3)|: choose", told)
    assert told.partition(HINT)[2].strip() == kept


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="Windows has no pseudo-terminals")
def test_enter_alone_makes_an_addon(sandbox: Sandbox) -> None:
    assert "otf-addons-myservice is ready." in sandbox.type(*[""] * 18)
    assert [path.name for path in sandbox.out.iterdir()] == ["otf-addons-myservice"]


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="Windows has no pseudo-terminals")
def test_folder_that_exists_costs_no_answers(sandbox: Sandbox) -> None:
    """Cookiecutter finds it when all questions are answered."""
    sandbox.bake()
    typed = [""] * 11 + ["Me"] + [""] * 6
    told = sandbox.type(*typed)
    assert "addon_name 'otf-addons-myservice' exists already: write another name" in told
    assert told.partition(HINT)[2].strip() == "author_name=Me"
    assert "is ready." in sandbox.type(*typed, arguments=("-f",))


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="Windows has no pseudo-terminals")
def test_answers_that_were_not_typed_need_no_hint(sandbox: Sandbox) -> None:
    """They are in the command already."""
    assert HINT not in sandbox.type(arguments=("--no-input", "service_name=A", "addon_name=../x"))


def test_a_hostile_configuration_is_refused(sandbox: Sandbox) -> None:
    """The user's configuration is rendered as well."""
    config = sandbox.folder / "config.yaml"
    config.write_text("default_context:\n  author_name: \"{{ 'x' * 3 }}\"\n")
    sandbox.refuse("--no-input", "--config-file", str(config))


@pytest.mark.parametrize(
    "hostile",
    [
        {"addon_name": "../x"},
        {"addon_name": "a/b"},
        {"description": "{{ 1 }}"},
        {"transfer": "up"},
        {"lookup_plugin": "no"},
        {"license": None},
        {"ci": "x", "__check_ci": ""},
    ],
    ids=str,
)
def test_a_hostile_replay_file_is_refused(sandbox: Sandbox, hostile: dict[str, object]) -> None:
    """A replay file asks nothing and checks nothing, so the folder's name does."""
    replay = sandbox.folder / "replay.json"
    replayed = {**context(sandbox.template), **hostile}
    replay.write_text(json.dumps({"cookiecutter": replayed}))
    sandbox.refuse("--replay-file", str(replay))


def test_private_variables_follow_from_the_answers(sandbox: Sandbox) -> None:
    """A value that the user gives to a private variable is replaced by the computed one."""
    addon = sandbox.bake("__handler_path=evil'", "__pieces=", "transfer=source")
    private = json.loads((addon / "private.json").read_text())
    assert private["__handler_path"] == "opentaskpy.addons.myservice.remotehandlers.myservice"
    pieces = private["__pieces"].split()
    assert "transfer" in pieces
    assert "destination" not in pieces


# --- Names that are derived ---


@pytest.mark.parametrize(
    ("service", "addon", "package", "prefix"),
    [
        ("My Service", "otf-addons-myservice", "myservice", "MyService"),
        ("Lambda", "otf-addons-lambda", "lambda_service", "Lambda"),
        ("JSON", "otf-addons-json", "json_service", "JSON"),
        ("123 Go", "otf-addons-123go", "service_123go", "Service123Go"),
        ("Con", "otf-addons-con", "con_service", "Con"),
        ("Transfer", "otf-addons-transfer", "transfer", "TransferService"),
        ("None", "otf-addons-none", "none", "NoneService"),
        ("File", "otf-addons-file", "file_service", "File"),
        ("Café Größe", "otf-addons-cafegroe", "cafegroe", "CafeGroe"),
        ("日本 Drive", "otf-addons-drive", "drive", "Drive"),
        ("x" * 60, "otf-addons-" + "x" * 49, "x" * 30, "X" + "x" * 23),
        ("日本語", "", "", ""),
        (None, "", "", ""),
    ],
)
def test_derived_names(service: object, addon: str, package: str, prefix: str) -> None:
    """A name with an ASCII letter or digit has a valid default."""
    assert names.to_addon_name(service) == addon
    assert names.to_package_name(service) == package
    assert names.to_class_prefix(service) == prefix
    for key, name in {"addon_name": addon, "package_name": package, "class_prefix": prefix}.items():
        assert not name or rules.check(name, key) == ""


def test_derived_module() -> None:
    """The module has the package's name, unless each addon has a folder of that name."""
    assert names.to_module_name("my_service") == "my_service"
    assert names.to_module_name("schemas") == "schemas_service"
    assert rules.check("lambda", "module_name") == ""


def test_no_default_depends_on_the_service(cookies: Cookies, template: Path) -> None:
    """Odd services still give an addon when nothing else is answered."""
    for service in ["Lambda", "JSON", "123 Go", "Con", 'O\'Brien "Files" \\ Co', "x" * 60]:
        assert cookies.bake({"service_name": service}, template=str(template)).exit_code == 0


# --- Odd but honest text ---

NICE = ["Plain", "O'Brien", 'The "Best"', "Both ' and \"", 'ends with "', "ends with \\", "a\\b\\n"]
NICE += ['"""', "''' and \"\"\"", '""""', '"' * 7, "# not a comment", "key: value", "- item"]
NICE += ["a #b", "5. item", "5) item", "yes", "null", "1e3", "~", "@at", "%percent", "& anchor"]
NICE += ["*star*", "!", "<b>bold</b>", "a & b &copy; c", "[link](x)", "`code`", "_a_ __b__"]
NICE += ["a | b", "${HOME} $x$", "日本語", "Ünïcode", "🚀 rocket", "👩🏽 tone", "}} %} #}", "{ % }"]
NICE += ["> quote", "---", "+ plus", "\\u0041", "\\x00", "'", '"', "\\", "=", "===", "a ~~b~~"]
NICE += ["http://a.b/c?d=e&f", "!![x](y)", "1", "true", "[a, b]", "{a: b}", "\\N{DASH}", "f{x}"]


@pytest.mark.parametrize("text", NICE)
def test_text_reads_back(text: str) -> None:
    """What each filter writes, the reader of that language reads as the same text."""
    write = escaping.FILTERS
    assert rules.check(text, "service_name") == ""
    assert tomllib.loads(f"x = {write['toml'](text)}")["x"] == text
    assert json.loads(write["json_text"](text)) == text
    assert yaml.safe_load(f"x: {write['yaml_text'](text)}")["x"] == text
    assert ast.literal_eval(write["python_text"](text)) == text
    assert ast.literal_eval(f'"""{write["docstring"](text)}"""') == text
    assert ast.literal_eval(f'"""Talk to {write["docstring"](text)}."""') == f"Talk to {text}."


@pytest.mark.parametrize("text", NICE)
def test_markdown_shows_the_text(text: str) -> None:
    """A reader of the page sees the text, and no markup comes out of it."""
    page = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    for line in ["{}", "# {}", "- {}", "About {}, and more.", "**{}**"]:
        rendered = page.render(line.format(escaping.markdown(text)))
        assert html.unescape(rendered) == page.render(line.format("Plain")).replace("Plain", text)


def test_control_characters_are_written_too() -> None:
    """The rules keep them out, but a filter gives correct text for any string."""
    text = "".join(map(chr, range(0xA1))) + "\u2028\ufeff"
    assert tomllib.loads(f"x = {escaping.quoted(text)}")["x"] == text
    assert json.loads(escaping.quoted(text)) == yaml.safe_load(escaping.quoted(text)) == text
    assert ast.literal_eval(escaping.python_text(text)) == text


def test_generated_python_is_as_ruff_writes_it(tmp_path: Path) -> None:
    """Whatever text an answer has, ruff neither reformats nor reports the code made from it."""
    module = tmp_path / "module.py"
    lines = ['"""Texts."""\n', "TEXTS = ["]
    lines += [f"    {escaping.python_text(text)}," for text in NICE]
    lines += ["]"]
    for number, text in enumerate(NICE):
        inside = escaping.docstring(text)
        lines += ["\n", f"def f{number}() -> None:", f'    """Talk to {inside}."""']
    module.write_text("\n".join(lines) + "\n", encoding="utf-8")
    ruff = [sys.executable, "-m", "ruff"]
    select = ["--isolated", "--select=E,F,I,UP,B,SIM,D3,D4,RUF100", "--ignore=D407,D413,D406,D401"]
    subprocess.run([*ruff, "format", "--isolated", "--diff", module], check=True)
    subprocess.run([*ruff, "check", *select, module], check=True)


@pytest.mark.parametrize("utf8", ["0", "1"])
def test_the_command_in_a_c_locale(sandbox: Sandbox, utf8: str) -> None:
    """Neither the hooks nor the messages need anything beyond ASCII."""
    c = {"LC_ALL": "C", "PYTHONUTF8": utf8, "PYTHONCOERCECLOCALE": "0"}
    message = sandbox.refuse("--no-input", "class_prefix=Ünïcode", **c)
    assert "write another name" in message
    name = 'O\'Brien "Files" \\'
    addon = sandbox.bake(f"service_name={name}", **c)
    assert json.loads((addon / "answers.json").read_bytes()) == {"service_name": name}


def test_nasty_text_through_the_command(sandbox: Sandbox) -> None:
    """All filters at once, in an addon that the real command made."""
    given = {"service_name": 'Drive "🚀" \\', "author_name": "'''Ann' # :", "description": '"""'}
    addon = sandbox.bake(*(f"{key}={value}" for key, value in given.items()))
    assert tomllib.loads((addon / "answers.toml").read_text("utf-8")) == given
    assert yaml.safe_load((addon / "answers.yaml").read_text("utf-8")) == given
    module: dict[str, object] = {}
    exec((addon / "answers.py").read_text("utf-8"), module)
    assert {key: module[key] for key in given} == given
    assert module["__doc__"] == given["service_name"]


# --- Hooks ---


@pytest.mark.parametrize("hook", sorted((ROOT / "hooks").iterdir()), ids=lambda hook: hook.name)
def test_hooks_touch_nothing_but_the_folder(hook: Path) -> None:
    """Standard library only, offline, no other program, and nothing that deletes a file."""
    text = hook.read_text("ascii")
    tree = ast.parse(text)
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {alias.name for node in imports for alias in node.names}
    if imports:
        first, second = [ast.unparse(node) for node in tree.body[1:3]]
        assert (first, second) == ("import sys", "sys.path.pop(0)")
    assert names <= {"hashlib", "json", "os", "sys"}
    functions = set(re.findall(r"\bos\.([a-z.]+)\(", text))
    assert functions <= {"walk", "rmdir", "path.join", "makedirs"}
    assert text.count("{{") == 1, "answers are read once, as JSON"


def test_a_planted_module_is_not_imported(sandbox: Sandbox) -> None:
    """All users share the temp folder."""
    for name in ("json", "os", "contextlib", "re", "encodings"):
        (sandbox.folder / "tmp" / f"{name}.py").write_text("raise SystemExit('planted')")
    assert sandbox.bake().is_dir()


def empty_folders(addon: Path) -> list[str]:
    """List the folders with nothing in them."""
    return [str(path.relative_to(addon)) for path in addon.rglob("*") if not any_in(path)]


def any_in(path: Path) -> bool:
    """Return whether a folder has something in it; a file always has."""
    return not path.is_dir() or any(path.iterdir())


PARTS = {
    "transfer": ["both", "source", "destination", "none"],
    "execution": ["command", "none"],
    "lookup_plugin": ["yes", "no"],
    "caching_plugin": ["yes", "no"],
    "ci": ["github", "none"],
}
COMBINATIONS = [
    pytest.param(dict(zip(PARTS, choice, strict=True)), id="-".join(choice))
    for choice in product(*PARTS.values())
    if choice[:4] != ("none", "none", "no", "no")
]


@pytest.mark.parametrize("choice", COMBINATIONS)
def test_no_folder_is_empty(cookies: Cookies, template: Path, choice: dict[str, str]) -> None:
    """What was not chosen leaves no trace, and what was chosen is there."""
    result = cookies.bake(choice, template=str(template))
    assert result.exit_code == 0
    assert empty_folders(result.project_path) == []
    private = json.loads((result.project_path / "private.json").read_text())
    for piece, (path,) in PIECES.items():
        name = re.sub(r"{{\w+}}", "myservice", path)
        assert (result.project_path / name).exists() == (piece in private["__pieces"].split()), (
            piece
        )


@pytest.mark.parametrize("options", [["-f"], ["-f", "-s"]], ids=" ".join)
def test_a_second_run_keeps_the_authors_files(sandbox: Sandbox, options: list[str]) -> None:
    """Also in the folders that this second run has no use for."""
    addon = sandbox.bake()
    mine = {
        "mine.txt": "mine",
        "src/opentaskpy/addons/myservice/remotehandlers/schemas/transfer/mine.json": "{}",
        "src/opentaskpy/plugins/lookup/myservice/mine.py": "mine = 1",
        "src/opentaskpy/plugins/lookup/other/mine.py": "mine = 1",
        "demo/mine/file.txt": "mine",
        ".github/workflows/mine.yml": "mine: 1",
        ".github/CODEOWNERS": "* @me",
    }
    for name, text in mine.items():
        (addon / name).parent.mkdir(parents=True, exist_ok=True)
        (addon / name).write_text(text)
    before = snapshot(addon)
    sandbox.bake(*options, "transfer=none", "ci=none", "description=Another")
    after = snapshot(addon)
    assert {name: after.get(name) for name in before} | before == after | before
    changed = {name for name in before if after.get(name) != before[name]}
    rendered = set() if "-s" in options else set(FILES)
    assert changed <= rendered
    assert {name: (addon / name).read_text() for name in mine} == mine


def test_a_second_run_that_fails_changes_nothing(sandbox: Sandbox) -> None:
    """A refused answer leaves an existing addon as it was."""
    sandbox.bake()
    sandbox.refuse("--no-input", "-f", "description=")
    sandbox.refuse("--no-input", "-f", "author_name={{ 1 }}", "__check_author_name=")


def test_a_link_out_of_the_output_folder_is_refused(sandbox: Sandbox) -> None:
    """Nothing is written outside, not even with -f through a link."""
    outside = sandbox.folder / "outside"
    outside.mkdir()
    (sandbox.out / "otf-addons-myservice").symlink_to(outside, target_is_directory=True)
    run = sandbox.run("--no-input", "-f")
    assert run.returncode == 1
    assert "is a symbolic link: write another name, or remove it" in run.stdout
    assert snapshot(outside) == {}


def test_an_addon_inside_an_addon_is_refused(sandbox: Sandbox) -> None:
    """The user has forgotten `--directory module`."""
    package = sandbox.out / "src/opentaskpy/addons/acme"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    assert "is an addon: choose another folder" in sandbox.refuse("--no-input")


def test_a_package_that_pypi_has_is_told(sandbox: Sandbox) -> None:
    """Both would have files of the same names."""
    told = "Warning: otf-addons-aws on PyPI has the package aws too. Choose another\npackage_name"
    assert told in sandbox.run("--no-input", "service_name=AWS").stdout
    assert "PyPI" not in sandbox.run("--no-input").stdout


def test_the_hooks_run_without_an_output_folder(template: Path, tmp_path: Path) -> None:
    """Cruft tells a template neither the output folder nor the repository's."""
    answered = {"cookiecutter": context(template)}
    assert "_output_dir" not in answered["cookiecutter"]
    addon = Path(generate_files(str(template), answered, str(tmp_path)))
    assert (addon / "answers.toml").exists()


def test_the_first_hook_alone_refuses(template: Path, tmp_path: Path) -> None:
    """For a tool that names the folder without the guard: it is gone again, and nothing was run."""
    addon = tmp_path / "addon"
    addon.mkdir()
    answered = {"cookiecutter": {**context(template), "package_name": "class"}}
    with pytest.raises(FailedHookException, match="package_name 'class' is a Python keyword"):
        run_hook_from_repo_dir(str(template), "pre_gen_project", str(addon), answered, True)
    assert snapshot(tmp_path) == {}


# --- What everything else leans on ---


def test_each_question_is_checked_at_once() -> None:
    """Right after the question, so that the next one is never asked in vain; each has a prompt."""
    keys = list(questions.QUESTIONS)
    for key in QUESTIONS:
        assert keys[keys.index(key) + 1] == f"__check_{key}"
    assert set(rules.RULES) == set(QUESTIONS) == set(questions.QUESTIONS["__prompts__"])


def test_prompts_name_every_choice_and_have_no_markup() -> None:
    """A square bracket is markup to the library that prints the prompts."""
    prompts = questions.QUESTIONS["__prompts__"]
    for key in QUESTIONS:
        if isinstance(questions.QUESTIONS[key], list):
            assert set(prompts[key]) == {"__prompt__", *questions.QUESTIONS[key]}
    assert not set("[]") & set(json.dumps(prompts).replace("[]", ""))


def test_protocols_are_those_of_fsspec() -> None:
    """Each protocol in the table is one that fsspec knows."""
    registry = pytest.importorskip("fsspec.registry")
    assert set(filesystems.PROTOCOLS) <= set(registry.known_implementations)


# --- The addon itself ---


@pytest.mark.parametrize("choice", COMBINATIONS)
def test_no_folder_of_the_addon_is_empty(cookies: Cookies, choice: dict[str, str]) -> None:
    """The pruning table knows every folder of the real addon that can be empty."""
    result = cookies.bake(choice)
    assert result.exit_code == 0
    assert empty_folders(result.project_path) == [], (
        "name them in EMPTY_WITHOUT of hooks/post_gen_project.py"
    )


def test_nasty_text_in_the_addon(cookies: Cookies) -> None:
    """Every file of the real addon can still be read by its own language's reader."""
    given = {"service_name": 'O\'Brien "Files" \\ # : 🚀', "author_name": "'''Ann\" # :\\"}
    result = cookies.bake({**given, "description": 'Says """yes""": \\ <b> & #"'})
    assert result.exit_code == 0
    readers: dict[str, Callable[[str], object]]
    readers = {".py": ast.parse, ".toml": tomllib.loads, ".json": json.loads}
    readers |= dict.fromkeys((".yml", ".yaml"), yaml.safe_load)
    for path in result.project_path.rglob("*"):
        if reader := readers.get(path.suffix):
            reader(path.read_text("utf-8"))
