"""SwapEMAWeights: what is validated, and which weights remain, beside Keras."""

from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tolerances

X = np.random.default_rng(4).normal(size=(24, 3)).astype("float32")
Y = X @ np.array([[1.0], [-2.0], [0.5]], np.float32)


def run(k: ModuleType, swap_on_epoch: bool) -> Any:
    model = k.Sequential([k.Input((3,)), k.layers.Dense(1)])
    model.set_weights([np.ones((3, 1)), np.zeros(1)])
    model.compile(k.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.8), "mse")
    seen: list[Any] = []
    watch = k.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: seen.append(model.get_weights()[0])
    )
    history = model.fit(
        X,
        Y,
        batch_size=8,
        epochs=3,
        shuffle=False,
        verbose=0,
        validation_data=(X, Y),
        callbacks=[k.callbacks.SwapEMAWeights(swap_on_epoch), watch],
    ).history
    return history["val_loss"], seen, model.get_weights()[0]


@pytest.mark.parametrize("swap_on_epoch", [False, True])
def test_averages_are_seen_where_keras_shows_them(
    swap_on_epoch: bool, keras: ModuleType, subject: ModuleType
) -> None:
    expected, actual = run(keras, swap_on_epoch), run(subject, swap_on_epoch)
    tolerances.LOSS_VS_KERAS.check(actual[0], expected[0], "val_loss")
    tolerances.WEIGHTS_VS_KERAS.check(actual[1], expected[1], "weights at the end of epochs")
    tolerances.WEIGHTS_VS_KERAS.check(actual[2], expected[2], "weights in the end")


def test_an_optimizer_without_averages_is_refused(subject: ModuleType) -> None:
    model = subject.Sequential([subject.Input((3,)), subject.layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="use_ema=True"):
        model.evaluate(X, Y, verbose=0, callbacks=[subject.callbacks.SwapEMAWeights()])
