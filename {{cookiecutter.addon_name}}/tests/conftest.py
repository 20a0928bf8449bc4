"""What concerns the test run as a whole."""

import os
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
STANDARD = TESTS / "conformance" / "test_standard.py"


def pytest_xdist_auto_num_workers() -> int:
    """Tests wait about as long as they compute, so two of them can share a core."""
    return min(2 * (os.cpu_count() or 1), 8)


def pytest_sessionstart() -> None:
    """Guard the one standard test that could not report that it is missing."""
    if not STANDARD.is_file():
        raise pytest.UsageError(f"{STANDARD} was deleted: take it from the template again")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end what the author still has to write."""
    if not (TESTS / "support" / "handlers.py").is_file():
        return  # An addon of plugins alone has no clients.
    from support.handlers import execution_handlers, transfer_handlers, unwritten

    clients = {handler.client_class for handler in [*transfer_handlers(), *execution_handlers()]}
    for client in sorted(clients, key=str):
        if methods := unwritten(client):
            terminalreporter.section(f"to be written: {client.__module__}")
            for method in methods:
                terminalreporter.write_line(f"{client.__name__}.{method}")
