"""Saving: a callback that saves at the end of every epoch, or after every so many batches."""

from __future__ import annotations

from typing import Any

from pronghorn.callbacks._arguments import read_frequency
from pronghorn.callbacks._base import Callback, Logs


class Saving(Callback):
    """Calls ``_save`` as ``save_freq`` says: "epoch", or a number of batches.

    Batches are counted on over the ends of epochs, in ``_unsaved_batches``.
    """

    save_freq: str | int

    def _save_every(self, save_freq: Any) -> None:
        """Begin to count; for the constructor. Raises ParameterError for another ``save_freq``."""
        self.save_freq = read_frequency(type(self).__name__, save_freq)
        self._epoch = 0
        self._unsaved_batches = 0
        if self.save_freq != "epoch":
            # Only now: whoever overrides a batch hook makes the loop stop at every batch.
            self.on_train_batch_end = self._count_batch  # type: ignore[method-assign]

    def _save(self, epoch: int, batch: int | None, logs: Logs) -> None:
        """Save after an epoch, or after a batch of it (both counted from 0)."""
        raise NotImplementedError(type(self).__name__)

    def _may_save(self) -> bool:
        return True

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._epoch = epoch

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if self.save_freq == "epoch":
            self._save(epoch, None, logs or {})

    def _count_batch(self, batch: int, logs: Logs | None = None) -> None:
        self._unsaved_batches += 1
        if self._unsaved_batches >= int(self.save_freq) and self._may_save():
            self._unsaved_batches = 0
            self._save(self._epoch, batch, logs or {})
