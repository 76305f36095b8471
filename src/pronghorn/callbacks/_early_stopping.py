"""EarlyStopping: end training when the watched quantity no longer improves."""

from __future__ import annotations

from typing import Any

from pronghorn._core.calls import suggest_arguments
from pronghorn._core.params import Boolean, Optional, check
from pronghorn._core.registry import register
from pronghorn.callbacks._arguments import NUMBER, WAIT, read_verbose
from pronghorn.callbacks._base import Logs
from pronghorn.callbacks._console import write
from pronghorn.callbacks._monitor import Monitor

_REMEMBERED = ("wait", "stopped_epoch", "best", "best_epoch", "best_weights")


@register("callback", "EarlyStopping")
class EarlyStopping(Monitor):
    """Stop after ``patience`` epochs without an improvement of the watched quantity.

    An epoch improves if ``value + min_delta < best`` (less is better; else
    ``value - min_delta > best``). Training stops when the epochs since the last improvement
    reach ``patience``, but never in the first epoch.

    Args:
        monitor: Key of the logs. Default "val_loss".
        min_delta: Smallest change that counts as an improvement. Default 0.
        patience: Epochs without improvement to wait for. Default 0.
        verbose: 1 to say in which epoch training stopped. Default 0.
        mode: "min", "max", or "auto" (default): from the metric's own direction.
        baseline: A value to be beaten too: improvements that do not beat it do not end the
            waiting. Default None.
        restore_best_weights: Go back to the weights of the best epoch when ``fit`` ends,
            whether or not it was stopped early. Default False.
        start_from_epoch: First epoch, counted from 0, that is looked at. Default 0.

    Errors: ``ParameterError`` for arguments of other types, and where mode "auto" cannot tell
    whether more or less is better. A key that the logs lack gives a warning, and the epoch is
    passed over.

    Source: ``keras.callbacks.EarlyStopping``, with Keras's peculiarities: a NaN in the first
    epoch becomes the best value, which nothing beats; ``stopped_epoch`` counts from 0 and the
    message from 1.

    >>> stopper = EarlyStopping(monitor="loss", patience=1, verbose=1)
    >>> class Model:
    ...     stop_training = False
    >>> stopper.set_model(Model())
    >>> stopper.on_train_begin()
    >>> for epoch, loss in enumerate([3.0, 2.0, 2.5]):
    ...     stopper.on_epoch_end(epoch, {"loss": loss})
    >>> stopper.model.stop_training
    True
    >>> stopper.on_train_end()
    Epoch 3: early stopping
    """

    @suggest_arguments
    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        super().__init__(monitor, min_delta=min_delta, mode=mode)
        owner = type(self).__name__
        self.patience = check(owner, "patience", patience, WAIT)
        self.verbose = read_verbose(owner, verbose)
        self.baseline = check(owner, "baseline", baseline, Optional(NUMBER))
        self.restore_best_weights = check(
            owner, "restore_best_weights", restore_best_weights, Boolean()
        )
        self.start_from_epoch = check(owner, "start_from_epoch", start_from_epoch, WAIT)
        self._forget()

    def _forget(self) -> None:
        self.wait = 0
        self.stopped_epoch = 0
        self.best = None
        self.best_epoch = 0
        self.best_weights: list[Any] | None = None

    def get_state(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in _REMEMBERED}

    def set_state(self, state: dict[str, Any]) -> None:
        for name in _REMEMBERED:
            setattr(self, name, state[name])

    def get_monitor_value(self, logs: Logs | None) -> Any:
        """The watched value of an epoch; a subclass may form one of several keys of the logs."""
        return self.read(logs)

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._forget()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        # Asked for first: an unclear mode is an error even where the key is missing too.
        self.find_direction()
        value = self.get_monitor_value(logs)
        if value is None or epoch < self.start_from_epoch:
            return
        self.wait += 1
        if self.is_improvement(value, self.best):
            self.best = value
            self.best_epoch = epoch
            if self.restore_best_weights:
                self.best_weights = self.model.get_weights()
            if self.baseline is None or self.is_improvement(value, self.baseline):
                self.wait = 0
        elif self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs: Logs | None = None) -> None:
        if self.stopped_epoch > 0 and self.verbose > 0:
            write(f"Epoch {self.stopped_epoch + 1}: early stopping\n")
        if self.best_weights is not None:
            if self.verbose > 0:
                write(
                    "Restoring model weights from the end of the best epoch: "
                    f"{self.best_epoch + 1}.\n"
                )
            self.model.set_weights(self.best_weights)
