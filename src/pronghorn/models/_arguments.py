"""The arguments of fit, evaluate and predict, checked; and their results, packed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from pronghorn._core.errors import DataError, ParameterError, compose, describe
from pronghorn._core.params import Integer, Optional, check
from pronghorn.data import Shuffle
from pronghorn.layers._shapes import is_nested
from pronghorn.layers._tensor import map_leaves
from pronghorn.training import FitPlan
from pronghorn.training._objective import Label

__all__ = [
    "label_outputs",
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
    """A whole number; "auto" and True mean 1, None and False 0.

    1 is a progress line and 2 a line an epoch; others than 0 to 2 show the epochs' numbers alone.
    """
    if value is None or isinstance(value, bool):
        return int(bool(value))
    if isinstance(value, str) and value == "auto":
        return 1
    return check(owner, "verbose", value, _Verbose())


class _Verbose:
    """A rule: "auto", or a whole number."""

    number = Integer()

    def phrase(self) -> str:
        return "'auto', 0, 1, 2 or another whole number"

    def convert(self, value: object) -> int:
        return self.number.convert(value)


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
    if value is None or isinstance(value, int | np.bool_):
        return bool(value)
    if not (callable(value) or (isinstance(value, str) and value == "batch")):
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


def label_outputs(structure: Any, names: Sequence[str], *, is_named: bool) -> list[Label]:
    """What the outputs are called in logs: by their places in dicts, else by ``names``.

    Outputs that have no names, those of a ``call`` written by hand, are called by their losses.

    >>> [label.loss for label in label_outputs({"p": "x", "q": ["y", "z"]}, "abc", is_named=True)]
    [('p',), ('q', 'b'), ('q', 'c')]
    """
    is_key = isinstance(structure, Mapping)
    is_flat = is_key and not is_nested(structure)
    labels: list[Label] = []
    for path, name in zip(_find_paths(structure), names, strict=True):
        known = name if is_named else None
        if is_flat:
            labels.append(Label((name,), name, is_key, path))
        elif path and isinstance(path[-1], str):
            labels.append(Label(tuple(map(str, path)), known, is_key, path))
        else:
            labels.append(Label((*map(str, path[:-1]), known), known, is_key, path))
    return labels


def _find_paths(structure: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Keys and positions that lead to each leaf, in order."""
    if isinstance(structure, Mapping):
        for key, part in structure.items():
            yield from _find_paths(part, (*path, str(key)))
    elif isinstance(structure, list | tuple):
        for i, part in enumerate(structure):
            yield from _find_paths(part, (*path, i))
    else:
        yield path


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
