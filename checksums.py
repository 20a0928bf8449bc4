"""Writes the checksums of the conformance suite, by which an addon knows that it is unchanged.

Run it after each change in the folder tests/conformance of the addon. With the option --check it
writes nothing, and fails when that was forgotten.
"""

import hashlib
import re
import sys
from collections import defaultdict
from pathlib import Path

SUITE = Path(__file__).parent / "{{cookiecutter.addon_name}}" / "tests" / "conformance"
LISTS = SUITE / "checksums"

CONDITIONAL = re.compile(r"{% if cookiecutter\.__(?P<piece>\w+) %}(?P<name>.+){% endif %}")
# The only thing that the answers may change in a file of the suite.
PACKAGE = "opentaskpy.addons.{{ cookiecutter.package_name }}"
ANY_PACKAGE = "opentaskpy.addons.*"


def checksums() -> dict[Path, str]:
    """Return a list for each piece of an addon, so that a module added later brings its own."""
    lists: defaultdict[str, str] = defaultdict(str)
    files = sorted(SUITE.rglob("*.py*"), key=lambda file: _name(file))
    for file in files:
        if "__pycache__" not in file.parts:
            match = CONDITIONAL.fullmatch(file.name)
            lists[match["piece"] if match else ""] += _line(file)
    return {LISTS / _list_of(piece): text for piece, text in lists.items()}


def _list_of(piece: str) -> str:
    return f"{{% if cookiecutter.__{piece} %}}{piece}{{% endif %}}" if piece else "always"


def _line(file: Path) -> str:
    text = file.read_text(encoding="utf-8").replace(PACKAGE, ANY_PACKAGE)
    if re.search(r"{[{%#]", text):
        sys.exit(f"{_name(file)} depends on the answers: use no Jinja but {PACKAGE}")
    return f"{hashlib.sha256(text.encode()).hexdigest()}  {_name(file)}\n"


def _name(file: Path) -> str:
    match = CONDITIONAL.fullmatch(file.name)
    return file.with_name(match["name"] if match else file.name).relative_to(SUITE).as_posix()


if __name__ == "__main__":
    current = checksums()
    written = {file: file.read_text(encoding="utf-8") for file in LISTS.glob("*")}
    if sys.argv[1:] == ["--check"]:
        if written != current:
            sys.exit("the checksums of the conformance suite are out of date: python checksums.py")
    else:
        LISTS.mkdir(exist_ok=True)
        for file in written.keys() - current.keys():
            file.unlink()
        for file, text in current.items():
            file.write_text(text, encoding="utf-8", newline="\n")
