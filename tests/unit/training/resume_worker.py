"""One training, as a process that may be killed: python resume_worker.py VARIANT BACKUP OUT."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

import pronghorn as keras
from pronghorn import ops

EPOCHS = 40
ROWS = 300
rng = np.random.default_rng(3)
X = rng.normal(size=(ROWS, 20)).astype("float32")
Y = rng.integers(0, 3, ROWS)


class Seen(keras.metrics.Metric):
    """Rows, counted in a variable."""

    def __init__(self, name: str = "seen") -> None:
        super().__init__(name=name)
        self.total = self.add_weight(name="total", initializer="zeros")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        self.total.assign_add(ops.sum(ops.ones_like(y_pred)) / 3)

    def result(self) -> Any:
        return self.total.numpy()


class Slow(keras.Callback):
    """Time in which a process can be killed."""

    def on_train_begin(self, logs: Any = None) -> None:
        print("begin", flush=True)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        time.sleep(0.01)


def batches() -> Iterator[Any]:
    while True:
        for start in range(0, ROWS - 20, 25):
            yield X[start : start + 25], Y[start : start + 25]


def make_model(optimizer: Any) -> Any:
    keras.utils.set_random_seed(5)
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((20,)),
            layers.Dense(32, activation="relu"),
            layers.BatchNormalization(),
            layers.Dropout(0.3),
            layers.GaussianNoise(0.05, seed=7),
            layers.Dense(3, activation="softmax"),
        ]
    )
    loss = "sparse_categorical_crossentropy"
    model.compile(optimizer, loss, metrics=["accuracy", Seen()])
    return model


def train(variant: str, backup: str, out: str) -> None:
    callbacks: list[Any] = [Slow(), keras.callbacks.CSVLogger(f"{out}.csv")]
    if backup != "-":
        freq: Any = "epoch" if variant == "plateau" else 7
        # In front: it comes after the others all the same.
        callbacks.insert(0, keras.callbacks.BackupAndRestore(backup, save_freq=freq))
    best = keras.callbacks.ModelCheckpoint(f"{out}.best.npz", save_best_only=True)
    stop = keras.callbacks.EarlyStopping(patience=30, restore_best_weights=True)
    if variant == "plateau":
        lower = keras.callbacks.ReduceLROnPlateau(patience=3, factor=0.7, min_delta=0.01)
        model = make_model(keras.optimizers.Adam(0.01, clipnorm=1.0))
        fed = {"x": X, "y": Y, "batch_size": 16, "validation_split": 0.2}
        callbacks += [lower, best, stop]
    elif variant == "scheduler":
        # The rate so far matters: the beginning of an epoch must not count twice.
        falling = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.97)
        model = make_model(keras.optimizers.Nadam(0.01))
        fed = {"x": X, "y": Y, "batch_size": 16, "validation_split": 0.2}
        callbacks += [falling, best, stop]
    else:
        decay = keras.optimizers.schedules.ExponentialDecay(0.05, 40, 0.9)
        model = make_model(keras.optimizers.SGD(decay, momentum=0.9, use_ema=True))
        fed = {"x": batches(), "steps_per_epoch": 9, "validation_data": (X[:50], Y[:50])}
        callbacks += [best, stop]
    history = model.fit(epochs=EPOCHS, verbose=0, callbacks=callbacks, **fed)
    np.savez(f"{out}.weights.npz", *model.get_weights())
    Path(f"{out}.history.txt").write_text(f"{history.epoch} {history.history}")


if __name__ == "__main__":
    train(*sys.argv[1:])
