"""A job is submitted once and followed to its end, which is reported as it is."""

import threading
import time
from collections.abc import Callable

import pytest
from opentaskpy.addons.demo.otf_kit import (
    ExecutionFailedError,
    ExecutionFeatures,
    JobStatus,
    TransientError,
)
from opentaskpy.addons.demo.otf_kit.executions import job_run

from .conftest import Client

Make = Callable[..., Client]
Run = Callable[..., int]


class Repeating(Client):
    """A service that starts a second job when it is asked again."""

    features = ExecutionFeatures(starts_once=False)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (JobStatus("done"), 0),
        (JobStatus("done", 0), 0),
        (JobStatus("done", 7), 7),
        (JobStatus("failed", 3), 3),
        (JobStatus("exited", 0), 0),
        (JobStatus("exited", 9), 9),
    ],
    ids=str,
)
def test_exit_code(status: JobStatus, code: int, make: Make, run: Run) -> None:
    assert run(make(status=[JobStatus("queued"), JobStatus("running"), status])) == code


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (JobStatus("failed"), "Job 17 failed, the service calls it 'failed'"),
        (JobStatus("failed", 0), "Job 17 failed"),
        (JobStatus("failed", reason="no disk"), "'failed': no disk"),
        (JobStatus("exited"), "has ended, but the service reports no exit code"),
        (JobStatus("stopped"), "was cancelled, but not by this task"),
        (JobStatus("new"), "may still be running: 'new' is not a state that `states` of Client"),
        (JobStatus("lost"), "may still be running: the service does not know its state, 'lost'"),
    ],
    ids=str,
)
def test_end_that_is_no_success(status: JobStatus, reason: str, make: Make, run: Run) -> None:
    with pytest.raises(ExecutionFailedError) as failed:
        run(make(status=[JobStatus("running"), status]))
    assert reason in str(failed.value)


def test_state_that_is_unknown_for_a_while(make: Make, run: Run) -> None:
    assert run(make(status=[JobStatus("lost"), JobStatus("lost"), JobStatus("done")])) == 0


def test_all_that_a_job_needs_is_submitted(make: Make) -> None:
    client = make(protocol={"parameters": {"a": 1}})
    client.run("work", "one", "/srv", print)
    (request,) = client.requests
    assert (request.command, request.host, request.directory) == ("work", "one", "/srv")
    assert request.parameters == {"a": 1}
    assert len(request.key) == 32


@pytest.mark.parametrize("error", [TransientError("503"), TimeoutError(), ConnectionError()])
def test_job_is_submitted_again_with_the_same_key(error: Exception, make: Make, run: Run) -> None:
    client = make(submit=[error, error, "17"])
    assert run(client) == 0
    assert run(client) == 0
    first, second, third, next_run = (request.key for request in client.requests)
    assert first == second == third != next_run


@pytest.mark.parametrize("error", [TransientError("503"), TimeoutError(), ConnectionError()])
def test_job_without_a_key_is_not_started_twice(error: Exception, make: Make, run: Run) -> None:
    client = make(Repeating, submit=[error, "17"])
    with pytest.raises(ExecutionFailedError, match="The job may have been started: "):
        run(client)
    assert client.calls == ["submit"]


def test_job_without_a_key_is_submitted_until_the_service_is_there(make: Make, run: Run) -> None:
    assert run(make(Repeating, submit=[ConnectionRefusedError(), "17"])) == 0


def test_service_that_refuses_is_not_asked_again(make: Make, run: Run) -> None:
    client = make(submit=[PermissionError("403"), "17"])
    with pytest.raises(PermissionError):
        run(client)
    assert client.calls == ["submit"]


def test_looks_that_fail_for_a_while(make: Make, run: Run) -> None:
    assert run(make(status=[TimeoutError(), TransientError("503"), JobStatus("done")])) == 0


@pytest.mark.parametrize("error", [PermissionError("403"), TimeoutError("slow"), KeyError("x")])
def test_looks_that_fail_for_good(error: Exception, make: Make, run: Run) -> None:
    with pytest.raises(ExecutionFailedError, match=f"may still be running: {type(error).__name__}"):
        run(make(status=[error]))


def test_job_is_unknown_for_a_moment(make: Make, run: Run) -> None:
    """Scrapyd takes a job from its queue before it starts the process."""
    assert run(make(status=[FileNotFoundError(), FileNotFoundError(), JobStatus("done")])) == 0


def test_job_that_disappears(make: Make, run: Run, lines: list[str]) -> None:
    client = make(status=[JobStatus("running"), FileNotFoundError("404")])
    client.written = ["one"]
    with pytest.raises(ExecutionFailedError, match=r"Job 17 has disappeared: .*404"):
        run(client)
    assert lines == ["one"]


def test_looks_become_rarer(make: Make, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_run, "FIRST_POLL", 0.01)
    times: list[float] = []

    def look(job: str) -> JobStatus:
        times.append(time.monotonic())
        return JobStatus("running")

    run(make(protocol={"pollSeconds": 0.02}, status=[look] * 5 + [JobStatus("done")]))
    assert times[-1] - times[0] >= 0.055


def test_jobs_run_at_the_same_time(make: Make) -> None:
    barrier = threading.Barrier(3)
    client = make(submit=[lambda request: barrier.wait(9)])
    threads = [
        threading.Thread(target=client.run, args=("work", str(n), None, print)) for n in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(9)
    assert not barrier.broken
