"""The arguments of fit, evaluate and predict, checked; and their results, packed."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from pronghorn._core.errors import DataError, ParameterError, compose, describe
from pronghorn._core.params import Integer, OneOf, Optional, check
from pronghorn.data import Shuffle
from pronghorn.layers._tensor import map_leaves
from pronghorn.training import FitPlan

__all__ = [
    "pack_outputs",
    "pack_scores",
    "peek_batches",
    "read_batch_size",
    "read_fit_plan",
    "read_verbose",
    "unpack_single",
]

_BATCH_SIZE = 32


def read_batch_size(owner: str, value: Any, name: str = "batch_size") -> int:
    """A whole number of at least 1; None means 32."""
    if value is None:
        return _BATCH_SIZE
    return check(owner, name, value, Integer(low=1))


def read_verbose(owner: str, value: Any) -> int:
    """0, 1 or 2; "auto" and True mean 1."""
    if value is True or value is False:
        return int(value)
    rule: OneOf[int | str] = OneOf("auto", 0, 1, 2)
    chosen = check(owner, "verbose", value, rule)
    return 1 if isinstance(chosen, str) else chosen


def read_fit_plan(
    *,
    epochs: Any,
    initial_epoch: Any,
    batch_size: Any,
    shuffle: Any,
    steps_per_epoch: Any,
    validation_steps: Any,
    validation_batch_size: Any,
    validation_freq: Any,
) -> FitPlan:
    """The plan of a ``fit`` from its arguments; raises ParameterError for values they lack."""
    size = read_batch_size("fit", batch_size)
    count = Optional(Integer(low=1))
    return FitPlan(
        epochs=check("fit", "epochs", epochs, Integer(low=0)),
        initial_epoch=check("fit", "initial_epoch", initial_epoch, Integer(low=0)),
        batch_size=size,
        shuffle=_read_shuffle(shuffle),
        steps_per_epoch=check("fit", "steps_per_epoch", steps_per_epoch, count),
        validation_steps=check("fit", "validation_steps", validation_steps, count),
        validation_batch_size=size
        if validation_batch_size is None
        else read_batch_size("fit", validation_batch_size, "validation_batch_size"),
        validation_freq=_read_freq(validation_freq),
    )


def _read_shuffle(value: Any) -> Shuffle:
    if not (
        callable(value) or isinstance(value, bool) or (isinstance(value, str) and value == "batch")
    ):
        raise ParameterError(
            compose(
                "fit shuffle",
                expected="True, False, 'batch' or a function of the number of rows",
                received=describe(value),
            )
        )
    chosen: Shuffle = value
    return chosen


def _read_freq(value: Any) -> int | Sequence[int]:
    if isinstance(value, list | tuple | set | range):
        return [check("fit", "validation_freq", epoch, Integer(low=1)) for epoch in value]
    return check("fit", "validation_freq", value, Integer(low=1))


def peek_batches(batches: Any) -> tuple[Any, Any]:
    """The first batch, and batches that still begin with it."""
    if hasattr(batches, "__getitem__") and hasattr(batches, "__len__"):
        return batches[0], batches
    iterator = iter(batches)
    nothing = object()
    first = next(iterator, nothing)
    if first is nothing:
        raise DataError(
            compose("x", expected="at least one batch", received="an iterable that yields none")
        )
    return first, itertools.chain([first], iterator) if iterator is batches else batches


def pack_outputs(structure: Any, arrays: Sequence[Any]) -> Any:
    """The arrays in the structure of the model's outputs; without the list around a single one."""
    remaining = iter(arrays)
    return unpack_single(map_leaves(structure, lambda _: next(remaining)))


def unpack_single(structure: Any) -> Any:
    """What is in a list or tuple of one; everything else as it is."""
    is_single = isinstance(structure, list | tuple) and len(structure) == 1
    return structure[0] if is_single else structure


def pack_scores(logs: dict[str, float], return_dict: bool) -> Any:
    """What ``evaluate`` returns: a dict sorted by name, or a list, or a single number alone."""
    if return_dict:
        return dict(sorted(logs.items()))
    values = list(logs.values())
    return values[0] if len(values) == 1 else values
