"""Weights of the classes as weights of the rows."""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import DataError, ParameterError, compose, describe
from pronghorn.data._feed import Feed
from pronghorn.data._source import ArraySource

__all__ = ["class_weight_rows", "weigh_classes"]


def class_weight_rows(y: ArraySource, class_weight: Mapping[Any, float]) -> NDArray[np.float32]:
    """w[i] = class_weight[class of row i], else 1; float32 (n,), as in Keras (``class_weight``).

    The class of a row is its label, rounded, from (n,) or (n, 1), or the argmax of a one-hot row
    (n, c).

    Raises ParameterError for keys that are not whole numbers and weights that are not finite,
    DataError for targets of a higher rank.

    >>> from pronghorn.data import as_source
    >>> class_weight_rows(as_source([0, 2, 1], name="y"), {0: 1.0, 2: 5.0})
    array([1., 5., 1.], dtype=float32)
    """
    table = _read_class_weight(class_weight)
    if len(y.sample_shape) > 1:
        raise DataError(
            compose(
                "class_weight",
                expected="one class per row",
                received=f"{y.name} of shape {y.array.shape}",
                remedy="Pass sample_weight instead",
            )
        )
    if y.sample_shape in ((), (1,)):
        labels = y.array.reshape(-1)
        if labels.dtype.kind == "f":
            labels = np.round(labels)
    else:
        labels = np.argmax(y.array, axis=-1)
    rows = np.ones(y.n, dtype=np.float32)
    for key, weight in table.items():
        rows[labels == key] = weight
    return rows


def weigh_classes(feed: Feed, class_weight: Mapping[Any, float]) -> Feed:
    """The feed with ``class_weight_rows`` as the weights of its one target.

    Raises ParameterError beside ``sample_weight`` and for models with several outputs, as Keras
    does.
    """
    if len(feed.targets) != 1:
        raise ParameterError(
            compose(
                "class_weight",
                expected="a model with one output and a y",
                received=f"{len(feed.targets)} targets",
                remedy="Pass a sample_weight per output instead",
            )
        )
    if feed.weights[0] is not None:
        raise ParameterError(
            compose(
                "class_weight",
                expected="class_weight or sample_weight",
                received="both",
                remedy="Multiply them into one sample_weight",
            )
        )
    rows = class_weight_rows(feed.targets[0], class_weight)
    return replace(feed, weights=(ArraySource(rows, "class_weight"),))


def _read_class_weight(class_weight: Any) -> dict[int, float]:
    if not isinstance(class_weight, Mapping):
        raise ParameterError(
            compose(
                "class_weight",
                expected="a dict from class number to weight",
                received=describe(class_weight),
                remedy="For 'balanced': {c: n / (classes * count of c)}",
            )
        )
    table: dict[int, float] = {}
    for key, weight in class_weight.items():
        try:
            # Keras takes the key '0' for 0.
            number = int(key) if isinstance(key, str) else _to_whole(key)
            value = float(weight)
        except (TypeError, ValueError) as error:
            raise _bad_class_weight(key, weight) from error
        if not math.isfinite(value):
            raise _bad_class_weight(key, weight)
        table[number] = value
    return table


def _to_whole(key: Any) -> int:
    if isinstance(key, (float, np.floating)):
        if not float(key).is_integer():
            raise ValueError(key)
        return int(key)
    return operator.index(key)


def _bad_class_weight(key: Any, weight: Any) -> ParameterError:
    return ParameterError(
        compose(
            "class_weight",
            expected="whole-number classes and finite weights",
            received=f"{key!r}: {weight!r}",
            remedy="Use the numbers that stand in y, for instance {0: 1.0, 1: 5.0}",
        )
    )
