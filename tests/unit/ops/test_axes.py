"""Axes that a value has not are refused by the name of the function, on arrays and in graphs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pronghorn import ops
from pronghorn.errors import ShapeError
from pronghorn.ir import graph as g

ARRAY = np.ones((4, 3), np.float32)
NODE = g.input_node("x", (None, 3))


def over(name: str) -> Callable[[Any], Any]:
    return lambda x: getattr(ops, name)(x, axis=2)


REDUCTIONS = [
    "all", "any", "argmax", "argmin", "count_nonzero", "logsumexp", "max", "mean", "min", "nanmean",
    "nansum", "norm", "prod", "ptp", "std", "sum", "var",
]  # fmt: skip
WAYS: dict[str, Callable[[Any], Any]] = {
    **{
        name: over(name)
        for name in [
            *REDUCTIONS, "cumprod", "cumsum", "diff", "flip", "log_softmax", "normalize", "softmax",
            "squeeze", "unstack",
        ]
    },
    "average": lambda x: ops.average(x, axis=2, weights=np.ones(3, np.float32)),
    "concatenate": lambda x: ops.concatenate([x, x], axis=2),
    "expand_dims": lambda x: ops.expand_dims(x, 3),
    "moments": lambda x: ops.moments(x, axes=(0, 2)),
    "moveaxis": lambda x: ops.moveaxis(x, 2, 0),
    "moveaxis to it": lambda x: ops.moveaxis(x, 0, 2),
    "repeat": lambda x: ops.repeat(x, 2, axis=2),
    "roll": lambda x: ops.roll(x, 1, axis=2),
    "split": lambda x: ops.split(x, 3, axis=2),
    "stack": lambda x: ops.stack([x, x], axis=3),
    "swapaxes": lambda x: ops.swapaxes(x, 0, 2),
    "take": lambda x: ops.take(x, np.array([0]), axis=2),
}  # fmt: skip


@pytest.mark.parametrize("value", [ARRAY, NODE], ids=["array", "graph"])
@pytest.mark.parametrize("way", WAYS)
def test_no_function_takes_an_axis_that_is_not_there(way: str, value: Any) -> None:
    name = way.split(" ")[0]
    with pytest.raises(ShapeError, match=rf"^ops\.{name}: expected an axis from -[23] to [12], "):
        WAYS[way](value)


ORDERS: dict[str, Callable[[Any], Any]] = {
    name: over(name) for name in ["argsort", "median", "sort"]
}


@pytest.mark.parametrize("name", ORDERS)
def test_nor_do_those_of_arrays_alone(name: str) -> None:
    with pytest.raises(ShapeError, match=rf"^ops\.{name}: expected an axis from -2 to 1"):
        ORDERS[name](ARRAY)


def test_a_number_has_no_axis() -> None:
    with pytest.raises(ShapeError, match=r"^ops\.sum: expected no axis: the value is a number"):
        ops.sum(g.parameter("w", ()), axis=0)
