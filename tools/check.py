"""Checks in seconds what `make test` checks in minutes, for one addon of each client.

It lints and type-checks the generated code, the kit included, and runs the tests of each client
alone and of the schemas. `make check` lints the template and renders the named combinations too.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools.dev import ROOT, install, make

# Between them these have every client and every plugin.
ADDONS = {
    "command": {"lookup_plugin": "true", "caching_plugin": "true"},
    "rest": {"transfer_client": "http", "execution": "http"},
    "custom": {"transfer_client": "custom", "execution": "custom"},
    "obstore": {"transfer_client": "obstore", "execution": "none"},
    **{
        name: {"fsspec_protocol": name, "execution": "none"}
        for name in ("sftp", "ftp", "smb", "webdav")
    },
}
TESTS = "test_client or test_schemas or test_kit or test_namespace or plugins"
AT_ONCE = os.cpu_count() or 1


def commands(addon: Path) -> Iterator[list[str]]:
    """Return what is run in an addon."""
    programs = addon / ".venv" / "bin"
    ruff = [str(programs / "ruff")]
    # With the rules of the template, since those of the addon leave the kit out.
    rules = ["--config", str(ROOT / "pyproject.toml"), "--no-respect-gitignore", "src", "tests"]
    yield [*ruff, "check", *rules]
    yield [*ruff, "format", "--check", *rules]
    settings = (addon / "pyproject.toml").read_text(encoding="utf-8")
    everything = addon / ".venv" / "mypy.toml"
    kit = "ignore_errors = true"
    everything.write_text(settings.replace(kit, "ignore_errors = false"), encoding="utf-8")
    yield [str(programs / "mypy"), "--config-file", str(everything)]
    yield [str(programs / "pytest"), "-q", "-n", "0", "-k", TESTS]


def run(addon: Path, command: list[str]) -> str:
    """Run a command in an addon, and return what it printed if it fails."""
    done = subprocess.run(
        command,
        cwd=addon,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    name = f"{addon.name}: {Path(command[0]).name} {command[1]}"
    return f"{name} fails:\n{done.stdout}" if done.returncode else ""


def main() -> None:
    """Make the addons, and check them."""
    addons = [make(name, answers) for name, answers in ADDONS.items()]
    for addon in addons:
        install(addon)
    jobs = [(addon, command) for addon in addons for command in commands(addon)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        failures = list(filter(None, pool.map(lambda job: run(*job), jobs)))
    print("\n".join(failures) or f"{len(addons)} addons are in order: {', '.join(ADDONS)}")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
