"""How long does it take to bake an addon, from Enter to prompt?

Measures whole processes of `cookiecutter --no-input` with every default, against the same command
with a template of one file and no hooks: what Python, Cookiecutter and its imports cost anyway.
The two take turns, so that whatever else the machine does falls on both.

    python bench/startup.py [ROUNDS]
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
ROUNDS = 7


def trivial_template(folder: Path) -> Path:
    """Write the template to compare with: one question, one file, no hooks."""
    project = folder / "{{cookiecutter.name}}"
    project.mkdir(parents=True)
    (folder / "cookiecutter.json").write_text(json.dumps({"name": "project"}))
    (project / "README.md").write_text("# {{ cookiecutter.name }}\n")
    return folder


def bake(template: Path, home: Path) -> float:
    """Bake a template once.

    Args:
        template (Path): The template.
        home (Path): Where Cookiecutter keeps the answers, instead of in the user's home.

    Returns:
        float: The seconds it took.
    """
    command = [sys.executable, "-m", "cookiecutter", "--default-config", "--no-input"]
    with tempfile.TemporaryDirectory(dir=home) as output:
        start = time.perf_counter()
        subprocess.run(
            [*command, "--output-dir", output, str(template)],
            check=True,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "HOME": str(home)},
        )
        return time.perf_counter() - start


def main(rounds: int = ROUNDS) -> None:
    """Measure, and print a table."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        templates = {"one file": trivial_template(home / "trivial"), "this template": ROOT}
        times: dict[str, list[float]] = {name: [] for name in templates}
        for turn in range(rounds + 1):
            for name, template in templates.items():
                seconds = bake(template, home)
                if turn:  # the first of each warms the caches up
                    times[name].append(seconds)
    print(f"{'whole process, seconds':24}{'median':>8}{'min':>8}{'max':>8}")
    for name, values in times.items():
        print(f"{name:24}{median(values):8.3f}{min(values):8.3f}{max(values):8.3f}")
    trivial, own = times.values()
    print(f"{'ratio':24}{median(own) / median(trivial):8.2f}{min(own) / min(trivial):8.2f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
