"""What of a point goes into the network: powers, products, waves, or a formula of the user's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn.errors import ParameterError
from pronghorn.lab._expression import read_expression

__all__ = ["FEATURES", "compute_features", "read_feature"]

# As Playground offers them, and the two cosines that it names but never had. Each name is its
# own formula, so that they are read by the same grammar as the user's.
FEATURES = (
    "x1",
    "x2",
    "x1^2",
    "x2^2",
    "x1*x2",
    "sin(x1)",
    "sin(x2)",
    "cos(x1)",
    "cos(x2)",
)


def read_feature(text: str, columns: Sequence[str]) -> str:
    """The text of a formula in these columns, checked; raises ParameterError."""
    formula = read_expression(text, columns)
    if not formula.names:
        raise ParameterError(
            f"feature {text!r}: expected a formula with {' or '.join(columns)}, "
            "received one without."
        )
    return formula.text


def compute_features(
    features: Sequence[str],
    x: NDArray[Any],
    columns: Sequence[str] = ("x1", "x2"),
    is_strict: bool = True,
) -> NDArray[np.float32]:
    """(n, k): one column for each formula, of points x (n, len(columns)).

    Raises ParameterError where a formula has no finite value at a point, if ``is_strict``.

    >>> compute_features(["x1", "x1^2"], np.array([[3.0, 0.0]], np.float32)).tolist()
    [[3.0, 9.0]]
    """
    given = {name: np.ascontiguousarray(x[:, i]) for i, name in enumerate(columns)}
    made = np.empty((len(x), len(features)), np.float32)
    for i, text in enumerate(features):
        formula = read_expression(text, columns)
        with np.errstate(all="ignore"):
            values = formula(**{name: given[name] for name in formula.names})
            made[:, i] = np.asarray(values)
        if is_strict and not np.isfinite(made[:, i]).all():
            raise ParameterError(
                f"feature {text!r}: expected finite values at every point, received others."
            )
    return made
