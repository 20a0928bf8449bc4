"""Nothing is left of an update of the template that did not go through.

`cruft update` ends with exit code 0 whether its changes fit or not.
"""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

ADDON = Path(__file__).parents[3]
# What is made here. All hidden folders but that of the workflows belong to tools.
MADE = ("build", "dist", "logs", "__pycache__")


def files() -> Iterator[Path]:
    """Return the files that the addon consists of."""
    for folder, folders, names in os.walk(ADDON):
        folders[:] = [
            name
            for name in folders
            if (name == ".github" or name[0] != ".") and name not in MADE
            if not Path(folder, name, "pyvenv.cfg").exists()
        ]
        yield from (Path(folder, name) for name in names)


def test_no_conflict_is_left() -> None:
    marker = re.compile(rb"^(<<<<<<<|>>>>>>>) ", re.MULTILINE)
    left = [file.relative_to(ADDON).as_posix() for file in files() if marker.search(_read(file))]
    assert not left, f"choose between the versions of each conflict in {left}"


def test_no_refused_change_is_left() -> None:
    left = [f.relative_to(ADDON).as_posix() for f in files() if f.suffix in (".rej", ".orig")]
    assert not left, f"make the changes by hand that could not be made, and remove {left}"


def _read(file: Path) -> bytes:
    # A file that a tool has made may be gone.
    with suppress(FileNotFoundError):
        return file.read_bytes() if file.is_file() else b""
    return b""
