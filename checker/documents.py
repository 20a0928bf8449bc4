"""JSON files that know in which line each of their parts stands."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

Where = tuple[str | int, ...]

TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|[{}\[\]:,]|[^\s{}\[\]:,"]+')

# Levels. What reads a document, here and in jsonschema, calls itself for each of them.
DEEPEST = 60


@dataclass(frozen=True)
class Document:
    """A JSON file.

    Attributes:
        path: Where it is.
        file: The same, relative to the addon.
    """

    path: Path
    file: str

    @cached_property
    def text(self) -> str:
        """What is written in it."""
        return self.path.read_text(encoding="utf-8", errors="replace")

    @cached_property
    def error(self) -> json.JSONDecodeError | None:
        """Why it is not JSON."""
        if _depth(self.text) > DEEPEST:
            return json.JSONDecodeError(f"nested more than {DEEPEST} levels deep", self.text, 0)
        try:
            json.loads(self.text)
        except json.JSONDecodeError as error:
            return error
        return None

    @cached_property
    def data(self) -> Any:
        """Its content; an empty object if it is not JSON."""
        return {} if self.error else json.loads(self.text)

    def line(self, *where: str | int) -> int:
        """Return the line of a part: that of its key, or of the nearest part around it."""
        while where and where not in self._lines:
            where = where[:-1]
        return self._lines.get(where, 1)

    @cached_property
    def _lines(self) -> dict[Where, int]:
        return dict(_places(self.text)) if not self.error else {}


def _depth(text: str) -> int:
    """Return how many objects and arrays are inside each other, at most."""
    depth = deepest = 0
    for match in TOKEN.finditer(text):
        depth += (match[0] in ("{", "[")) - (match[0] in ("}", "]"))
        deepest = max(deepest, depth)
    return deepest


def _places(text: str) -> Iterator[tuple[Where, int]]:
    tokens = [(m.group(), text.count("\n", 0, m.start()) + 1) for m in TOKEN.finditer(text)]
    position = 0

    def value(where: Where, line: int) -> Iterator[tuple[Where, int]]:
        nonlocal position
        yield where, line
        opening = tokens[position][0]
        position += 1
        index = 0
        while opening in "{[" and tokens[position][0] not in "}]":
            key, at = tokens[position]
            if opening == "{":
                position += 2  # the key and its colon
            part = json.loads(key) if opening == "{" else index
            yield from value((*where, part), at)
            index += 1
            if tokens[position][0] == ",":
                position += 1
        if opening in "{[":
            position += 1

    yield from value((), 1)
