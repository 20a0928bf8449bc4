"""What a service cannot do is refused before anything runs; named jobs and several steps work."""

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from opentaskpy.addons.demo.otf_kit import ExecutionFeatures, JobRequest, JobStatus, TransientError
from opentaskpy.addons.demo.remotehandlers.demo import DemoExecution
from opentaskpy.exceptions import InvalidConfigError

from .conftest import Client

Make = Callable[..., Client]

NAME = "opentaskpy.addons.demo.remotehandlers.demo.DemoExecution"


def checked(features: ExecutionFeatures, **keys: Any) -> None:
    """Check a definition."""
    features.check({"type": "execution", "protocol": {"name": NAME}, **keys})


@pytest.mark.parametrize(
    ("features", "keys", "reason"),
    [
        ({}, {}, "'command' is missing"),
        ({"jobs": True}, {}, "'command' or 'job' is missing"),
        ({"jobs": True, "commands": False}, {}, "'job' is missing"),
        ({"jobs": True}, {"command": "a", "job": "b"}, "'command' excludes 'job'"),
        ({}, {"job": "a"}, "'job' is not possible here: the service has no named jobs"),
        ({"jobs": True, "commands": False}, {"command": "a"}, "'command' is not possible here"),
        ({"hosts": False}, {"command": "a", "hosts": ["b"]}, "'hosts' is not possible here"),
        ({"hosts": False}, {"command": "a", "hostname": "b"}, "'hostname' is not possible here"),
        ({"directory": False}, {"command": "a", "directory": "b"}, "'directory' is not possible"),
    ],
)
def test_definition_is_refused(
    features: Mapping[str, bool], keys: dict[str, Any], reason: str
) -> None:
    with pytest.raises(InvalidConfigError, match=reason):
        checked(ExecutionFeatures(**features), **keys)


def test_definition_is_accepted() -> None:
    checked(ExecutionFeatures(), command="a", hosts=["b"], directory="c")
    checked(ExecutionFeatures(jobs=True, hosts=False), job="a", parameters={"b": 1})


def test_handler_refuses_what_is_not_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything runs, and also in a batch, which OTF does not check."""

    class Hostless(Client):
        features = ExecutionFeatures(hosts=False)

    monkeypatch.setattr(DemoExecution, "client_class", Hostless)
    spec = {"type": "execution", "command": "a", "protocol": {"name": NAME}, "task_id": "nightly"}
    DemoExecution(dict(spec)).tidy()
    with pytest.raises(InvalidConfigError, match="the service chooses the host itself"):
        DemoExecution({**spec, "hostname": "one"})


def test_handler_runs_named_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    """From the task definition to the request, with the parameters of `protocol` beside its own."""
    made: list[Client] = []

    class Named(Client):
        features = ExecutionFeatures(jobs=True)

        def __init__(self, connection: Any) -> None:
            super().__init__(connection)
            made.append(self)

    monkeypatch.setattr(DemoExecution, "client_class", Named)
    protocol = {"name": NAME, "url": "http://x", "parameters": {"a": 1, "b": 1}}
    keys = {"job": "report", "parameters": {"b": 2}, "hostname": "one", "directory": "/srv"}
    spec = {"type": "execution", "protocol": protocol, "task_id": "nightly", **keys}
    handler = DemoExecution(json.loads(json.dumps(spec)))
    assert handler.execute() is True
    handler.tidy()
    (request,) = made[0].requests
    assert (request.job, request.command, request.task) == ("report", "", "nightly")
    assert (request.host, request.directory) == ("one", "/srv")
    assert request.parameters == {"a": 1, "b": 2}


def test_name_is_resolved_before_anything_starts(make: Make) -> None:
    """Also again after a transient error, where starting twice would start two jobs."""
    answers: list[Any] = [TimeoutError(), TransientError("503"), {"id": 7}]

    class Resolving(Client):
        features = ExecutionFeatures(jobs=True)

        def resolve(self, request: JobRequest) -> Any:
            answer = answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

    client = make(Resolving)
    assert client.run_job("report", {}, "", None, print) == 0
    assert [request.target for request in client.requests] == [{"id": 7}]


def test_each_task_of_a_job_has_a_log(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    written = {"first": ["a", "b"], "second": ["c"], "third": ["d"]}
    there: list[str] = []

    class Several(Client):
        def logs(self, job: str) -> list[str]:
            there.append(sorted(written)[min(len(there), 2)])
            return sorted({*there})

        def read_log(self, job: str, position: int) -> list[str]:
            if job == "second":
                raise FileNotFoundError("404")
            return written[job][position:]

    lines: list[str] = []
    client = make(Several, status=[JobStatus("running")] * 3 + [JobStatus("done")])
    with caplog.at_level(logging.WARNING):
        assert client.run("work", "", None, lines.append) == 0
    assert lines == ["a", "b", "d"]
    assert caplog.text == ""
