"""One step of training, worked by hand, on every engine.

The net is y = w x + b with w = 2, b = 1 on x = 1, 3, so that predictions are 3, 7. Targets are
1, 4: the errors are 2, 3.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pronghorn as keras
import tolerances

X = np.array([[1.0], [3.0]])
Y = np.array([[1.0], [4.0]])


def make_line(loss: Any = "mse", optimizer: Any = None, **options: Any) -> Any:
    dense = {key: options.pop(key) for key in list(options) if key.endswith("_regularizer")}
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, **dense)])
    model.set_weights([[[2.0]], [1.0]])
    model.compile(optimizer or keras.optimizers.SGD(0.1), loss=loss, **options)
    return model


def step(model: Any, **options: Any) -> tuple[float, float, float]:
    """(loss, w, b) after one step on both rows."""
    history = model.fit(X, Y, batch_size=2, verbose=0, **options)
    w, b = model.get_weights()
    return history.history["loss"][0], float(w[0, 0]), float(b[0])


def check(actual: tuple[float, ...], expected: tuple[float, ...]) -> None:
    tolerances.WEIGHTS_VS_REFERENCE.check(actual, expected)


def test_mean_squared_error(engine: str) -> None:
    # loss (4 + 9) / 2; dw = (2·2·1 + 2·3·3) / 2 = 11; db = (4 + 6) / 2 = 5
    check(step(make_line()), (6.5, 2 - 1.1, 1 - 0.5))


def test_reduction_sum(engine: str) -> None:
    # loss 4 + 9; dw = 22, db = 10
    check(step(make_line(keras.losses.MeanSquaredError(reduction="sum"))), (13.0, -0.2, 0.0))


def test_sample_weights_divide_by_the_rows(engine: str) -> None:
    # loss (3·4 + 1·9) / 2; dw = (3·4 + 18) / 2 = 15; db = (12 + 6) / 2 = 9
    check(step(make_line(), sample_weight=np.array([3.0, 1.0])), (10.5, 0.5, 0.1))


def test_mean_with_sample_weight_divides_by_the_weights(engine: str) -> None:
    # loss (3·4 + 1·9) / 4; dw = (12 + 18) / 4 = 7.5; db = 18 / 4 = 4.5
    loss = keras.losses.MeanSquaredError(reduction="mean_with_sample_weight")
    check(step(make_line(loss), sample_weight=np.array([3.0, 1.0])), (5.25, 1.25, 0.55))


def test_class_weights_are_sample_weights(engine: str) -> None:
    # the class of a row is its target: 1 → 3, 4 → (missing) 1
    check(step(make_line(), class_weight={1: 3.0}), (10.5, 0.5, 0.1))


def test_regularizers_count_once(engine: str) -> None:
    # l2(0.1): 0.1 · 2² = 0.4, d = 0.4; l1(0.3) on b: 0.3, d = 0.3
    model = make_line(kernel_regularizer=keras.regularizers.L2(0.1), bias_regularizer="l1")
    model.layers[0].bias.regularizer.l1 = 0.3
    check(step(model), (6.5 + 0.4 + 0.3, 2 - 1.14, 1 - 0.53))


def test_activity_regularizer_is_divided_by_the_batch(engine: str) -> None:
    # l2(0.1) of 3, 7: 0.1 · 58 / 2 = 2.9; d/dy = 0.1 · (3, 7): dw = 0.3 + 2.1, db = 1
    model = make_line(activity_regularizer=keras.regularizers.L2(0.1))
    check(step(model), (6.5 + 2.9, 2 - 1.1 - 0.24, 1 - 0.5 - 0.1))


def test_frozen_layer_stays_and_its_regularizer_with_it(engine: str) -> None:
    x = keras.Input((1,))
    first = keras.layers.Dense(1, use_bias=False, kernel_regularizer="l2")
    model = keras.Model(x, keras.layers.Dense(1, use_bias=False)(first(x)))
    model.set_weights([[[2.0]], [[3.0]]])
    first.trainable = False
    model.compile(keras.optimizers.SGD(0.1), "mse")
    # y = 3 · 2 x = 6, 18; errors 5, 14: loss 110.5, without the l2 of the frozen weight
    # d/dv = (2·5·2 + 2·14·6) / 2 = 94
    loss, (w, v) = model.fit(X, Y, verbose=0).history["loss"][0], model.get_weights()
    check((loss, float(w[0, 0]), float(v[0, 0])), (110.5, 2.0, 3.0 - 9.4))


def test_two_losses_and_their_weights(engine: str) -> None:
    x = keras.Input((1,))
    a = keras.layers.Dense(1, use_bias=False, name="a")(x)
    b = keras.layers.Dense(1, use_bias=False, name="b")(x)
    model = keras.Model(x, [a, b])
    model.set_weights([[[1.0]], [[2.0]]])
    model.compile(keras.optimizers.SGD(0.1), ["mse", "mae"], loss_weights=[2.0, 0.5])
    # a: predictions 1, 3, errors 0, −1: mse 0.5, d = (2·(−1)·3) / 2 = −3
    # b: predictions 2, 6, errors 1, 2: mae 1.5, d = (1 + 3) / 2 = 2
    history = model.fit(X, [Y, Y], verbose=0).history
    assert list(history) == ["a_loss", "b_loss", "loss"]
    check(tuple(v[0] for v in history.values()), (0.5, 1.5, 2 * 0.5 + 0.5 * 1.5))
    w, v = model.get_weights()
    check((float(w[0, 0]), float(v[0, 0])), (1 + 0.1 * 2 * 3, 2 - 0.1 * 0.5 * 2))


def test_epoch_loss_weighs_batches_by_their_rows(engine: str) -> None:
    # Three rows in batches of 2 and 1, with a rate of 0: losses 6.5 and (11 − 1)² = 100.
    model = make_line(optimizer=keras.optimizers.SGD(0.0))
    x, y = np.array([[1.0], [3.0], [5.0]]), np.array([[1.0], [4.0], [1.0]])
    history = model.fit(x, y, batch_size=2, shuffle=False, verbose=0).history
    check((history["loss"][0],), ((2 * 6.5 + 100) / 3,))


def test_metrics_ignore_sample_weights_and_weighted_ones_divide_by_them(engine: str) -> None:
    model = make_line(metrics=["mae"], weighted_metrics=["mae", "mse"])
    weights = np.array([3.0, 1.0])
    found = model.evaluate(X, Y, sample_weight=weights, verbose=0, return_dict=True)
    # mae (2 + 3) / 2; weighted (3·2 + 3) / 4; mse (3·4 + 9) / 4; loss (3·4 + 9) / 2
    assert list(found) == ["loss", "mae", "mse", "weighted_mae"]
    check(tuple(found.values()), (10.5, 2.5, 5.25, 2.25))


def test_root_metric_is_finished_once(engine: str) -> None:
    model = make_line(metrics=[keras.metrics.RootMeanSquaredError(name="rmse")])
    found = model.evaluate(X, Y, batch_size=1, verbose=0)
    check(tuple(found), (6.5, float(np.sqrt(6.5))))


def test_own_loss_and_metric(engine: str) -> None:
    ops = keras.ops

    def quartic(y_true: Any, y_pred: Any) -> Any:
        return ops.mean(ops.square(ops.square(y_pred - y_true)), axis=-1)

    # loss (16 + 81) / 2; dw = (4·8·1 + 4·27·3) / 2 = 178; db = (32 + 108) / 2 = 70
    model = make_line(quartic, keras.optimizers.SGD(0.01), metrics=[quartic])
    history = model.fit(X, Y, batch_size=2, verbose=0).history
    assert list(history) == ["loss", "quartic"]
    check((history["loss"][0], history["quartic"][0]), (48.5, 48.5))
    w, b = model.get_weights()
    check((float(w[0, 0]), float(b[0])), (2 - 1.78, 1 - 0.7))


@pytest.mark.parametrize("form", ["crossentropy", "ce"])
def test_crossentropy_is_chosen_by_shape(form: str, engine: str) -> None:
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(2, activation="softmax")])
    model.set_weights([np.zeros((1, 2)), np.zeros(2)])
    model.compile("sgd", loss=form, metrics=[form])
    # Both classes have probability 1/2: −log(1/2).
    check(tuple(model.evaluate(X, np.array([0, 1]), verbose=0)), (np.log(2.0),) * 2)


@pytest.mark.parametrize("order", [[1, 0], [1, 1, 0]], ids=str)
def test_a_function_orders_the_rows(engine: str, order: list[int]) -> None:
    # Each epoch asks anew; two epochs over the rows in this order are one over them, written out.
    asked: list[int] = []

    def draw(n: int) -> list[int]:
        asked.append(n)
        return order

    drawn, written = make_line(), make_line()
    drawn.fit(X, Y, batch_size=1, epochs=2, shuffle=draw, verbose=0)
    written.fit(X[order * 2], Y[order * 2], batch_size=1, shuffle=False, verbose=0)
    assert asked == [2, 2]
    for a, b in zip(drawn.get_weights(), written.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
