"""What an answer may be, and how it is written into each kind of file.

Every rule is here, once. A rule says what is wrong with a value and what to write instead, or
nothing if the value is fine; it takes any value of any type. cookiecutter.json calls the rule of a
question right after that question, so a wrong answer ends the run in one line with nothing on disk.
"""

from __future__ import annotations

import difflib
import json
import keyword
import os
import re
import shlex
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from cookiecutter.exceptions import FailedHookException
from jinja2 import Environment

ROOT = Path(__file__).parent
QUESTIONS: dict[str, Any] = json.loads((ROOT / "cookiecutter.json").read_text(encoding="utf-8"))

Rule = Callable[[Any], str]

# --- Names: words that Python, Windows or opentaskpy has already given a meaning ---

DEVICES = {"con", "prn", "aux", "nul"} | {port + n for port in ("com", "lpt") for n in "0123456789"}
KEYWORDS = {*keyword.kwlist, *keyword.softkwlist}
# A plugin's folder of one of these names would hide the plugin that opentaskpy brings with it.
OPENTASKPY = {"opentaskpy", "file", "http_json", "random_number"}
# Git, ruff and other tools pass over folders of these names.
PASSED_OVER = {"build", "dist", "env", "venv"}

# fsspec's file systems that can be written to, and what to install besides fsspec to reach each.
PROTOCOLS = {
    "file": "",
    "local": "",
    "memory": "",
    "ftp": "",
    "abfs": "adlfs",
    "az": "adlfs",
    "box": "boxfs",
    "dbfs": "requests",
    "dropbox": "fsspec[dropbox]",
    "gcs": "gcsfs",
    "gdrive": "gdrive-fsspec",
    "gs": "gcsfs",
    "hdfs": "pyarrow",
    "hf": "huggingface-hub",
    "jupyter": "requests",
    "lakefs": "lakefs-spec",
    "oci": "ocifs",
    "oss": "ossfs",
    "root": "fsspec-xrootd",
    "s3": "s3fs",
    "sftp": "paramiko",
    "smb": "smbprotocol",
    "ssh": "paramiko",
    "tos": "tosfs",
    "webdav": "webdav4[fsspec]",
    "webhdfs": "requests",
}
# Addons on PyPI whose files an addon with a package of the same name would replace.
PUBLISHED = {name: f"otf-addons-{name}" for name in ("aws", "gcp", "o365", "vault", "winrm")}
# pip would take an addon of one of these names for the package that the addon depends on.
REQUIRED = {"opentaskpy", "fsspec", "pytest", "urllib3"}
REQUIRED |= {name.split("[")[0] for name in PROTOCOLS.values()}


def _name(pattern: str, limit: int, shape: str, taken: dict[str, Iterable[str]]) -> Rule:
    """Make the rule of a name: its shape, its length, and the words that are taken."""

    def rule(value: Any) -> str:
        if value == "":
            return "is empty"
        # fullmatch, because `match` with `$` lets a trailing line break through.
        if not isinstance(value, str) or not re.fullmatch(pattern, value, re.ASCII):
            return f"is not made of {shape}"
        if len(value) > limit:
            return f"has {len(value)} characters, and {limit} is the limit"
        return next((f"is {what}" for what, words in taken.items() if value in words), "")

    return rule


_SNAKE = "lower-case letters, digits and underscores, a letter first"
_TAKEN: dict[str, Iterable[str]] = {
    "a module of Python's standard library": sys.stdlib_module_names,
    "a name that opentaskpy uses itself": OPENTASKPY,
    "the name of a Windows device": DEVICES,
    "a folder that tools pass over": PASSED_OVER,
}
addon_rule = _name(
    r"[a-z][a-z0-9]*(-[a-z0-9]+)*",
    60,
    "lower-case letters and digits with single hyphens between them, a letter first",
    {"a package that addons depend on": REQUIRED, "the name of a Windows device": DEVICES},
)
package_rule = _name(r"[a-z][a-z0-9_]*", 30, _SNAKE, {"a Python keyword": KEYWORDS, **_TAKEN})
# No keywords here: opentaskpy loads the module by its name in a string, so `lambda` is fine.
module_rule = _name(
    r"[a-z][a-z0-9_]*",
    30,
    _SNAKE,
    {"a name in every addon": {"schemas", "common", "tests", "conftest"}, **_TAKEN},
)
class_rule = _name(
    r"[A-Z][A-Za-z0-9]*",
    24,  # so that the longest line of a generated file has 100 characters
    "letters and digits, a capital letter first",
    # TransferClient and ExecutionClient are the classes that every addon's clients derive from.
    {"a Python keyword": KEYWORDS, "a name in every addon": {"Transfer", "Execution"}},
)


