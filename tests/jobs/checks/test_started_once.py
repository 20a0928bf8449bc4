"""An interrupted run finds its job again, and no second one is started beside it."""

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from opentaskpy.addons.demo.otf_kit import ExecutionFailedError, ExecutionFeatures, JobStatus
from opentaskpy.addons.demo.otf_kit.executions import job_records, job_run

from .conftest import Client

Make = Callable[..., Client]
Run = Callable[..., int]
Killed = Callable[..., None]
Text = pytest.LogCaptureFixture

RUNNING = [JobStatus("running")]


class Repeating(Client):
    """A service that starts a second job when it is asked again."""

    features = ExecutionFeatures()


def interrupted(client: Client, when: str = "status") -> None:
    """Let a run go on forever once its client was asked something, as if its process had gone."""
    gone = threading.Event()

    def hang(*arguments: Any) -> None:
        gone.set()
        threading.Event().wait(60)

    def run() -> None:
        with suppress(InterruptedError):  # when the test is over
            client.run("work", "", None, print)

    client.plans[when] = [hang]
    threading.Thread(target=run, daemon=True).start()
    assert gone.wait(9)


def test_second_run_is_refused_and_names_the_job(make: Make, run: Run) -> None:
    interrupted(make())
    client = make(status=RUNNING)
    with pytest.raises(ExecutionFailedError, match="Job 17 of an earlier run of this task is sti"):
        run(client)
    assert "submit" not in client.calls


def test_second_run_follows_the_job(make: Make, run: Run, lines: list[str], caplog: Text) -> None:
    interrupted(make())
    client = make(protocol={"ifRunning": "attach"}, status=[*RUNNING, *RUNNING, JobStatus("done")])
    client.written = ["one"]
    assert run(client) == 0
    assert lines == ["one"]
    assert "submit" not in client.calls
    assert "Job 17 of an earlier run of this task is still running: following it" in caplog.text


def test_second_run_starts_another_job(make: Make, run: Run, caplog: Text) -> None:
    interrupted(make())
    client = make(protocol={"ifRunning": "start"}, status=[*RUNNING, JobStatus("done")])
    assert run(client) == 0
    assert "Job 17 of an earlier run of this task is still running, and another" in caplog.text
    assert "submit" in client.calls


@pytest.mark.parametrize("status", [JobStatus("done"), JobStatus("stopped"), FileNotFoundError()])
def test_job_that_has_ended_meanwhile(status: Any, make: Make, run: Run) -> None:
    interrupted(make())
    assert run(make(status=[status, JobStatus("done")])) == 0


def test_earlier_job_that_cannot_be_asked_about(make: Make, run: Run) -> None:
    interrupted(make())
    client = make(status=[PermissionError("403")])
    with pytest.raises(ExecutionFailedError, match="It is not known whether job 17 of an earlier"):
        run(client)
    assert "submit" not in client.calls


@pytest.mark.parametrize("other", [{"task": "other"}, {"protocol": {"url": "http://x"}}], ids=str)
def test_other_tasks_and_services_are_apart(other: Any, make: Make, run: Run) -> None:
    interrupted(make())
    assert run(make(**other)) == 0


def test_other_commands_and_hosts_are_apart(make: Make) -> None:
    interrupted(make())
    assert make().run("other", "", None, print) == 0
    assert make().run("work", "one", None, print) == 0


def test_interrupted_submission_is_repeated_with_its_key(make: Make, run: Run) -> None:
    first, second = make(), make()
    interrupted(first, "submit")
    assert run(second) == 0
    assert run(second) == 0
    keys = [request.key for request in second.requests]
    assert keys[0] == first.requests[0].key != keys[1]


def test_old_key_is_not_used_again(
    make: Make, run: Run, monkeypatch: pytest.MonkeyPatch, caplog: Text
) -> None:
    """The service may have forgotten it, or give a job that ended yesterday."""
    first, second = make(), make()
    interrupted(first, "submit")
    monkeypatch.setattr(job_run, "KEY_SECONDS", 0)
    assert run(second) == 0
    assert first.requests[0].key != second.requests[0].key
    assert "interrupted while it submitted a job, which may be running" in caplog.text


def test_interrupted_submission_without_keys_is_reported(
    make: Make, run: Run, caplog: Text
) -> None:
    interrupted(make(Repeating), "submit")
    assert run(make(Repeating)) == 0
    assert "interrupted while it submitted a job, which may be running" in caplog.text


@pytest.mark.parametrize(
    "plans",
    [
        {},
        {"status": [JobStatus("failed")]},
        {"status": [JobStatus("stopped")]},
        {"submit": [PermissionError("403")]},
        {"status": [FileNotFoundError("404")]},
    ],
    ids=str,
)
def test_nothing_is_left_of_a_job_that_has_ended(
    plans: Any, make: Make, run: Run, records: Path
) -> None:
    with suppress(ExecutionFailedError, PermissionError):
        run(make(**plans))
    assert list(records.iterdir()) == []


def test_nothing_is_left_of_a_killed_job(make: Make, killed: Killed, records: Path) -> None:
    client = make(status=RUNNING)
    killed(client, lambda: "status" in client.calls)
    assert list(records.iterdir()) == []


@pytest.mark.parametrize("status", [PermissionError("403"), JobStatus("new")], ids=str)
def test_job_that_may_be_running_is_remembered(
    status: Any, make: Make, run: Run, records: Path
) -> None:
    with pytest.raises(ExecutionFailedError, match="may still be running"):
        run(make(status=[status]))
    (record,) = records.iterdir()
    assert '"job": "17"' in record.read_text()


def test_job_that_could_not_be_cancelled_is_remembered(
    make: Make, killed: Killed, records: Path
) -> None:
    client = make(Repeating, status=RUNNING, cancel=[PermissionError("403")])
    killed(client, lambda: "status" in client.calls)
    assert len(list(records.iterdir())) == 1


def test_folder_is_for_this_user_alone(make: Make, run: Run, records: Path) -> None:
    run(make())
    assert records.stat().st_mode & 0o777 == 0o700


def test_folder_that_cannot_be_used_is_a_warning(
    make: Make, run: Run, records: Path, caplog: Text
) -> None:
    records.write_text("a file")
    assert run(make()) == 0
    assert "The next run of this task will not find a job that this one leaves" in caplog.text


def test_folder_of_another_user_is_not_used(
    make: Make, run: Run, monkeypatch: pytest.MonkeyPatch, caplog: Text
) -> None:
    monkeypatch.setattr(job_records.os, "getuid", lambda: 12345)
    assert run(make()) == 0
    assert "belongs to another user" in caplog.text
