"""A warning names the line of the program, not one of the package."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pronghorn import Input, Sequential, callbacks, config, layers

X, Y = np.ones((4, 2)), np.ones((4, 1))


def make_model() -> Sequential:
    model = Sequential([Input((2,)), layers.Dense(1, kernel_initializer="zeros")])
    model.compile("sgd", "mse")
    return model


def reach_nan() -> None:
    config.set_nan_ends_training(True)
    try:
        make_model().fit(X, Y * 3e38, epochs=2, verbose=0)
    finally:
        config.set_nan_ends_training(False)


def watch_what_is_not_there() -> None:
    stop = callbacks.EarlyStopping(monitor="val_loss")
    make_model().fit(X, Y, verbose=0, callbacks=[stop])


CASES: list[Callable[[], None]] = [reach_nan, watch_what_is_not_there]


@pytest.mark.parametrize("cause", CASES, ids=lambda cause: cause.__name__)
def test_warnings_name_the_line_that_led_there(cause: Callable[[], None]) -> None:
    with pytest.warns() as told:
        cause()
    assert {Path(one.filename).name for one in told} == {Path(__file__).name}