def _words(text: Any) -> list[str]:
    """Find the ASCII words of a text; accents are dropped, other scripts are passed over."""
    plain = unicodedata.normalize("NFKD", text) if isinstance(text, str) else ""
    return re.findall(r"[A-Za-z0-9]+", plain.encode("ascii", "ignore").decode())


def _first(rule: Rule, stem: str, *others: str) -> str:
    """Pick the first candidate that the rule lets pass; without a stem there is none."""
    return next((name for name in (stem, *others) if stem and not rule(name)), "")


def to_addon_name(service: Any) -> str:
    """Derive `otf-addons-myservice` from "My Service"."""
    stem = "".join(_words(service)).lower()
    return _first(addon_rule, f"otf-addons-{stem}"[:60]) if stem else ""


def to_package_name(service: Any) -> str:
    """Derive `myservice` from "My Service", and `lambda_service` from "Lambda"."""
    stem = "".join(_words(service)).lower()
    return _first(package_rule, stem[:30], f"{stem[:22]}_service", f"service_{stem[:22]}")


def to_module_name(package: Any) -> str:
    """Take the package's name for the module too, unless that has a meaning of its own there."""
    stem = "_".join(_words(package)).lower()
    return _first(module_rule, stem[:30], f"{stem[:22]}_service", f"service_{stem[:22]}")


def to_class_prefix(service: Any) -> str:
    """Derive `MyService` from "My Service", and `Service7Zip` from "7-Zip"."""
    stem = "".join(word[0].upper() + word[1:] for word in _words(service))
    return _first(class_rule, stem[:24], f"{stem[:17]}Service", f"Service{stem[:17]}")


def _suggested(rule: Rule, derive: Callable[[Any], str], example: str) -> Rule:
    """Complete a rule of a name with a name to write instead, made from what was written."""

    def complete(value: Any) -> str:
        wrong = rule(value)
        return wrong and f"{wrong}: write another name, such as {derive(value) or example}"

    return complete


def _slug(addon: Any) -> str:
    stem = "-".join(_words(addon)).lower()
    return _first(addon_rule, stem[:60].strip("-"), f"otf-addons-{stem}"[:60].strip("-"))


# --- Text, addresses and choices ---

MARKUP = re.compile(r"\{[{%#]")


def _text(limit: int, example: str) -> Rule:
    """Make the rule of free text: one line that nobody has to look at twice."""

    def rule(value: Any) -> str:
        if not isinstance(value, str):
            wrong = "is not text"
        elif not value:
            wrong = "is empty"
        elif len(value) > limit:
            wrong = f"has {len(value)} characters"
        elif not value.isprintable():  # that is how U+2028 and the bidi controls are kept out too
            wrong = "has a line break or another invisible character"
        elif value != value.strip():
            wrong = "begins or ends with a space"
        elif MARKUP.search(value):
            wrong = "has {{, {% or {# in it"
        else:
            return ""
        return f"{wrong}: write one plain line of 1 to {limit} characters, such as {example}"

    return rule


def _address(pattern: str, limit: int, shape: str) -> Rule:
    def rule(value: Any) -> str:
        fine = isinstance(value, str) and len(value) <= limit and re.fullmatch(pattern, value)
        return "" if fine else f"is not {shape}"

    return rule


def _choice(choices: list[str]) -> Rule:
    def rule(value: Any) -> str:
        if isinstance(value, str) and value in choices:
            return ""
        lower = str(value).lower()
        meant = lower if lower in choices else f"one of {', '.join(choices)}"
        return f"is not a choice: write {meant}"

    return rule


def _yes_or_no(value: Any) -> str:
    return "" if isinstance(value, bool) else "is neither true nor false: write true or false"


def asked(questions: Mapping[str, Any]) -> dict[str, Any]:
    """Return the questions of a cookiecutter.json, without what is private."""
    return {key: default for key, default in questions.items() if not key.startswith("_")}


