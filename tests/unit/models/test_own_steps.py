"""Subclasses with steps and losses of their own; numbers are those of TensorFlow 2.21."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pronghorn as keras
import tolerances
from pronghorn import layers, ops
from pronghorn.errors import ParameterError

RNG = np.random.default_rng(0)
X = RNG.normal(size=(20, 3)).astype("f4")
Y = RNG.normal(size=(20, 1)).astype("f4")
WEIGHTS = [RNG.normal(size=(3, 4)).astype("f4"), RNG.normal(size=(4, 1)).astype("f4")]
FIT: dict[str, Any] = {"epochs": 3, "batch_size": 6, "shuffle": False, "verbose": 0}


def make(kind: type, regularizer: str | None = None, **compiled: Any) -> Any:
    x = keras.Input((3,))
    hidden = layers.Dense(4, activation="tanh", kernel_regularizer=regularizer)(x)
    model = kind(x, layers.Dense(1)(hidden))
    model.set_weights([WEIGHTS[0], np.zeros(4), WEIGHTS[1], np.zeros(1)])
    model.compile(keras.optimizers.SGD(0.1), **compiled)
    return model


def check(found: Any, expected: Any) -> None:
    tolerances.CURVES_VS_KERAS.check(found, expected)


class Whole(keras.Model):
    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return ops.mean((y_pred - y) ** 2) + sum(self.losses) + 0.1 * ops.mean(ops.abs(x))


class Twice(keras.Model):
    def compute_loss(self, x, y, y_pred, sample_weight, training=True):
        return 2 * super().compute_loss(x, y, y_pred, sample_weight)


class Tracking(keras.Model):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.tracker = keras.metrics.Mean(name="loss")

    def compute_loss(self, x, y, y_pred, sample_weight, training=True):
        loss = ops.mean(ops.square(y_pred - y))
        self.tracker.update_state(loss)
        return loss

    @property
    def metrics(self):
        return [self.tracker]


def test_a_loss_of_inputs_targets_and_outputs() -> None:
    model = make(Whole, "l2")
    history = model.fit(X, Y, **FIT).history
    check(history["loss"], [1.68244958, 1.08972013, 1.05487275])
    check(model.get_weights()[3], [0.51652044])
    check(model.evaluate(X, Y, verbose=0), 0.97369897)


def test_the_loss_of_compile_and_more() -> None:
    model = make(Twice, "l2", loss="mse", metrics=["mae"])
    history = model.fit(X, Y, sample_weight=np.arange(20.0) / 10, **FIT).history
    check(history["loss"], [3.30579329, 3.11468196, 2.27194762])
    check(history["mae"], [0.98552656, 1.10270631, 0.95266837])
    check(model.get_weights()[3], [0.9666662])


def test_a_metric_that_follows_the_loss() -> None:
    # It counts every batch alike, also the last one, of 2 rows.
    check(make(Tracking).fit(X, Y, **FIT).history["loss"], [1.67170954, 0.89185715, 0.80967891])


def test_losses_are_those_of_arrays_too() -> None:
    model = make(keras.Model, "l2", loss="mse")
    y_pred = model(X)
    expected = np.mean((y_pred - Y) ** 2) + 0.01 * np.sum(WEIGHTS[0] ** 2)
    check(model.compute_loss(X, Y, y_pred), expected)


class OwnTest(keras.Model):
    def test_step(self, data):
        x, y = data
        y_pred = self(x, training=False)
        loss = self.compute_loss(y=y, y_pred=y_pred)
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss)
            else:
                metric.update_state(y, y_pred)
        return {metric.name: metric.result() for metric in self.metrics}


class OwnMetrics(keras.Model):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.loss_tracker = keras.metrics.Mean(name="loss")
        self.error = keras.metrics.MeanAbsoluteError(name="mae")

    def test_step(self, data):
        x, y = data
        y_pred = self(x, training=False)
        self.loss_tracker.update_state(keras.losses.mean_squared_error(y, y_pred))
        self.error.update_state(y, y_pred)
        return {"loss": self.loss_tracker.result(), "mae": self.error.result()}

    @property
    def metrics(self):
        return [self.loss_tracker, self.error]


def test_a_step_of_its_own_validates_and_evaluates() -> None:
    model = make(OwnTest, loss="mse", metrics=["mae"])
    history = model.fit(X, Y, validation_split=0.2, **FIT).history
    check(history["loss"], [1.34952283, 0.754475, 0.6062299])
    check(history["mae"], [0.95459604, 0.68363369, 0.60177958])
    check(history["val_loss"], [2.31615877, 2.37067723, 2.44690681])
    found = model.evaluate(X, Y, verbose=0, return_dict=True)
    check([found["loss"], found["mae"]], [0.91732919, 0.70832258])


def test_metrics_of_the_class_begin_anew_with_each_pass() -> None:
    model = make(OwnMetrics, loss="mse")
    for _ in range(2):
        check(model.evaluate(X, Y, batch_size=7, verbose=0), [1.81767273, 1.08592391])


class Doubled(keras.Model):
    def predict_step(self, data):
        return super().predict_step(data) * 2


def test_predictions_of_its_own() -> None:
    found = make(Doubled).predict(X, batch_size=7, verbose=0)
    assert found.shape == (20, 1)
    check(found[:3, 0], [0.2753991, -1.3473918, 0.00789678])


class Counting(keras.Model):
    def train_step(self, data):
        x, y, weights = keras.utils.unpack_x_y_sample_weight(data)
        return {**super().train_step((x, y, weights)), "rows": len(x)}


class Batches(keras.utils.PyDataset):
    def __len__(self) -> int:
        return 4

    def __getitem__(self, i: int) -> Any:
        return X[6 * i : 6 * i + 6], Y[6 * i : 6 * i + 6]


@pytest.mark.parametrize("as_batches", [False, True], ids=["arrays", "batches"])
def test_a_step_around_the_usual_one_trains_as_it_does(as_batches: bool) -> None:
    plain, own = (make(kind, "l2", loss="mse", metrics=["mae"]) for kind in (keras.Model, Counting))
    args = (Batches(),) if as_batches else (X, Y)
    fit = {**FIT, "validation_data": (X[:5], Y[:5])}
    expected = plain.fit(*args, **fit).history
    found = own.fit(*args, **fit).history
    assert found.pop("rows") == [2.0] * 3  # of the last batch
    assert found.keys() == expected.keys()
    for name in expected:
        check(found[name], expected[name])
    for a, b in zip(own.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_step_by_hand() -> None:
    class ByHand(keras.Model):
        def train_step(self, data):
            x, y = data
            loss, gradients = self.compute_gradients(x, y)
            self.optimizer.apply(gradients.values(), self.trainable_variables)
            return {"loss": loss}

    plain, own = make(keras.Model, loss="mse"), make(ByHand, loss="mse")
    plain.fit(X, Y, **FIT)
    own.fit(X, Y, **FIT)
    for a, b in zip(own.get_weights(), plain.get_weights(), strict=True):
        tolerances.WEIGHTS_VS_KERAS.check(a, b)
    check(own.train_on_batch(X, Y), plain.train_on_batch(X, Y))


class Updating(keras.Model):
    def train_step(self, data):
        x, y = data
        before = self(x)
        loss, gradients = self.compute_gradients(x, y)
        self.optimizer.apply(gradients.values(), self.trainable_variables)
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss)
            else:
                metric.update_state(y, before)
        return {metric.name: metric.result() for metric in self.metrics}


@pytest.mark.parametrize("on_batch", [False, True], ids=["fit", "train_on_batch"])
def test_a_step_by_hand_finds_the_metrics_of_compile(on_batch: bool) -> None:
    plain, own = (make(kind, loss="mse", metrics=["mae"]) for kind in (keras.Model, Updating))
    if on_batch:
        check(own.train_on_batch(X, Y), plain.train_on_batch(X, Y))
        return
    # Batches of one size, so that each loss weighs the same.
    expected = plain.fit(X, Y, **{**FIT, "batch_size": 5}).history
    found = own.fit(X, Y, **{**FIT, "batch_size": 5}).history
    for name in ("loss", "mae"):
        check(found[name], expected[name])


def test_an_average_of_the_weights_ends_a_fit_of_own_steps_too() -> None:
    plain, own = (make(kind, loss="mse") for kind in (keras.Model, Counting))
    for model in (plain, own):
        model.compile(keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5), "mse")
        model.fit(X, Y, **FIT)
    for a, b in zip(own.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


class Silent(keras.Model):
    def train_step(self, data):
        return None


class Number(keras.Model):
    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return 3.0


@pytest.mark.parametrize(
    ("kind", "message"),
    [(Silent, r"Silent\.train_step: expected a dict"), (Number, r"Number\.compute_loss")],
    ids=["no logs", "a number"],
)
def test_what_a_step_gives_is_checked(kind: type, message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        make(kind, loss="mse").fit(X, Y, **FIT)


def test_without_a_loss_it_is_0() -> None:
    # As in Keras on JAX.
    assert make(keras.Model).compute_loss(X, Y, Y) == 0.0


def test_a_backup_of_such_a_training_is_refused(tmp_path: Any) -> None:
    with pytest.raises(ParameterError, match="BackupAndRestore"):
        backup = keras.callbacks.BackupAndRestore(tmp_path / "backup")
        make(Counting, loss="mse").fit(X, Y, callbacks=[backup], **FIT)
