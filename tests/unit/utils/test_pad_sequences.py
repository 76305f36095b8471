"""pad_sequences: rows worked by hand; Keras 3.15 gives the same."""

from typing import Any

import numpy as np
import pytest

from pronghorn.errors import DataError, ParameterError, ShapeError
from pronghorn.utils import pad_sequences

ROWS = [[1], [2, 3], [4, 5, 6], []]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, [[0, 0, 1], [0, 2, 3], [4, 5, 6], [0, 0, 0]]),
        ({"padding": "post"}, [[1, 0, 0], [2, 3, 0], [4, 5, 6], [0, 0, 0]]),
        ({"maxlen": 2, "value": -1}, [[-1, 1], [2, 3], [5, 6], [-1, -1]]),
        ({"maxlen": 2, "truncating": "post"}, [[0, 1], [2, 3], [4, 5], [0, 0]]),
        ({"maxlen": 4, "padding": "post"}, [[1, 0, 0, 0], [2, 3, 0, 0], [4, 5, 6, 0], [0] * 4]),
    ],
    ids=["usual", "post", "shorter", "cut_at_end", "longer"],
)
def test_rows_are_filled_up_and_cut(given: dict[str, Any], expected: list[list[int]]) -> None:
    padded = pad_sequences(ROWS, **given)
    assert padded.dtype == "int32"
    assert padded.tolist() == expected


def test_parts_may_be_arrays() -> None:
    padded = pad_sequences([np.ones((2, 3)), np.ones((1, 3))], dtype="float32")
    assert (padded.shape, padded[1, 0].tolist()) == ((2, 2, 3), [0.0, 0.0, 0.0])


@pytest.mark.parametrize(
    ("rows", "given", "error"),
    [
        ([1, 2], {}, DataError),
        ([np.ones((2, 3)), np.ones((1, 2))], {}, ShapeError),
        (ROWS, {"padding": "left"}, ParameterError),
        (ROWS, {"maxlen": 0}, ParameterError),
    ],
    ids=["numbers", "shapes", "side", "length"],
)
def test_what_cannot_be_padded_is_refused(
    rows: list[Any], given: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error, match="pad_sequences"):
        pad_sequences(rows, **given)