_ATOM, _LABEL = r"[A-Za-z0-9_%+-]+", r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"

RULES: dict[str, Rule] = {
    "service_name": _text(60, "My Service"),
    "addon_name": _suggested(addon_rule, _slug, "otf-addons-myservice"),
    "package_name": _suggested(package_rule, to_package_name, "myservice"),
    "module_name": _suggested(module_rule, to_module_name, "myservice"),
    "class_prefix": _suggested(class_rule, to_class_prefix, "MyService"),
    "fsspec_protocol": _choice(list(PROTOCOLS)),
    "author_name": _text(80, "Your Name"),
    "author_email": _address(
        rf"(?!-){_ATOM}(\.{_ATOM})*@{_LABEL}(\.{_LABEL})+",
        254,
        "an e-mail address in ASCII letters: write one such as you@example.com",
    ),
    # No user or password before the host: this address ends up in public metadata.
    "repository_url": _address(
        rf"https?://{_LABEL}(\.{_LABEL})*(:[0-9]{{1,5}})?(/[A-Za-z0-9._~%+=@&?#!:,;/-]*)?",
        200,
        "a web address of at most 200 characters without user, password, quotes or spaces: "
        "write one such as https://example.com/otf-addons-myservice",
    ),
    "description": _text(200, "Open Task Framework addon for My Service"),
} | {
    key: _choice(question) if isinstance(question, list) else _yes_or_no
    for key, question in asked(QUESTIONS).items()
    if isinstance(question, list | bool)
}


def refusal(key: str, value: Any, wrong: str) -> FailedHookException:
    """Make the exception that Cookiecutter shows as one line, without a traceback."""
    shown = ascii(value)  # one line whatever is in it, on any terminal
    shown = shown if len(shown) <= 72 else f"{shown[:60]}...{shown[-1]}"
    return FailedHookException(f"{key} {shown} {wrong}".lstrip())


def check(value: Any, key: str) -> str:
    """Refuse an answer that breaks the rule of its question."""
    if wrong := RULES[key](value):
        raise refusal(key, value, wrong)
    return ""


def must_select(answers: MutableMapping[str, Any]) -> str:
    """Refuse an addon with nothing in it."""
    plugin = answers["lookup_plugin"] or answers["caching_plugin"]
    if not plugin and answers["transfer"] == answers["execution"] == "none":
        raise refusal(
            "transfer and execution",
            "none",
            "without a plugin leave the addon empty: "
            "choose a transfer, an execution, lookup_plugin=true or caching_plugin=true",
        )
    return ""


# --- What follows from the answers: the conditions and names that the addon's files use ---


