"""ReduceLROnPlateau: a smaller learning rate when the watched quantity no longer improves."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from pronghorn._core.errors import ParameterError, compose, suggest
from pronghorn._core.params import Interval, check
from pronghorn._core.registry import register
from pronghorn.callbacks._arguments import NUMBER, WAIT, read_verbose
from pronghorn.callbacks._base import Logs
from pronghorn.callbacks._console import write
from pronghorn.callbacks._monitor import Monitor

_REMEMBERED = ("wait", "cooldown_counter", "best")


@register("callback", "ReduceLROnPlateau")
class ReduceLROnPlateau(Monitor):
    """learning rate ← max(factor · learning rate, min_lr) after ``patience`` bad epochs.

    An epoch is bad unless ``value + min_delta < best`` (less is better; else
    ``value - min_delta > best``). After a reduction ``cooldown`` epochs are not counted.

    Args:
        monitor: Key of the logs. Default "val_loss".
        factor: From 0 to below 1. Default 0.1.
        patience: Bad epochs to wait for. Default 10.
        verbose: 1 to say when the rate was reduced. Default 0.
        mode: "min", "max", or "auto" (default): from the metric's own direction.
        min_delta: Smallest change that counts as an improvement. Default 1e-4.
        cooldown: Epochs to pass over after a reduction. Default 0.
        min_lr: The rate does not go below it. Default 0.
        epsilon: ``min_delta`` by its name in Keras 2.

    The logs of every epoch get the key ``learning_rate``: the rate that it was trained with.

    Errors: ``ParameterError`` for other values, for unknown keywords, where mode "auto"
    cannot tell the direction, and where the optimizer follows a schedule. A key that the logs
    lack gives a warning, and the epoch is passed over.

    Source: ``keras.callbacks.ReduceLROnPlateau``.

    >>> from types import SimpleNamespace
    >>> reduce = ReduceLROnPlateau("loss", factor=0.5, patience=1, verbose=1)
    >>> reduce.set_model(SimpleNamespace(optimizer=SimpleNamespace(learning_rate=0.5)))
    >>> reduce.on_train_begin()
    >>> for epoch, loss in enumerate([3.0, 2.0, 2.5]):
    ...     reduce.on_epoch_end(epoch, {"loss": loss})
    <BLANKLINE>
    Epoch 3: ReduceLROnPlateau reducing learning rate to 0.25.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(monitor, min_delta=kwargs.pop("epsilon", min_delta), mode=mode)
        owner = "ReduceLROnPlateau"
        if kwargs:
            known = [*inspect.signature(ReduceLROnPlateau).parameters][:-1]
            raise ParameterError(
                compose(
                    owner,
                    expected=f"arguments among {', '.join(known)}",
                    received=", ".join(kwargs),
                    remedy=suggest(next(iter(kwargs)), known),
                )
            )
        self.factor = check(owner, "factor", factor, Interval(0.0, 1.0, closed="left"))
        self.patience = check(owner, "patience", patience, WAIT)
        self.verbose = read_verbose(owner, verbose)
        self.cooldown = check(owner, "cooldown", cooldown, WAIT)
        self.min_lr = check(owner, "min_lr", min_lr, NUMBER)
        self._forget()

    def _forget(self) -> None:
        self.wait = 0
        self.cooldown_counter = 0.0
        self.best = None

    def get_state(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in _REMEMBERED}

    def set_state(self, state: dict[str, Any]) -> None:
        for name in _REMEMBERED:
            setattr(self, name, state[name])

    def in_cooldown(self) -> bool:
        """Whether epochs are being passed over."""
        return self.cooldown_counter > 0

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._forget()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        # Asked for first: an unclear mode is an error even where the key is missing too.
        self.find_direction()
        logs = {} if logs is None else logs
        logs["learning_rate"] = float(self.model.optimizer.learning_rate)
        value = self.read(logs)
        if value is None:
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self.is_improvement(value, self.best):
            self.best = value
            self.wait = 0
        elif not self.in_cooldown():
            self.wait += 1
            if self.wait >= self.patience and self._reduce(epoch):
                self.cooldown_counter = self.cooldown
                self.wait = 0

    def _reduce(self, epoch: int) -> bool:
        optimizer = self.model.optimizer
        old = float(optimizer.learning_rate)
        if old <= np.float32(self.min_lr):
            return False
        optimizer.learning_rate = max(old * self.factor, self.min_lr)
        if self.verbose > 0:
            new = float(optimizer.learning_rate)
            write(f"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing learning rate to {new}.\n")
        return True
