"""The OTF that is installed beside an interpreter, read and not run."""

import json
import subprocess
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from .code import Module

# Runs in the other interpreter. Looking for a module's place imports nothing of OTF itself.
PLACES = """
import importlib.util, json, sys
from importlib import metadata
spec = importlib.util.find_spec("opentaskpy.remotehandlers")
providers = {name: list(set(found)) for name, found in metadata.packages_distributions().items()}
print(json.dumps({
    "folder": spec.submodule_search_locations[0] if spec else "",
    "version": metadata.version("opentaskpy") if spec else "",
    "providers": providers,
    "stdlib": sorted(sys.stdlib_module_names),
}))
"""


@dataclass(frozen=True)
class Installed:
    """What an interpreter knows of OTF and of other distributions.

    Attributes:
        python: The interpreter.
        folder: The folder of OTF's modules; None where it is not installed.
        version: OTF's version.
        providers: The distributions that bring a top-level module.
        stdlib: The top-level modules of Python itself.
    """

    python: str
    folder: Path | None = None
    version: str = ""
    providers: dict[str, list[str]] = field(default_factory=dict)
    stdlib: frozenset[str] = frozenset()

    @cached_property
    def modules(self) -> dict[str, Module]:
        """OTF's modules of handlers, from which an addon's may derive."""
        if not self.folder:
            return {}
        return {
            f"opentaskpy.remotehandlers.{path.stem}": Module(
                f"opentaskpy.remotehandlers.{path.stem}", path, path.name, is_own=False
            )
            for path in (self.folder / "remotehandlers").glob("*.py")
        }

    @property
    def schemas(self) -> Path | None:
        """OTF's own schemas, to which `http://localhost/` refers."""
        return self.folder / "config" / "schemas" if self.folder else None


def ask(python: str) -> Installed:
    """Ask an interpreter what is installed beside it."""
    told = json.loads(run(python, PLACES))
    folder = Path(told["folder"]).parent if told["folder"] else None
    return Installed(python, folder, told["version"], told["providers"], frozenset(told["stdlib"]))


def run(python: str, script: str, given: Any = None) -> str:
    """Run a script in an interpreter, away from the current folder, and return what it prints."""
    done = subprocess.run(
        [python, "-I", "-c", script],
        input=json.dumps(given),
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    if done.returncode:
        raise OSError(f"{python} failed: {done.stderr.strip().splitlines()[-1:]}")
    return done.stdout
