"""What documents show of a terminal: found, done again, and compared line by line.

A block ```console has commands after "$ ", and what each prints. A block ```sh has commands only.
Other blocks are not run. "..." matches anything: part of a line, or whole lines if it is alone.
"""

import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from uv import find_uv_bin

from tests.baked import clean_environment

ANYTHING = "..."

# A backslash and a line break continue a command.
COMMAND = re.compile(r"^\$ ((?:.*\\\n)*.*)$", re.MULTILINE)
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)

# What differs each time: times, durations, the line of OTF's code that has logged something, and
# how much of something there is.
VARYING = re.compile(
    r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}|\b\d+\.\d+s( \(\d:\d\d:\d\d\))?|(?<=\.py:)\d+"
    r"|\b\d+(?= (passed|skipped|xfailed|files already formatted|source files))"
)

# What the commands of a document mean here: this template in place of the published one, and uv
# in place of pip, because it has its cache. Pytest's own environment is not to be seen.
SHELL = r"""
cookiecutter() {
    set -- --default-config "${@/#gh:org\/otf-addon-template/$TEMPLATE}"
    HOME="$REPLAY" "$PYTHON" -m cookiecutter "$@"
}
pip() { "$UV" pip "$@"; }
python() { if [ "$VIRTUAL_ENV" ]; then command python "$@"; else "$PYTHON" "$@"; fi; }
exec 2>&1 </dev/null
"""
COLOR = re.compile(r"\x1b\[[\d;]*m")
MARK = "\x1e"  # between the outputs; no command prints it


@dataclass(frozen=True)
class Step:
    """A command, and what the document says that it prints; None if it says nothing."""

    command: str
    shown: list[str] | None = field(default=None, compare=False)


def blocks(document: str, *languages: str) -> list[str]:
    """Return the blocks of code in one of the languages."""
    return [text for language, text in BLOCK.findall(document) if language in languages]


def section(document: str, title: str) -> str:
    """Return the text under a heading, up to the next one."""
    text = document.partition(f"# {title}\n")[2]
    assert text, f"there is no heading {title!r}"
    # A comment of a shell or of Python looks like a heading.
    bare = BLOCK.sub(lambda block: " " * len(block[0]), text)
    following = HEADING.search(bare)
    return text[: following.start()] if following else text


def steps(document: str) -> list[Step]:
    """Return the commands of a document, in order."""
    found = []
    for language, text in BLOCK.findall(document):
        if language == "sh":
            found += [Step(line) for line in text.splitlines() if line]
        elif language == "console":
            _, *parts = COMMAND.split(text)
            pairs = zip(parts[::2], parts[1::2], strict=True)
            found += [Step(command, _lines(shown)) for command, shown in pairs]
    return found


def shell_variables(template: Path, folder: Path) -> dict[str, str]:
    """Return the environment of SHELL; Cookiecutter keeps its replays beside the folder."""
    return clean_environment() | {
        "REPLAY": str(folder.with_suffix(".replay")),
        "PYTHON": sys.executable,
        "TEMPLATE": str(template),
        "UV": str(find_uv_bin()),
    }


def run(todo: list[Step], folder: Path, template: Path) -> list[list[str]]:
    """Run commands in one shell; return what each has printed.

    Each must succeed, unless the document shows to the letter how it fails.
    """
    ends = f"printf '{MARK}%s{MARK}' $?"
    script = SHELL + "\n".join(f"{step.command}\n{ends}" for step in todo)
    done = subprocess.run(
        ("bash", "-c", script),
        cwd=folder,
        env=shell_variables(template, folder),
        stdout=subprocess.PIPE,
        encoding="utf-8",
        timeout=900,
    )
    *parts, rest = done.stdout.split(MARK)
    assert not rest, rest
    outputs = dict(enumerate(zip(parts[::2], parts[1::2], strict=True)))
    for number, step in enumerate(todo):
        output, code = outputs.get(number, ("nothing was printed", "?"))
        failure_shown = step.shown and not any(ANYTHING in line for line in step.shown)
        assert code == "0" or failure_shown, f"$ {step.command}\nended with {code}:\n{output}"
    return [_lines(output) for output, _ in outputs.values()]


def check(document: str, folder: Path, template: Path) -> None:
    """Do all that a document shows, and assert that it is what happens."""
    todo = steps(document)
    for step, printed in zip(todo, run(todo, folder, template), strict=True):
        if step.shown is not None and not matches(step.shown, printed):
            told = "\n".join((f"$ {step.command}", "prints", *printed))
            raise AssertionError("\n".join((told, "and the document shows", *step.shown)))


def matches(shown: list[str], printed: list[str]) -> bool:
    """Compare what a document shows with what was printed."""
    pattern = ""
    for line in shown:
        if line == ANYTHING:
            pattern += r"(?:.*\n)*"
        else:
            parts = _settled(line).split(ANYTHING)
            pattern += ".*".join(map(re.escape, parts)) + r"\n"
    return bool(re.fullmatch(pattern, "".join(f"{_settled(line)}\n" for line in printed)))


def _settled(line: str) -> str:
    return VARYING.sub("<varies>", line)


def _lines(text: str) -> list[str]:
    """Split an output; empty lines around it do not count, nor do spaces at the end of a line."""
    return [line.rstrip() for line in COLOR.sub("", text).strip("\n").splitlines()]
