"""Mathematics for layers, losses and your own functions: the names of ``keras.ops``.

Every function takes arrays (computed at once with NumPy), symbolic values inside a layer or loss
(recorded in the graph, differentiated and run by the engine), and, for pointwise functions,
traced scalars. Formulas written with them therefore exist once and serve all engines.

>>> import numpy as np
>>> from pronghorn import ops
>>> ops.relu(np.array([-1.0, 2.0]))
array([0., 2.])
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, wraps
from typing import Any, TypeVar

import numpy as np

from pronghorn._core.config import epsilon
from pronghorn._core.errors import GraphError, compose
from pronghorn.ir import graph as g
from pronghorn.ir.formula import Formula, trace
from pronghorn.ir.graph import Node
from pronghorn.ir.scalar import SCALAR_OPS, Expr, apply, input_expr, lift
from pronghorn.ir.scalar import rows as batch_rows

__all__ = [
    "abs",
    "absolute",
    "add",
    "argmax",
    "binary_crossentropy",
    "cast",
    "categorical_crossentropy",
    "clip",
    "concatenate",
    "divide",
    "equal",
    "erf",
    "exp",
    "expm1",
    "greater",
    "greater_equal",
    "less",
    "less_equal",
    "log",
    "log1p",
    "log_softmax",
    "matmul",
    "max",
    "maximum",
    "mean",
    "minimum",
    "multiply",
    "negative",
    "not_equal",
    "one_hot",
    "pointwise",
    "relu",
    "reshape",
    "rsqrt",
    "sigmoid",
    "sign",
    "softmax",
    "softplus",
    "sparse_categorical_crossentropy",
    "sqrt",
    "square",
    "subtract",
    "sum",
    "tanh",
    "where",
]

F = TypeVar("F", bound=Callable[..., Any])


def _as_array(value: Any) -> Any:
    """Arrays as they are when floating; integers and lists as float32, like Keras."""
    array = np.asarray(value)
    return array if array.dtype.kind == "f" else array.astype(np.float32)


def _scalar_op(op: str, *operands: Any) -> Any:
    if any(isinstance(x, Node) for x in operands):
        nodes = [x for x in operands if isinstance(x, Node)]
        positions = iter(range(len(nodes)))
        args = [
            input_expr(next(positions)) if isinstance(x, Node) else lift(float(x)) for x in operands
        ]
        return g.pointwise(Formula(len(nodes), (apply(op, *args),)), *nodes)
    if any(isinstance(x, Expr) for x in operands):
        return apply(op, *operands)
    arrays = [_as_array(x) for x in operands]
    kind = np.result_type(*([a for a in arrays if a.ndim] or arrays))
    with np.errstate(all="ignore"):
        return np.asarray(SCALAR_OPS[op].meaning(*arrays)).astype(kind, copy=False)[()]


def pointwise(function: F) -> F:
    """Make a function of scalars one formula: a single node of the graph, one loop in C++.

    Positional arguments are tensors; keyword arguments are constants of the formula. The
    function's name names the formula.
    """

    @lru_cache(maxsize=256)
    def traced(count: int, constants: tuple[tuple[str, Any], ...]) -> Formula:
        return trace(lambda *x: function(*x, **dict(constants)), count, name=function.__name__)

    @wraps(function)
    def call(*tensors: Any, **constants: Any) -> Any:
        if tensors and all(isinstance(x, Node) for x in tensors):
            return g.pointwise(traced(len(tensors), tuple(sorted(constants.items()))), *tensors)
        return function(*tensors, **constants)

    return call  # type: ignore[return-value]


def add(x1: Any, x2: Any) -> Any:
    """x1 + x2."""
    return _scalar_op("add", x1, x2)


def subtract(x1: Any, x2: Any) -> Any:
    """x1 - x2."""
    return _scalar_op("sub", x1, x2)


def multiply(x1: Any, x2: Any) -> Any:
    """x1 · x2."""
    return _scalar_op("mul", x1, x2)


def divide(x1: Any, x2: Any) -> Any:
    """x1 / x2."""
    return _scalar_op("div", x1, x2)


def maximum(x1: Any, x2: Any) -> Any:
    """The larger of x1 and x2; at a tie the gradient is shared equally."""
    return _scalar_op("maximum", x1, x2)


def minimum(x1: Any, x2: Any) -> Any:
    """The smaller of x1 and x2; at a tie the gradient is shared equally."""
    return _scalar_op("minimum", x1, x2)


def greater(x1: Any, x2: Any) -> Any:
    """1 where x1 > x2, else 0."""
    return _scalar_op("gt", x1, x2)


def greater_equal(x1: Any, x2: Any) -> Any:
    """1 where x1 >= x2, else 0."""
    return _scalar_op("ge", x1, x2)


def less(x1: Any, x2: Any) -> Any:
    """1 where x1 < x2, else 0."""
    return _scalar_op("lt", x1, x2)


def less_equal(x1: Any, x2: Any) -> Any:
    """1 where x1 <= x2, else 0."""
    return _scalar_op("le", x1, x2)


def equal(x1: Any, x2: Any) -> Any:
    """1 where x1 = x2, else 0."""
    return _scalar_op("eq", x1, x2)


def not_equal(x1: Any, x2: Any) -> Any:
    """1 where x1 ≠ x2, else 0."""
    return _scalar_op("ne", x1, x2)


def where(condition: Any, x1: Any, x2: Any) -> Any:
    """x1 where the condition is not 0, else x2."""
    return _scalar_op("select", condition, x1, x2)


def negative(x: Any) -> Any:
    """-x."""
    return _scalar_op("neg", x)


def absolute(x: Any) -> Any:
    """|x|; its derivative at 0 is 0."""
    return _scalar_op("abs", x)


def sign(x: Any) -> Any:
    """-1, 0 or 1; its derivative is 0."""
    return _scalar_op("sign", x)


def exp(x: Any) -> Any:
    """e^x."""
    return _scalar_op("exp", x)


def expm1(x: Any) -> Any:
    """e^x - 1, exact near 0."""
    return _scalar_op("expm1", x)


def log(x: Any) -> Any:
    """The natural logarithm."""
    return _scalar_op("log", x)


def log1p(x: Any) -> Any:
    """log(1 + x), exact near 0."""
    return _scalar_op("log1p", x)


def sqrt(x: Any) -> Any:
    """The square root."""
    return _scalar_op("sqrt", x)


def rsqrt(x: Any) -> Any:
    """1 / sqrt(x)."""
    return _scalar_op("rsqrt", x)


def square(x: Any) -> Any:
    """x²."""
    return _scalar_op("mul", x, x)


def tanh(x: Any) -> Any:
    """The hyperbolic tangent."""
    return _named("tanh", x)


def sigmoid(x: Any) -> Any:
    """1 / (1 + e^-x), without overflow."""
    return _named("sigmoid", x)


def relu(x: Any) -> Any:
    """max(x, 0); its derivative at 0 is 0."""
    return _named("relu", x)


def softplus(x: Any) -> Any:
    """log(1 + e^x), without overflow."""
    return _named("softplus", x)


def erf(x: Any) -> Any:
    """2/√π ∫₀ˣ e^-t² dt."""
    return _named("erf", x)


def _named(op: str, x: Any) -> Any:
    if isinstance(x, Node):
        return g.pointwise(Formula(1, (apply(op, input_expr(0)),), name=op), x)
    return _scalar_op(op, x)


def clip(x: Any, x_min: float, x_max: float) -> Any:
    """min(max(x, x_min), x_max)."""
    return minimum(maximum(x, x_min), x_max)


def cast(x: Any, dtype: str) -> Any:
    """``x`` as ``dtype``: arrays are converted; symbolic values are float already."""
    return x if isinstance(x, (Node, Expr)) else np.asarray(x).astype(dtype)


# Reductions and shapes.


def _axes(axis: int | Sequence[int] | None, rank: int) -> tuple[int, ...]:
    if axis is None:
        return tuple(range(rank))
    chosen = (axis,) if isinstance(axis, int) else tuple(axis)
    return tuple(sorted(a % rank for a in chosen))


def sum(x: Any, axis: int | Sequence[int] | None = None, keepdims: bool = False) -> Any:
    """Σ x over the axes (all of them by default)."""
    if isinstance(x, Node):
        return g.sum_axes(x, _axes(axis, x.rank), keepdims)
    return np.sum(_as_array(x), axis=_numpy_axis(axis), keepdims=keepdims)


def mean(x: Any, axis: int | Sequence[int] | None = None, keepdims: bool = False) -> Any:
    """The arithmetic mean over the axes (all of them by default)."""
    if not isinstance(x, Node):
        return np.mean(_as_array(x), axis=_numpy_axis(axis), keepdims=keepdims)
    axes = _axes(axis, x.rank)
    fixed = float(np.prod([s for i in axes if (s := x.shape[i]) is not None], dtype=np.float64))
    count = lift(fixed)
    if any(x.shape[i] is None for i in axes):
        count = count * batch_rows()
    total = g.sum_axes(x, axes, keepdims)
    if not total.has_batch or count.op != "const":
        return g.pointwise(Formula(1, (input_expr(0) / count,)), total)
    return total * (1.0 / fixed)


def max(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    """The largest element along the axis; a symbolic value only along its last axis."""
    if not isinstance(x, Node):
        return np.max(_as_array(x), axis=axis, keepdims=keepdims)
    _require_last("max", axis, x)
    return g.max_last(x, keepdims)


def _numpy_axis(axis: int | Sequence[int] | None) -> int | tuple[int, ...] | None:
    return axis if axis is None or isinstance(axis, int) else tuple(axis)


def _require_last(op: str, axis: int | None, x: Node) -> None:
    if axis is None or axis % x.rank != x.rank - 1:
        raise GraphError(
            compose(f"ops.{op}", expected="axis=-1 for a symbolic value", received=f"axis={axis}")
        )


def argmax(x: Any, axis: int | None = None) -> Any:
    """The index of the first largest element (arrays only: it has no derivative)."""
    if isinstance(x, Node):
        raise GraphError(compose("ops.argmax", expected="an array", received="a symbolic value"))
    return np.argmax(np.asarray(x), axis=axis)


def matmul(x1: Any, x2: Any) -> Any:
    """x1 (…, k) @ x2 (k, m) → (…, m)."""
    if isinstance(x1, Node) and isinstance(x2, Node):
        return g.matmul(x1, x2)
    return np.matmul(_as_array(x1), _as_array(x2))


def reshape(x: Any, newshape: Sequence[int | None]) -> Any:
    """The same numbers in another shape; for a symbolic value the batch axis comes first."""
    if isinstance(x, Node):
        return g.reshape(x, tuple(newshape))
    return np.reshape(x, tuple(-1 if s is None else s for s in newshape))


def concatenate(xs: Sequence[Any], axis: int = 0) -> Any:
    """Join along an axis; symbolic values only along the last."""
    if any(isinstance(x, Node) for x in xs):
        _require_last("concatenate", axis, xs[0])
        return g.concatenate(tuple(xs))
    return np.concatenate([_as_array(x) for x in xs], axis=axis)


def one_hot(x: Any, num_classes: int) -> Any:
    """Integer labels (…) as rows of zeros with a one (…, c)."""
    if isinstance(x, Node):
        return g.one_hot(x, num_classes)
    return np.asarray(np.arange(num_classes) == np.asarray(x)[..., None], dtype=np.float32)


def softmax(x: Any, axis: int = -1) -> Any:
    """e^x / Σ e^x along the axis (the last one for a symbolic value)."""
    if isinstance(x, Node):
        _require_last("softmax", axis, x)
        return g.rowwise("softmax", x)
    x = _as_array(x)
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def log_softmax(x: Any, axis: int = -1) -> Any:
    """x - log Σ e^x along the axis (the last one for a symbolic value)."""
    if isinstance(x, Node):
        _require_last("log_softmax", axis, x)
        return g.rowwise("log_softmax", x)
    x = _as_array(x)
    shifted = x - x.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


# Cross-entropies. From probabilities they are written as Keras defines them; the pass
# `stabilise` (ir/passes.py) sees a softmax or sigmoid in front and takes its logits instead.


@pointwise
def log_probability(p: Any, total: Any, *, eps: float) -> Any:
    return log(minimum(maximum(p / total, eps), 1.0 - eps))


@pointwise
def binary_crossentropy_of_probability(target: Any, p: Any, *, eps: float) -> Any:
    p = minimum(maximum(p, eps), 1.0 - eps)
    return -(target * log(p) + (1.0 - target) * log(1.0 - p))


@pointwise
def binary_crossentropy_of_logit(target: Any, z: Any) -> Any:
    # max(z, 0) - z t + log(1 + e^-|z|): no overflow for either sign. Written with one choice, so
    # that the slope at 0 is 1/2 - t: a net that starts with zeros has all its logits there.
    positive = greater_equal(z, 0.0)
    return where(positive, z, 0.0) - z * target + softplus(where(positive, negative(z), z))


def _log_probabilities(output: Any, from_logits: bool) -> Any:
    if from_logits:
        return output
    total = sum(output, axis=-1, keepdims=True)
    return log_probability(output, total, eps=epsilon())


def categorical_crossentropy(target: Any, output: Any, from_logits: bool = False) -> Any:
    """-Σ_c target_c · log p_c over the last axis; p from logits by softmax.

    From probabilities p is divided by its sum and clipped to [1e-7, 1 - 1e-7], as in Keras.
    """
    logits = _log_probabilities(output, from_logits)
    if isinstance(output, Node):
        return g.per_row("dense_xent", logits, target)
    target = _as_array(target)
    return -np.sum(target * (log_softmax(logits) if from_logits else logits), axis=-1)


def sparse_categorical_crossentropy(target: Any, output: Any, from_logits: bool = False) -> Any:
    """-log p[target]: integer labels (n,) against (n, c)."""
    logits = _log_probabilities(output, from_logits)
    if isinstance(output, Node):
        return g.per_row("sparse_xent", logits, target)
    picked = log_softmax(logits) if from_logits else logits
    labels = np.asarray(target).astype(np.int64)
    return -np.take_along_axis(picked, labels[..., None], axis=-1)[..., 0]


def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> Any:
    """-(t log p + (1 - t) log(1 - p)), element by element; p from logits by sigmoid."""
    if from_logits:
        return binary_crossentropy_of_logit(target, output)
    return binary_crossentropy_of_probability(target, output, eps=epsilon())


abs = absolute
