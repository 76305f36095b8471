"""What the callback tests share: a model that only remembers, and a terminal that is none."""

import io
from types import SimpleNamespace

import pytest

from pronghorn.callbacks import _console as console


class FakeModel:
    """The part of a model that callbacks touch."""

    def __init__(self, metrics=()):
        self.stop_training = False
        self.metrics = list(metrics)
        self.weights = [0.0]
        self.history = None
        self.optimizer = SimpleNamespace(learning_rate=0.5)

    def get_weights(self):
        return list(self.weights)

    def set_weights(self, weights):
        self.weights = list(weights)


class FakeTerminal(io.StringIO):
    """Standard output that says it is a terminal."""

    def isatty(self):
        return True


@pytest.fixture
def model():
    return FakeModel()


@pytest.fixture
def make_model():
    return FakeModel


@pytest.fixture
def terminal(monkeypatch):
    out = FakeTerminal()
    # Not sys.stdout itself: pytest puts its own there again when the test begins.
    monkeypatch.setattr(console, "sys", SimpleNamespace(stdout=out))
    monkeypatch.setenv("COLUMNS", "200")
    return out
