"""Makes an addon in build/ whose files are links to the template's sources.

Edit, run, lint and type-check the template there as if it were an addon: a change to a linked file
is a change to the template. Files with Jinja in them are written again each time, so edit those in
the template, and call this again.

    make dev ANSWERS="transfer_client=http execution=http" NAME=rest
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from cookiecutter.generate import generate_context
from jinja2 import Environment
from uv import find_uv_bin

from extension.guard import FOLDER, Guard
from extension.rules import MARKUP

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build" / "dev"


def make(name: str, answers: dict[str, str]) -> Path:
    """Make the addon.

    Args:
        name (str): Its folder below build/dev.
        answers (dict[str, str]): The answers that are not the defaults.

    Returns:
        Path: The addon. An environment and caches that it has from before are kept.
    """
    scratch = BUILD / f".{name}"
    shutil.rmtree(scratch, ignore_errors=True)
    given = [f"{key}={value}" for key, value in answers.items()]
    command = [sys.executable, "-m", "cookiecutter", "--default-config", "--no-input"]
    subprocess.run(
        [*command, "--output-dir", str(scratch), str(ROOT), *given],
        stdout=subprocess.DEVNULL,
        check=True,
    )
    (rendered,) = scratch.iterdir()
    addon = BUILD / name
    for file in [*addon.rglob("*")] if addon.exists() else []:
        if ".venv" not in file.parts and (file.is_file() or file.is_symlink()):
            file.unlink()
    shutil.copytree(rendered, addon, dirs_exist_ok=True)
    shutil.rmtree(scratch)
    for source, target in linkable(addon, answers):
        target.unlink()
        target.symlink_to(source)
    return addon


def linkable(addon: Path, answers: dict[str, str]) -> list[tuple[Path, Path]]:
    """Return the files of the template without Jinja, each with the file of the addon."""
    guard = Guard(Environment())
    context = generate_context(str(ROOT / "cookiecutter.json"), extra_context=answers)
    defaults = {
        key: value[0] if isinstance(value, list) else value
        for key, value in context["cookiecutter"].items()
    }
    for key, value in defaults.items():
        if isinstance(value, str) and not key.startswith("_"):
            defaults[key] = guard.from_string(value).render(cookiecutter=defaults)
    guard.settle(defaults)
    return [
        (ROOT / FOLDER / source, addon / target)
        for source, target in guard.file_names.items()
        if (addon / target).is_file()
        and not MARKUP.search((ROOT / FOLDER / source).read_text(encoding="utf-8"))
    ]


def install(addon: Path) -> None:
    """Make the environment of an addon, or renew it if its pyproject.toml has changed."""
    wanted = (addon / "pyproject.toml").read_text(encoding="utf-8")
    noted = addon / ".venv" / "installed.toml"
    if noted.exists() and noted.read_text(encoding="utf-8") == wanted:
        return
    uv = (find_uv_bin(), "--quiet")
    # An environment that is active would be taken instead.
    environment = {name: v for name, v in os.environ.items() if name != "VIRTUAL_ENV"}
    for command in (
        ("venv", "--allow-existing", ".venv"),
        ("pip", "install", "--python", ".venv", "--editable", ".[dev]"),
    ):
        subprocess.run([*uv, *command], cwd=addon, env=environment, check=True)
    noted.write_text(wanted, encoding="utf-8")


def main() -> None:
    """Read the command line, and print where the addon is."""
    parser = argparse.ArgumentParser(description="Make an addon of links to the template.")
    parser.add_argument("name", nargs="?", default="addon", help="its folder below build/dev")
    parser.add_argument("answers", nargs="*", help="key=value, as for cookiecutter")
    given = parser.parse_args()
    if "=" in given.name:
        given.name, given.answers = "addon", [given.name, *given.answers]
    answers = dict(answer.split("=", 1) for answer in given.answers)
    addon = make(given.name, answers)
    install(addon)
    place = addon.relative_to(ROOT)
    print(f"{place} is ready: cd {place}, . .venv/bin/activate, then pytest, ruff check or mypy")


if __name__ == "__main__":
    main()
