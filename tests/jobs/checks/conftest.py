"""A service whose every answer a test decides, and clients of it.

`tests/jobs/test_jobs.py` runs the tests beside this file in an addon called demo.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from opentaskpy.addons.demo.otf_kit import (
    Connection,
    ExecutionFeatures,
    JobClient,
    JobRequest,
    JobStatus,
    OffsetLog,
    State,
)
from opentaskpy.addons.demo.otf_kit.executions import job_output, job_run, retries

LONGEST_TEST = 15.0  # seconds


class Client(JobClient):  # type: ignore[misc]
    """A client of a service in memory.

    What it is asked takes the next of its planned answers, the last one again and again: an
    exception is raised, a function called, and anything else returned.
    """

    features = ExecutionFeatures(force=True, starts_once=True)
    states: ClassVar = {
        "queued": State.RUNNING,
        "running": State.RUNNING,
        "done": State.SUCCEEDED,
        "failed": State.FAILED,
        "exited": State.ENDED,
        "stopped": State.CANCELLED,
        "lost": State.UNKNOWN,
    }
    log = OffsetLog()

    def __init__(self, connection: Connection, **plans: list[Any]) -> None:
        super().__init__(connection)
        self.parameters = connection.protocol.get("parameters", {})
        self.plans = {
            "submit": ["17"],
            "status": [JobStatus("running"), JobStatus("done")],
            "cancel": [self.stop],
            "force": [self.stop],
            "read_log": [lambda job, position: self.written[position:]],
            **plans,
        }
        self.written: list[str] = []
        self.calls: list[str] = []
        self.requests: list[JobRequest] = []
        self._guard = threading.Lock()

    def stop(self, job: str) -> None:
        """Let the job be cancelled."""
        self.plans["status"] = [JobStatus("stopped")]

    def submit(self, request: JobRequest) -> str:
        self.requests.append(request)
        return str(self._answer("submit", request))

    def status(self, job: str) -> JobStatus:
        answer = self._answer("status", job)
        assert isinstance(answer, JobStatus)
        return answer

    def cancel(self, job: str) -> None:
        self._answer("cancel", job)

    def force(self, job: str) -> None:
        self._answer("force", job)

    def read_log(self, job: str, position: Any) -> Any:
        return self._answer("read_log", job, position)

    def _answer(self, method: str, *arguments: Any) -> Any:
        with self._guard:
            self.calls.append(method)
            plan = self.plans[method]
            answer = plan.pop(0) if len(plan) > 1 else plan[0]
        if isinstance(answer, Exception):
            raise answer
        return answer(*arguments) if callable(answer) else answer


@pytest.fixture(autouse=True)
def records(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder that remembers jobs."""
    monkeypatch.setenv("OTF_JOBS_DIRECTORY", str(tmp_path / "jobs"))
    return tmp_path / "jobs"


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing takes long."""
    monkeypatch.setattr(retries, "FIRST_WAIT", 0.001)
    monkeypatch.setattr(job_run, "FIRST_POLL", 0.001)
    monkeypatch.setattr(job_run, "MISSING_SECONDS", 0.05)
    monkeypatch.setattr(job_run, "SUBMIT_SECONDS", 0.3)
    monkeypatch.setattr(job_run, "CANCEL_SECONDS", 0.1)
    monkeypatch.setattr(job_run, "CONFIRM_SECONDS", 0.1)
    monkeypatch.setattr(job_run, "REST_SECONDS", 0.3)
    monkeypatch.setattr(job_output, "SETTLE_POLL", 0.01)


@pytest.fixture
def make(
    request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> Iterator[Callable[..., Client]]:
    """Make clients from planned answers; `kind` is the class, `protocol` more keys."""
    logger = logging.getLogger(f"otf.{request.node.name}")
    caplog.set_level(logging.INFO)
    made = []

    def client(
        kind: type[Client] = Client, protocol: Any = None, task: str = "task", **plans: list[Any]
    ) -> Client:
        keys = {"name": "a.b.C", "retrySeconds": 0.1, "pollSeconds": 0.01, **(protocol or {})}
        connection = Connection("", keys, logger, lambda name, value: None, task_id=task)
        made.append(kind(connection, **plans))
        return made[-1]

    # A fault that lets a job run forever fails its test.
    timer = threading.Timer(LONGEST_TEST, lambda: [each.kill() for each in made])
    timer.start()
    yield client
    timer.cancel()
    for each in made:
        each.kill()


@pytest.fixture
def lines() -> list[str]:
    """What a job has written."""
    return []


@pytest.fixture
def run(lines: list[str]) -> Callable[..., int]:
    """Run a command."""
    return lambda client: client.run("work", "", None, lines.append)


@pytest.fixture
def killed(lines: list[str]) -> Callable[..., None]:
    """Run a command, and kill the task as soon as something holds."""

    def run(client: Client, when: Callable[[], Any]) -> None:
        def kill() -> None:
            while not when():
                threading.Event().wait(0.002)
            client.kill()

        threading.Thread(target=kill, daemon=True).start()
        with pytest.raises(InterruptedError, match="the task was killed"):
            client.run("work", "", None, lines.append)

    return run
