"""A baked addon, and the virtual environment it is installed in, as objects with verbs."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from uv import find_uv_bin

# What would let this run show through in a process that it starts.
INHERITED = ("COV_", "COVERAGE_", "MYPY", "OTF_", "PYTEST_", "PYTHON", "RUFF_", "VIRTUAL_ENV")

# Options of pytest for an addon's own suite: the other cores are busy with other tests.
ONE_PROCESS = ("-n", "0")


def clean_environment() -> dict[str, str]:
    """Return the environment of a shell in which nothing was activated."""
    return {name: v for name, v in os.environ.items() if not name.startswith(INHERITED)}


def run(
    *command: str | Path,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    exit_code: int = 0,
    timeout: float = 300,
) -> str:
    """Run a command, assert its exit code, and return all that it printed.

    Args:
        command (str | Path): The program and its arguments.
        cwd (Path): The folder to run it in.
        env (Mapping[str, str] | None): What is added to a clean environment.
        exit_code (int): The exit code that it must have.
        timeout (float): After how many seconds it is given up.

    Returns:
        str: Its output and its errors, in the order in which they were written.
    """
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**clean_environment(), **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        timeout=timeout,
    )
    told = f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout}"
    assert done.returncode == exit_code, told
    return done.stdout


@dataclass(frozen=True)
class Venv:
    """A virtual environment that has nothing of this one's."""

    folder: Path

    @classmethod
    def make(cls, folder: Path, python: str = sys.executable) -> "Venv":
        """Make one, without pip."""
        run(find_uv_bin(), "venv", "--quiet", "--python", python, folder, cwd=folder.parent)
        return cls(folder)

    def install(self, *arguments: str) -> None:
        """Do what `pip install` would; uv takes from its cache what it can."""
        install = ("pip", "install", "--quiet", "--python", str(self.folder))
        run(find_uv_bin(), *install, *arguments, cwd=self.folder)

    def run(
        self,
        command: str,
        *arguments: str,
        cwd: Path,
        env: Mapping[str, str] | None = None,
        exit_code: int = 0,
        timeout: float = 300,
    ) -> str:
        """Run a command of the environment, as in a shell in which it is activated."""
        env = {**self._activated, **(env or {})}
        return run(self._program(command), *arguments, cwd=cwd, env=env, exit_code=exit_code)

    @contextmanager
    def running(self, command: str, *arguments: str, cwd: Path) -> Iterator[str]:
        """Have a command run in the background; give the line that it has printed by then."""
        process = subprocess.Popen(
            (self._program(command), *arguments),
            cwd=cwd,
            env={**clean_environment(), **self._activated},
            stdout=subprocess.PIPE,
        )
        with process:
            line = process.stdout.readline().decode() if process.stdout else ""
            assert line, f"{command} {arguments} ended"
            try:
                yield line
            finally:
                process.terminate()

    def _program(self, command: str) -> Path:
        return self.folder / "bin" / command

    @property
    def _activated(self) -> dict[str, str]:
        path = os.pathsep.join((str(self.folder / "bin"), os.environ["PATH"]))
        return {"VIRTUAL_ENV": str(self.folder), "PATH": path}


@dataclass(frozen=True)
class BakedProject:
    """An addon, and the answers that it was made from."""

    root: Path
    answers: dict[str, Any]

    @property
    def package(self) -> str:
        """The dotted name of the addon's package."""
        return f"opentaskpy.addons.{self.answers['package_name']}"

    def path(self, name: str) -> Path:
        """Return where a file of the addon is."""
        return self.root / name

    def read(self, name: str) -> str:
        """Read a file of the addon."""
        return self.path(name).read_text(encoding="utf-8")

    def files(self) -> set[str]:
        """List all files, relative to the addon."""
        return {p.relative_to(self.root).as_posix() for p in self.root.rglob("*") if p.is_file()}

    def empty_folders(self) -> set[str]:
        """List the folders with nothing in them."""
        folders = (path for path in self.root.rglob("*") if path.is_dir())
        return {p.relative_to(self.root).as_posix() for p in folders if not any(p.iterdir())}

    def tasks(self) -> list[str]:
        """List the tasks of the addon's configuration folder, by the names that task-run takes."""
        return sorted(p.stem for p in self.path("cfg").rglob("*.json") if p.stem != "variables")

    def build(self) -> tuple[Path, Path]:
        """Build the addon: a source distribution, and from that a wheel.

        Returns:
            tuple[Path, Path]: The source distribution and the wheel.
        """
        run(find_uv_bin(), "build", "--quiet", "--python", sys.executable, cwd=self.root)
        (sdist,) = self.path("dist").glob("*.tar.gz")
        (wheel,) = self.path("dist").glob("*.whl")
        return sdist, wheel
