"""What a metric without a name is called: as in Keras, numbered for the whole process or not."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import pronghorn
from parity import peers
from pronghorn import metrics
from pronghorn._core import registry

SHARED = sorted(entry.target.__name__ for entry in registry.entries("metric"))
ARGUMENTS: dict[str, Any] = {
    "PrecisionAtRecall": 0.5,
    "RecallAtPrecision": 0.5,
    "SensitivityAtSpecificity": 0.5,
    "SpecificityAtSensitivity": 0.5,
    "MeanMetricWrapper": lambda y_true, y_pred: y_pred,
}

X = np.array([[0.0], [1.0], [2.0], [3.0]], np.float32)
Y = np.array([[0.0], [1.0], [0.0], [1.0]], np.float32)


@pytest.fixture(scope="module")
def keras() -> ModuleType:
    return peers.import_keras()


def make(library: ModuleType, name: str) -> Any:
    given = [ARGUMENTS[name]] if name in ARGUMENTS else []
    return getattr(library.metrics, name)(*given)


@pytest.mark.parametrize("name", [name for name in SHARED if name in dir(metrics)])
def test_two_without_a_name(name: str, keras: ModuleType) -> None:
    found = []
    for library in (keras, pronghorn):
        library.utils.clear_session(free_memory=False)
        found.append([make(library, name).name, make(library, name).name])
    assert found[1] == found[0]


def _own(library: ModuleType) -> Any:
    class LastSum(library.metrics.Metric):  # type: ignore[misc,name-defined]
        def __init__(self, name: str | None = None) -> None:
            super().__init__(name=name)
            self.last = self.add_weight(shape=(), initializer="zeros", name="last")

        def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
            self.last.assign(library.ops.sum(y_pred))

        def result(self) -> Any:
            return self.last + 0.0

    return LastSum()


LISTS: dict[str, Callable[[Any], list[Any]]] = {
    "objects": lambda k: [k.metrics.Precision(), k.metrics.Precision(), k.metrics.AUC()],
    "beside strings": lambda k: ["Precision", k.metrics.Precision(), "mse"],
    "of equal names": lambda k: [k.metrics.AUC(name="a"), k.metrics.AUC(name="a")],
    "one's own": lambda k: [_own(k), _own(k)],
    "a class": lambda k: [k.metrics.Recall, k.metrics.MeanSquaredError()],
}


@pytest.mark.parametrize("listed", LISTS.values(), ids=LISTS)
def test_keys_of_two_models_of_one_process(listed: Any, keras: ModuleType) -> None:
    found = []
    for library in (keras, pronghorn):
        library.utils.clear_session(free_memory=False)
        keys = []
        for _ in range(2):
            x = library.Input((1,))
            model = library.Model(x, library.layers.Dense(1, activation="sigmoid")(x))
            model.compile(loss="mse", metrics=listed(library))
            keys.append(sorted(model.fit(X, Y, verbose=0).history))
        found.append(keys)
    assert found[1] == found[0]
