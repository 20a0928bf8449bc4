"""Writes the checksums of the conformance suite, by which an addon knows that it is unchanged.

Run it after each change in the folder tests/conformance of the addon. With the option --check it
writes nothing, and fails when that was forgotten.
"""

import hashlib
import re
import sys
from pathlib import Path

SUITE = Path(__file__).parent / "{{cookiecutter.addon_name}}" / "tests" / "conformance"
LIST = SUITE / "SHA256SUMS"

CONDITIONAL = re.compile(r"{% if (?P<condition>.+?) %}(?P<name>.+){% endif %}")
# The only thing that the answers may change in a file of the suite.
PACKAGE = "opentaskpy.addons.{{ cookiecutter.package_name }}"
ANY_PACKAGE = "opentaskpy.addons.*"


def checksums() -> str:
    """Return the list: a line for each file, under the condition that renders the file."""
    files = sorted(SUITE.rglob("*.py*"), key=lambda file: _name(file))
    return "".join(_line(file) for file in files if "__pycache__" not in file.parts)


def _line(file: Path) -> str:
    text = file.read_text(encoding="utf-8").replace(PACKAGE, ANY_PACKAGE)
    if re.search(r"{[{%#]", text):
        sys.exit(f"{_name(file)} depends on the answers: use no Jinja but {PACKAGE}")
    line = f"{hashlib.sha256(text.encode()).hexdigest()}  {_name(file)}\n"
    match = CONDITIONAL.fullmatch(file.name)
    return f"{{% if {match['condition']} %}}{line}{{% endif %}}" if match else line


def _name(file: Path) -> str:
    match = CONDITIONAL.fullmatch(file.name)
    return file.with_name(match["name"] if match else file.name).relative_to(SUITE).as_posix()


if __name__ == "__main__":
    current = checksums()
    if sys.argv[1:] == ["--check"]:
        if not LIST.is_file() or LIST.read_text(encoding="utf-8") != current:
            sys.exit("the checksums of the conformance suite are out of date: python checksums.py")
    else:
        LIST.write_text(current, encoding="utf-8", newline="\n")
