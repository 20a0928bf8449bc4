"""Each line of a log is passed on once, and what is wrong with a log does not concern the job."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from opentaskpy.addons.demo.otf_kit import (
    CursorLog,
    JobLog,
    JobStatus,
    LogPart,
    OffsetLog,
    PagesLog,
    RangeLog,
    TransientError,
    WholeLog,
)

from .conftest import Client

Make = Callable[..., Client]
Run = Callable[..., int]

ENTRIES = [f"line {number}" for number in range(1, 26)]
TEXT = "\n".join(f"{entry} é" for entry in ENTRIES).encode()  # the last line has no end


class Log:
    """A log of which there is more each time that a service is asked for it."""

    def __init__(self, whole: Any, step: int, at_once: int) -> None:
        self.whole, self.there, self.step, self.at_once = whole, 0, step, at_once

    @property
    def now(self) -> Any:
        self.there += self.step
        return self.whole[: self.there]

    def after(self, job: str, offset: int) -> Any:
        return self.now[offset : offset + self.at_once]

    def text_after(self, job: str, offset: int) -> LogPart:
        content = self.after(job, offset)
        return LogPart(content, offset + len(content))

    def cursor(self, job: str, cursor: str | None) -> LogPart:
        start = int(cursor or 0)
        content = self.now[start : start + self.at_once]
        full = len(content) == self.at_once
        return LogPart(content, str(start + self.at_once) if full else None)

    def advancing_cursor(self, job: str, cursor: str | None) -> LogPart:
        start = int(cursor or 0)
        content = self.now[start : start + self.at_once]
        return LogPart(content, str(start + len(content)))

    def page(self, job: str, page: int) -> Any:
        return self.now[(page - 1) * self.at_once : page * self.at_once]

    def range(self, job: str, header: str) -> tuple[int, Any]:
        start = int(header.removeprefix("bytes=").removesuffix("-"))
        now = self.now
        return (206, now[start:]) if start < len(now) else (416, b"")

    def file(self, job: str, header: str) -> tuple[int, Any]:
        return 200, self.now

    def all(self, job: str, position: None) -> Any:
        return self.now


READERS: dict[str, tuple[Any, Any, Any, int]] = {
    "lines": (OffsetLog, Log.after, ENTRIES, 3),
    "bytes": (OffsetLog, Log.after, TEXT, 7),
    "characters": (OffsetLog, Log.after, TEXT.decode(), 7),
    "told offset": (OffsetLog, Log.text_after, TEXT, 7),
    "cursor": (CursorLog, Log.cursor, ENTRIES, 3),
    "cursor that advances": (CursorLog, Log.advancing_cursor, ENTRIES, 3),
    "cursor of text": (CursorLog, Log.cursor, TEXT, 7),
    "pages": (PagesLog, Log.page, ENTRIES, 4),
    "range": (RangeLog, Log.range, TEXT, 0),
    "range ignored": (RangeLog, Log.file, TEXT, 0),
    "whole list": (WholeLog, Log.all, ENTRIES, 0),
    "whole text": (WholeLog, Log.all, TEXT, 0),
}


def reading(log: JobLog | None) -> type[Client]:
    """Return a client that reads logs so."""
    return type("Reading", (Client,), {"log": log})


@pytest.mark.parametrize("step", [1, 2, 3, 11, 1000])
@pytest.mark.parametrize("name", READERS)
def test_every_line_is_passed_on_once(
    name: str, step: int, make: Make, run: Run, lines: list[str]
) -> None:
    """And an error of the service in between changes nothing."""
    kind, read, whole, at_once = READERS[name]
    log = Log(whole, step * (1 if isinstance(whole, list) else 17), at_once)
    calls = iter(range(1, 100_000))

    def read_log(job: str, position: Any) -> Any:
        if next(calls) % 4 == 0:
            raise TransientError("503")
        return read(log, job, position)

    client = make(
        reading(kind(settle_seconds=0.1)), protocol={"retrySeconds": 9}, read_log=[read_log]
    )
    assert run(client) == 0
    assert lines == (ENTRIES if isinstance(whole, list) else TEXT.decode().splitlines())


def test_log_in_another_encoding(make: Make, run: Run, lines: list[str]) -> None:
    client = make(reading(WholeLog(encoding="cp1252")), read_log=[b"caf\xe9 \x80\n"])
    run(client)
    assert lines == ["café €"]


def test_line_break_in_an_entry_starts_no_line(make: Make, run: Run, lines: list[str]) -> None:
    client = make(reading(WholeLog()), read_log=[["one\ntwo\n"]])
    run(client)
    assert lines == ["one\ntwo"], "the handler makes it visible"


def test_lines_that_are_alike_are_passed_on(make: Make, run: Run, lines: list[str]) -> None:
    log = Log(["same"] * 30, 30, 7)
    run(make(read_log=[lambda job, offset: log.after(job, offset)]))
    assert lines == ["same"] * 30


def test_service_that_ignores_the_offset_is_not_read_for_ever(
    make: Make, run: Run, lines: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    assert run(make(read_log=[["first", "second"]])) == 0
    assert lines == ["first", "second"]
    assert "could not be read to its end: UnusableLogError: the service ignores" in caplog.text


def test_log_that_begins_anew(make: Make, run: Run, lines: list[str]) -> None:
    run(make(reading(WholeLog(settle_seconds=0.05)), read_log=[["one", "two"], ["three"]]))
    assert lines == ["one", "two", "three"]


@pytest.mark.parametrize("error", [FileNotFoundError("404"), PermissionError("403"), KeyError("x")])
def test_log_that_cannot_be_read_does_not_fail_the_job(
    error: Exception, make: Make, run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    assert run(make(read_log=[error])) == 0
    warned = [record.levelname for record in caplog.records if "log of job" in record.message]
    assert warned == ([] if isinstance(error, FileNotFoundError) else ["WARNING", "ERROR"])


def test_log_that_is_not_there_yet(make: Make, run: Run, lines: list[str]) -> None:
    """Many services answer 404 until a job has written something."""
    missing = FileNotFoundError("404")
    looks = [JobStatus("running")] * 4 + [JobStatus("done")]
    assert run(make(status=looks, read_log=[missing, missing, ["one"], []])) == 0
    assert lines == ["one"]


def test_last_read_that_fails_is_repeated(make: Make, run: Run, lines: list[str]) -> None:
    error = TransientError("503")
    plan = [error, error, error, ["one"], []]
    assert run(make(status=[JobStatus("done")], read_log=plan)) == 0
    assert lines == ["one"]


def test_lines_that_come_after_the_end(make: Make, run: Run, lines: list[str]) -> None:
    """Prefect writes logs two seconds later than the state."""
    ended: list[float] = []

    def status(job: str) -> JobStatus:
        ended.append(time.monotonic())
        return JobStatus("done")

    def late() -> Iterator[str]:
        for after, line in ((0.0, "one"), (0.1, "two"), (0.25, "three")):
            if ended and time.monotonic() - ended[0] >= after:
                yield line

    client = make(
        reading(WholeLog(settle_seconds=0.2)), status=[status], read_log=[lambda *_: list(late())]
    )
    assert run(client) == 0
    assert lines == ["one", "two", "three"]


def test_service_without_logs_is_not_asked(make: Make, run: Run) -> None:
    client = make(reading(None))
    assert run(client) == 0
    assert "read_log" not in client.calls


def test_secret_is_blacked_out_where_parts_meet(make: Make, run: Run, lines: list[str]) -> None:
    log = Log(b"the token is S3cret-token\n", 1000, 16)
    protocol = {"credentials": {"token": "S3cret-token"}}
    run(make(protocol=protocol, read_log=[lambda job, offset: log.after(job, offset)]))
    assert lines == ["the token is ********"]
