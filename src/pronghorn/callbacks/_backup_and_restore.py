"""BackupAndRestore: a fit that goes on where it was interrupted."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from pronghorn._core.errors import FileError, ParameterError, compose
from pronghorn._core.params import Boolean, PathName, check
from pronghorn._core.registry import register
from pronghorn.callbacks._backup_file import read_backup, write_backup
from pronghorn.callbacks._base import Logs
from pronghorn.callbacks._saving import Saving

_CURRENT, _PREVIOUS = "training.npz", "training.previous.npz"


class Training(Protocol):
    """A fit whose state can be taken and put back."""

    def capture(self, epoch: int, batch: int) -> dict[str, Any]:
        """Its state with ``batch`` batches of ``epoch`` done: plain values and arrays, nested."""

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a captured state."""


@register("callback", "BackupAndRestore")
class BackupAndRestore(Saving):
    """Write down the state of the training; a new ``fit`` goes on from it, to the last bit.

    Run the same script again after a crash: model, data, ``compile`` and ``fit`` with the same
    arguments. ``fit`` finds the backup and ends with the weights of a run that was never
    interrupted: weights, the optimizer's state, seed, order of the rows, dropout, running
    metrics and the state of the other callbacks (see ``Callback.get_state``) are in it. The
    callback is called after all others, wherever it stands in the list.

    Args:
        backup_dir: A folder for the backup and nothing else. It is made.
        save_freq: "epoch" (default), or a number of batches; then the loop comes back to Python
            for each of them.
        double_checkpoint: Keep the backup before the last too, for a damaged disk. Default
            False: a crash while writing leaves the last one whole anyway.
        delete_checkpoint: Delete the backup when ``fit`` ends. Default True.

    A generator of batches begins anew in a new process: batches that were trained with are drawn
    and passed over.

    Errors: ``FileError`` where the backup is damaged or belongs to another model, other data or
    other callbacks.

    Source: ``keras.callbacks.BackupAndRestore``, which restores weights, optimizer and epoch.

    >>> import tempfile
    >>> import numpy as np
    >>> import pronghorn as keras
    >>> x, y = np.ones((4, 1)), np.ones(4)
    >>> def train(folder, *others):
    ...     model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    ...     model.compile("sgd", "mse")
    ...     backup = BackupAndRestore(folder)
    ...     return model.fit(x, y, epochs=4, verbose=0, callbacks=[backup, *others]).epoch
    >>> def crash(epoch, logs):
    ...     if epoch == 2:
    ...         raise RuntimeError("power cut")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     try:
    ...         train(folder, keras.callbacks.LambdaCallback(on_epoch_begin=crash))
    ...     except RuntimeError as error:
    ...         print(error)
    ...     train(folder)
    power cut
    [0, 1, 2, 3]
    """

    def __init__(
        self,
        backup_dir: str | os.PathLike[str],
        save_freq: str | int = "epoch",
        double_checkpoint: bool = False,
        delete_checkpoint: bool = True,
    ) -> None:
        super().__init__()
        owner = type(self).__name__
        self.backup_dir = check(owner, "backup_dir", backup_dir, PathName())
        if not self.backup_dir:
            raise ParameterError(
                compose(f"{owner} backup_dir", expected="a folder", received="none")
            )
        self._save_every(save_freq)
        self.double_checkpoint = check(owner, "double_checkpoint", double_checkpoint, Boolean())
        self.delete_checkpoint = check(owner, "delete_checkpoint", delete_checkpoint, Boolean())
        self._training: Training | None = None
        self._pending: dict[str, Any] | None = None

    def attach(self, training: Training) -> None:
        """Take the fit that is about to run."""
        self._training = training

    def get_state(self) -> dict[str, Any]:
        return {"unsaved_batches": self._unsaved_batches}

    def set_state(self, state: dict[str, Any]) -> None:
        self._unsaved_batches = state["unsaved_batches"]

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._unsaved_batches = 0
        folder = Path(self.backup_dir)
        if folder.exists() and not folder.is_dir():
            raise FileError(
                compose("BackupAndRestore", expected="a folder", received=f"the file {folder}")
            )
        self._remove_leftovers()
        state = self._read()
        if state is None or self._training is None:
            return
        self._training.restore(state)
        # Within an epoch its beginning comes a second time, and others act on it.
        self._pending = state if state["batch"] else None

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        super().on_epoch_begin(epoch, logs)
        if self._pending is not None and self._training is not None:
            self._training.restore(self._pending)
            self._pending = None

    def on_train_end(self, logs: Logs | None = None) -> None:
        if not self.delete_checkpoint:
            return
        self._remove_leftovers()
        for name in (_PREVIOUS, _CURRENT):
            self._path(name).unlink(missing_ok=True)
        folder = Path(self.backup_dir)
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()

    def _may_save(self) -> bool:
        # A fit that is being stopped comes to the same stop again.
        return not self.model.stop_training

    def _save(self, epoch: int, batch: int | None, logs: Logs) -> None:
        if self._training is None:
            return
        done = (epoch + 1, 0) if batch is None else (epoch, batch + 1)
        state = self._training.capture(*done)
        current = self._path(_CURRENT)
        current.parent.mkdir(parents=True, exist_ok=True)
        if self.double_checkpoint and current.exists():
            beside = self._path(f".{_PREVIOUS}.copy")
            shutil.copyfile(current, beside)
            beside.replace(self._path(_PREVIOUS))
        write_backup(current, state)

    def _read(self) -> dict[str, Any] | None:
        """The last backup, or the one before where that is damaged; None where there is none."""
        found = [path for name in (_CURRENT, _PREVIOUS) if (path := self._path(name)).exists()]
        for path in found[:-1]:
            try:
                return read_backup(path)
            except FileError:
                continue
        return read_backup(found[-1]) if found else None

    def _remove_leftovers(self) -> None:
        """What a crash in the midst of writing left behind."""
        for path in Path(self.backup_dir).glob(".training.*"):
            path.unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return Path(self.backup_dir) / name
