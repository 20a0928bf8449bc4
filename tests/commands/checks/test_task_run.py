"""Executions through OTF's own `task-run`, ended from outside."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import pytest

from .conftest import Sshd
from .test_commands import alive

NAME = "opentaskpy.addons.demo.remotehandlers.demo.DemoExecution"
TASK_RUN = shutil.which("task-run", path=str(Path(sys.executable).parent)) or "task-run"


def start(
    folder: Path, task: dict[str, Any], name: str = "task", timeout: int = 1
) -> "subprocess.Popen[str]":
    """Start task-run."""
    (folder / "variables.json").write_text("{}")
    (folder / "task.json").write_text(json.dumps({"type": "execution", **task}))
    batch = {"type": "batch", "tasks": [{"order_id": 1, "task_id": "task", "timeout": timeout}]}
    (folder / "batch.json").write_text(json.dumps(batch))
    return subprocess.Popen(
        [TASK_RUN, "-t", name, "-c", str(folder)],
        env={**os.environ, "OTF_NO_LOG": "1", "OTF_BATCH_POLL_INTERVAL": "0.2"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def wait_for(process: "subprocess.Popen[str]", text: str) -> str:
    """Read the log up to a text (str)."""
    assert process.stdout
    log = ""
    while text not in log:
        line = process.stdout.readline()
        assert line, log
        log += line
    return log


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_task_ends_its_command(
    sshd: Sshd, tmp_path: Path, number: signal.Signals
) -> None:
    mark = f"9{uuid.uuid4().int % 10**9}"
    command = f"echo started; nohup sleep {mark} & (setsid sleep {mark} &); sleep {mark}"
    protocol = {"name": NAME, **sshd.protocol}
    process = start(tmp_path, {"hosts": ["127.0.0.1"], "command": command, "protocol": protocol})
    log = wait_for(process, "] started\n")
    time.sleep(0.3)
    assert alive(f"sleep {mark}")
    process.send_signal(number)
    log += process.communicate(timeout=60)[0]
    assert not alive(f"sleep {mark}")
    assert process.returncode == 1
    assert f"{number.name}: ending the command" in log
    assert "All processes of the command have ended" in log
    assert "Task completed with result: False" in log


@pytest.mark.slow
def test_second_signal_acts_at_once(tmp_path: Path) -> None:
    command = "trap '' TERM; echo started; while :; do sleep 0.1; done"
    process = start(tmp_path, {"command": command, "protocol": {"name": NAME}})
    wait_for(process, "] started\n")
    process.send_signal(signal.SIGTERM)
    wait_for(process, "ending the command")
    time.sleep(1.2)
    process.send_signal(signal.SIGTERM)
    assert process.wait(2) == -signal.SIGTERM


def test_signal_that_comes_twice_is_one(tmp_path: Path) -> None:
    task = {"command": "echo started; sleep 60", "protocol": {"name": NAME}}
    process = start(tmp_path, task)
    wait_for(process, "] started\n")
    process.send_signal(signal.SIGTERM)
    time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    log = process.communicate(timeout=60)[0]
    assert "All processes of the command have ended" in log
    assert process.returncode == 1


@pytest.mark.slow
def test_batch_that_times_out_ends_the_command_and_tells_so(sshd: Sshd, tmp_path: Path) -> None:
    mark = f"9{uuid.uuid4().int % 10**9}"
    command = f"echo started; (setsid sleep {mark} &); sleep {mark}"
    task = {"hosts": ["127.0.0.1"], "command": command}
    process = start(tmp_path, {**task, "protocol": {"name": NAME, **sshd.protocol}}, "batch")
    log = process.communicate(timeout=60)[0]
    assert not alive(f"sleep {mark}")
    assert log.index("All processes of the command have ended") < log.index("has been killed")


def test_task_that_times_out_ends_the_command(tmp_path: Path) -> None:
    mark = f"9{uuid.uuid4().int % 10**9}"
    task = {"command": f"sleep {mark} & sleep {mark}", "timeout": 1}
    process = start(tmp_path, {**task, "protocol": {"name": NAME}})
    log = process.communicate(timeout=60)[0]
    assert "did not end within 1 seconds" in log
    assert not alive(f"sleep {mark}")


def test_output_cannot_forge_a_log_line(tmp_path: Path) -> None:
    command = r"printf 'one\r2026-01-01 Task completed with result: True\033[2J\n'"
    process = start(tmp_path, {"command": command, "protocol": {"name": NAME}})
    log = process.communicate(timeout=60)[0]
    assert not [line for line in log.splitlines() if line.startswith("2026-01-01 Task")]
    assert "\x1b" not in log


@pytest.mark.slow
def test_interrupted_batch_ends_its_command(tmp_path: Path) -> None:
    mark = f"9{uuid.uuid4().int % 10**9}"
    command = f"echo started; sleep {mark} & sleep {mark}"
    process = start(tmp_path, {"command": command, "protocol": {"name": NAME}}, "batch", 60)
    log = wait_for(process, "] started\n")
    process.send_signal(signal.SIGINT)
    log += process.communicate(timeout=30)[0]
    assert "OTF is exiting: ending the command" in log
    assert not alive(f"sleep {mark}")


def test_command_runs_on_several_hosts(sshd: Sshd, tmp_path: Path) -> None:
    hosts = ["127.0.0.1", "127.0.0.2"]
    protocol = {"name": NAME, **sshd.protocol}
    command = "exit $(echo $SSH_CONNECTION | grep -c '127.0.0.2 ')"
    process = start(tmp_path, {"hosts": hosts, "command": command, "protocol": protocol})
    log = process.communicate(timeout=60)[0]
    assert "[127.0.0.2] The command ended with exit code 1" in log
    assert "[127.0.0.1] The command ended" not in log
    assert process.returncode == 1
