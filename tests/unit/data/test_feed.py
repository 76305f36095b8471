"""Feeds: structures, lengths, the validation split and class weights, as Keras has them."""

import numpy as np
import pandas
import pytest

from pronghorn._core.errors import DataError, ParameterError
from pronghorn.data import (
    as_source,
    class_weight_rows,
    split_validation,
    unpack,
    unpack_tuple,
    weigh_classes,
)

A = np.arange(8.0).reshape(4, 2)
B = np.arange(4.0).reshape(4, 1)
Y = np.array([0, 1, 0, 1])


def get_arrays(sources):
    return [source.array.tolist() for source in sources]


class TestStructure:
    @pytest.mark.parametrize("x", [A, [A], (A,), {"left": A}, A.tolist(), pandas.DataFrame(A)])
    def test_one_input_in_all_its_forms(self, x):
        feed = unpack(x, Y, input_names=["left"])
        assert get_arrays(feed.inputs) == [A.tolist()]
        assert feed.n == 4 and feed.weights == (None,)

    @pytest.mark.parametrize(
        "x", [[A, B], (A, B), {"right": B, "left": A}, [A.tolist(), B.tolist()]]
    )
    def test_two_inputs_in_the_order_of_the_model(self, x):
        feed = unpack(x, Y, input_names=["left", "right"])
        assert get_arrays(feed.inputs) == [A.tolist(), B.tolist()]

    def test_two_outputs_by_name(self):
        feed = unpack(A, {"b": Y, "a": B}, output_names=["a", "b"])
        assert get_arrays(feed.targets) == [B.tolist(), Y.tolist()]
        assert feed.weights == (None, None)

    def test_no_targets(self):
        assert unpack(A).targets == ()

    @pytest.mark.parametrize(
        ("x", "names", "message"),
        [
            ([A, B], ["only"], "a list of 2 arrays"),
            (A, ["left", "right"], r"2 arrays, one per input \(left, right\)"),
            ([A, B, B], ["left", "right"], "received a list of 3"),
            ({"left": A}, ["left", "right"], "received no 'right'"),
            ({"left": A, "rihgt": B}, ["left", "right"], "unknown 'rihgt' and no 'right'"),
            (None, ["only"], "x: expected data, received None"),
        ],
    )
    def test_refused(self, x, names, message):
        with pytest.raises(DataError, match=message):
            unpack(x, Y, input_names=names)

    # As keras.Model.fit does, which warns too.
    def test_columns_that_no_input_reads_are_left_aside(self):
        with pytest.warns(UserWarning, match="The model has no input 'more'; left aside"):
            feed = unpack({"more": B, "only": A}, input_names=["only"])
        assert get_arrays(feed.inputs) == [A.tolist()]


class TestLengths:
    def test_both_lengths_are_named(self):
        with pytest.raises(DataError, match="4 rows of x and 3 of y"):
            unpack(A, Y[:3])

    def test_the_shorter_of_several_inputs_is_named(self):
        with pytest.raises(DataError, match=r"4 rows of x\[0\] and 3 of x\[1\]"):
            unpack([A, B[:3]], Y, input_names=["left", "right"])

    def test_weights_count(self):
        with pytest.raises(DataError, match="4 rows of x and 5 of sample_weight"):
            unpack(A, Y, np.ones(5))

    def test_validation_data_says_so(self):
        with pytest.raises(DataError, match="4 rows of validation x and 3 of validation y"):
            unpack_tuple((A, Y[:3]))


class TestWeights:
    @pytest.mark.parametrize(
        "weight", [[1, 2, 3, 4], np.array([[1], [2], [3], [4]]), [[1], [2], [3], [4]]]
    )
    def test_one_number_per_row(self, weight):
        assert get_arrays(unpack(A, Y, weight).weights) == [[1, 2, 3, 4]]

    def test_one_array_holds_for_every_output(self):
        feed = unpack(A, [Y, B], np.array([1.0, 2, 3, 4]), output_names=["a", "b"])
        assert get_arrays(feed.weights) == [[1, 2, 3, 4], [1, 2, 3, 4]]

    @pytest.mark.parametrize("weight", [{"b": [4, 3, 2, 1]}, [None, [4, 3, 2, 1]]])
    def test_outputs_may_be_left_out(self, weight):
        feed = unpack(A, [Y, B], weight, output_names=["a", "b"])
        assert feed.weights[0] is None
        assert get_arrays(feed.weights[1:]) == [[4, 3, 2, 1]]

    @pytest.mark.parametrize(
        ("y", "weight", "message"),
        [
            (None, np.ones(4), "no y"),
            (Y, [1.0, 2.0, np.nan, 1.0], "nan in row 2"),
            (Y, {"z": np.ones(4)}, "unknown 'z'"),
            (Y, [np.ones(4), np.ones(4)], "received a list of 2"),
        ],
    )
    def test_refused(self, y, weight, message):
        with pytest.raises(DataError, match=message):
            unpack(A, y, weight, output_names=["a"])


