"""as_source: what is kept, what is copied once, what is refused."""

import array
import decimal

import numpy as np
import pandas
import pytest
import scipy.sparse

from pronghorn._core.errors import DataError, ShapeError
from pronghorn.data import as_source

KEPT_DTYPES = ["bool", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"]


@pytest.mark.parametrize("dtype", KEPT_DTYPES)
def test_a_plain_array_keeps_its_dtype_and_memory(dtype):
    x = np.zeros((4, 3), dtype)
    source = as_source(x, name="x")
    assert source.dtype == np.dtype(dtype)
    assert np.shares_memory(source.array, x)
    assert (source.n, source.sample_shape, source.name) == (4, (3,), "x")


WIDE = np.arange(60, dtype="f4").reshape(6, 10)


@pytest.mark.parametrize(
    ("view", "row_bytes"),
    [
        pytest.param(WIDE[:, 2:5], 40, id="columns of a wider table"),
        pytest.param(WIDE[::2], 80, id="every second row"),
        pytest.param(WIDE[::-1], -40, id="backwards"),
        pytest.param(WIDE[:, 3], 40, id="one column as 1-D"),
        pytest.param(np.broadcast_to(WIDE[0], (6, 10)), 0, id="one row repeated"),
    ],
)
def test_rows_any_distance_apart_are_not_copied(view, row_bytes):
    source = as_source(view, name="x")
    assert np.shares_memory(source.array, WIDE)
    assert source.row_bytes == row_bytes


@pytest.mark.parametrize(
    "x",
    [
        pytest.param(np.asfortranarray(np.arange(6.0).reshape(2, 3)), id="Fortran order"),
        pytest.param(np.arange(12.0).reshape(2, 6)[:, ::2], id="every second column"),
        pytest.param(np.arange(6.0).reshape(2, 3).astype(">f8"), id="byte-swapped"),
        pytest.param(np.arange(6).reshape(2, 3).astype(np.longdouble), id="long double"),
        pytest.param(
            np.frombuffer(b"\0" + np.arange(6.0).tobytes(), "f8", offset=1).reshape(2, 3),
            id="unaligned",
        ),
    ],
)
def test_other_layouts_are_copied_once_into_c_order(x):
    source = as_source(x, name="x")
    assert source.array.flags.c_contiguous and source.array.flags.aligned
    assert source.dtype == np.dtype("f8") and source.dtype.isnative
    np.testing.assert_array_equal(source.array, x)


@pytest.mark.parametrize(
    ("x", "dtype", "shape"),
    [
        ([[1, 2], [3, 4]], "i8", (2, 2)),
        ([[1, 2], [3, 4.5]], "f8", (2, 2)),
        ((True, False), "bool", (2,)),
        (range(5), "i8", (5,)),
        (array.array("f", [1, 2, 3]), "f4", (3,)),
        ([np.zeros(3, "f4"), np.ones(3, "f4")], "f4", (2, 3)),
    ],
    ids=["ints", "mixed numbers", "bools", "range", "array module", "list of rows"],
)
def test_python_sequences(x, dtype, shape):
    source = as_source(x, name="x")
    assert source.dtype == np.dtype(dtype)
    assert source.array.shape == shape


def test_objects_with_an_array_method():
    class Tensor:
        def __array__(self, dtype=None, copy=None):
            return np.arange(6, dtype="u1").reshape(3, 2)

    source = as_source(Tensor(), name="x")
    assert source.dtype == np.uint8 and source.array.shape == (3, 2)


def test_objects_that_are_all_numbers_are_float64():
    values = np.array([[1.5, True], [np.float32(2), 3]], dtype=object)
    source = as_source(values, name="x")
    assert source.dtype == np.float64 and source.array.tolist() == [[1.5, 1.0], [2.0, 3.0]]


def test_an_object_whose_array_method_fails_is_refused_with_its_reason():
    class OnDevice:
        def __array__(self, dtype=None, copy=None):
            raise TypeError("move it to host memory first")

    with pytest.raises(DataError, match="move it to host memory first"):
        as_source(OnDevice(), name="x")


def test_bfloat16_becomes_float32():
    ml_dtypes = pytest.importorskip("ml_dtypes", reason="comes with jax")
    source = as_source(np.array([[1.5, -2.0]], dtype=ml_dtypes.bfloat16), name="x")
    assert source.dtype == np.float32
    assert source.array.tolist() == [[1.5, -2.0]]


class TestMappedFiles:
    @pytest.fixture
    def path(self, tmp_path):
        path = tmp_path / "rows.bin"
        np.arange(20, dtype="<f4").tofile(path)
        return path

    def test_stay_mapped(self, path):
        mapped = np.memmap(path, "<f4", mode="r", shape=(5, 4))
        source = as_source(mapped, name="x")
        assert source.is_mapped and np.shares_memory(source.array, mapped)
        assert type(source.array) is np.ndarray
        assert source.part(2, 4).is_mapped
        assert source.part(2, 4).array.tolist() == [[8, 9, 10, 11], [12, 13, 14, 15]]

    def test_larger_than_memory_cost_nothing(self, tmp_path):
        # A sparse file: 8 TiB of zeros on no disk space, which no machine here could copy.
        path = tmp_path / "huge.bin"
        with path.open("wb") as file:
            file.truncate(1 << 43)
        source = as_source(np.memmap(path, "u1", mode="r", shape=(1 << 33, 1 << 10)), name="x")
        assert source.n == 1 << 33
        assert source.part(source.n - 1, source.n).array.sum() == 0

    @pytest.mark.parametrize(("dtype", "order"), [(">f4", "C"), ("<f4", "F")])
    def test_that_need_a_copy_are_refused(self, path, dtype, order):
        mapped = np.memmap(path, dtype, mode="r", shape=(5, 4), order=order)
        with pytest.raises(DataError, match="mapped file with rows in C order"):
            as_source(mapped, name="x")

    def test_an_ordinary_array_is_not_mapped(self):
        assert not as_source(np.zeros((2, 2)), name="x").is_mapped


class TestFrames:
    def test_one_dtype(self):
        frame = pandas.DataFrame({"a": [1, 2], "b": [3, 4]}, dtype="int16")
        source = as_source(frame, name="x")
        assert source.dtype == np.int16
        assert source.columns == ("a", "b")
        assert source.array.tolist() == [[1, 3], [2, 4]]

    def test_mixed_numbers_take_the_common_dtype(self):
        frame = pandas.DataFrame({"a": [True, False], "b": [0.5, 1.5], "c": [7, 8]})
        source = as_source(frame, name="x")
        assert source.dtype == np.float64
        assert source.array.tolist() == [[1.0, 0.5, 7.0], [0.0, 1.5, 8.0]]

    def test_nullable_columns(self):
        frame = pandas.DataFrame(
            {"a": pandas.array([1, 2], "Int8"), "b": pandas.array([True, False], "boolean")}
        )
        assert as_source(frame, name="x").array.tolist() == [[1, 1], [2, 0]]

    def test_missing_floats_become_nan(self):
        frame = pandas.DataFrame({"a": pandas.array([1.5, None], "Float64")})
        values = as_source(frame, name="x").array
        assert values[0, 0] == 1.5 and np.isnan(values[1, 0])

    def test_missing_integers_are_refused_by_column_and_row(self):
        frame = pandas.DataFrame({"a": [1.0, 2.0], "b": pandas.array([3, None], "Int64")})
        frame["a"] = pandas.array([1, 2], "Int64")
        with pytest.raises(DataError, match=r"x: column 'b': expected no missing .* in row 1"):
            as_source(frame, name="x")

    @pytest.mark.parametrize(
        "values",
        [
            ["red", "blue"],
            [1, "two"],
            pandas.Categorical(["u", "v"]),
            pandas.to_datetime(["2020-01-01", "2021-01-01"]),
            [1 + 2j, 3j],
            [decimal.Decimal(1), decimal.Decimal(2)],
        ],
        ids=["text", "mixed", "category", "date", "complex", "objects"],
    )
    def test_other_columns_are_refused_by_name(self, values):
        frame = pandas.DataFrame({"size": [1, 2], "colour": values})
        with pytest.raises(DataError, match=r"x: column 'colour': expected numbers"):
            as_source(frame, name="x")

    def test_two_columns_of_one_name(self):
        frame = pandas.DataFrame([[1, 2], [3, 4]], columns=["a", "a"])
        assert as_source(frame, name="x").array.tolist() == [[1, 2], [3, 4]]

    def test_a_series(self):
        series = pandas.Series([3, 1, 2], name="label", dtype="uint8")
        source = as_source(series, name="y")
        assert source.dtype == np.uint8 and source.array.tolist() == [3, 1, 2]

    def test_a_column_of_lists_is_refused_by_name(self):
        frame = pandas.DataFrame({"a": [1, 2], "b": [[1.0], [2.0]]})
        with pytest.raises(DataError, match=r"column 'b'.*lists or arrays.*np\.stack"):
            as_source(frame, name="x")

    def test_a_series_of_text_is_refused_by_name(self):
        with pytest.raises(DataError, match="y: column 'label': expected numbers"):
            as_source(pandas.Series(["a", "b"], name="label"), name="y")


def make_cells():
    """An array of two objects, each an array of two numbers."""
    cells = np.empty(2, object)
    cells[:] = [np.array([1.0, 2.0]), np.array([3.0, 4.0])]
    return cells


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.zeros((2, 2), "c8"), "real and the imaginary"),
        (np.array(["a", "b"]), "first: 'a' in row 0"),
        ([[1, 2], [3, "x"]], "Turn text into numbers"),
        (make_cells(), r"np\.stack\(x\)"),
        (pandas.Series([[1.0], [2.0]]), r"lists or arrays.*np\.stack"),
        (np.array([1, None], dtype=object), "first: None in row 1"),
        (np.array([[1, 2], [3, None]], dtype=object), "first: None in row 1, column 1"),
        (np.array(["2020-01-01"], dtype="M8[D]"), "days since a date"),
        (np.array([3], dtype="m8[D]"), "timedelta64"),
        (np.zeros(2, dtype=[("a", "f4")]), "one plain array"),
        ([[1, 2], [3]], "2 values in row 0 but 1 in row 1"),
        (scipy.sparse.csr_matrix(np.eye(3)), r"toarray\(\)"),
        (scipy.sparse.csr_array(np.eye(3)), r"toarray\(\)"),
        (np.ma.masked_array([1.0, 2.0], [False, True]), "1 of them"),
        (3.5, "expected an array"),
        (np.float32(1), "the single number"),
        ("text", "expected an array"),
        (None, "expected an array"),
        ({1, 2}, "expected an array"),
        (np.zeros((0, 3)), "empty array of shape"),
        (np.zeros((3, 0)), "empty array of shape"),
        ([], "empty array"),
        (lambda: None, "Call it"),
    ],
    ids=lambda value: None if isinstance(value, str) else type(value).__name__,
)
def test_refused(x, message):
    with pytest.raises(DataError, match=message) as caught:
        as_source(x, name="x")
    assert str(caught.value).startswith("x: expected ")
    assert "\n" not in str(caught.value)


def test_a_masked_array_without_masked_values_is_an_array():
    assert as_source(np.ma.masked_array([1.0, 2.0]), name="x").array.tolist() == [1.0, 2.0]


class TestReshape:
    def test_of_rows_that_lie_apart_is_no_copy(self):
        x = np.arange(48).reshape(4, 12)[::2, :6]
        source = as_source(x, name="x").reshape((2, 3))
        assert np.shares_memory(source.array, x)
        assert source.array.tolist() == [[[0, 1, 2], [3, 4, 5]], [[24, 25, 26], [27, 28, 29]]]

    def test_to_another_size_is_refused(self):
        with pytest.raises(ShapeError, match="rows of 6 values"):
            as_source(np.zeros((4, 6)), name="x").reshape((7,))

    def test_keeps_a_mapped_file_mapped(self, tmp_path):
        np.arange(6, dtype="f4").tofile(tmp_path / "x.bin")
        source = as_source(np.memmap(tmp_path / "x.bin", "f4", mode="r"), name="x")
        assert source.reshape((1,)).is_mapped
