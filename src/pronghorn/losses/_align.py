"""Targets and predictions brought to one shape."""

from __future__ import annotations

from typing import Any

import numpy as np

from pronghorn import ops
from pronghorn._core.errors import GraphError, ShapeError, compose
from pronghorn._core.warn import warn
from pronghorn.ir import graph as g
from pronghorn.ops._values import as_array


def match_ranks(a: Any, b: Any) -> tuple[Any, Any]:
    """Give two values the same rank where they differ by one trailing axis of length 1.

    A rank-1 partner gets the axis, a longer one loses it; this is Keras's rule.

    >>> a, b = match_ranks([1.0, 2.0], [[3.0], [4.0]])
    >>> a.shape, b.shape
    ((2, 1), (2, 1))
    """
    a, b = as_floats(a), as_floats(b)
    if len(a.shape) == len(b.shape) + 1 and a.shape[-1] == 1:
        return (a, expand_last(b)) if len(b.shape) == 1 else (squeeze_last(a), b)
    if len(b.shape) == len(a.shape) + 1 and b.shape[-1] == 1:
        return (expand_last(a), b) if len(a.shape) == 1 else (a, squeeze_last(b))
    return a, b


def align(what: str, y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """Targets and predictions of equal shape, after ``match_ranks``.

    A single number is the target of every prediction, and targets (n,) are those of predictions
    (n, 1, …, 1). Raises ShapeError where the shapes differ otherwise.
    """
    y_true, y_pred = _match_shapes(y_true, y_pred)
    if tuple(y_true.shape) != tuple(y_pred.shape):
        raise _misfit(what, y_true, y_pred)
    return y_true, y_pred


def repeat(what: str, y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """``align``, but an axis of length 1 is repeated along that of the other, with a warning.

    That is what Keras does without one, and it hides a wrong last layer: a net of 4 units learns
    the one value of each row in all of them. Raises ShapeError where the shapes differ otherwise.
    """
    y_true, y_pred = _match_shapes(y_true, y_pred)
    t, p = tuple(y_true.shape), tuple(y_pred.shape)
    if t == p:
        return y_true, y_pred
    if len(t) != len(p) or any(a != b and 1 not in (a, b) for a, b in zip(t, p, strict=True)):
        raise _misfit(what, y_true, y_pred)
    warn(
        f"{what}: targets of shape {t} and predictions of shape {p} differ; axes of length 1 are "
        f"repeated. If that is not meant: {_say_how_to_align(y_true, y_pred)}."
    )
    shape = tuple(b if a == 1 else a for a, b in zip(t, p, strict=True))
    return ops.broadcast_to(y_true, shape), ops.broadcast_to(y_pred, shape)


def _match_shapes(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    y_true, y_pred = match_ranks(y_true, y_pred)
    if len(y_true.shape) == 0:
        y_true = ops.add(ops.zeros_like(y_pred), y_true)
    elif len(y_true.shape) == 1 and set(y_pred.shape[1:]) == {1}:
        y_true = ops.reshape(y_true, (*y_true.shape, *y_pred.shape[1:]))
    return y_true, y_pred


def _misfit(what: str, y_true: Any, y_pred: Any) -> ShapeError:
    return ShapeError(
        compose(
            what,
            expected=f"targets of the predictions' shape {tuple(y_pred.shape)}",
            received=f"targets of shape {tuple(y_true.shape)}",
            remedy=_say_how_to_align(y_true, y_pred),
        )
    )


def _say_how_to_align(y_true: Any, y_pred: Any) -> str:
    fewer_axes = len(y_true.shape) == len(y_pred.shape) - 1
    if (fewer_axes or y_true.shape[-1] == 1) and len(y_pred.shape) > 1:
        return (
            f"One class number a row: use sparse_categorical_crossentropy. One value a row: give "
            f"the output layer 1 unit instead of {y_pred.shape[-1]}"
        )
    return "Change the units of the output layer, or the targets"


def align_labels(what: str, y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """Integer labels (…) for predictions (…, c); labels may come as (…, 1).

    Raises ShapeError for anything else, one-hot rows above all.
    """
    y_true, y_pred = as_tensor(y_true), as_tensor(y_pred)
    if len(y_true.shape) == len(y_pred.shape) and y_true.shape[-1] == 1:
        y_true = squeeze_last(y_true)
    if tuple(y_true.shape) != tuple(y_pred.shape[:-1]):
        raise ShapeError(
            compose(
                what,
                expected=f"labels of shape {tuple(y_pred.shape[:-1])}, one class number a row",
                received=f"targets of shape {tuple(y_true.shape)}",
                remedy="For one-hot rows use categorical_crossentropy and categorical_accuracy",
            )
        )
    return y_true, y_pred


def as_tensor(value: Any) -> Any:
    """Lists and numbers as arrays; arrays and symbolic values as they are."""
    return value if hasattr(value, "shape") else np.asarray(value)


def as_floats(value: Any) -> Any:
    """``as_tensor``, with whole numbers and truth values of arrays as floats.

    Differences of bytes would wrap around.

    >>> as_floats(np.array([3], np.uint8)).dtype.name
    'float32'
    """
    return as_array(value) if isinstance(as_tensor(value), np.ndarray | np.generic) else value


def expand_last(x: Any) -> Any:
    """(…) → (…, 1)."""
    return ops.reshape(x, (*x.shape, 1))


def squeeze_last(x: Any) -> Any:
    """(…, 1) → (…)."""
    return ops.reshape(x, tuple(x.shape[:-1]))


def require_classes(what: str, y_pred: Any, axis: int) -> None:
    """Raise ShapeError where the class axis has fewer than 2 classes: the loss would be 0."""
    if y_pred.shape[axis] == 1:
        raise ShapeError(
            compose(
                what,
                expected="predictions of at least 2 classes",
                received=f"shape {tuple(y_pred.shape)}",
                remedy="Use binary_crossentropy for a single output",
            )
        )


def move_classes_last(axis: int, *values: Any) -> tuple[Any, ...]:
    """The values with their class axis last.

    Raises GraphError for the axis of the rows inside a model.
    """
    tensors = [as_floats(value) for value in values]
    for tensor in tensors:
        require_axis_of_rows("class axis", axis, tensor)
    return tuple(ops.moveaxis(tensor, axis, -1) for tensor in tensors)


def require_axis_of_rows(what: str, axis: int, x: Any) -> None:
    """Raise GraphError where ``axis`` is the axis of the rows of a symbolic value."""
    if isinstance(x, g.Node) and axis % x.rank == 0:
        raise GraphError(
            compose(
                what,
                expected="an axis within a row",
                received=f"axis={axis}, the axis of the rows",
                remedy="Use axis=-1",
            )
        )


def smooth_labels(y_true: Any, smoothing: float, classes: int) -> Any:
    """t (1 − s) + s / c: the share s of each target spread over the c classes."""
    if not smoothing:
        return y_true
    return ops.add(ops.multiply(y_true, 1.0 - smoothing), smoothing / classes)
