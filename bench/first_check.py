"""How long do the three commands take, from the questions to an addon whose gates are all green?

    cookiecutter … && cd … && uv run poe check

Measures them for every named combination of answers, or for those that are named, with warm caches:
uv asks no registry. Says which fail, and ends with the number of them.

    python -m bench.first_check [NAME ...]
"""

import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.combinations import COMBINATIONS, Answers
from tests.pipelines import tool

ROOT = Path(__file__).parents[1]

# As a user has it: what one process has compiled is there for the next one.
ENVIRONMENT = {key: os.environ[key] for key in os.environ if key != "PYTHONDONTWRITEBYTECODE"}
OFFLINE = {**ENVIRONMENT, "UV_OFFLINE": "1"}


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
    addon = bake(answers, folder)
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
    print("| answers | seconds | seconds of all processors | tests |\n|---|---|---|---|")
    for combination in COMBINATIONS:
        if names and combination.id not in names:
            continue
        (answers,) = combination.values
        fill_caches(answers)
        before, start = processor(), time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            end = three_commands(answers, Path(folder))
        seconds, of_processor = time.perf_counter() - start, processor() - before
        print(f"| {combination.id} | {seconds:.1f} | {of_processor:.1f} | {end} |", flush=True)
        failed += end.startswith("FAILED")
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
