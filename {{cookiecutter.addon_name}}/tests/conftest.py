"""What concerns the test run as a whole."""

import gc
import logging
import os
import traceback
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from opentaskpy.otflogging import TaskFileHandler

TESTS = Path(__file__).parent
STANDARD = TESTS / "conformance" / "test_standard.py"
HANDLERS = TESTS / "support" / "handlers.py"  # not there in an addon of plugins alone


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
        import_module("support.handlers").transfer_handlers()
    except Exception as error:
        place = error if isinstance(error, SyntaxError) else _raised_at(error)
        where = f"{place.filename}:{place.lineno}"
        raise pytest.UsageError(f"{where}: {type(error).__name__}: {error}") from None


def pytest_collection_finish() -> None:
    """Spare Python looking for garbage among the tests, which last until the end."""
    gc.freeze()


@pytest.fixture(autouse=True)
def log_files() -> Iterator[None]:
    """Take its log files from OTF after a test: its loggers go on writing to them."""
    yield
    for logger in list(logging.Logger.manager.loggerDict.values()):
        for handler in getattr(logger, "handlers", [])[:]:
            if isinstance(handler, TaskFileHandler):
                handler.close()
                logger.removeHandler(handler)


def _raised_at(error: Exception) -> traceback.FrameSummary:
    return traceback.extract_tb(error.__traceback__)[-1]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end what the author still has to write."""
    if not HANDLERS.is_file():
        return
    support = import_module("support.handlers")
    handlers = [*support.transfer_handlers(), *support.execution_handlers()]
    clients = {handler.client_class for handler in handlers}
    for client in sorted(clients, key=str):
        if methods := support.unwritten(client):
            terminalreporter.section(f"to be written: {client.__module__}")
            for method in methods:
                terminalreporter.write_line(f"{client.__name__}.{method}")
