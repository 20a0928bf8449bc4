"""Remove folders that are empty, record the checksums of the kit, and print what to do next."""

import sys

# A hook runs from the system's temp folder, where anybody may have left a json.py.
sys.path.pop(0)

import hashlib
import json
import os

ANSWERS = json.loads(r'''{{ cookiecutter | tojson }}''')  # fmt: skip
PACKAGE, MODULE = ANSWERS["package_name"], ANSWERS["module_name"]

# A piece that was not chosen leaves folders without files below these.
FOLDERS = ("src", "tests", "cfg", "demo", ".github")
KIT = (f"src/opentaskpy/addons/{PACKAGE}/otf_kit", "tests/otf_kit")
CHECKSUMS = "tests/otf_kit/checksums"


def prune() -> None:
    """Remove empty folders. rmdir refuses a folder with a file in it, so no work is lost."""
    for top in FOLDERS:
        for folder, _, _ in os.walk(top, topdown=False):
            try:
                os.rmdir(folder)
            except OSError:
                pass  # it has something in it


def record_checksums() -> None:
    """Write the checksums by which the addon's tests know that the kit is unchanged."""
    lines = []
    for top in KIT:
        for folder, _, names in os.walk(top):
            for name in names:
                path = os.path.join(folder, name).replace(os.sep, "/")
                if not path.startswith(CHECKSUMS):
                    with open(path, encoding="utf-8") as file:
                        checksum = hashlib.sha256(file.read().encode()).hexdigest()
                    lines.append(f"{checksum}  {path}\n")
    if not lines:
        return
    os.makedirs(CHECKSUMS, exist_ok=True)
    with open(f"{CHECKSUMS}/{MODULE}.txt", "w", encoding="utf-8", newline="\n") as file:
        file.writelines(sorted(lines, key=lambda line: line.split("  ")[1]))


def next_steps() -> None:
    """Print the next commands, and the files that the author has to write."""
    print(f"\n{ANSWERS['addon_name']} is ready. Next:\n")
    print(f"  cd {ANSWERS['addon_name']}")
    print("  python -m venv .venv")
    print("  . .venv/bin/activate        (Windows: .venv\\Scripts\\activate)")
    print("  pip install -e '.[dev]'     (Windows: double quotes)")
    print("  pytest")
    if ANSWERS["__stubs"]:
        print("\nThen write the client; each method says what it must do and return:\n")
        print(ANSWERS["__stubs"])
        print("\nand run a task with it:\n")
    if "http" in ANSWERS["__pieces"].split():
        print("  python tests/serve.py       (then, in another terminal:)")
    print(f"  task-run -c cfg -t {ANSWERS['__first_task']}-{MODULE}\n")
    if published := ANSWERS["__published"]:
        print(f"Warning: {published} on PyPI has the package {PACKAGE} too. Choose another")
        print("package_name, or never install both.\n")


prune()
record_checksums()
next_steps()
