from __future__ import annotations

import numpy as np
import pytest

from pronghorn.errors import DataError
from pronghorn.utils import to_categorical


@pytest.mark.parametrize(
    ("labels", "classes", "expected"),
    [
        ([0, 2], None, [[1, 0, 0], [0, 0, 1]]),
        ([[1], [0]], None, [[0, 1], [1, 0]]),
        ([1], 4, [[0, 1, 0, 0]]),
        (np.array([1.0, 0.0]), 2, [[0, 1], [1, 0]]),
        ([[0, 1], [1, 1]], 2, [[[1, 0], [0, 1]], [[0, 1], [0, 1]]]),
        (np.array([True, False]), None, [[0, 1], [1, 0]]),
        ([], 3, []),
    ],
    ids=["rows", "column", "wide", "floats", "grid", "bools", "none"],
)
def test_ones_stand_at_the_labels(labels: object, classes: int | None, expected: object) -> None:
    # The expected arrays, and float64, are those of keras 3.15.1.
    y = to_categorical(labels, classes)
    assert y.dtype == np.float64
    assert y.tolist() == expected


@pytest.mark.parametrize(
    ("labels", "classes"),
    [([0.5], None), (["a"], None), ([-1], None), ([3], 3), ([], None)],
    ids=["fraction", "text", "negative", "too_large", "empty"],
)
def test_what_is_no_class_is_refused(labels: object, classes: int | None) -> None:
    with pytest.raises(DataError):
        to_categorical(labels, classes)
