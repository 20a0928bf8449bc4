"""Runs commands, `task-run` above all."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

TASK_RUN = str(Path(sys.executable).with_name("task-run"))

ADDON = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Result:
    """How a task ended.

    Attributes:
        exit_code: Of `task-run`; 0 is success.
        log: All that was logged or printed.
    """

    exit_code: int
    log: str

    def assert_success(self, *messages: str) -> None:
        """Fail with the log unless the task succeeded and said so."""
        assert self.exit_code == 0, f"OTF expects the task to succeed; its log:\n{self.log}"
        self._assert_logged(messages)

    def assert_failure(self, *messages: str) -> None:
        """Fail with the log unless the task failed and said why."""
        assert self.exit_code == 1, f"OTF expects the task to fail; its log:\n{self.log}"
        self._assert_logged(messages)

    def _assert_logged(self, messages: Sequence[str]) -> None:
        for message in messages:
            assert message in self.log, f"no {message!r} in the log:\n{self.log}"


def run_command(command: Sequence[str], cwd: Path, environment: Mapping[str, str]) -> Result:
    """Run a command to its end, at most two minutes."""
    process = subprocess.run(
        command,
        cwd=cwd,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=120,
    )
    return Result(process.returncode, process.stdout)


def copy_of_cfg(target: Path) -> None:
    """Copy the configuration of the addon and the files that it moves, but not what it wrote."""
    shutil.copytree(ADDON / "cfg", target / "cfg")
    if not (ADDON / "demo").exists():
        return
    shutil.copytree(ADDON / "demo", target / "demo", ignore=_written)


def _written(folder: str, names: list[str]) -> set[str]:
    if Path(folder).name in ("service", "worker"):
        return {"inbox", "published", "archive", "incoming"}
    return {"cached.json"}