@pytest.mark.parametrize("data", [(A, Y, Y, Y), (), None], ids=["four", "empty", "None"])
def test_validation_data_is_of_one_to_three(data):
    with pytest.raises(DataError, match=r"validation_data: expected \(x, y\)"):
        unpack_tuple(data)


@pytest.mark.parametrize(
    "data", [A, (A,), [A], (A, None), {"x": A}], ids=["x", "tuple", "list", "None", "dict"]
)
def test_validation_data_may_have_no_targets(data):
    feed = unpack_tuple(data)
    assert get_arrays(feed.inputs) == [A.tolist()] and feed.targets == ()


class TestSplit:
    # Rows to train that Keras 3.15.1 leaves (array_slicing.train_validation_split, run):
    # 10·0.75 = 7.5 → 7;  5·0.9 = 4.5 → 4;  3·0.5 = 1.5 → 1;  20·(1-0.9) = 1.99… in binary → 1.
    @pytest.mark.parametrize(
        ("n", "fraction", "train"),
        [(10, 0.25, 7), (5, 0.1, 4), (3, 0.5, 1), (20, 0.9, 1), (70, 0.3, 49), (100, 0.07, 93)],
    )
    def test_the_last_part_validates(self, n, fraction, train):
        x = np.arange(n)
        first, last = split_validation(unpack(x, x, np.ones(n)), fraction)
        for sources in (first.inputs, first.targets):
            assert get_arrays(sources) == [list(range(train))]
        for sources in (last.inputs, last.targets):
            assert get_arrays(sources) == [list(range(train, n))]
        assert (first.weights[0].n, last.weights[0].n) == (train, n - train)
        assert np.shares_memory(first.inputs[0].array, x)

    @pytest.mark.parametrize(("n", "fraction"), [(1, 0.5), (3, 0.9), (10, 0.9)])
    def test_an_empty_side_is_refused(self, n, fraction):
        with pytest.raises(DataError, match="at least one row on either side"):
            split_validation(unpack(np.zeros(n)), fraction)

    @pytest.mark.parametrize("fraction", [0.0, 1.0, -0.1, 1.5, True, float("nan")])
    def test_a_share_outside_the_open_interval_is_refused(self, fraction):
        with pytest.raises(ParameterError, match="between 0 and 1"):
            split_validation(unpack(A), fraction)


class TestClassWeight:
    @pytest.mark.parametrize(
        "y",
        [[0, 2, 1, 2], [[0], [2], [1], [2]], [0.0, 2.0, 1.0, 2.0], np.eye(3)[[0, 2, 1, 2]]],
        ids=["flat", "column", "floats", "one-hot"],
    )
    def test_missing_classes_weigh_one(self, y):
        rows = class_weight_rows(as_source(y, name="y"), {0: 0.5, 2: 4})
        assert rows.dtype == np.float32
        assert rows.tolist() == [0.5, 4.0, 1.0, 4.0]

    def test_keys_in_the_ways_people_write_them(self):
        rows = class_weight_rows(as_source([0, 1, 2], name="y"), {"0": 2, np.int64(1): 3, 2.0: 4})
        assert rows.tolist() == [2.0, 3.0, 4.0]

    @pytest.mark.parametrize(
        "weights", [{"a": 1.0}, {0.5: 1.0}, {0: "heavy"}, {0: float("nan")}, [1.0, 2.0], "balanced"]
    )
    def test_refused(self, weights):
        with pytest.raises(ParameterError, match="class_weight"):
            class_weight_rows(as_source([0, 1], name="y"), weights)

    def test_targets_of_a_higher_rank_are_refused(self):
        with pytest.raises(DataError, match="one class per row"):
            class_weight_rows(as_source(np.zeros((2, 3, 4)), name="y"), {0: 1.0})

    def test_becomes_the_weights_of_the_feed(self):
        feed = weigh_classes(unpack(A, Y), {1: 3.0})
        assert get_arrays(feed.weights) == [[1.0, 3.0, 1.0, 3.0]]

    def test_not_beside_sample_weight(self):
        with pytest.raises(ParameterError, match="received both"):
            weigh_classes(unpack(A, Y, np.ones(4)), {1: 3.0})

    def test_not_with_several_outputs(self):
        with pytest.raises(ParameterError, match="one output"):
            weigh_classes(unpack(A, [Y, Y], output_names=["a", "b"]), {1: 3.0})
