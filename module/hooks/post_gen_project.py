"""Render the template for addons here, and move the files that the addon lacks into it."""

import sys

# A hook runs from the system's temp folder, where anybody may have left a json.py.
sys.path.pop(0)

import hashlib
import json
import os
import shutil
from pathlib import Path

from cookiecutter.generate import generate_files
from jinja2 import Environment

ANSWERS = json.loads(r'''{{ cookiecutter | tojson }}''')  # fmt: skip
TEMPLATE = Path(ANSWERS["__template"])
MODULE = ANSWERS["module_name"]

# Where modules are. Everything else stays as the author has it.
FOLDERS = ("src", "tests", "cfg", "demo")
KIT = f"src/opentaskpy/addons/{ANSWERS['package_name']}/otf_kit"

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


def export_new_pieces() -> None:
    """Rewrite the public module of the kit, which also exports what this module brings."""
    public = f"{KIT}/__init__.py"
    if not (ADDON / public).exists():
        return
    (source,) = TEMPLATE.glob("*/src/opentaskpy/addons/*/otf_kit/*__init__.py*")
    template = Environment(keep_trailing_newline=True).from_string(source.read_text("utf-8"))
    text = template.render(ANSWERS["__kit_pieces"])
    (ADDON / public).write_text(text, encoding="utf-8", newline="\n")


def record_checksums(moved: list[str]) -> None:
    """Write the checksums of the files that the kit has from this module."""
    in_kit = [name for name in moved if name.startswith((KIT, "tests/otf_kit"))]
    public = f"{KIT}/__init__.py"
    if (ADDON / public).exists():
        in_kit.append(public)
    lines = []
    for name in sorted(set(in_kit)):
        if not name.startswith("tests/otf_kit/checksums"):
            text = (ADDON / name).read_text(encoding="utf-8")
            lines.append(f"{hashlib.sha256(text.encode()).hexdigest()}  {name}\n")
    file = ADDON / "tests/otf_kit/checksums" / f"{MODULE}.txt"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(lines), encoding="utf-8", newline="\n")


def next_steps(moved: list[str]) -> None:
    """Name what is new, and the files that wait for their author."""
    print(f"\n{MODULE} is now part of {ANSWERS['addon_name']}, in {len(moved)} new files. Next:\n")
    print("  pip install -e '.[dev]'     (with uv: uv sync)")
    print("  pytest                      (uv run pytest)")
    if ANSWERS["__stubs"]:
        print("\nThen write the client; each method says what it must do and return:\n")
        print(ANSWERS["__stubs"])
        print("\nand run a task with it:\n")
    if "http" in ANSWERS["__pieces"].split():
        print(f"  python tests/serve.py demo/{MODULE}/service   (then, in another terminal:)")
    print(f"  task-run -c cfg -t {ANSWERS['__first_task']}-{MODULE}")
    print("\nNone of your files has changed, so README.md does not name the new module yet.\n")


new = move_new_files(render())
export_new_pieces()
record_checksums(new)
os.chdir(ADDON)
shutil.rmtree(SCRATCH)
next_steps(new)
