"""LearningRateScheduler: the learning rate of each epoch, from a function."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from pronghorn._core.errors import ParameterError, compose, describe
from pronghorn._core.params import Interval, check
from pronghorn._core.registry import register
from pronghorn.callbacks._arguments import read_verbose
from pronghorn.callbacks._base import Callback, Logs
from pronghorn.callbacks._console import write


@register("callback", "LearningRateScheduler")
class LearningRateScheduler(Callback):
    """learning rate ← schedule(epoch, learning rate) before each epoch, counted from 0.

    Args:
        schedule: A function of the epoch and the rate so far, or of the epoch alone.
        verbose: 1 to say the rate before each epoch. Default 0.

    The logs of every epoch get the key ``learning_rate``.

    Errors: ``ParameterError`` where the function gives no number, and where the optimizer
    follows a schedule of its own.

    Source: ``keras.callbacks.LearningRateScheduler``.

    >>> from types import SimpleNamespace
    >>> scheduler = LearningRateScheduler(lambda epoch, rate: rate / 2, verbose=1)
    >>> scheduler.set_model(SimpleNamespace(optimizer=SimpleNamespace(learning_rate=0.5)))
    >>> scheduler.on_epoch_begin(0)
    <BLANKLINE>
    Epoch 1: LearningRateScheduler setting learning rate to 0.25.
    """

    def __init__(self, schedule: Callable[..., float], verbose: int = 0) -> None:
        super().__init__()
        if not callable(schedule):
            raise ParameterError(
                compose(
                    "LearningRateScheduler schedule",
                    expected="a function of the epoch and the learning rate",
                    received=describe(schedule),
                )
            )
        self.schedule = schedule
        self.verbose = read_verbose("LearningRateScheduler", verbose)

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        optimizer = self.model.optimizer
        arguments: list[Any] = [epoch]
        if _takes_rate(self.schedule):
            arguments.append(float(optimizer.learning_rate))
        given = self.schedule(*arguments)
        rate = check("LearningRateScheduler", "schedule", given, Interval(closed="neither"))
        optimizer.learning_rate = rate
        if self.verbose > 0:
            write(f"\nEpoch {epoch + 1}: LearningRateScheduler setting learning rate to {rate}.\n")

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if logs is not None:
            logs["learning_rate"] = float(self.model.optimizer.learning_rate)


def _takes_rate(schedule: Callable[..., float]) -> bool:
    try:
        inspect.signature(schedule).bind(0, 0.0)
    except TypeError:
        return False
    except ValueError:  # a function without a signature to look at
        return True
    return True
