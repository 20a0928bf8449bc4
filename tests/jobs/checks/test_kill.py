"""When a task is killed its job is ended, and the log says what became of it."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from opentaskpy.addons.demo.otf_kit import ExecutionFeatures, JobStatus, TransientError

from .conftest import Client

Make = Callable[..., Client]
Killed = Callable[..., None]
Text = pytest.LogCaptureFixture

RUNNING = [JobStatus("running")]


def submitted(client: Client) -> Callable[[], Any]:
    """Return whether the job is looked at."""
    return lambda: "status" in client.calls


def with_features(**features: bool) -> type[Client]:
    """Return a client of a service that can do less."""
    return type("Limited", (Client,), {"features": ExecutionFeatures(**features)})


def test_job_is_cancelled_and_that_is_confirmed(make: Make, killed: Killed, caplog: Text) -> None:
    client = make(status=RUNNING)
    killed(client, submitted(client))
    assert "Job 17 was cancelled: the service calls it 'stopped'" in caplog.text
    assert client.calls.count("cancel") == 1


def test_cancelling_that_fails_for_a_while(make: Make, killed: Killed, caplog: Text) -> None:
    client = make(status=RUNNING)
    client.plans["cancel"] = [TransientError("503"), ConnectionError(), client.stop]
    killed(client, submitted(client))
    assert "Job 17 was cancelled" in caplog.text


def test_job_that_goes_on_is_ended_by_force(make: Make, killed: Killed, caplog: Text) -> None:
    client = make(status=RUNNING, cancel=[None])
    killed(client, submitted(client))
    told = caplog.text
    assert "Job 17 may still be running: 0 s after it was cancelled, the service calls it" in told
    assert "Job 17 was ended by force: the service calls it 'stopped'" in told


def test_job_that_goes_on_is_named(make: Make, killed: Killed, caplog: Text) -> None:
    client = make(with_features(force=False), status=RUNNING, cancel=[None])
    killed(client, submitted(client))
    assert "Job 17 may still be running" in caplog.text
    assert "was cancelled:" not in caplog.text
    assert "force" not in client.calls


def test_cancelling_that_is_refused_is_reported(make: Make, killed: Killed, caplog: Text) -> None:
    client = make(with_features(), status=RUNNING, cancel=[PermissionError("403")])
    killed(client, submitted(client))
    told = "could not be cancelled, and may still be running: PermissionError: 403"
    assert f"Job 17 {told}" in caplog.text


def test_job_that_ends_meanwhile(make: Make, killed: Killed, caplog: Text) -> None:
    client = make(status=RUNNING)

    def refuse(job: str) -> None:
        client.plans["status"] = [JobStatus("done")]
        raise FileExistsError("409: it has ended")

    client.plans["cancel"] = [refuse]
    killed(client, submitted(client))
    assert "Job 17 had ended by itself: the service calls it 'done'" in caplog.text


def test_service_that_has_one_word_for_every_end(make: Make, killed: Killed, caplog: Text) -> None:
    client = make(status=RUNNING)
    client.plans["cancel"] = [lambda job: client.plans.update(status=[JobStatus("done")])]
    killed(client, submitted(client))
    assert "Job 17 has ended after it was cancelled: the service calls it 'done'" in caplog.text


def test_service_without_a_word_for_it(make: Make, killed: Killed, caplog: Text) -> None:
    client = make(status=RUNNING)
    client.plans["cancel"] = [lambda job: client.plans.update(status=[JobStatus("failed")])]
    killed(client, submitted(client))
    assert "Job 17 was cancelled: the service calls it 'failed'" in caplog.text


def test_service_that_forgets_the_job(make: Make, killed: Killed, caplog: Text) -> None:
    client = make(status=RUNNING)
    gone = FileNotFoundError("404")
    client.plans["cancel"] = [lambda job: client.plans.update(status=[gone])]
    killed(client, submitted(client))
    assert "Job 17 has ended: the service no longer knows it" in caplog.text


def test_job_between_queue_and_process_is_cancelled_again(
    make: Make, killed: Killed, caplog: Text
) -> None:
    """Scrapyd does not know a job for a moment, and so ends nothing."""
    client = make(status=RUNNING)
    missing = FileNotFoundError("404")
    first = {"status": [missing, missing, *RUNNING], "cancel": [client.stop]}
    client.plans["cancel"] = [lambda job: client.plans.update(first)]
    killed(client, submitted(client))
    assert "Job 17 was cancelled: the service calls it 'stopped'" in caplog.text
    assert client.calls.count("cancel") == 2


def test_service_that_cannot_cancel(make: Make, killed: Killed, caplog: Text) -> None:
    client = make(with_features(cancel=False), status=RUNNING)
    killed(client, submitted(client))
    assert "Job 17 continues: the service cannot cancel jobs" in caplog.text
    assert "cancel" not in client.calls


def test_rest_of_the_log_is_read(make: Make, killed: Killed, lines: list[str]) -> None:
    client = make(status=RUNNING)
    client.written = ["one"]

    def stop(job: str) -> None:
        client.written = ["one", "two", "last"]
        client.stop(job)

    client.plans["cancel"] = [stop]
    killed(client, submitted(client))
    assert lines == ["one", "two", "last"]


def test_kill_before_the_start(make: Make, killed: Killed) -> None:
    client = make()
    client.kill()
    with pytest.raises(InterruptedError):
        client.run("work", "", None, print)
    assert client.calls == []


def test_kill_while_the_job_is_submitted(make: Make, killed: Killed, caplog: Text) -> None:
    def submit(request: Any) -> str:
        time.sleep(0.05)
        return "17"

    client = make(submit=[submit], status=RUNNING)
    killed(client, lambda: client.calls)
    assert "Job 17 was cancelled" in caplog.text


def test_kill_while_the_submission_is_repeated(make: Make, killed: Killed, caplog: Text) -> None:
    """The job may have started although the answer was lost: the key finds it."""
    client = make(protocol={"retrySeconds": 60}, status=RUNNING)

    def submit(request: Any) -> str:
        if not client.killed.is_set():
            raise TimeoutError("no answer")
        return "17"

    client.plans["submit"] = [submit]
    killed(client, lambda: client.calls)
    assert "Job 17 was cancelled" in caplog.text


def test_kill_while_the_submission_is_not_answered(
    make: Make, killed: Killed, caplog: Text
) -> None:
    """The job is cancelled when the answer comes after all, while OTF is still there."""
    answered = threading.Event()
    client = make(submit=[lambda request: answered.wait(9)], status=RUNNING)
    killed(client, lambda: client.calls)
    assert "It is not known whether a job was started: the service has not answered" in caplog.text
    answered.set()
    deadline = time.monotonic() + 9
    while "Job True was cancelled" not in caplog.text and time.monotonic() < deadline:
        time.sleep(0.01)
    assert "Job True was cancelled" in caplog.text


def test_kill_without_a_job(make: Make, killed: Killed, caplog: Text) -> None:
    client = make(protocol={"retrySeconds": 60}, submit=[ConnectionRefusedError()])
    client.unbegun = (ConnectionRefusedError,)
    killed(client, lambda: client.calls)
    assert "No job was started" in caplog.text
    assert set(client.calls) == {"submit"}


def test_kill_while_a_look_is_not_answered(make: Make, killed: Killed, caplog: Text) -> None:
    answered = threading.Event()
    client = make(status=[lambda job: answered.wait(9), *RUNNING])
    start = time.monotonic()
    killed(client, submitted(client))
    assert time.monotonic() - start < 5
    answered.set()
    assert "Job 17 was cancelled" in caplog.text


def test_kill_while_the_log_is_not_answered(make: Make, killed: Killed, caplog: Text) -> None:
    answered = threading.Event()
    client = make(status=RUNNING, read_log=[lambda *_: answered.wait(9)])
    killed(client, lambda: "read_log" in client.calls)
    answered.set()
    assert "Job 17 was cancelled" in caplog.text
    assert "The rest of the log was not read" in caplog.text


def test_late_lines_of_a_killed_job(make: Make, killed: Killed, lines: list[str]) -> None:
    """The thread that waits for them gives way to the one that ends the job."""
    from opentaskpy.addons.demo.otf_kit import WholeLog

    slow = type("Slow", (Client,), {"log": WholeLog(settle_seconds=30)})
    client = make(slow, status=[JobStatus("done")], read_log=[["one"]])
    start = time.monotonic()
    killed(client, lambda: lines)
    assert time.monotonic() - start < 5
    assert lines == ["one"]
