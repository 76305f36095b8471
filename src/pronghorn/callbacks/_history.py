"""History: the values of every epoch, as ``fit`` returns them."""

from __future__ import annotations

from typing import Any

from pronghorn._core.registry import register
from pronghorn.callbacks._base import Callback, Logs
from pronghorn.callbacks._named_values import NamedValues


@register("callback", "History")
class History(Callback):
    """Record the logs of every epoch; ``fit`` adds one by itself and returns it.

    Attributes:
        epoch: The epochs that ran, counted from 0 (from ``initial_epoch``).
        history: One list of Python floats per name. The names stand in alphabetical order,
            those that callbacks added behind them; ``val_`` lists are shorter where not every
            epoch was validated. A metric is found by its other names too: "acc", "accuracy".
        params: ``{"verbose": ..., "epochs": ..., "steps": ...}`` of the ``fit``.
        model: The model that was trained; its ``history`` is this object.

    Source: ``keras.callbacks.History``.

    >>> record = History()
    >>> record.on_train_begin()
    >>> record.on_epoch_end(0, {"accuracy": 0.5, "loss": 1.25})
    >>> record.epoch, record.history
    ([0], {'accuracy': [0.5], 'loss': [1.25]})
    """

    def __init__(self) -> None:
        super().__init__()
        self.epoch: list[int] = []
        self.history: dict[str, list[Any]] = NamedValues()

    def get_state(self) -> dict[str, Any]:
        return {"epoch": self.epoch, "history": self.history}

    def set_state(self, state: dict[str, Any]) -> None:
        self.epoch, self.history = state["epoch"], NamedValues(state["history"])

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
        # Another fit's callbacks may have run in between: the last one to record owns the name.
        if self.model is not None:
            self.model.history = self
