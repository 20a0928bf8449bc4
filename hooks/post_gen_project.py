"""Remove the folders that stand empty, and say what to do next."""

import sys

# A hook runs from the system's temp folder, where anybody may have left a json.py.
sys.path.pop(0)

import json
import os

ANSWERS = json.loads(r'''{{ cookiecutter | tojson }}''')  # fmt: skip
PACKAGE, MODULE = ANSWERS["package_name"], ANSWERS["module_name"]
HANDLERS = f"src/opentaskpy/addons/{PACKAGE}/remotehandlers"

# The files of a piece that was not chosen were never written. These are the folders they leave
# empty, each with all that is below it.
EMPTY_WITHOUT = {
    "__is_source": [f"{HANDLERS}/schemas/transfer/{MODULE}_source", f"demo/{MODULE}/service"],
    "__is_destination": [
        f"{HANDLERS}/schemas/transfer/{MODULE}_destination",
        f"demo/{MODULE}/worker",
    ],
    "__has_transfer": [
        f"{HANDLERS}/schemas/transfer",
        "tests/conformance/transfers",
        "tests/support/other_addon",
        "demo",
    ],
    "__has_execution": [f"{HANDLERS}/schemas/execution", "tests/conformance/executions"],
    "__has_handler": [
        "src/opentaskpy/addons",
        "tests/conformance",
        "tests/services",
        "tests/support",
    ],
    "__rest": ["tests/support/loopback", "tests/rest"],
    "__has_lookup": ["src/opentaskpy/plugins"],
    "__has_caching": ["src/opentaskpy/variablecaching"],
    "__has_plugin": ["tests/plugins"],
    "__github": [".github"],
    "__release": ["scripts"],
}


def prune() -> None:
    """Remove empty folders only: rmdir cannot take a file, so nobody's work is ever lost."""
    for piece, folders in EMPTY_WITHOUT.items():
        for top in [] if ANSWERS[piece] else folders:
            for folder, _, _ in os.walk(top, topdown=False):
                try:
                    os.rmdir(folder)
                except OSError:
                    pass  # it has something in it


def next_steps() -> None:
    """Name the commands, and the files that wait for their author."""
    print(f"\n{ANSWERS['addon_name']} is ready. Next:\n")
    print(f"  cd {ANSWERS['addon_name']}")
    print("  python -m venv .venv")
    print("  . .venv/bin/activate        (Windows: .venv\\Scripts\\activate)")
    print("  pip install -e '.[dev]'     (Windows: double quotes)")
    print("  pytest")
    if ANSWERS["__stubs"]:
        print("\nThen write what the service does; each method says what it has to return:\n")
        print(ANSWERS["__stubs"])
        print("\nand run a task with it:\n")
    if ANSWERS["__rest"]:
        print("  python tests/serve.py       (and what follows in another terminal)")
    print(f"  task-run -c cfg -t {ANSWERS['__first_task']}-{MODULE}\n")
    if published := ANSWERS["__published"]:
        print(f"{published} on PyPI has a package {PACKAGE} too: choose another package_name,")
        print("or never install both.\n")


prune()
next_steps()
