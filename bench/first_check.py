"""How long do the three commands take, from the questions to an addon whose gates are all green?

    cookiecutter … && cd … && uv run poe check

Measures them for every named combination of answers, or for those that are named, with warm caches:
uv asks no registry. It also measures the minimum, the same in an empty project:
the same tools and dependencies, but one module and one test. Says which fail, and ends with the
number of them.

    python -m bench.first_check [NAME ...]
"""

import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bench.transfers import FAST
from tests.combinations import COMBINATIONS, Answers
from tests.pipelines import tool

ROOT = Path(__file__).parents[1]

# As a user has it: what one process has compiled is there for the next one.
ENVIRONMENT = {key: os.environ[key] for key in os.environ if key != "PYTHONDONTWRITEBYTECODE"}
OFFLINE = {**ENVIRONMENT, "UV_OFFLINE": "1"}
if FAST:  # what the tests write and delete
    OFFLINE["TMPDIR"] = str(FAST)

# The files of an empty project, which has the same tools and dependencies.
EMPTY = {
    "src/opentaskpy/addons/{package}/__init__.py": '"""An empty addon."""\n',
    "src/opentaskpy/addons/{package}/handler.py": '''\
"""Nothing but what every handler begins with."""

from opentaskpy.remotehandlers.remotehandler import RemoteTransferHandler

__all__ = ["RemoteTransferHandler"]
''',
    "tests/test_handler.py": """\
from opentaskpy.addons.{package} import handler


def test_handler() -> None:
    assert handler.RemoteTransferHandler
""",
}


def fill_caches(answers: Answers) -> None:
    """Let uv fetch what an addon depends on.

    Args:
        answers (Answers): The answers that are not the defaults.
    """
    with tempfile.TemporaryDirectory() as folder:
        addon = bake(answers, Path(folder))
        sync = [str(tool("uv")), "sync", "--quiet"]
        subprocess.run(sync, cwd=addon, env=ENVIRONMENT, check=True)


def three_commands(answers: Answers, folder: Path) -> str:
    """Run them.

    Args:
        answers (Answers): The answers that are not the defaults.
        folder (Path): Where the addon is made.

    Returns:
        str: What pytest says at its end, or the last words of what failed.
    """
    return gates(bake(answers, folder))


def empty_project(answers: Answers, folder: Path) -> str:
    """Run them for an addon of which tools and dependencies are left, with one module and a test.

    Args:
        answers (Answers): The answers that are not the defaults.
        folder (Path): Where the addon is made.

    Returns:
        str: The same.
    """
    addon = bake(answers, folder)
    (package,) = (addon / "src" / "opentaskpy" / "addons").iterdir()
    for each in ("src", "tests"):
        shutil.rmtree(addon / each)
    for file, text in EMPTY.items():
        path = addon / file.format(package=package.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.format(package=package.name))
    return gates(addon)


def gates(addon: Path) -> str:
    """Run the gates of an addon, and return the same."""
    poe = [str(tool("uv")), "run", "poe", "check"]
    check = subprocess.run(poe, cwd=addon, env=OFFLINE, capture_output=True, text=True)
    passed = re.search(r"\d+ passed", check.stdout)
    if check.returncode or not passed:
        return f"FAILED: {(check.stdout + check.stderr)[-2000:]}"
    return passed[0]


def bake(answers: Answers, folder: Path) -> Path:
    """Make an addon.

    Args:
        answers (Answers): The answers that are not the defaults.
        folder (Path): Where it is made.

    Returns:
        Path: Its folder.
    """
    text = (
        f"{key}={str(value).lower() if isinstance(value, bool) else value}"
        for key, value in answers.items()
    )
    cookiecutter = [str(tool("cookiecutter")), "--default-config", "--no-input"]
    cookiecutter += ["--output-dir", str(folder), str(ROOT), *text]
    subprocess.run(cookiecutter, check=True, stdout=subprocess.DEVNULL, env=ENVIRONMENT)
    (addon,) = folder.iterdir()
    return addon


def timed(act: Callable[[Path], str]) -> tuple[float, float, str]:
    """Do something in a folder of its own.

    Args:
        act (Callable[[Path], str]): What is done.

    Returns:
        tuple[float, float, str]: Its seconds, those of all processors, and what it returns.
    """
    with tempfile.TemporaryDirectory() as folder:
        before, start = processor(), time.perf_counter()
        end = act(Path(folder))
        return time.perf_counter() - start, processor() - before, end


def processor() -> float:
    """Return the seconds of processor time that all processes together have taken."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def main(names: list[str]) -> int:
    """Measure, and print a table.

    Args:
        names (list[str]): The combinations; all if there are none.

    Returns:
        int: How many failed.
    """
    failed = 0
    print("| answers | seconds | those of an empty project | times | of all processors | tests |")
    print("|---|---|---|---|---|---|")
    for combination in COMBINATIONS:
        if names and combination.id not in names:
            continue
        (answers,) = combination.values
        fill_caches(answers)
        least, _, end_of_empty = timed(partial(empty_project, answers))
        seconds, of_all, end = timed(partial(three_commands, answers))
        failed += end.startswith("FAILED") or end_of_empty.startswith("FAILED")
        row = (combination.id, f"{seconds:.1f}", f"{least:.1f}", f"{seconds / least:.1f}")
        print("|", " | ".join((*row, f"{of_all:.1f}", end)), "|", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
