"""Class numbers as one-hot rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import DataError, compose, describe
from pronghorn._core.params import Integer, Optional, check

__all__ = ["to_categorical"]


def to_categorical(x: Any, num_classes: int | None = None) -> NDArray[np.float64]:
    """y[…, j] = 1 where x[…] = j, else 0: class numbers (…) or (…, 1) → float64 (…, c).

    ``num_classes`` is c. Default None: the largest number plus 1.

    Raises DataError for what are no whole numbers in [0, c), and for no labels without c.

    Source: keras.utils.to_categorical.

    >>> to_categorical([0, 2]).tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    labels = np.asarray(x)
    is_whole = labels.dtype.kind in "biuf" and not np.any(labels != np.floor(labels))
    if not is_whole or (labels.size == 0 and num_classes is None):
        raise DataError(
            compose(
                "to_categorical",
                expected="whole-number classes",
                received=describe(x),
                remedy="Number names first: np.unique(names, return_inverse=True)[1]",
            )
        )
    if labels.ndim > 1 and labels.shape[-1] == 1:
        labels = labels.reshape(labels.shape[:-1])
    labels = labels.astype(np.int64)
    classes = check("to_categorical", "num_classes", num_classes, Optional(Integer(low=1)))
    count = int(labels.max()) + 1 if classes is None else classes
    bad = labels[(labels < 0) | (labels >= count)]
    if bad.size:
        raise DataError(
            compose(
                "to_categorical",
                expected=f"classes in [0, {count})",
                received=f"{int(bad.reshape(-1)[0])}",
                remedy="Pass a larger num_classes, or renumber the classes from 0",
            )
        )
    return np.asarray(labels[..., None] == np.arange(count), dtype=np.float64)
