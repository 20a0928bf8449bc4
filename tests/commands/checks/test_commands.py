"""Commands on the worker and over a real sshd."""

import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from opentaskpy.addons.demo.otf_kit.connection import Connection
from opentaskpy.addons.demo.otf_kit.executions import supervision
from opentaskpy.addons.demo.otf_kit.executions.commands import CommandClient, _Process
from opentaskpy.addons.demo.otf_kit.executions.lines import Lines
from opentaskpy.exceptions import InvalidConfigError

from .conftest import Sshd

Run = Callable[..., tuple[int, list[str]]]


@pytest.fixture(params=["local", "ssh"])
def place(request: pytest.FixtureRequest) -> tuple[dict[str, Any], str]:
    """Return the protocol and host of each place (tuple[dict[str, Any], str])."""
    if request.param == "local":
        return {}, ""
    return request.getfixturevalue("sshd").protocol, "127.0.0.1"


@pytest.fixture
def run(place: tuple[dict[str, Any], str], connect: Callable[..., Connection]) -> Run:
    """Run a command in each place."""

    def run(command: str, directory: str | None = None, **more: Any) -> tuple[int, list[str]]:
        protocol, host = place
        lines: list[str] = []
        client = CommandClient(connect(**protocol, **more))
        try:
            return client.run(command, host, directory, lines.append), lines
        finally:
            client.close()

    return run


def alive(mark: str) -> list[str]:
    """Return the processes that have a mark in their arguments (list[str])."""
    listing = subprocess.run(["ps", "-A", "-o", "stat=,args="], capture_output=True, text=True)
    return [
        line for line in listing.stdout.splitlines() if mark in line and not line.startswith("Z")
    ]


@pytest.mark.parametrize("code", [0, 3, 255])
def test_exit_code_is_the_commands_own(run: Run, code: int) -> None:
    assert run(f"exit {code}")[0] == code


def test_command_killed_by_a_signal_fails(run: Run) -> None:
    assert run("kill -9 $$")[0] == 128 + 9


def test_both_outputs_are_logged_in_order(run: Run) -> None:
    assert run("echo one; echo two >&2; echo three")[1] == ["one", "two", "three"]


def test_command_runs_in_its_directory(run: Run, tmp_path: Path) -> None:
    place = tmp_path / "it's a $HOME"
    place.mkdir()
    assert run("pwd", str(place))[1] == [str(place)]


def test_nothing_runs_if_the_directory_does_not_exist(run: Run, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="/missing could not be entered"):
        run(f"echo first; touch {tmp_path}/ran", f"{tmp_path}/missing")
    assert not (tmp_path / "ran").exists()


def test_environment_reaches_the_command(run: Run) -> None:
    value = 'it\'s "$HOME"\n`x` \\'
    code, lines = run(
        "printf %s \"$VALUE\" | od -An -c | tr -d ' \\n'", environment={"VALUE": value}
    )
    assert code == 0
    assert lines == ['it\'s"$HOME"\\n`x`\\']


def test_environment_is_not_seen_by_ps(run: Run) -> None:
    secret = uuid.uuid4().hex
    _, lines = run("ps -A -o args=", environment={"VALUE": secret})
    assert lines
    assert not [line for line in lines if secret in line or "********" in line]


def test_command_may_use_quotes_and_unicode(run: Run) -> None:
    assert run("""echo "it's" 'a "ü" $x' """)[1] == ["""it's a "ü" $x"""]


def test_command_has_no_input(run: Run) -> None:
    assert run("cat; echo done")[1] == ["done"]


def test_interrupt_signal_is_not_ignored(run: Run) -> None:
    assert run("kill -INT $$; echo survived")[0] != 0


def test_many_lines_are_all_logged(run: Run) -> None:
    assert run("seq 100000")[1] == [str(n) for n in range(1, 100_001)]


def test_process_in_the_background_does_not_hold_up_the_task(run: Run) -> None:
    mark = f"3{uuid.uuid4().int % 10**6}.{uuid.uuid4().int % 10**6}"
    before = time.monotonic()
    assert run(f"sleep {mark} & echo done")[1] == ["done"]
    assert time.monotonic() - before < 10
    # It was started on purpose and goes on.
    processes = alive(mark)
    subprocess.run(["pkill", "-f", f"sleep {mark}"], check=False)
    assert processes


