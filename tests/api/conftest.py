from __future__ import annotations

from types import ModuleType

import pytest

from parity import peers


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let Keras warn about its own insides; a warning of the library under test stays an error."""
    item.add_marker(pytest.mark.filterwarnings(r"ignore::DeprecationWarning:keras\..*"))


@pytest.fixture(scope="session")
def keras() -> ModuleType:
    return peers.import_keras()


@pytest.fixture(scope="session")
def subject() -> ModuleType:
    return peers.import_subject()
