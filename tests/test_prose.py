"""`make lint` finds the constructions of tools/words.py in prose, and only in prose."""

import pytest

from tests.conftest import ROOT
from tools import prose


def faults(name: str, text: str) -> list[str]:
    prose.register()
    return list(prose.faults(name, text))


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("page.md", "# Title\n\nThe file is to be read.\n", 3),
        ("page.md", "The file is\nto be read.\n", 1),
        ("page.md", "{% if x %}Whoever reads it{% endif %}\n", 1),
        ("{% if x %}code.py{% endif %}", 'X = 1\n"""Is told of it."""\n', 2),
        ("code.py", "X = 1\n# It is\n# to be read.\n", 2),
        ("code.py", 'print(\n    "the file is "\n    f"to be read"\n)\n', 2),
        ("schema.json", '{"description": "somebody reads it"}\n', 1),
        ("page.md", "A very unique file.\n", 1),  # proselint's own
    ],
)
def test_fault_is_found_with_its_line(name: str, text: str, line: int) -> None:
    (fault,) = faults(name, text)
    assert fault.startswith(f"{name}:{line}: ")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("page.md", "```text\nthe file is to be read\n```\n"),
        ("page.md", "Do not write `is to be`.\n"),
        ("page.md", '{{ "is to be" }}\n'),
        ("code.py", "somebody = [whoever, papers]\n"),
        ("page.md", "The file must be read, and the user who reads it knows.\n"),
        ("empty.py", ""),
    ],
)
def test_code_and_plain_words_are_no_fault(name: str, text: str) -> None:
    assert faults(name, text) == []


def test_lint_reads_prose() -> None:
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\nlint: ")[2]
    assert "-m tools.prose" in recipe.partition("\n\n")[0]