def test_encoding_is_that_of_the_task(run: Run) -> None:
    assert run("printf 'caf\\351\\n'", encoding="latin-1")[1] == ["café"]


def test_end_of_output_is_found_at_any_place_in_a_chunk(run: Run) -> None:
    assert run("printf 'no line break\\0\\0'")[1] == [r"no line break\x00\x00"]


def test_end_of_output_may_come_in_two_chunks() -> None:
    token = uuid.uuid4().hex
    program = (
        "import os, time\n"
        f"mark = {supervision.end_of_output(token)!r}\n"
        "os.write(1, b'out' + mark[:5])\n"
        "time.sleep(0.3)\n"
        f"os.write(1, mark[5:]); os.write(2, b'{token} exit 0\\n')\n"
    )
    lines: list[str] = []
    process = _Process([sys.executable, "-c", program], token, Lines(lines.append))
    process.ended.wait()
    process.drain()
    process.close()
    assert lines == ["out"]


def test_beginning_of_a_mark_without_its_end_is_output() -> None:
    lines: list[str] = []
    program = "import os; os.write(1, b'out' + bytes(1))"
    process = _Process([sys.executable, "-c", program], uuid.uuid4().hex, Lines(lines.append))
    process.ended.wait()
    process.drain()
    process.close()
    assert lines == [r"out\x00"]


STUBBORN = 'trap "" TERM HUP INT; while :; do sleep 0.1; done'
CHILDREN = {
    "in the foreground": "sleep {mark}",
    "in the background": "sleep {mark} & wait",
    "nohup": "nohup sleep {mark} >/dev/null 2>&1 & wait",
    "setsid": "setsid sleep {mark} & wait",
    "orphan in a session of its own": "(setsid sleep {mark} &) ; sleep 60",
    "ignores SIGTERM": "sh -c '" + STUBBORN + "' {mark}",
    "orphan that ignores SIGTERM": "(setsid sh -c '" + STUBBORN + "' {mark} &); sleep 60",
    "without environment": "env -i sleep {mark}",
    "without environment, ignores SIGTERM": "env -i sh -c '" + STUBBORN + "' {mark} & wait",
    "starts others all the time": "while :; do sleep 0.0{mark} & sleep 0.05; done",
}


@pytest.mark.slow
@pytest.mark.parametrize("command", CHILDREN.values(), ids=CHILDREN.keys())
def test_kill_ends_every_process(
    command: str,
    place: tuple[dict[str, Any], str],
    connect: Callable[..., Connection],
    caplog: pytest.LogCaptureFixture,
) -> None:
    protocol, host = place
    mark = f"9{uuid.uuid4().int % 10**9}"
    client = CommandClient(connect(**protocol))
    started = threading.Event()

    def output(line: str) -> None:
        if line == "started":
            threading.Timer(0.3, started.set).start()

    def kill() -> None:
        assert started.wait(20)
        assert alive(mark)
        client.kill()

    killer = threading.Thread(target=kill)
    killer.start()
    with pytest.raises(InterruptedError):
        client.run(f"echo started; {command.replace('{mark}', mark)}", host, None, output)
    killer.join()
    assert not alive(mark)
    assert "All processes of the command have ended" in caplog.text


def test_command_is_told_once_before_it_is_killed(run: Run, tmp_path: Path) -> None:
    told = tmp_path / "told"
    script = f"trap 'echo x >> {told}' TERM; while :; do sleep 0.1; done"
    token = uuid.uuid4().hex
    process = subprocess.Popen(
        supervision.start(token), stdin=subprocess.PIPE, start_new_session=True
    )
    assert process.stdin
    process.stdin.write(supervision.run_script(token, script, None, {}).encode())
    process.stdin.flush()
    time.sleep(0.5)
    subprocess.run(["/bin/sh", "-s"], input=supervision.stop_script(token).encode(), check=True)
    process.wait()
    assert told.read_text() == "x\n"


