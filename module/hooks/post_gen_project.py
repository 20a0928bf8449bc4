"""Render the template for addons here, and move what the addon does not have yet into the addon."""

import sys

# A hook runs from the system's temp folder, where anybody may have left a json.py.
sys.path.pop(0)

import json
import os
import shutil
from pathlib import Path

from cookiecutter.generate import generate_files

ANSWERS = json.loads(r'''{{ cookiecutter | tojson }}''')  # fmt: skip
TEMPLATE = Path(ANSWERS["__template"])
MODULE = ANSWERS["module_name"]

# Where modules are; what is beside these folders stays as its author has it.
FOLDERS = ("src", "tests", "cfg", "demo")

SCRATCH = Path.cwd()
ADDON = SCRATCH.parent


def render() -> Path:
    """Render an addon with this module alone."""
    sys.path.append(str(TEMPLATE))  # for its local_extensions
    context = {"cookiecutter": {**ANSWERS, "_output_dir": str(SCRATCH)}}
    return Path(generate_files(TEMPLATE, context, SCRATCH, accept_hooks=False))


def move_new_files(rendered: Path) -> list[str]:
    """Move the files that do not exist in the addon, and return their names."""
    moved = []
    for folder in FOLDERS:
        for file in sorted((rendered / folder).rglob("*")):
            name = file.relative_to(rendered)
            if file.is_file() and not (ADDON / name).exists():
                (ADDON / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.move(file, ADDON / name)
                moved.append(name.as_posix())
    return moved


def next_steps(moved: list[str]) -> None:
    """Name what is new, and the files that wait for their author."""
    print(f"\n{MODULE} is now part of {ANSWERS['addon_name']}, in {len(moved)} new files. Next:\n")
    print("  pip install -e '.[dev]'     (with uv: uv sync)")
    print("  pytest                      (uv run pytest)")
    if ANSWERS["__stubs"]:
        print("\nThen write what the service does; each method says what it has to return:\n")
        print(ANSWERS["__stubs"])
        print("\nand run a task with it:\n")
    if ANSWERS["__rest"]:
        print(f"  python tests/serve.py demo/{MODULE}/service   (the rest in another terminal)")
    print(f"  task-run -c cfg -t {ANSWERS['__first_task']}-{MODULE}")
    print("\nNothing that was there has changed, so README.md does not name the new module yet.\n")


new = move_new_files(render())
os.chdir(ADDON)
shutil.rmtree(SCRATCH)
next_steps(new)
