"""Runs commands, `task-run` above all."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

TASK_RUN = str(Path(sys.executable).with_name("task-run"))

ERROR = re.compile(r"ERROR |.* — ERROR - |Error running task: ")

LOGGER = re.compile(r"^ERROR \S+: ")

ADDON = Path(__file__).parents[3]


@dataclass(frozen=True)
class Result:
    """How a task ended.

    Attributes:
        exit_code: Of `task-run`; 0 is success.
        log: All that was logged or printed.
    """

    exit_code: int
    log: str

    # pytest shows the log of a test that fails, so the messages need not have it.

    def assert_success(self, *messages: str) -> None:
        """Fail unless the task succeeded and said so."""
        __tracebackhide__ = True
        assert self.exit_code == 0, f"the task failed: {self._reason()}"
        self._assert_logged(messages)

    def assert_failure(self, *messages: str) -> None:
        """Fail unless the task failed and said why."""
        __tracebackhide__ = True
        assert self.exit_code == 1, f"the task should fail, but its exit code is {self.exit_code}"
        self._assert_logged(messages)

    def _reason(self) -> str:
        lines = self.log.splitlines()
        # The first is the cause: OTF adds more general ones.
        errors = [line for line in lines if ERROR.match(line)] or lines[-1:]
        if not errors:
            return f"its exit code is {self.exit_code}"
        # After the time and the place, which differ from test to test, and the logger.
        return LOGGER.sub("", errors[0].rpartition(" — ")[2])

    def _assert_logged(self, messages: Sequence[str]) -> None:
        __tracebackhide__ = True
        for message in messages:
            assert message in self.log, f"no {message!r} in the log, but: {self._reason()}"


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
    print(process.stdout)
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
