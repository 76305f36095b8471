"""Few rows through dense layers whose weights are arrays, where they lie.

A model copies its weights once into panels of float32, which pays for many rows and for weights
that stay as they are. Of arrays that may change between two calls, in place as well, all would have
to be read for that each time; one row of 784-100-10 reads them once, in half of the time, and only
those of inputs that are not 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn import _native
from pronghorn._core.errors import DataError, ParameterError, compose, describe

__all__ = ["forward_pass"]


def forward_pass(
    x: NDArray[Any],
    weights: Sequence[NDArray[Any]],
    biases: Sequence[NDArray[Any]],
    activations: Sequence[str],
) -> NDArray[Any]:
    """h₀ = x, hᵢ = aᵢ(hᵢ₋₁ Wᵢ + bᵢ): the last h of dense layers, (n, its units), in x's precision.

    For a few rows and weights held elsewhere, as scikit-learn's ``coefs_``; ``Model.predict`` is
    faster for many.

    Args:
        x: Rows (n, k), float32 or float64.
        weights: For each layer (inputs, units).
        biases: For each layer (units,).
        activations: For each layer "exponential", "linear", "relu", "sigmoid", "softmax" or "tanh".

    Errors: ParameterError for arrays that do not fit each other, other names and other dtypes of
    x; DataError where a number of x is NaN or infinite.

    >>> x = np.array([[1.0, 2.0]])
    >>> forward_pass(x, [np.array([[1.0, -1.0], [1.0, -1.0]])], [np.zeros(2)], ["relu"])
    array([[3., 0.]])
    """
    try:
        x = np.ascontiguousarray(x)
        out = np.empty((len(x), weights[-1].shape[1]), x.dtype)
        is_finite = _native.forward_pass(x, weights, biases, activations, out)
    except (AttributeError, IndexError, TypeError, ValueError) as error:
        raise _refuse(x, error) from None
    if not is_finite:
        row, column = np.argwhere(~np.isfinite(x))[0]
        raise DataError(
            compose(
                "forward_pass: x",
                expected="finite values",
                received=f"{x[row, column]} in row {row}, column {column}",
                remedy="Fill it or drop the row",
            )
        )
    return out


def _refuse(x: Any, error: Exception) -> ParameterError:
    if str(error).startswith("forward_pass: "):  # in the engine's words
        return ParameterError(str(error))
    return ParameterError(
        compose(
            "forward_pass",
            expected="x (n, k) of float32 or float64, lists of arrays and of names",
            received=f"x: {describe(x)}",
        )
    )
