"""Refuse to release what is unfinished, or does not call itself by one name."""

import ast
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

ADDON = Path(__file__).parents[2]
PYPROJECT = (ADDON / "pyproject.toml").read_text(encoding="utf-8")
SETTINGS = tomllib.loads(PYPROJECT)
VERSION = SETTINGS["project"]["version"]
BUMPVER = SETTINGS["tool"].get("bumpver", {})
# What the template writes where no answer was given.
PLACEHOLDERS = {
    "Your Name": "the name of the author",
    "you@example.com": "where to write to the author",
    "https://example.com/": "the web address of the repository",
}


def disagreements(tag: str) -> Iterator[str]:
    """Say what to write where tag, version and CHANGELOG differ."""
    if tag != f"v{VERSION}":
        yield (
            f"the tag is {tag}, but the version in pyproject.toml is {VERSION}: "
            f"tag v{VERSION} instead; `git tag -d {tag}` removes a wrong tag"
        )
    current = BUMPVER.get("current_version", f"v{VERSION}")
    if current != f"v{VERSION}":
        yield (
            f"current_version of [tool.bumpver] in pyproject.toml is {current}: write v{VERSION}, "
            "or `bumpver update` goes on from the other one"
        )
    changes = (ADDON / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.findall(r"^## \[(?!Unreleased)(.+?)\] - \d{4}-\d\d-\d\d$", changes, re.MULTILINE)
    if released[:1] != [VERSION]:
        newest = f"has {released[0]} as the newest version" if released else "has no version"
        yield (
            f"CHANGELOG.md {newest}: "
            f"write `## [{VERSION}] - {date.today()}` below `## [Unreleased]`"
        )


def unfinished() -> Iterator[str]:
    """Say what the author still has to write."""
    for placeholder, meaning in PLACEHOLDERS.items():
        if placeholder in PYPROJECT:
            yield f"pyproject.toml still has {placeholder}: write {meaning}"
    for file in sorted((ADDON / "src").glob("**/remotehandlers/*_client.py")):
        if methods := ", ".join(unwritten(file)):
            yield f"{file.relative_to(ADDON).as_posix()} is not finished: write {methods}"
    readme = (ADDON / "README.md").read_text(encoding="utf-8")
    schemas = (ADDON / "src").glob("**/schemas/**/protocol.json")
    keys = {key for file in schemas for key in json.loads(file.read_bytes()).get("properties", {})}
    for key in sorted(keys):
        if not re.search(rf"`(protocol\.)?{key}`", readme):
            yield f"README.md does not name `{key}`: say what this key of `protocol` is for"


def unwritten(file: Path) -> Iterator[str]:
    """Find the methods that do nothing but raise NotImplementedError."""
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.FunctionDef):
            statements = node.body[1:] if ast.get_docstring(node) else node.body
            if "; ".join(map(ast.unparse, statements)).startswith("raise NotImplementedError"):
                yield node.name


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"usage: python tests/otf_kit/check_release.py v{VERSION}")
    sys.exit("\n".join([*disagreements(sys.argv[1]), *unfinished()]) or None)
