"""The tasks of docs/recipes/launchers.md run: over a real sshd, in a real Slurm, or recorded."""

import json
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .conftest import Sshd
from .test_task_run import NAME, start

PAGE = Path(__file__).parents[3] / "docs" / "recipes" / "launchers.md"
SLURM = ("munged", "slurmctld", "slurmd", "srun")


def task(section: str, directory: Path) -> dict[str, Any]:
    """Return the task of a section, in a folder with its script."""
    text = PAGE.read_text(encoding="utf-8").partition(f"## {section}")[2]
    found = re.search(r"```json\n(.*?)```", text, re.S)
    assert found
    directory.mkdir(exist_ok=True)
    script = directory / "nightly.sh"
    script.write_text('#!/bin/sh\necho "$1 $REGION in $PWD"\nexit ${EXIT:-0}\n')
    script.chmod(0o755)
    read: dict[str, Any] = json.loads(found[1])
    read["protocol"]["name"] = NAME
    return read | {"directory": str(directory)}


def run(folder: Path, definition: dict[str, Any], exit_code: int = 0) -> str:
    """Run a task (str: its log)."""
    process = start(folder, definition)
    log, _ = process.communicate(timeout=60)
    assert process.returncode == exit_code, log
    return log


def test_ssh_on_several_hosts(sshd: Sshd, tmp_path: Path) -> None:
    definition = task("ssh", tmp_path / "a b")
    definition["hosts"] = ["127.0.0.1", "127.0.0.2"]
    definition["protocol"] |= sshd.protocol
    log = run(tmp_path, definition)
    for host in definition["hosts"]:
        # A value of `environment` is not logged.
        assert f"[{host}] --all ******** in {tmp_path}/a b\n" in log
    definition["protocol"]["environment"]["EXIT"] = "3"
    log = run(tmp_path, definition, exit_code=1)
    assert log.count("exit code 3") == 2


@pytest.fixture(scope="module")
def slurm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Start a Slurm of one node."""
    if missing := [name for name in SLURM if not shutil.which(name)]:
        pytest.skip(f"needs {', '.join(missing)}: apt install slurm-wlm")
    folder = tmp_path_factory.mktemp("slurm")
    host = socket.gethostname().partition(".")[0]
    ports = []
    for _ in range(2):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            ports.append(free.getsockname()[1])
    (folder / "key").write_bytes(os.urandom(1024))
    (folder / "key").chmod(0o600)
    (folder / "slurm.conf").write_text(
        f"ClusterName=test\nSlurmctldHost={host}(127.0.0.1)\nAuthType=auth/munge\n"
        f"AuthInfo=socket={folder}/munge\nCredType=cred/munge\n"
        f"SlurmUser=root\nSlurmdUser=root\nStateSaveLocation={folder}/state\n"
        f"SlurmdSpoolDir={folder}/spool\nSlurmctldPort={ports[0]}\nSlurmdPort={ports[1]}\n"
        f"SlurmctldPidFile={folder}/ctld.pid\nSlurmdPidFile={folder}/d.pid\n"
        "ProctrackType=proctrack/linuxproc\nTaskPlugin=task/none\n"
        f"NodeName={host} NodeAddr=127.0.0.1 CPUs=1 State=UNKNOWN\n"
        f"PartitionName=main Nodes={host} Default=YES State=UP\n"
    )
    (folder / "state").mkdir()
    (folder / "spool").mkdir()
    files = {"socket": "munge", "key-file": "key", "pid-file": "pid", "log-file": "munged.log"}
    options = [f"--{name}={folder}/{file}" for name, file in files.items()]
    commands = [
        ["munged", "--force", "--foreground", f"--seed-file={folder}/seed", *options],
        ["slurmctld", "-D"],
        ["slurmd", "-D"],
    ]
    os.environ["SLURM_CONF"] = str(folder / "slurm.conf")
    log = (folder / "log").open("w")
    running = []
    try:
        for command in commands:
            running.append(subprocess.Popen(command, stdout=log, stderr=log))
            time.sleep(0.5)
        deadline = time.monotonic() + 30
        while subprocess.run(["srun", "true"], stderr=log, timeout=60).returncode:
            if time.monotonic() > deadline or any(each.poll() is not None for each in running):
                pytest.skip(f"Slurm does not start: {(folder / 'log').read_text()[-500:]}")
            time.sleep(0.5)
        yield
    finally:
        for each in reversed(running):
            each.terminate()
            each.wait(30)
        log.close()
        del os.environ["SLURM_CONF"]


@pytest.mark.skipif(os.getuid() != 0, reason="the daemons of Slurm run as root here")
def test_slurm(slurm: None, tmp_path: Path) -> None:
    definition = task("Slurm", tmp_path / "a b")
    assert f"--all  in {tmp_path}/a b\n" in run(tmp_path, definition)
    log = run(tmp_path, definition | {"command": "exit 3"}, exit_code=1)
    assert "exit code 3" in log
    log = run(tmp_path, definition | {"command": "echo on; sleep 987", "timeout": 4}, exit_code=1)
    assert "] on\n" in log
    deadline = time.monotonic() + 20
    while subprocess.run(["squeue", "--noheader"], capture_output=True).stdout.strip():
        assert time.monotonic() < deadline, "the job goes on after the task was killed"
        time.sleep(0.3)


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ("Docker", ["exec", "reports"]),
        ("Kubernetes", ["exec", "deploy/reports", "--"]),
    ],
)
def test_container_tools(
    section: str, expected: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program records its command line and runs what would run in the container."""
    programs = tmp_path / "bin"
    programs.mkdir()
    definition = task(section, tmp_path / "it's a b")
    tool = programs / definition["protocol"]["launcher"][0]
    tool.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/arguments\nshift {len(expected)}\nexec "$@"\n'
    )
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    assert f"--all  in {tmp_path}/it's a b\n" in run(tmp_path, definition)
    told = (tmp_path / "arguments").read_text().splitlines()
    assert told[: len(expected)] == expected
    ran = tmp_path / "ran"
    absent = {"directory": str(tmp_path / "absent"), "command": f"true; touch '{ran}'"}
    run(tmp_path, definition | absent, exit_code=1)
    assert not ran.exists()
