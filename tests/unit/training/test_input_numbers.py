"""Numbers that an Embedding or a CategoryEncoding cannot look up are refused in their own words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pronghorn import Input, Model, config, layers
from pronghorn.errors import DataError

ROWS = np.array([[0, 1], [2, 4], [1, 3]], np.int64)
Y = np.zeros((3, 1), np.float32)

LOOKUPS: dict[str, Callable[[], layers.Layer]] = {
    "Embedding": lambda: layers.Embedding(4, 2),
    "CategoryEncoding": lambda: layers.CategoryEncoding(4, "multi_hot"),
}
CALLS: dict[str, Callable[[Model], Any]] = {
    "fit": lambda model: model.fit(ROWS, Y, verbose=0),
    "train_on_batch": lambda model: model.train_on_batch(ROWS, Y),
    "evaluate": lambda model: model.evaluate(ROWS, Y, verbose=0),
    "predict": lambda model: model.predict(ROWS, verbose=0),
    "call": lambda model: model(ROWS),
}


@pytest.mark.parametrize("engine", ["native", "reference"])
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("make", LOOKUPS.values(), ids=LOOKUPS)
def test_number_outside(make: Any, call: Any, engine: str) -> None:
    with config.use_engine(engine):
        x = Input((2,), dtype="int32")
        model = Model(x, layers.Dense(1)(layers.Flatten()(make()(x))))
        model.compile("sgd", "mse")
        with pytest.raises(
            DataError, match=r"\[0, 4\), since the input_dim .*4 in row 1|\[2, 4\] in"
        ) as caught:
            call(model)
    text = str(caught.value)
    assert "larger input_dim or num_tokens" in text
    assert "row 1" in text
    assert "units" not in text


def test_layer_on_arrays() -> None:
    with pytest.raises(DataError, match=r"whole numbers from 0 to 3, received .* in row 1"):
        layers.Embedding(4, 2)(ROWS)