def derived(answers: Mapping[str, Any]) -> dict[str, str]:
    """Derive the private variables; a condition is "yes" or nothing."""
    path = f"opentaskpy.addons.{answers['package_name']}.remotehandlers.{answers['module_name']}"
    prefix, module = answers["class_prefix"], answers["module_name"]
    transfer, client = answers["transfer"], answers["transfer_client"]
    execution, license_ = answers["execution"], answers["license"]
    has_transfer = transfer != "none"
    conditions = {
        "__has_transfer": has_transfer,
        "__is_both": transfer == "both",
        "__is_source": transfer in ("both", "source"),
        "__is_destination": transfer in ("both", "destination"),
        "__has_execution": execution != "none",
        "__has_handler": has_transfer or execution != "none",
        "__has_lookup": answers["lookup_plugin"],
        "__has_caching": answers["caching_plugin"],
        "__has_plugin": answers["lookup_plugin"] or answers["caching_plugin"],
        "__fsspec": has_transfer and client == "fsspec",
        "__obstore": has_transfer and client == "obstore",
        "__http": has_transfer and client == "http",
        "__in_parts": has_transfer and client in ("fsspec", "obstore"),
        "__custom_transfer": has_transfer and client == "custom",
        "__command": execution == "command",
        "__http_execution": execution == "http",
        "__rest": (has_transfer and client == "http") or execution == "http",
        "__custom_execution": execution == "custom",
        "__calver": answers["versioning"] == "calver",
        "__github": answers["ci"] == "github",
        "__github_release": answers["ci"] == "github" and license_ != "Proprietary",
        "__gitlab": answers["ci"] == "gitlab",
        "__release": answers["ci"] != "none" and license_ != "Proprietary",
        "__gpl": license_ == "GPL-3.0-or-later",
        "__mit": license_ == "MIT",
        "__apache": license_ == "Apache-2.0",
        "__proprietary": license_ == "Proprietary",
    }
    tasks = {
        "download": "__is_source",
        "upload": "__is_destination",
        "run": "__has_execution",
        "lookup": "__has_lookup",
    }
    stubs = {"client": "__custom_transfer", "execution_client": "__custom_execution"}
    files = [
        f"  src/{path.replace('.', '/')}_{n}.py" for n, piece in stubs.items() if conditions[piece]
    ]
    return {name: "yes" if condition else "" for name, condition in conditions.items()} | {
        "__first_task": next((task for task in tasks if conditions[tasks[task]]), "cache"),
        "__stubs": "\n".join(files),  # what waits for the author, as the hooks print it
        "__published": PUBLISHED.get(answers["package_name"], ""),
        "__workers": {"http": "8", "obstore": "32"}.get(client, "16"),
        "__transfer_class": f"{prefix}Transfer",
        "__execution_class": f"{prefix}Execution",
        "__client_class": f"{prefix}Client",
        "__execution_client_class": f"{prefix}ExecutionClient",
        "__handler_path": path,
        "__variable": module.upper(),
        "__roles": {"source": '("source",)', "destination": '("destination",)'}.get(
            transfer, '("source", "destination")'
        ),
        # Never another one: `cruft update` would bring it to addons that have raised theirs.
        "__version": "26.48.0" if answers["versioning"] == "calver" else "0.1.0",
        "__fsspec_requirement": PROTOCOLS[answers["fsspec_protocol"]],
    }


# --- The guard: no answer acts as a template, and no folder is made before all answers hold ---

PLAIN_TEXT = "is not plain text: write the answer without {{, {% and {#"
FOLDER = "{{cookiecutter.addon_name}}"


def own_texts(template: Path) -> set[str]:
    """Return what has markup by right and is no file of an addon: questions and hooks."""
    questions = json.loads((template / "cookiecutter.json").read_text(encoding="utf-8")).values()
    hooks = (hook.read_text(encoding="utf-8") for hook in (template / "hooks").glob("*.py"))
    return {question for question in questions if isinstance(question, str)} | set(hooks)


# The kinds of markup that nearly all questions, files and their names have; most have no other.
VALUE = re.compile(r"\{\{ ?cookiecutter\.(\w+)(?: \| (\w+)(?:\('(\w+)'\))?)? ?\}\}")
BODY = r"((?:(?!\{%).)*?)"
CONDITION = re.compile(
    r"(?:\s*\{%-|\{%) if cookiecutter\.(\w+)(?: (and|or) cookiecutter\.(\w+))? %\}"
    rf"{BODY}(?:(?:\s*\{{%-|\{{%) else %\}}{BODY})?(?:\s*\{{%-|\{{%) endif %\}}",
    re.DOTALL,
)


@contextmanager
def keeping(answers: Mapping[str, Any], questions: Mapping[str, Any]) -> Iterator[None]:
    """Add to a refusal how to go on without typing all other answers again."""
    before = dict(answers)
    try:
        yield
    except FailedHookException as error:
        wrong = re.split(r"['\"]", str(error))[0].split()  # the keys before the value
        kept = [
            f"{key}={before[key]}"
            for key, default in questions.items()
            if key in before and key not in wrong and str(before[key]) != _default(default, before)
        ]
        if not kept or not is_asking():
            raise
        words = subprocess.list2cmdline(kept) if os.name == "nt" else shlex.join(kept)
        hint = f"To keep your other answers, add them to the command: {words}"
        raise FailedHookException(f"{error}\n{hint}") from None


def require_known(questions: Mapping[str, Any]) -> None:
    """Refuse an answer on the command line to what is no question: Cookiecutter passes over it."""
    context = click.get_current_context(silent=True)
    given = context.params.get("extra_context") if context else None
    if not isinstance(given, Mapping):  # none, or the text of cruft's option of that name
        return
    for key in given:
        if key not in questions and not key.startswith("_"):
            near = difflib.get_close_matches(key, questions, n=1)
            instead = f"write {near[0]}" if near else "write a key of its cookiecutter.json"
            raise refusal("", key, f"is no question of this template: {instead}")


