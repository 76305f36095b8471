from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest

from parity import peers

ISA_LINES = pytest.StashKey[list[str]]()


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let Keras warn about its own insides; a warning of the library under test stays an error."""
    item.add_marker(pytest.mark.filterwarnings(r"ignore::DeprecationWarning:keras\..*"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    lines = terminalreporter.config.stash.get(ISA_LINES, [])
    if lines:
        terminalreporter.write_sep("=", "instruction sets")
        terminalreporter.write_line("; ".join(lines))


@pytest.fixture
def record_isa(pytestconfig: pytest.Config) -> Callable[[str], None]:
    """Add a remark to the run's last lines."""
    return pytestconfig.stash.setdefault(ISA_LINES, []).append


@pytest.fixture(scope="session")
def keras() -> ModuleType:
    return peers.import_keras()


@pytest.fixture(scope="session")
def subject() -> ModuleType:
    return peers.import_subject()
