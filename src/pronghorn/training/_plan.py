"""The epochs of a fit: how many, validated when, and the order of the batches in each.

The order depends on the steps taken, not on the number of the epoch: a second fit goes on with
orders of its own, and a resumed one with those that it would have had.
"""

from __future__ import annotations

import collections
from dataclasses import dataclass
from typing import Any

from pronghorn import data
from pronghorn._core.errors import compose
from pronghorn._core.warn import warn

__all__ = ["FitPlan", "order_batches", "replay", "skip_batches"]


@dataclass(frozen=True)
class FitPlan:
    """The arguments of ``fit`` that shape the epochs."""

    epochs: int
    initial_epoch: int
    batch_size: int
    shuffle: data.Shuffle
    steps_per_epoch: int | None
    validation_steps: int | None
    validation_batch_size: int
    validation_freq: Any

    def validates(self, epoch: int) -> bool:
        """Whether the model is validated after this epoch (counted from 0)."""
        if isinstance(self.validation_freq, int):
            return (epoch + 1) % self.validation_freq == 0
        return epoch + 1 in self.validation_freq


def order_batches(
    stream: data.BatchStream, plan: FitPlan, seed: int, drawn: int
) -> list[int] | None:
    """The numbers of the batches of an epoch that begins after ``drawn`` steps.

    None where batches have no numbers, or keep their order.
    """
    if not (plan.shuffle and stream.is_indexed and stream.length):
        return None
    order: list[int] = data.epoch_order(stream.length, seed, drawn).tolist()
    return order


def skip_batches(plan: FitPlan, taken: int, batches: int) -> int:
    """How many of the ``batches`` of a pass over the rows earlier epochs of the fit have had.

    With ``steps_per_epoch`` the next epoch goes on where the last one ended; ``taken``: the steps
    of the fit so far. An epoch ends with the rows at the latest, with a warning, as in Keras.
    """
    steps = plan.steps_per_epoch
    if steps is None or callable(plan.shuffle):
        return 0
    passed = taken % batches
    if batches - passed < steps:
        warn(
            compose(
                "fit",
                expected=f"{steps} more batches for steps_per_epoch",
                received=f"the last {batches - passed} of {batches}",
                remedy="This epoch ends with them, and the next begins with the first",
            )
        )
    return passed


def replay(
    source: Any, validation: Any, plan: FitPlan, seed: int, began_at: int, epoch: int
) -> None:
    """Let streams whose epochs go on from one another run past the epochs before ``epoch``.

    ``began_at``: the steps that had been taken when the fit began.
    """
    drawn = began_at
    for passed in range(plan.initial_epoch, epoch):
        if isinstance(source, data.BatchStream) and source.goes_on:
            drawn += sum(1 for _ in source.epoch(order_batches(source, plan, seed, drawn)))
        # Other validations begin with the first batch anyway.
        is_once = isinstance(validation, data.BatchStream) and validation.is_once
        if is_once and plan.validates(passed):
            collections.deque(validation.epoch(), maxlen=0)
