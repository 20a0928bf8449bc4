"""Reads documents, docstrings, comments and messages with proselint and our own word list.

`make lint` runs it. Code is blanked first, so that only prose is judged and its lines stay the
same. `python -m tools.prose [FILE...]` reads some files; without any, all that git knows.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from proselint.checks import __register__ as proselints
from proselint.config import DEFAULT, Config
from proselint.registry import CheckRegistry
from proselint.registry.checks import Check, CheckFlags, types
from proselint.tools import LintFile

from tools.words import WORDS

ROOT = Path(__file__).resolve().parents[1]

# On our texts these report nothing but quotation marks, transcripts, "very" and lists of keys.
NOISY = ["typography", "weasel_words", "lexical_illusions", "misc.phrasal_adjectives"]
# Texts of others, generated ones, and the patterns themselves.
SKIPPED = re.compile(r"LICENSE|\.svg$|^tools/words\.py$|^tests/(mutations|test_prose)\.py$")
KINDS = {".md", ".py", ".json", ".toml", ".yml", ""}

JINJA = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
CODE = re.compile(r"^( *)```.*?^\1```|`[^`\n]+`|\]\([^)\n]*\)|<!--.*?-->", re.MULTILINE | re.DOTALL)
# What is prose in Python: texts in quotation marks, and comments.
TEXTS = re.compile(
    r'"""(?P<long>.*?)"""|"(?P<short>(?:[^"\\\n]|\\.)*)"|#(?P<comment>[^\n]*)|\'(?:[^\'\\\n]|\\.)*\'',
    re.DOTALL,
)
# Between the lines of a comment, and between texts that Python joins.
JOINT = re.compile(r"[\s\"fr#]*")
ANY = re.compile(r"[^\n]")


def kind(name: str) -> str:
    """Return the extension of a file, whose name may have a condition around it."""
    return Path(JINJA.sub("", name)).suffix


def prose(name: str, text: str) -> str:
    """Return the prose of a file: all else is blank, and its lines and columns stay the same.

    Args:
        name: The name of the file, which says what kind of file it is.
        text: Its content.
    """
    text = JINJA.sub(_blank, text)
    if kind(name) == ".py":
        text = _texts(text)
    return CODE.sub(_blank, text)


def _blank(match: re.Match[str]) -> str:
    return ANY.sub("~", match[0])


def _texts(code: str) -> str:
    parts, last = [], 0
    for match in TEXTS.finditer(code):
        if (group := match.lastgroup) is not None:
            start, end = match.span(group)
            between = code[last:start]
            parts += [ANY.sub(" " if JOINT.fullmatch(between) else "~", between), code[start:end]]
            last = end
    return "".join([*parts, ANY.sub("~", code[last:])])


def faults(name: str, text: str) -> Iterator[str]:
    """Yield a line for each fault of a file.

    Args:
        name: The name of the file.
        text: Its content.
    """
    # proselint skips an empty text, and reads the file instead.
    for fault in LintFile(name, prose(name, text) or " ").lint(_config()):
        yield f"{name}:{fault.pos[0]}: {' '.join(fault.check_result.message.split())}"


@cache
def register() -> None:
    """Give proselint its checks and ours, once."""
    CheckRegistry().register_many((*proselints, *_words()))


def _config() -> Config:
    # The first name that fits counts, so those of single checks come before those of groups.
    checks = {**dict.fromkeys(NOISY, False), "words": True}
    return {
        **DEFAULT,
        "checks": checks | {k: on for k, on in DEFAULT["checks"].items() if k not in checks},
    }


def _words() -> Iterator[Check]:
    for pattern, instead in WORDS.items():
        yield Check(
            check_type=types.ExistenceSimple(r"(?i)\b" + pattern.replace(" ", r"\s+") + r"\b"),
            path="words",
            message=f"'{{}}': write {instead}.",
            flags=CheckFlags(allow_quotes=True),  # JSON is all quotations
        )


def main() -> None:
    """Print the faults of all files, and exit with 1 if there are any."""
    register()
    names = sys.argv[1:] or subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split("\0")
    files = [n for n in names if n and kind(n) in KINDS and not SKIPPED.search(n)]
    found = [
        fault
        for name in files
        if (path := ROOT / name).is_file()
        for fault in faults(name, path.read_text(encoding="utf-8"))
    ]
    print("\n".join(found) or f"The prose of {len(files)} files is in order.")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
