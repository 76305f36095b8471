"""Shapes, finite values and labels: what passes, and which row and column a refusal names."""

import numpy as np
import pandas
import pytest

from pronghorn._core.errors import DataError, ShapeError
from pronghorn.data import (
    as_column,
    as_source,
    check_finite,
    check_labels,
    check_one_hot,
    match_shape,
)


def make(x, name="x"):
    return as_source(x, name=name)


class TestMatchShape:
    @pytest.mark.parametrize(
        ("shape", "expected", "becomes"),
        [
            ((5, 4), (4,), (4,)),
            ((5, 4), (None,), (4,)),
            ((5, 2, 3), (None, 3), (2, 3)),
            ((5,), (1,), (1,)),
            ((5,), (), ()),
            ((5, 1), (), ()),
            ((5, 4, 1), (4,), (4,)),
            ((5, 4), (4, 1), (4, 1)),
        ],
    )
    def test_accepts_and_adds_or_drops_an_axis_of_one(self, shape, expected, becomes):
        x = np.zeros(shape)
        source = match_shape(make(x), expected, where="Dense 'd'")
        assert source.sample_shape == becomes
        assert np.shares_memory(source.array, x)

    @pytest.mark.parametrize(
        ("shape", "expected", "advice"),
        [
            ((5, 28, 28), (784,), "Flatten"),
            ((784,), (784,), "single sample"),
            ((5, 783), (784,), "build a new model"),
            ((5, 2), (1,), "build a new model"),
            ((5,), (2,), "build a new model"),
        ],
    )
    def test_refuses(self, shape, expected, advice):
        with pytest.raises(ShapeError, match=advice) as caught:
            match_shape(make(np.zeros(shape)), expected, where="Dense 'd' (set when built)")
        assert str(caught.value).startswith("Dense 'd' (set when built): expected rows of shape (")
        assert f"received x of shape {shape}" in str(caught.value)


def test_as_column_is_a_view():
    x = np.arange(3.0)
    source = as_column(make(x))
    assert source.array.tolist() == [[0.0], [1.0], [2.0]] and np.shares_memory(source.array, x)
    assert as_column(source).sample_shape == (1,)
    assert as_column(make(np.zeros((2, 5)))).sample_shape == (5,)


class TestFinite:
    @pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
    @pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
    def test_names_the_first_bad_row_and_column(self, dtype, bad):
        x = np.zeros((5, 3), dtype)
        x[3, 1] = bad
        x[4, 0] = np.nan
        with pytest.raises(DataError, match=f"received {bad} in row 3, column 1"):
            check_finite(make(x))

    @pytest.mark.parametrize("dtype", ["f2", "f4"])
    def test_the_largest_value_of_the_dtype_is_finite(self, dtype):
        largest = np.finfo(dtype).max
        check_finite(make(np.array([[largest, -largest]] * 3, dtype)))

    def test_float64_beyond_float32_is_refused(self):
        with pytest.raises(DataError, match=r"within ±3\.4e38 .* received -1e\+39 in row 1, col"):
            check_finite(make(np.array([[0.0], [-1e39]])))

    def test_a_fault_beyond_the_first_piece_is_found(self):
        x = np.zeros((3_000_000, 1), "f4")  # 12 MB: three pieces of 4 MiB
        x[2_999_999] = np.nan
        with pytest.raises(DataError, match="row 2999999, column 0"):
            check_finite(make(x))

    def test_mapped_files_are_checked(self, tmp_path):
        x = np.zeros((10, 2), "f4")
        x[7, 1] = np.inf
        x.tofile(tmp_path / "x.bin")
        mapped = np.memmap(tmp_path / "x.bin", "f4", mode="r", shape=(10, 2))
        with pytest.raises(DataError, match="inf in row 7, column 1"):
            check_finite(make(mapped))

    def test_columns_of_a_frame_are_named(self):
        frame = pandas.DataFrame({"age": [1.0, 2.0], "fare": [3.0, np.nan]})
        with pytest.raises(DataError, match="nan in row 1, column 'fare'"):
            check_finite(make(frame))

    def test_a_flat_array_has_no_column(self):
        with pytest.raises(DataError, match=r"nan in row 1\."):
            check_finite(make([0.0, np.nan], "y"))

    def test_images_count_columns_within_the_row(self):
        x = np.zeros((2, 3, 4), "f4")
        x[1, 2, 1] = np.nan
        with pytest.raises(DataError, match="row 1, column 9"):  # 2 · 4 + 1
            check_finite(make(x))

    def test_integers_need_no_look(self):
        check_finite(make(np.full((2, 2), 255, "u1")))


class TestLabels:
    @pytest.mark.parametrize(
        "y",
        [[0, 1, 2], [[0], [1], [2]], [0.0, 2.0], np.array([0, 2], "u1"), [True, False]],
        ids=["flat", "column", "whole floats", "uint8", "bool"],
    )
    def test_accepted(self, y):
        check_labels(make(y, "y"), 3)

    @pytest.mark.parametrize(
        ("y", "received", "advice"),
        [
            ([0, 1, 3, 7], "3 in row 2", "more units"),
            ([0, -1], "-1 in row 1", "Correct the label"),
            ([1, 2, 3], "3 in row 2", "count from 1"),
            ([0.0, 0.5], "0.5 in row 1", "regression loss"),
            ([0.0, np.nan], "nan in row 1", "Correct the label"),
            (np.array([0, 255], "u1"), "255 in row 1", "more units"),
        ],
    )
    def test_refused_with_the_first_bad_value_and_row(self, y, received, advice):
        with pytest.raises(DataError, match=advice) as caught:
            check_labels(make(y, "y"), 3)
        assert f"received {received}" in str(caught.value)

    def test_minus_one_and_one(self):
        with pytest.raises(DataError, match=r"\(y \+ 1\) // 2"):
            check_labels(make([1, -1], "y"), 2)

    def test_more_classes_than_the_dtype_holds(self):
        check_labels(make(np.array([0, 255], "u1"), "y"), 1000)

    def test_one_hot_rows_are_told_their_loss(self):
        with pytest.raises(ShapeError, match="loss='categorical_crossentropy'"):
            check_labels(make(np.eye(3), "y"), 3)

    def test_other_shapes_are_refused(self):
        with pytest.raises(ShapeError, match=r"labels of shape \(n,\), received y of shape \(3, 2"):
            check_labels(make(np.zeros((3, 2)), "y"), 3)

    def test_labels_per_position(self):
        check_labels(make(np.zeros((5, 4), int), "y"), 3, expected=(4,))


class TestOneHot:
    def test_accepts_probabilities(self):
        check_one_hot(make([[0.25, 0.75], [1.0, 0.0]], "y"), 2)

    @pytest.mark.parametrize("y", [[0, 1, 2], [[0], [1], [2]]], ids=["flat", "column"])
    def test_class_numbers_are_told_their_loss(self, y):
        with pytest.raises(ShapeError, match="loss='sparse_categorical_crossentropy'"):
            check_one_hot(make(y, "y"), 3)

    def test_another_number_of_classes(self):
        with pytest.raises(ShapeError, match="Pass 3 columns"):
            check_one_hot(make(np.eye(4), "y"), 3)
