"""Formulas over `keras.ops`, each written once for Keras and for the library under test.

A case is a function of the namespace `o` and of one value: rows of a batch (4, 3) or (4, 2, 3).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Case = Callable[[Any, Any], Any]

rng = np.random.default_rng(3)
FLAT = rng.normal(size=(4, 3)).astype(np.float32)
DEEP = rng.normal(size=(4, 2, 3)).astype(np.float32)
W = rng.normal(size=(3, 5)).astype(np.float32)
V = np.array([0.5, -1.5, 2.0], np.float32)

# Names of one argument, with the part of the line in which they are smooth.
INSIDE = {"arcsin": (-0.9, 0.9), "arccos": (-0.9, 0.9), "arctanh": (-0.9, 0.9)}
ABOVE = ["log", "log2", "log10", "sqrt", "rsqrt", "reciprocal", "arccosh", "log1p"]
SMOOTH = [
    "abs", "absolute", "arcsinh", "arctan", "cos", "cosh", "erf", "exp", "exp2", "expm1",
    "negative", "relu", "sigmoid", "sin", "sinh", "softplus", "square", "tan", "tanh",
]  # fmt: skip
STEPS = ["ceil", "floor", "isfinite", "isinf", "isnan", "logical_not", "round", "sign", "trunc"]


def _unary(name: str, low: float, high: float) -> Case:
    return lambda o, x: getattr(o, name)(o.tanh(x) * ((high - low) / 2) + (high + low) / 2)


def _reduce(name: str, **arguments: Any) -> Case:
    return lambda o, x: getattr(o, name)(x, **arguments)


ELEMENTWISE: dict[str, Case] = {
    **{name: _unary(name, *INSIDE[name]) for name in INSIDE},
    **{name: _unary(name, 1.1, 3.0) for name in ABOVE},
    **{name: _unary(name, -2.0, 2.0) for name in SMOOTH},
    "power of whole": lambda o, x: o.power(x, 3),
    "power of fraction": lambda o, x: o.power(o.abs(x) + 0.5, 1.7),
    "power of a value": lambda o, x: o.power(2.0, x),
    "operator power": lambda o, x: x**2 + (x * x + 1.0) ** 0.5 + (x * x + 1.0) ** -1,
    "maximum": lambda o, x: o.maximum(x, V),
    "minimum": lambda o, x: o.minimum(x, 0.25),
    "clip": lambda o, x: o.clip(x, -0.5, 0.5),
    "divide_no_nan": lambda o, x: o.divide_no_nan(V, x * np.array([1, 0, 1], np.float32)),
    "mod": lambda o, x: o.mod(x, 0.75),
    **{
        name: _unary(name, -2.0, 2.0)
        for name in [
            "cbrt",
            "celu",
            "deg2rad",
            "erfc",
            "sinc",
            "elu",
            "fabs",
            "gelu",
            "hard_shrink",
            "hard_sigmoid",
            "hard_silu",
            "hard_swish",
            "hard_tanh",
            "leaky_relu",
            "log_sigmoid",
            "rad2deg",
            "relu6",
            "selu",
            "silu",
            "soft_shrink",
            "softsign",
            "sparse_plus",
            "sparse_sigmoid",
            "squareplus",
            "swish",
            "tanh_shrink",
        ]
    },
    "gelu by erf": lambda o, x: o.gelu(x, approximate=False),
    "threshold": lambda o, x: o.threshold(x, 0.5, -1.0),
    "arctan2": lambda o, x: o.arctan2(x, V),
    "arctan2 turned": lambda o, x: o.arctan2(V, x),
    "arctan2 of equal ones": lambda o, x: o.arctan2(x, x) + o.arctan2(2.0 * x, -x * 2.0),
    "hypot": lambda o, x: o.hypot(x, V),
    "select": lambda o, x: o.select([x > 0.5, x < -0.5], [x * x, o.exp(x)], 0.25),
    "nan_to_num": lambda o, x: o.nan_to_num(x * 2.0, nan=1.0),
    "logaddexp": lambda o, x: o.logaddexp(x, V),
    "logaddexp2": lambda o, x: o.logaddexp2(x, V),
    "fmax": lambda o, x: o.fmax(o.where(x > 0.5, np.nan, x), V) + o.fmax(V, x),
    "fmin": lambda o, x: o.fmin(o.where(x > 0.5, np.nan, x), V) + o.fmin(V, x),
    "where": lambda o, x: o.where(x > 0.1, x * x, o.exp(x)),
    "mask by operators": lambda o, x: o.where((x > -0.5) & ~(x > 0.5), x, 2.0 * x),
    "either": lambda o, x: o.where((x < -0.5) | (x > 0.5), x, x * x),
    "one of two": lambda o, x: o.where((x < 0.5) ^ (x > -0.5), x, x * x),
    "remainders by operators": lambda o, x: x % 0.75 + 2.0 % (x + 9.0),
    "quotients by operators": lambda o, x: x * (x // 0.75) + 2.0 // (x + 9.0),
    "array beside it": lambda o, x: V * x + V - x / V,
    "subtracted from an array": lambda o, x: V - x,
}

REDUCED: dict[str, Case] = {
    **{
        f"{name} {axis} {keep}": _reduce(name, axis=axis, keepdims=keep)
        for name in ["sum", "mean", "var", "std", "max", "min", "logsumexp", "norm"]
        for axis, keep in [(-1, False), (0, True), (1, False)]
    },
    "sum of all": _reduce("sum"),
    "mean of all": _reduce("mean"),
    "sum of two axes": _reduce("sum", axis=(0, 2)),
    "divided by size": lambda o, x: x / o.size(x),
    "mean of two axes": _reduce("mean", axis=(0, -1), keepdims=True),
    "max of all": _reduce("max"),
    "min of two axes": _reduce("min", axis=(0, 2), keepdims=True),
    "amax": _reduce("amax", axis=1),
    "ptp": _reduce("ptp", axis=-1),
    "ptp over the batch": _reduce("ptp", axis=0),
    "prod": _reduce("prod", axis=-1),
    "prod of two axes": _reduce("prod", axis=(1, 2), keepdims=True),
    "prod over the batch": _reduce("prod", axis=0),
    "prod of all": _reduce("prod"),
    "norm 1": _reduce("norm", ord=1, axis=-1),
    "norm 3": _reduce("norm", ord=3, axis=-1),
    "norm inf": _reduce("norm", ord=np.inf, axis=-1),
    "norm inf over the batch": _reduce("norm", ord=np.inf, axis=0),
    **{
        f"norm {order} of matrices": _reduce("norm", ord=order, axis=(1, 2))
        for order in [1, -1, np.inf, -np.inf, "fro"]
    },
    "norm 1 of matrices turned": _reduce("norm", ord=1, axis=(-1, -2), keepdims=True),
    "norm -2 of vectors": _reduce("norm", ord=-2, axis=1),
    "max or more": _reduce("max", axis=(1, 2), initial=0.5),
    "min or less": _reduce("min", axis=-1, keepdims=True, initial=-0.5),
    "normalize": _reduce("normalize", axis=-1),
    "normalize 1": _reduce("normalize", axis=-1, order=1),
    "average": lambda o, x: o.average(x, axis=-1, weights=o.convert_to_tensor(V)),
    "nansum": _reduce("nansum", axis=-1),
    "nanprod": _reduce("nanprod", axis=(0, 1)),
    "nanmax": _reduce("nanmax", axis=0),
    "nanmin": _reduce("nanmin", axis=-1, keepdims=True),
    "nanvar": _reduce("nanvar"),
    "nanstd": _reduce("nanstd", axis=1),
    "trapezoid": _reduce("trapezoid", dx=0.5),
    "trapezoid of places": lambda o, x: o.trapezoid(x, x=np.array([0.0, 0.5], np.float32), axis=1),
    "cross": lambda o, x: o.cross(x, x * x + V),
    "nanmean": _reduce("nanmean", axis=1),
    "layer_normalization": lambda o, x: o.layer_normalization(x, V, V, axis=-1, epsilon=1e-3),
    "rms_normalization": lambda o, x: o.rms_normalization(x, o.convert_to_tensor(V), axis=-1),
    "rms_normalization by a number": lambda o, x: o.rms_normalization(x, scale=2.0),
    "batch_normalization": lambda o, x: o.batch_normalization(x, V, V * V, -1, V, V),
    "moments": lambda o, x: o.moments(x, axes=-1)[1],
    "softmax": _reduce("softmax"),
    "softmax of an inner axis": _reduce("softmax", axis=1),
    "log_softmax": _reduce("log_softmax"),
    "log_softmax of an inner axis": _reduce("log_softmax", axis=1),
}

# Of TIED: equal extremes share a derivative, and a product may have no, one or more factors of 0.
TIED = np.array([[1, 2, 0, 0], [1, -1, 3, 0], [0.5, 2, 2, 0], [1, 2, -1, 4]], np.float32)
TIES: dict[str, Case] = {
    f"{name} of equal ones {axis}": _reduce(name, axis=axis)
    for name in ["max", "min", "prod"]
    for axis in [None, 0, -1]
}

SHAPED: dict[str, Case] = {
    "reshape": lambda o, x: o.reshape(x, (-1, 6)),
    "reshape with a rest": lambda o, x: o.reshape(x, (o.shape(x)[0], 3, -1)),
    "transpose": lambda o, x: o.transpose(x, (0, 2, 1)),
    "swapaxes": lambda o, x: o.swapaxes(x, 1, 2),
    "moveaxis": lambda o, x: o.moveaxis(x, -1, 1),
    "moveaxis of two": lambda o, x: o.moveaxis(x, [1, 2], (-1, -2)),
    "expand_dims": lambda o, x: o.expand_dims(x, 1),
    "squeeze": lambda o, x: o.squeeze(x[:, 0:1], 1),
    "concatenate": lambda o, x: o.concatenate([x, 2.0 * x], axis=1),
    "append": lambda o, x: o.append(x, x * x, axis=-1),
    "stack": lambda o, x: o.stack([x, x * x], axis=-1),
    "hstack": lambda o, x: o.hstack([x, x]),
    "dstack": lambda o, x: o.dstack([x, x]),
    "dstack of matrices": lambda o, x: o.dstack([x[:, 0], x[:, 1]]),
    "array_split": lambda o, x: o.array_split(x, 2, axis=-1)[0],
    "hsplit": lambda o, x: o.hsplit(x, 2)[1],
    "fliplr": lambda o, x: o.fliplr(x),
    "split": lambda o, x: o.split(x, 3, axis=-1)[1],
    "split at places": lambda o, x: o.split(x, [1], axis=2)[1],
    "unstack": lambda o, x: o.unstack(x, axis=1)[1],
    "flip": lambda o, x: o.flip(x, axis=-1),
    "roll": lambda o, x: o.roll(x, 1, axis=-1),
    "roll of two": lambda o, x: o.roll(x, (1, -1), axis=(1, 2)),
    "roll of two alike": lambda o, x: o.roll(x, 1, axis=[1, -1]),
    "repeat": lambda o, x: o.repeat(x, 2, axis=1),
    "repeat by counts": lambda o, x: o.repeat(x, np.array([2, 0, 1]), axis=-1),
    "tile": lambda o, x: o.tile(x, (1, 2, 2)),
    "pad": lambda o, x: o.pad(x, ((0, 0), (1, 0), (0, 2)), constant_values=0.5),
    **{
        f"pad by {mode}": _reduce("pad", pad_width=((0, 0), (1, 1), (2, 0)), mode=mode)
        for mode in ["reflect", "symmetric", "edge", "wrap"]
    },
    "take_along_axis": lambda o, x: o.take_along_axis(
        x, o.expand_dims(o.argmax(x, axis=-1), -1), axis=-1
    ),
    "take_along_axis from the end": lambda o, x: o.take_along_axis(
        x, o.cast(o.where(x > 0, -1, 0), "int32"), axis=1
    ),
    "truth of Python": lambda o, x: o.multiply(x, True) + o.where(x > 0, True, False),
    "take": lambda o, x: o.take(x, np.array([2, 0, -1]), axis=-1),
    "cumsum": lambda o, x: o.cumsum(x, axis=-1),
    "cumsum of an inner axis": lambda o, x: o.cumsum(x, axis=1),
    "cumprod": lambda o, x: o.cumprod(x, axis=-1),
    "diff": lambda o, x: o.diff(x),
    "diff twice": lambda o, x: o.diff(x, n=2, axis=-1),
    "glu": lambda o, x: o.glu(x, axis=1),
    "tril": lambda o, x: o.tril(x),
    "triu": lambda o, x: o.triu(x, k=1),
    "diagonal": lambda o, x: o.diagonal(x, axis1=1, axis2=2),
    "diagonal beside it": lambda o, x: o.diagonal(x, offset=1, axis1=2, axis2=1),
    "trace": lambda o, x: o.trace(x, axis1=1, axis2=2),
    "one place": lambda o, x: x[:, 1],
    "a range": lambda o, x: x[:, :, 1:3],
    "every second": lambda o, x: x[..., ::2],
    "backwards": lambda o, x: x[:, ::-1],
    "from the end": lambda o, x: x[..., -1],
    "a further axis": lambda o, x: x[:, None, ..., 0],
    "outer product": lambda o, x: x[:, 0, :, None] * x[:, 1, None, :],
}

PRODUCTS: dict[str, Case] = {
    "matmul": lambda o, x: o.matmul(x, W),
    "operator": lambda o, x: x @ W,
    "array first": lambda o, x: W.T @ o.transpose(x, (0, 2, 1)),
    "dot": lambda o, x: o.dot(x, W),
    "dot with a vector": lambda o, x: o.dot(x, V),
    "of two batches": lambda o, x: o.matmul(x, o.transpose(x, (0, 2, 1))),
    "tensordot": lambda o, x: o.tensordot(x, W, axes=1),
    "tensordot of axes": lambda o, x: o.tensordot(x, W, axes=[[2], [0]]),
    "einsum": lambda o, x: o.einsum("nik,km->nim", x, W),
    "einsum of rows": lambda o, x: o.einsum("nik,njk->nij", x, x),
    "einsum that sums": lambda o, x: o.einsum("nik,i->nk", x, V[:2]),
    "einsum of further axes": lambda o, x: o.einsum("...i,ij->...j", x, W),
    "einsum of rows with further axes": lambda o, x: o.einsum("...ij,...kj->...ik", x, x),
    "einsum over further axes": lambda o, x: o.einsum("n...->n", x),
    "einsum by a transposed matrix": lambda o, x: o.einsum("nik,mk->nim", x, W.T),
    "einsum without a result": lambda o, x: o.einsum("aik,km", x, W),
    "inner": lambda o, x: o.inner(x, V),
}
