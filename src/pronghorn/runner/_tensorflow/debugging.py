"""``tf.debugging``: checks of tensors at once; of symbolic values nothing can be said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pronghorn.runner._tensorflow._calls import FUNCTIONS, is_symbolic, serve
from pronghorn.runner._tensorflow._shapes import TensorShape
from pronghorn.runner._tensorflow._tensor import read_value
from pronghorn.runner._tensorflow.errors import InvalidArgumentError

_COMPARISONS: dict[str, Callable[..., Any]] = {
    "equal": np.equal,
    "greater": np.greater,
    "greater_equal": np.greater_equal,
    "less": np.less,
    "less_equal": np.less_equal,
    "near": np.isclose,
    "none_equal": np.not_equal,
}
_SIGNS: dict[str, Callable[..., Any]] = {
    "negative": np.less,
    "non_negative": np.greater_equal,
    "non_positive": np.less_equal,
    "positive": np.greater,
}


def _check(name: str, compare: Callable[..., Any], x: Any, y: Any, message: Any) -> None:
    if is_symbolic(x, y):
        return
    if not np.all(compare(read_value(x), read_value(y))):
        raise InvalidArgumentError(f"{message or ''} tf.debugging.{name} failed".strip())


def _serve_comparison(name: str, compare: Callable[..., Any]) -> None:
    def call(x: Any, y: Any, message: Any = None, **_: Any) -> None:
        _check(name, compare, x, y, message)

    FUNCTIONS[f"debugging.{name}"] = call


def _serve_sign(name: str, compare: Callable[..., Any]) -> None:
    def call(x: Any, message: Any = None, **_: Any) -> None:
        _check(name, compare, x, 0, message)

    FUNCTIONS[f"debugging.{name}"] = call


for _name, _compare in _COMPARISONS.items():
    _serve_comparison(f"assert_{_name}", _compare)
for _name, _compare in _SIGNS.items():
    _serve_sign(f"assert_{_name}", _compare)


def assert_all_finite(x: Any, message: Any = None, **_: Any) -> Any:
    """The tensor, if it holds neither NaN nor infinity. Source: tf.debugging.assert_all_finite."""
    if not is_symbolic(x) and not np.all(np.isfinite(read_value(x))):
        raise InvalidArgumentError(f"{message or ''} tf.debugging.assert_all_finite failed".strip())
    return x


def check_numerics(tensor: Any, message: str, name: Any = None) -> Any:
    """The same as ``assert_all_finite``. Source: tf.debugging.check_numerics."""
    return assert_all_finite(tensor, message)


def Assert(condition: Any, data: Any, summarize: Any = None, name: Any = None) -> None:
    """Check that a condition holds. Source: tf.debugging.Assert."""
    if not is_symbolic(condition) and not np.all(read_value(condition)):
        raise InvalidArgumentError(f"tf.debugging.Assert failed: {data}")


def assert_rank(x: Any, rank: Any, message: Any = None, name: Any = None) -> None:
    """Check the number of axes. Source: tf.debugging.assert_rank."""
    if len(x.shape) != int(read_value(rank)):
        raise InvalidArgumentError(f"{message or ''} {len(x.shape)} axes, not {rank}".strip())


def assert_shapes(shapes: Any, message: Any = None, **_: Any) -> None:
    """Check lengths of axes that are given as numbers. Source: tf.debugging.assert_shapes."""
    for tensor, expected in shapes.items() if isinstance(shapes, dict) else shapes:
        known = [length if isinstance(length, int) else None for length in expected]
        if not TensorShape(known).is_compatible_with(tensor.shape):
            raise InvalidArgumentError(
                f"{message or ''} shape {tuple(tensor.shape)}, not {tuple(expected)}".strip()
            )


def set_log_device_placement(enabled: bool) -> None:
    """Changes nothing: there is one device. Source: tf.debugging.set_log_device_placement."""


def enable_check_numerics(*_: Any, **__: Any) -> None:
    """Changes nothing: a loss that is not finite stops the training anyway."""


__getattr__, __dir__ = serve("tf.debugging", "debugging.")
