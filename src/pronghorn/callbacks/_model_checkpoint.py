"""ModelCheckpoint: the model, or its weights, in a file while it is trained."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from pronghorn._core.calls import suggest_arguments
from pronghorn._core.errors import ParameterError, compose
from pronghorn._core.params import Boolean, Integer, Optional, PathName, check
from pronghorn._core.registry import register
from pronghorn._core.warn import warn
from pronghorn.callbacks._arguments import NUMBER, read_verbose
from pronghorn.callbacks._base import Logs
from pronghorn.callbacks._console import write
from pronghorn.callbacks._monitor import Monitor
from pronghorn.callbacks._named_values import NamedValues
from pronghorn.callbacks._saving import Saving
from pronghorn.files import find_format

_REMEMBERED = ("best", "_unsaved_batches", "_unsaved_epochs")


@register("callback", "ModelCheckpoint")
class ModelCheckpoint(Saving, Monitor):
    """Save the model after every epoch, or after every so many batches.

    Each file appears whole or not at all. Folders of the path are made.

    Args:
        filepath: Path of the file. ``{epoch:02d}`` (counted from 1), ``{batch}`` and the keys of
            the logs, such as ``{val_loss:.2f}``, are filled in. Its ending chooses the format.
        monitor: Key of the logs, for ``save_best_only``. Default "val_loss".
        verbose: 1 to say what was saved. Default 0.
        save_best_only: Save only where the watched quantity is better than ever. Default False.
        save_weights_only: Weights instead of the whole model. Default False.
        mode: "min", "max", or "auto" (default): from the metric's own direction.
        save_freq: "epoch" (default), or a number of batches; then the loop comes back to Python
            for each of them.
        initial_value_threshold: What the first value has to beat. Default None.
        period: Save after every so many epochs, as in Keras 2. Default 1.

    Errors: ``FileError`` for an ending that no format has, and where a file cannot be written;
    ``ParameterError`` for a name to be filled in that the logs lack, and where mode "auto" cannot
    tell the direction. Where the watched key is missing, or an array, there is a warning and the
    model is saved.

    Source: ``keras.callbacks.ModelCheckpoint``.

    >>> import tempfile
    >>> import numpy as np
    >>> import pronghorn as keras
    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     checkpoint = ModelCheckpoint(f"{folder}/{{epoch:02d}}.npz")
    ...     _ = model.fit(np.ones((4, 1)), np.ones(4), epochs=2, verbose=0, callbacks=[checkpoint])
    ...     print(sorted(os.listdir(folder)))
    ['01.npz', '02.npz']
    """

    @suggest_arguments
    def __init__(
        self,
        filepath: str | os.PathLike[str],
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: str | int = "epoch",
        initial_value_threshold: float | None = None,
        period: int = 1,
    ) -> None:
        super().__init__(monitor, mode=mode)
        owner = type(self).__name__
        threshold = initial_value_threshold
        self.best = check(owner, "initial_value_threshold", threshold, Optional(NUMBER))
        self.verbose = read_verbose(owner, verbose)
        self.filepath = check(owner, "filepath", filepath, PathName())
        self.save_best_only = check(owner, "save_best_only", save_best_only, Boolean())
        self.save_weights_only = check(owner, "save_weights_only", save_weights_only, Boolean())
        self._save_every(save_freq)
        self.period = check(owner, "period", period, Integer(low=1))
        self._unsaved_epochs = 0
        find_format("save", self.filepath, "weights" if save_weights_only else "models")

    def get_state(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in _REMEMBERED}

    def set_state(self, state: dict[str, Any]) -> None:
        for name in _REMEMBERED:
            setattr(self, name, state[name])

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if self.save_best_only:
            self.find_direction()
        self._unsaved_epochs += 1
        if self._unsaved_epochs >= self.period:
            self._unsaved_epochs = 0
            super().on_epoch_end(epoch, logs)

    def _save(self, epoch: int, batch: int | None, logs: Logs) -> None:
        path = self._fill(epoch, batch, logs)
        if not self._is_wanted(epoch, logs, path):
            return
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        save = self.model.save_weights if self.save_weights_only else self.model.save
        save(path, overwrite=True)
        self._say(epoch, f"finished saving model to {path}")

    def _fill(self, epoch: int, batch: int | None, logs: Logs) -> str:
        values = NamedValues(logs, epoch=epoch + 1)
        if batch is not None:
            values["batch"] = batch + 1
        try:
            return self.filepath.format_map(values)
        except (KeyError, IndexError, ValueError, TypeError) as error:
            raise ParameterError(
                compose(
                    f"ModelCheckpoint filepath {self.filepath!r}",
                    expected=f"names among {', '.join(sorted(values))} to be filled in",
                    received=f"{type(error).__name__} {error}",
                )
            ) from error

    def _is_wanted(self, epoch: int, logs: Logs, path: str) -> bool:
        if not self.save_best_only:
            self._say(epoch, f"saving model to {path}")
            return True
        value = logs.get(self.monitor)
        if value is None or np.ndim(value):
            warn(
                compose(
                    f"ModelCheckpoint monitor {self.monitor!r}",
                    expected="a number in the logs to compare with the best",
                    received=f"logs of {', '.join(sorted(logs))}" if value is None else f"{value}",
                    remedy="The model is saved as it is",
                )
            )
            return True
        best = "None" if self.best is None else f"{self.best:.5f}"
        if not self.is_improvement(value, self.best):
            self._say(epoch, f"{self.monitor} did not improve from {best}")
            return False
        change = f"improved from {best} to {value:.5f}"
        self._say(epoch, f"{self.monitor} {change}, saving model to {path}")
        self.best = value
        return True

    def _say(self, epoch: int, text: str) -> None:
        if self.verbose > 0:
            write(f"\nEpoch {epoch + 1}: {text}\n")
