"""The command: `python -m checker PATH [--json] [--python P]`."""

import argparse
import sys
from pathlib import Path

try:
    from . import engine, report
    from .addon import NotAnAddonError, opened
    from .installed import ask
    from .model import Verdict
    from .rules import RULES, judge
except ModuleNotFoundError as error:
    print(
        f"python -m checker: error: {sys.executable} has no {error.name}: use the Python of an "
        "environment that has opentaskpy, such as the addon's own .venv/bin/python",
        file=sys.stderr,
    )
    sys.exit(2)


def main(arguments: list[str] | None = None) -> int:
    """Check an addon.

    Args:
        arguments: What stands after the command.

    Returns:
        int: 0 when all rules hold, 1 when some are broken, 2 when there is nothing to check.
    """
    parser = argparse.ArgumentParser(
        prog="python -m checker",
        description="Checks an addon of OTF against the guide's checklist and the contract.",
        epilog="Exit code: 0 all rules hold, 1 some are broken, 2 there is nothing to check.",
    )
    parser.add_argument("path", nargs="?", type=Path, help="a folder, a .tar.gz or a .whl")
    parser.add_argument("--json", action="store_true", help="write JSON instead of a table")
    parser.add_argument("--python", help="an interpreter in which OTF and the addon are installed")
    parser.add_argument("--rules", action="store_true", help="list the rules, and check nothing")
    chosen = parser.parse_args(arguments)
    if chosen.rules:
        print(report.table(RULES))
        return 0
    if chosen.path is None:
        parser.error("name an addon: a folder, a .tar.gz or a .whl")
    try:
        otf = ask(chosen.python or sys.executable)
        with opened(chosen.path, otf) as addon:
            if chosen.python and addon.handlers and not engine.is_installed(addon):
                parser.error(f"{chosen.python} does not have {addon.name} and opentaskpy installed")
            results = judge(addon)
            print((report.as_json if chosen.json else report.text)(addon, results))
    except (NotAnAddonError, OSError) as error:
        parser.exit(2, f"{parser.prog}: error: {error}\n")
    return int(any(result.verdict is Verdict.BROKEN for result in results))


if __name__ == "__main__":
    sys.exit(main())
