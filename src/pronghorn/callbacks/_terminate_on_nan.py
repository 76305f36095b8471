"""TerminateOnNaN: end training at the batch whose loss is no number."""

from __future__ import annotations

import math

from pronghorn._core.errors import NumericsError, compose
from pronghorn._core.params import Boolean, check
from pronghorn._core.registry import register
from pronghorn.callbacks._base import Callback, Logs
from pronghorn.callbacks._console import write


@register("callback", "TerminateOnNaN")
class TerminateOnNaN(Callback):
    """Stop training after the first batch that leaves the epoch's mean loss NaN or infinite.

    It looks after every batch, so the loop comes back to Python for each of them.

    Args:
        raise_error: Raise ``NumericsError`` at once, without ``on_train_end`` for the other
            callbacks, instead of ending ``fit`` in the ordinary way. Default False.

    Source: ``keras.callbacks.TerminateOnNaN``.

    >>> class Model:
    ...     stop_training = False
    >>> guard = TerminateOnNaN()
    >>> guard.set_model(Model())
    >>> guard.on_train_batch_end(7, {"loss": float("nan")})
    Batch 7: Invalid loss, terminating training
    >>> guard.model.stop_training
    True
    """

    def __init__(self, raise_error: bool = False) -> None:
        super().__init__()
        self.raise_error = check("TerminateOnNaN", "raise_error", raise_error, Boolean())

    def on_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        loss = (logs or {}).get("loss")
        if loss is None or math.isfinite(loss):
            return
        if self.raise_error:
            raise NumericsError(
                compose(
                    "TerminateOnNaN: loss",
                    expected="a finite number",
                    received=f"{loss} after batch {batch}",
                    remedy="Lower the learning rate or look for outliers in the data.",
                )
            )
        write(f"Batch {batch}: Invalid loss, terminating training\n")
        self.model.stop_training = True
