"""The template's versions in a git repository, and addons that cruft makes from it and updates."""

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.baked import BakedProject, run
from tests.conftest import ROOT

PREVIOUS = "previous"
RETIRED, NEW = "otf_kit/retired.py", "otf_kit/transfers/names.py"

ADDON = "{{cookiecutter.addon_name}}"
PACKAGE = f"{ADDON}/src/opentaskpy/addons/{{{{package}}}}"

# What git leaves where a change does not fit; as the addon's own tests look for it.
CONFLICT = re.compile(r"^(<<<<<<<|>>>>>>>) ", re.MULTILINE)
REFUSED = (".rej", ".orig")


def released() -> dict[str, str]:
    """Return the commit of each released version, oldest first.

    They are in a file, because a clone may have no tags.
    """
    versions: dict[str, str] = json.loads((ROOT / "tests/releases.json").read_text("utf-8"))
    return versions


def git_user(home: Path, **more: str) -> dict[str, str]:
    """Return the environment of a user whose git has a name and `more`, and no other settings."""
    settings = {
        "user.name": "A User",
        "user.email": "user@example.com",
        "init.defaultBranch": "main",
        "safe.directory": "*",
        **more,
    }
    variables = {"HOME": str(home), "GIT_CONFIG_COUNT": str(len(settings))}
    for number, (key, value) in enumerate(settings.items()):
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return variables


@dataclass(frozen=True)
class History:
    """A repository with the released versions, a made-up previous one, and the present one.

    The present one is what lies in the template's folder, committed or not.
    """

    folder: Path

    @classmethod
    def make(cls, folder: Path) -> "History":
        """Make the repository; the template's own is only read."""
        folder.mkdir()
        history = cls(folder)
        history.git("init", "--quiet")
        history.git("fetch", "--quiet", "--update-shallow", str(ROOT), "HEAD")
        for version, commit in released().items():
            history.git("tag", version, commit)
        history.git("--work-tree", str(ROOT), "add", "--all")
        history.git("commit", "--quiet", "--message", "Present")
        history.git("reset", "--quiet", "--hard")
        history.git("checkout", "--quiet", "-b", PREVIOUS)
        history.turn_back()
        history.git("add", "--all")
        history.git("commit", "--quiet", "--message", "Previous")
        history.git("checkout", "--quiet", "main")
        return history

    def git(self, *arguments: str) -> str:
        """Run git in the repository."""
        return run("git", *arguments, cwd=self.folder, env=git_user(self.folder.parent))

    def turn_back(self) -> None:
        """Make of the present version one from which an update brings changes of every kind.

        It is rendered, and what comes of it is updated before it is run.
        """
        for path in (self.folder / ADDON).rglob("*"):
            if path.is_file():
                text = path.read_text(encoding="utf-8")
                if ".py" in path.suffix:
                    text = text.replace('"""', '"""Once: ', 1)
                elif path.name == "pyproject.toml":
                    text = re.sub(r'>=[\d.]+"', '>=0"', text).replace("| toml ", "| once ")
                else:  # each line is another one
                    text = text.replace("\n", " \n")
                path.write_text(text, encoding="utf-8", newline="\n")
        package = self.folder / PACKAGE
        (package / RETIRED).write_text('"""Helps no more."""\n', encoding="utf-8")
        (new,) = (package / NEW).parent.glob(f"*{Path(NEW).name}*")
        new.unlink()
        filters = self.folder / "extension/escaping.py"
        text = filters.read_text(encoding="utf-8").replace('"toml": ', '"once": ')
        filters.write_text(text, encoding="utf-8")


@dataclass(frozen=True)
class Linked:
    """An addon that cruft has made, in a git repository of its own unless that is removed."""

    project: BakedProject

    @classmethod
    def create(cls, history: History, version: str, folder: Path, **answers: Any) -> "Linked":
        """Make an addon from a version of the template, and commit it as it is."""
        folder.mkdir()
        place = ("--checkout", version, "--output-dir", str(folder))
        context = ("--no-input", "--extra-context", json.dumps(answers))
        cruft("create", str(history.folder), *place, *context, cwd=folder)
        (made,) = folder.glob("*/.cruft.json")
        context_made = json.loads(made.read_text(encoding="utf-8"))["context"]["cookiecutter"]
        addon = cls(BakedProject(made.parent, context_made))
        addon.git("init", "--quiet")
        addon.commit("From the template")
        return addon

    def git(self, *arguments: str) -> str:
        """Run git in the addon."""
        return run("git", *arguments, cwd=self.project.root, env=git_user(self.project.root.parent))

    def commit(self, message: str) -> None:
        """Commit everything."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)

    def cruft(self, *arguments: str, exit_code: int = 0) -> str:
        """Run cruft in the addon."""
        return cruft(*arguments, cwd=self.project.root, exit_code=exit_code)

    def unsettled(self) -> set[str]:
        """List the files with changes that did not fit."""
        return {
            name
            for name in self.project.files()
            if not name.startswith(".git/")
            if name.endswith(REFUSED) or CONFLICT.search(self.project.read(name))
        }


def cruft(*arguments: str, cwd: Path, exit_code: int = 0) -> str:
    """Run cruft as its users do."""
    command = (sys.executable, "-m", "cruft", *arguments)
    return run(*command, cwd=cwd, env=git_user(cwd.parent), exit_code=exit_code)