def test_processes_are_found_without_proc(tmp_path: Path) -> None:
    mark, token = f"9{uuid.uuid4().int % 10**9}", uuid.uuid4().hex
    process = subprocess.Popen(
        supervision.start(token), stdin=subprocess.PIPE, start_new_session=True
    )
    assert process.stdin
    command = f"(sleep {mark} &); nohup sleep {mark} & sleep {mark}"
    process.stdin.write(supervision.run_script(token, command, None, {}).encode())
    process.stdin.flush()
    time.sleep(0.5)
    assert len(alive(mark)) >= 3
    script = supervision.stop_script(token, proc=str(tmp_path))
    subprocess.run(["/bin/sh", "-s"], input=script.encode(), check=True)
    process.wait()
    assert not alive(f"sleep {mark}")


@pytest.mark.slow
@pytest.mark.skipif(os.getuid() != 0, reason="needs a process of another user")
def test_process_that_cannot_be_terminated_is_named(
    sshd: Sshd, connect: Callable[..., Connection], caplog: pytest.LogCaptureFixture
) -> None:
    client = CommandClient(connect())
    # Nothing may signal a process of another user; `kill` that fails is what that looks like.
    original = supervision.STOP
    supervision.STOP = original.replace("kill -", "false -")
    mark = f"9{uuid.uuid4().int % 10**9}"
    threading.Timer(0.7, client.kill).start()
    try:
        with pytest.raises(InterruptedError):
            client.run(f"sleep {mark}", "", None, lambda line: None)
    finally:
        supervision.STOP = original
        subprocess.run(["pkill", "-f", f"sleep {mark}"], check=False)
    assert any(
        "Could not terminate process" in line and f"sleep {mark}" in line
        for line in caplog.messages
    )


@pytest.mark.slow
def test_command_ends_if_the_worker_dies(place: tuple[dict[str, Any], str], tmp_path: Path) -> None:
    protocol, host = place
    mark = f"9{uuid.uuid4().int % 10**9}"
    program = (
        "import logging, sys\n"
        "from opentaskpy.addons.demo.otf_kit.connection import Connection\n"
        "from opentaskpy.addons.demo.otf_kit.executions.commands import CommandClient\n"
        f"c = Connection('', {{'name': 'a.b.C', **{protocol!r}}}, logging.getLogger('x'), print)\n"
        f"CommandClient(c).run('echo started; (setsid sleep {mark} &); sleep {mark}', {host!r}, "
        "None, lambda line: print(line, flush=True))\n"
    )
    worker = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert worker.stdout
    assert worker.stdout.readline() == b"started\n"
    time.sleep(0.5)
    assert alive(f"sleep {mark}")
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    deadline = time.monotonic() + 20
    while alive(f"sleep {mark}") and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not alive(f"sleep {mark}")


def test_nothing_starts_after_kill(run: Run, connect: Callable[..., Connection]) -> None:
    client = CommandClient(connect())
    client.kill()
    with pytest.raises(InterruptedError):
        client.run("true", "", None, lambda line: None)


def test_host_without_a_launcher_that_uses_it_is_rejected(
    connect: Callable[..., Connection],
) -> None:
    for launcher in ("local", ["sh", "-c", "{command}"]):
        client = CommandClient(connect(launcher=launcher))
        with pytest.raises(InvalidConfigError, match="web1"):
            client.run("true", "web1", None, lambda line: None)


def test_ssh_without_a_host_is_rejected(sshd: Sshd, connect: Callable[..., Connection]) -> None:
    with pytest.raises(InvalidConfigError, match="needs a host"):
        CommandClient(connect(**sshd.protocol)).run("true", "", None, lambda line: None)


def test_custom_launcher_runs_in_the_directory(
    connect: Callable[..., Connection], tmp_path: Path
) -> None:
    lines: list[str] = []
    client = CommandClient(connect(launcher=["sh", "-c", "{command}"]))
    assert client.run("pwd; exit 7", "", str(tmp_path), lines.append) == 7
    assert lines == [str(tmp_path)]


def test_custom_launcher_that_knows_the_directory_is_given_it(
    connect: Callable[..., Connection],
) -> None:
    lines: list[str] = []
    launcher = ["echo", "--host={hostname}", "--chdir={directory}", "{command}"]
    client = CommandClient(connect(launcher=launcher))
    assert client.run("a  b", "web1", "/not here", lines.append) == 0
    assert lines == ["--host=web1 --chdir=/not here a  b"]


def test_unknown_encoding_is_rejected(connect: Callable[..., Connection]) -> None:
    with pytest.raises(InvalidConfigError, match="'utf-99'"):
        CommandClient(connect(encoding="utf-99"))
