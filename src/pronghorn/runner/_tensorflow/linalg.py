"""``tf.linalg``: products, norms and inverses of matrices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pronghorn import ops
from pronghorn.runner._tensorflow._arrays import read_alike, read_numbers
from pronghorn.runner._tensorflow._calls import (
    FUNCTIONS,
    is_symbolic,
    operand,
    plain,
    serve,
    served,
)
from pronghorn.runner._tensorflow._tensor import read_value


@served("matmul", "linalg.matmul")
def matmul(a: Any, b: Any, transpose_a: bool = False, transpose_b: bool = False, **_: Any) -> Any:
    """The product of matrices, either of them transposed on request. Source: tf.matmul."""
    left, right = _turn(a, transpose_a), _turn(b, transpose_b)
    if is_symbolic(left, right):
        return ops.matmul(plain(left), plain(right))
    return np.matmul(*read_alike([left, right]))


def _turn(value: Any, wanted: bool) -> Any:
    if not wanted:
        return value
    return ops.swapaxes(value, -1, -2) if is_symbolic(value) else read_value(value).swapaxes(-1, -2)


@served("linalg.matvec")
def matvec(a: Any, b: Any, transpose_a: bool = False) -> Any:
    """A matrix times a vector. Source: tf.linalg.matvec."""
    product = matmul(a, FUNCTIONS["expand_dims"](b, -1), transpose_a)
    return FUNCTIONS["squeeze"](product, -1)


@served("norm", "linalg.norm")
def norm(tensor: Any, ord: Any = "euclidean", axis: Any = None, keepdims: bool = False) -> Any:
    """The norm over the axes. Source: tf.norm."""
    return ops.norm(operand(tensor), ord, axis, keepdims)


@served("einsum")
def einsum(equation: str, *inputs: Any, **_: Any) -> Any:
    """Sums of products over the letters that the result does not name. Source: tf.einsum."""
    if is_symbolic(*inputs):
        return ops.einsum(equation, *map(plain, inputs))
    return np.einsum(equation, *read_alike(inputs))


@served("linalg.diag")
def diag(diagonal: Any) -> Any:
    """The matrix with this diagonal. Source: tf.linalg.diag."""
    vector = read_numbers("linalg.diag", diagonal)
    return np.eye(vector.shape[-1], dtype=vector.dtype) * vector[..., None]


def _of_matrices(name: str, function: Callable[..., Any]) -> None:
    @served(f"linalg.{name}")
    def call(input: Any, *args: Any) -> Any:
        return function(read_numbers(f"linalg.{name}", input), *map(plain, args))


# What only arrays have; the last two axes are those of the matrices.
_OF_ARRAYS: dict[str, Callable[..., Any]] = {
    "adjoint": lambda x: x.swapaxes(-1, -2).conj(),
    "cholesky": np.linalg.cholesky,
    "det": np.linalg.det,
    "diag_part": lambda x: np.diagonal(x, axis1=-2, axis2=-1),
    "eigh": lambda x: tuple(np.linalg.eigh(x)),
    "inv": np.linalg.inv,
    "pinv": np.linalg.pinv,
    "solve": np.linalg.solve,
    "trace": lambda x: np.trace(x, axis1=-2, axis2=-1),
}
for _name, _function in _OF_ARRAYS.items():
    _of_matrices(_name, _function)

__getattr__, __dir__ = serve("tf.linalg", "linalg.", "")
