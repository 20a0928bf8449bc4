"""What concerns the test run as a whole."""

import gc
import logging
import os
import re
import traceback
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from unittest import mock

import pytest
from opentaskpy.otflogging import TaskFileHandler

KIT = Path(__file__).parent
STANDARD = KIT / "conformance" / "test_kit.py"
HANDLERS = KIT / "support" / "handlers.py"  # not there in an addon of plugins alone

MANY = 3  # tests that failed, at which the summary says what for
FEW = 5  # reasons that it gives
VARYING = re.compile(r"[^\s:'\"]*[/\\][^\s:'\"]*|[0-9a-f]{8,}|:\d{4,}")  # paths, identifiers, ports


def pytest_xdist_auto_num_workers() -> int:
    """Use one process more than there are cores: tests also wait."""
    return min((os.cpu_count() or 1) + 1, 8)


def pytest_sessionstart() -> None:
    """Tell in one line what no test could: each of them needs it."""
    if not STANDARD.is_file():
        raise pytest.UsageError(f"{STANDARD} was deleted: take it from the template again")
    if "PYTEST_XDIST_WORKER" in os.environ or not HANDLERS.is_file():
        return
    try:
        support = import_module("otf_kit.support.handlers")
        for handler in [*support.transfer_handlers(), *support.execution_handlers()]:
            support.services_of(handler)
    except pytest.UsageError:
        raise
    except Exception as error:
        place = error if isinstance(error, SyntaxError) else _raised_at(error)
        where = f"{place.filename}:{place.lineno}"
        raise pytest.UsageError(f"{where}: {type(error).__name__}: {error}") from None


def pytest_collection_finish() -> None:
    """Spare Python looking for garbage among the tests, which last until the end."""
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def log_directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Have OTF write its log files elsewhere, even if a test runs no whole task."""
    logs = str(tmp_path_factory.mktemp("logs"))
    jobs = str(tmp_path_factory.mktemp("jobs"))
    with mock.patch.dict(os.environ, {"OTF_LOG_DIRECTORY": logs, "OTF_JOBS_DIRECTORY": jobs}):
        yield


@pytest.fixture(autouse=True)
def log_files() -> Iterator[None]:
    """Take its log files from OTF after a test: its loggers go on writing to them."""
    yield
    for logger in list(logging.Logger.manager.loggerDict.values()):
        for handler in getattr(logger, "handlers", [])[:]:
            if isinstance(handler, TaskFileHandler):
                handler.close()
                logger.removeHandler(handler)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    """Report at the end why tests did not pass, and what the author still has to write."""
    yield
    _tell_exceptions(terminalreporter)
    _tell_reasons(terminalreporter)
    if not HANDLERS.is_file():
        return
    support = import_module("otf_kit.support.handlers")
    handlers = [*support.transfer_handlers(), *support.execution_handlers()]
    clients = {handler.client_class for handler in handlers}
    for client in sorted(clients, key=str):
        if methods := support.unwritten(client):
            terminalreporter.section(f"not written yet: {client.__module__}")
            for method in methods:
                terminalreporter.write_line(f"{client.__name__}.{method}")


def _tell_exceptions(terminalreporter: pytest.TerminalReporter) -> None:
    """Report each reason once, not for each test as `pytest -ra` does."""
    skipped = [report.longrepr[2] for report in terminalreporter.getreports("skipped")]
    xfailed = [report.wasxfail for report in terminalreporter.getreports("xfailed")]
    for outcome, reasons in {"skipped": skipped, "xfailed": xfailed}.items():
        if reasons:
            terminalreporter.section(f"{len(reasons)} {outcome} because")
        for reason, times in Counter(reasons).most_common():
            text = reason.removeprefix("Skipped: ").removeprefix("reason: ")
            terminalreporter.write_line(f"{times:4} x {text}")


def _tell_reasons(terminalreporter: pytest.TerminalReporter) -> None:
    """Report the most frequent reasons of failures: often it is one fault."""
    failed = [*terminalreporter.getreports("failed"), *terminalreporter.getreports("error")]
    if len(failed) < MANY:
        return
    reasons = [_reason(report) for report in failed]
    alike = [VARYING.sub("", reason) for reason in reasons]
    terminalreporter.section(f"why {len(failed)} tests failed")
    for each, times in Counter(alike).most_common(FEW):
        terminalreporter.write_line(f"{times:4} x {reasons[alike.index(each)]}")
    if len(set(alike)) > FEW:
        terminalreporter.write_line("       and others")
    if any("is a required property" in reason for reason in reasons):
        terminalreporter.write_line("`offline` in tests/services/ gives a key that you require.")
    files = {report.nodeid.partition("::")[0] for report in failed}
    for file in sorted(file for file in files if file.endswith("/test_client.py")):
        terminalreporter.write_line(f"Begin with {file}: it tests each method of the client alone.")


def _reason(report: pytest.TestReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    text = crash.message if crash else report.longreprtext
    if isinstance(report.longrepr, str):  # what is expected to fail has passed
        text = report.longrepr.replace("[XPASS(strict)]", "it passes, but is expected to fail:")
    return next(iter(text.splitlines()), "").removeprefix("AssertionError: ")[:200]


def _raised_at(error: Exception) -> traceback.FrameSummary:
    return traceback.extract_tb(error.__traceback__)[-1]
