"""Data sets in two parts: the rows of Keras's split, in the form they came in."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from pronghorn.errors import DataError, ParameterError
from pronghorn.utils import normalize, set_random_seed, split_dataset

X = np.arange(20.0).reshape(10, 2)
Y = np.arange(10)


@pytest.mark.parametrize(
    ("sizes", "left", "right"),
    [
        ({"left_size": 0.8}, 8, 2),
        ({"left_size": 3}, 3, 7),
        ({"right_size": 0.25}, 8, 2),  # round(2.5) is 2
        ({"right_size": 4}, 6, 4),
        ({"left_size": 2, "right_size": 3}, 2, 3),
        ({"left_size": 0.5, "right_size": 0.2}, 5, 2),
    ],
    ids=str,
)
def test_sizes_are_counts_or_shares(sizes: dict[str, Any], left: int, right: int) -> None:
    first, last = split_dataset(Y, **sizes)
    assert first.tolist() == list(range(left))
    assert last.tolist() == list(range(10 - right, 10))


@pytest.mark.parametrize("kind", [tuple, list])
def test_lists_and_tuples_are_split_part_by_part(kind: Any) -> None:
    left, right = split_dataset(kind([X, Y]), left_size=7)
    assert type(left) is type(right) is kind
    assert (left[0].shape, left[1].shape) == ((7, 2), (7,))
    assert right[1].tolist() == [7, 8, 9]


def test_dicts_and_nests_keep_their_form() -> None:
    left, right = split_dataset(({"a": X, "b": Y}, Y), left_size=0.5)
    assert set(left[0]) == {"a", "b"}
    assert right[0]["b"].tolist() == right[1].tolist() == [5, 6, 7, 8, 9]


def test_a_list_of_numbers_is_one_array() -> None:
    assert split_dataset([1, 2, 3], left_size=1)[1].tolist() == [2, 3]


def test_a_seed_means_the_rows_of_keras() -> None:
    # keras/src/utils/dataset_utils.py: random.seed(seed), then random.shuffle of the rows.
    order = list(range(10))
    random.Random(5).shuffle(order)
    left, right = split_dataset((X, Y), left_size=6, shuffle=True, seed=5)
    assert left[1].tolist() == order[:6]
    assert right[1].tolist() == order[6:]
    assert left[0][:, 0].tolist() == [2.0 * i for i in order[:6]]


def test_without_a_seed_set_random_seed_decides() -> None:
    drawn = []
    for _ in range(2):
        set_random_seed(3)
        drawn.append(split_dataset(Y, left_size=6, shuffle=True)[0].tolist())
    assert drawn[0] == drawn[1]


@pytest.mark.parametrize(
    "sizes",
    [
        {},
        {"left_size": 0},
        {"left_size": 10},
        {"left_size": 1.0},
        {"left_size": True},
        {"left_size": "half"},
        {"left_size": 6, "right_size": 5},
        {"left_size": 0.01},
    ],
    ids=str,
)
def test_impossible_sizes_are_refused(sizes: dict[str, Any]) -> None:
    with pytest.raises(ParameterError, match="split_dataset"):
        split_dataset(Y, **sizes)


@pytest.mark.parametrize("dataset", [(X, Y[:9]), np.zeros(1), "text", 3, ()], ids=str)
def test_what_has_no_rows_is_refused(dataset: Any) -> None:
    with pytest.raises(DataError, match="split_dataset"):
        split_dataset(dataset, left_size=0.5)


# Values of keras.utils.normalize, Keras 3.15.1, except along axis 0, where it divides row i by the
# norm of column i: each column by its own norm is (3, 0) / 3 and (4, 0) / 4.
@pytest.mark.parametrize(
    ("kwargs", "expected"),
    [
        ({}, [[0.6, 0.8], [0.0, 0.0]]),
        ({"axis": 0}, [[1.0, 1.0], [0.0, 0.0]]),
        ({"order": 1}, [[3 / 7, 4 / 7], [0.0, 0.0]]),
    ],
    ids=str,
)
def test_rows_of_length_one(kwargs: dict[str, Any], expected: Any) -> None:
    assert normalize(np.array([[3.0, 4.0], [0.0, 0.0]]), **kwargs).tolist() == expected


def test_a_single_row_comes_back_in_two_axes() -> None:
    assert normalize(np.array([3.0, 4.0])).tolist() == [[0.6, 0.8]]  # as in Keras 3.15.1