def is_asking() -> bool:
    """Tell whether the answers are typed, and not given on the command line or in a file."""
    given = {"--no-input", "--replay", "--replay-file"} & set(sys.argv)
    typed = sys.stdin is not None and sys.stdin.isatty()
    return typed and not given and Path(sys.argv[0]).stem != "cruft"


OVERWRITE = {"-f", "-fs", "-sf", "--overwrite-if-exists"}

# Stands for the braces that a filter has written, which are not Jinja's to look at.
MASK = "\ue000"


class Question:
    """A question or a check of cookiecutter.json: one value, through one filter."""

    def __init__(self, match: re.Match[str], questions: Mapping[str, Any]) -> None:
        """Keep what was found, and all questions that are asked."""
        self.match = match
        self.questions = questions

    def render(self, **context: Any) -> str:
        """Return the default, or nothing for a check; raise when the check fails."""
        answers = context["cookiecutter"]
        with keeping(answers, self.questions):
            return _filled_in(self.match, answers)


class Plain:
    """A template without markup, which need not be compiled."""

    def __init__(self, text: str) -> None:
        """Keep the text, in which the braces of OTF's own templates may be masked."""
        self.text = text.replace(MASK, "{{")

    def render(self, **_: Any) -> str:
        """Return the text."""
        return self.text


