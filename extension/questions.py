"""The questions, as cookiecutter.json asks them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
QUESTIONS: dict[str, Any] = json.loads((ROOT / "cookiecutter.json").read_text(encoding="utf-8"))


def asked(questions: Mapping[str, Any]) -> dict[str, Any]:
    """Return the questions of a cookiecutter.json, without its private variables."""
    return {key: default for key, default in questions.items() if not key.startswith("_")}
