"""The table of tools/gen_golden_kinds.py for callbacks: what they do on given logs.

Imported by that script. The models are stand-ins that only remember.
"""

from __future__ import annotations

import contextlib
import io
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras

NAN = float("nan")

# Arguments, and the curve of val_loss.
PLATEAUS: list[tuple[dict[str, Any], list[float]]] = [
    ({"patience": 1}, [3, 2, 2.5, 2.4, 1]),
    ({"patience": 2, "factor": 0.5}, [3, 3, 3, 3, 3, 3, 3]),
    ({"patience": 2, "cooldown": 2}, [3, 3, 3, 3, 3, 3, 3, 3, 3]),
    ({"patience": 1, "cooldown": 1}, [3, 4, 2, 4, 4, 4, 1, 4]),
    ({"patience": 1, "min_delta": 0.5}, [3, 2.6, 2.4, 2.3, 1]),
    ({"patience": 1, "min_delta": -0.5}, [3, 2.6, 2.4, 2.3, 1]),
    ({"patience": 1, "mode": "max", "factor": 0.25}, [1, 2, 1.5, 3, 3]),
    ({"patience": 1, "min_lr": 0.03, "factor": 0.5}, [3, 3, 3, 3, 3]),
    ({"patience": 0}, [3, 3, 2, 2]),
    ({"patience": 1}, [NAN, 3, 2, 1]),
    ({"patience": 1}, [3, NAN, 2, NAN]),
]
CHECKPOINTS: list[tuple[dict[str, Any], list[float]]] = [
    ({}, [3, 2, 2.5]),
    ({"save_best_only": True}, [3, 2, 2.5, 2, 1]),
    ({"save_best_only": True, "mode": "max"}, [3, 2, 3.5, NAN, 4]),
    ({"save_best_only": True, "initial_value_threshold": 2.2}, [3, 2.5, 2.1, 2.2]),
    ({"save_freq": 3}, [3, 2, 2.5]),
    ({"save_freq": 4, "save_best_only": True, "mode": "min"}, [3, 2, 2.5, 1]),
]
TABLES: list[list[dict[str, Any]]] = [
    [{"loss": 0.5, "accuracy": 0.25}, {"accuracy": 0.5, "loss": 0.25, "val_loss": 2.0}],
    [{"loss": 0.5, "val_loss": 1.0}, {"loss": 0.25}],
    [{"loss": 1e-7, "f1": [0.5, 0.25]}],
]
BATCHES = 2


def make_callbacks() -> list[dict[str, Any]]:
    """Traces of the callbacks that act on logs."""
    cases = [make_plateau(kwargs, curve) for kwargs, curve in PLATEAUS]
    cases += [make_checkpoint(kwargs, curve) for kwargs, curve in CHECKPOINTS]
    return cases + [make_table(kwargs, t) for t in TABLES for kwargs in ({}, {"separator": ";"})]


def make_plateau(kwargs: dict[str, Any], curve: list[float]) -> dict[str, Any]:
    """The learning rate after each epoch, that in its logs, and what is printed."""
    callback = keras.callbacks.ReduceLROnPlateau(verbose=1, **kwargs)
    model = SimpleNamespace(optimizer=SimpleNamespace(learning_rate=0.5), metrics=[])
    callback.set_model(model)
    rates, logged = [], []
    with contextlib.redirect_stdout(io.StringIO()) as out:
        callback.on_train_begin()
        for epoch, value in enumerate(curve):
            logs = {"val_loss": value}
            callback.on_epoch_end(epoch, logs)
            rates.append(model.optimizer.learning_rate)
            logged.append(logs["learning_rate"])
    return describe("ReduceLROnPlateau", kwargs, curve, rates=rates, logged=logged, text=out)


def make_checkpoint(kwargs: dict[str, Any], curve: list[float]) -> dict[str, Any]:
    """The names that are saved, and what is printed, in epochs of two batches."""
    saved: list[str] = []
    model = SimpleNamespace(metrics=[], save=lambda path, overwrite: saved.append(path))
    name = "{epoch:02d}-{val_loss:.2f}.keras"
    callback = keras.callbacks.ModelCheckpoint(name, verbose=1, **kwargs)
    callback.set_model(model)
    with contextlib.redirect_stdout(io.StringIO()) as out:
        callback.on_train_begin()
        for epoch, value in enumerate(curve):
            callback.on_epoch_begin(epoch)
            for batch in range(BATCHES):
                callback.on_train_batch_end(batch, {"val_loss": value})
            callback.on_epoch_end(epoch, {"val_loss": value})
    return describe("ModelCheckpoint", kwargs, curve, saved=saved, text=out)


def make_table(kwargs: dict[str, Any], table: list[dict[str, Any]]) -> dict[str, Any]:
    """The file of a CSVLogger after one fit, and after a second one that appends."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.csv"
        texts = []
        for append in (False, True):
            callback = keras.callbacks.CSVLogger(str(path), append=append, **kwargs)
            callback.on_train_begin()
            for epoch, logs in enumerate(table):
                callback.on_epoch_end(epoch, logs)
            callback.on_train_end()
            texts.append(path.read_bytes().decode())
    return {"name": "CSVLogger", "kwargs": kwargs, "logs": table, "texts": texts}


def describe(
    name: str, kwargs: dict[str, Any], curve: list[float], text: io.StringIO, **found: Any
) -> dict[str, Any]:
    """One case."""
    return {"name": name, "kwargs": kwargs, "curve": curve, **found, "text": text.getvalue()}