class Guard:
    """Sees every template source of one Jinja environment, before it is compiled.

    Cookiecutter renders the answers of the command line, of the user's configuration and of cruft,
    so `service_name={{ ... }}` would be run. It also lets a replay file, or `__check_x=` on the
    command line, bypass the checks in cookiecutter.json. Both end here: the first because only
    the template's own texts may have markup, the second because the name of the addon's folder,
    which is rendered before the folder is made, settles all answers first.

    Compiling hundreds of templates takes most of the time of a run, and most of them have nothing
    but values and simple conditions. The guard puts these in itself, and Jinja gets the rest.
    """

    folder = "addon_name"  # what the folder is called after
    own = own_texts(ROOT)
    questions = asked(QUESTIONS)

    def __init__(self, environment: Environment) -> None:
        """Give the environment the filters, and stand before its two ways to make a template."""
        require_known(self.questions)
        late = {"must_select": must_select, "placed": self.place, "settled": self.settle}
        environment.filters.update(FILTERS | {name: self._kept(late[name]) for name in late})
        self.environment = environment
        self.answers: Mapping[str, Any] = {}
        self.from_string = environment.from_string
        self.get_template = environment.get_template
        environment.from_string = self.text  # type: ignore[method-assign]
        environment.get_template = self.file  # type: ignore[method-assign]

    def text(self, source: Any, *args: Any, **kwargs: Any) -> Any:
        """Make a template of a question, an answer, a hook, or the name of a file or folder."""
        if source == f"{{{{cookiecutter.{self.folder}}}}}":
            source = f"{{{{ (cookiecutter | settled | placed).{self.folder} }}}}"
        elif self.answers:
            source = self._filled(source)
        elif source in self.own:
            if match := VALUE.fullmatch(source):
                return Question(match, self.questions)
        elif MARKUP.search(source):
            raise refusal("", source, PLAIN_TEXT)
        return self.from_string(source) if MARKUP.search(source) else Plain(source)

    def file(self, name: Any, *args: Any, **kwargs: Any) -> Any:
        """Make a template of a file."""
        source = self._filled(Path(name).read_text(encoding="utf-8"))
        if MARKUP.search(source):
            return self.get_template(name, *args, **kwargs)
        return Plain(source)

    def settle(self, answers: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """Check all answers once more, and add what follows from them.

        What somebody else put into a private variable is replaced.
        """
        for key in RULES:
            if key not in answers:  # an answer that looks like the folder's name
                raise refusal("", FOLDER, PLAIN_TEXT)
            check(answers[key], key)
        must_select(answers)
        answers.update(derived(answers))
        self.answers = answers
        return answers

    def place(self, answers: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """Check where the addon is to be, before it is made: the hooks run when it is there."""
        if "_output_dir" in answers:  # cruft tells none: it renders into a temporary folder
            self.check_place(Path(answers["_output_dir"]), answers["addon_name"])
        return answers

    def check_place(self, place: Path, name: str) -> None:
        """Refuse to write where somebody else's files are."""
        if (place / name).is_symlink():  # with -f, files would be written where it leads
            raise refusal("addon_name", name, "is a link: write another name, or remove it")
        if next(place.glob("src/opentaskpy/addons/*/__init__.py"), None):
            raise refusal(
                "",
                str(place.resolve()),
                "is an addon: write another folder with -o, or --directory module, which adds a "
                "module to this one",
            )
        # Cookiecutter refuses it too, but the answers would be lost.
        if is_asking() and (place / name).exists() and not OVERWRITE & set(sys.argv):
            raise refusal("addon_name", name, "exists already: write another name, or remove it")

    def _kept(self, check: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def kept(answers: Any) -> Any:
            with keeping(answers, self.questions):
                return check(answers)

        return kept

    def _filled(self, source: str) -> str:
        if "{{" in source:
            source = VALUE.sub(self._value, source)
        before = ""
        while "{%" in source and source != before:  # from the innermost condition outwards
            before, source = source, CONDITION.sub(self._part, source)
        return source

    def _value(self, match: re.Match[str]) -> str:
        known = match[1] in self.answers and (match[2] is None or match[2] in FILTERS)
        return _filled_in(match, self.answers).replace("{{", MASK) if known else match[0]

    def _part(self, match: re.Match[str]) -> str:
        first, joint, second, body, otherwise = match.groups()
        if first not in self.answers or (second and second not in self.answers):
            return match[0]
        holds = bool(self.answers[first])
        if joint:
            also = bool(self.answers[second])
            holds = (holds and also) if joint == "and" else (holds or also)
        return body if holds else otherwise or ""


def _default(question: Any, answers: Mapping[str, Any]) -> str:
    """Return the answer that somebody gives who presses Enter."""
    choice = question[0] if isinstance(question, list) else question
    return VALUE.sub(lambda match: _filled_in(match, answers), str(choice))


def _filled_in(match: re.Match[str], answers: Mapping[str, Any]) -> str:
    """Do what Jinja would do with a VALUE."""
    value = answers[match[1]]
    if match[2]:
        arguments = [match[3]] if match[3] else []
        value = FILTERS[match[2]](value, *arguments)
    return str(value)


# --- Writing an answer into a file; each gives text that reads back as the same answer ---


def quoted(value: str) -> str:
    """Write a string for JSON, YAML and TOML, quotes included: what all three read alike."""
    text = json.dumps(value, ensure_ascii=False)
    return "".join(c if c.isprintable() or c > "\uffff" else f"\\u{ord(c):04x}" for c in text)


def python_text(value: str) -> str:
    """Write a Python string, quotes included, with the quotes that `ruff format` would choose."""
    quote = "'" if value.count('"') > value.count("'") else '"'
    body = value.replace("\\", "\\\\").replace(quote, f"\\{quote}")
    return quote + "".join(c if c.isprintable() else repr(c)[1:-1] for c in body) + quote


def docstring(value: str) -> str:
    r"""Write text for the inside of a docstring.

    A backslash becomes \u005c, because linters take any other escape there for an accident.
    """
    text = value.replace("\\", r"\u005c")
    return re.sub(r'"(?="")|"$', r"\\u0022", text)


def markdown(value: str) -> str:
    """Write text for a line of Markdown, where it shows as it is."""
    text = re.sub(r"[\\`*_\[\]<>&|~$]", r"\\\g<0>", value)
    # These are markup at the beginning of a line only: headings, lists, rules.
    return re.sub(r"^(\d*)([#+=.)-])", r"\1\\\2", text)


def otf_variable(prefix: str, name: str) -> str:
    """Write a reference to a variable of OTF, whose own Jinja uses the same braces."""
    return f"{{{{ {prefix}_{name} }}}}"


FILTERS: dict[str, Callable[..., Any]] = {
    "to_addon_name": to_addon_name,
    "to_package_name": to_package_name,
    "to_module_name": to_module_name,
    "to_class_prefix": to_class_prefix,
    "check": check,
    "toml": quoted,
    "json_text": quoted,
    "yaml_text": quoted,
    "python_text": python_text,
    "docstring": docstring,
    "markdown": markdown,
    "otf_variable": otf_variable,
}
