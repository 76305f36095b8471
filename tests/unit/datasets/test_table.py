"""Tables from .csv and .npz files: what is read, and which line or array a refusal names."""

import io
import zipfile

import numpy as np
import pandas
import pytest

from pronghorn._core.errors import DataError, FileError, ParameterError, UnknownNameError
from pronghorn.datasets import load_csv, load_features, load_npz

FLOWERS = "length,width,kind\n1.5,2,b\n-3e-1,4,a\n5,6,b\n7,8,a\n9,10,c\n"


@pytest.fixture
def write(tmp_path):
    def write_file(content, name="table.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_file


class TestCsv:
    def test_numbers_and_a_target_of_text(self, write):
        table = load_csv(write(FLOWERS), "kind", test_share=0)
        assert table.x_train.dtype == np.float64
        assert table.x_train.tolist() == [[1.5, 2], [-0.3, 4], [5, 6], [7, 8], [9, 10]]
        assert table.y_train.dtype == np.int64
        assert table.y_train.tolist() == [1, 0, 1, 0, 2]
        assert table.class_names == ("a", "b", "c") and table.classes == 3
        assert table.feature_names == ("length", "width") and table.target_name == "kind"
        assert table.x_test is None and table.y_test is None

    @pytest.mark.parametrize("target", ["width", 1, "1", -2])
    def test_the_target_by_name_or_number(self, write, target):
        table = load_csv(write(FLOWERS), target, drop=["kind"], test_share=0)
        assert table.y_train.tolist() == [2, 4, 6, 8, 10] and table.y_train.dtype == np.int64
        assert table.classes is None

    def test_rows_set_apart_are_a_fixed_part_of_all(self, write):
        path = write(FLOWERS)
        table = load_csv(path, "kind", test_share=0.4, seed=1)
        assert (len(table.x_train), len(table.x_test)) == (3, 2)
        rows = [*table.x_train[:, 1], *table.x_test[:, 1]]
        labels = [*table.y_train, *table.y_test]
        assert dict(zip(rows, labels, strict=True)) == {2: 1, 4: 0, 6: 1, 8: 0, 10: 2}
        again = load_csv(path, "kind", test_share=0.4, seed=1)
        np.testing.assert_array_equal(table.x_test, again.x_test)

    def test_the_share_is_rounded_up(self, write):
        path = write("a,b\n" + "1,2\n" * 11)
        assert len(load_csv(path, "b", test_share=0.2).x_test) == 3  # ceil(11 · 0.2 = 2.2)

    def test_without_a_header(self, write):
        table = load_csv(write("1,2,3\n4,5,6\n"), target=2, test_share=0)
        assert table.x_train.tolist() == [[1, 2], [4, 5]] and table.y_train.tolist() == [3, 6]
        assert table.feature_names == ("0", "1") and table.target_name == "2"

    def test_a_header_of_numbers_must_be_said(self, write):
        table = load_csv(write("10,20\n1,2\n"), target="20", header=True, test_share=0)
        assert table.feature_names == ("10",) and table.y_train.tolist() == [2]

    def test_a_first_line_of_text_may_be_values(self, write):
        table = load_csv(write("1,a\n2,b\n"), target=1, header=False, test_share=0)
        assert table.class_names == ("a", "b")

    def test_numbers_as_classes_sort_as_numbers(self, write):
        table = load_csv(write("x,y\n1,10\n2,9\n3,10\n"), "y", as_classes=True, test_share=0)
        assert table.class_names == ("9", "10") and table.y_train.tolist() == [1, 0, 1]

    def test_a_target_of_floats_stays(self, write):
        table = load_csv(write("x,y\n1,1.0\n2,2\n"), "y", test_share=0)
        assert table.y_train.dtype == np.float64 and table.classes is None

    def test_whole_numbers_from_zero_are_classes(self, write):
        table = load_csv(write("x,y\n1,0\n2,2\n3,1\n4,0\n5,1\n"), "y", test_share=0.2)
        assert table.classes == 3 and table.class_names is None

    def test_quotes_blank_lines_marks_and_delimiters(self, write):
        path = write(b'\xef\xbb\xbf"a;1";y\r\n\r\n"1.5";"two; 2"\r\n 2 ; x \r\n')
        table = load_csv(path, "y", delimiter=";", test_share=0)
        assert table.feature_names == ("a;1",)
        assert table.x_train.tolist() == [[1.5], [2]]
        assert table.class_names == ("two; 2", "x")

    def test_as_pandas_reads_it(self, write):
        numbers = np.random.default_rng(0).normal(size=(50, 4)) * 10.0 ** np.arange(-8, 8, 4)
        path = write("")
        frame = pandas.DataFrame(numbers, columns=list("abcd"))
        frame.to_csv(path, index=False)
        table = load_csv(path, "d", test_share=0)
        np.testing.assert_array_equal(table.x_train, frame[["a", "b", "c"]].to_numpy())
        np.testing.assert_array_equal(table.y_train, frame["d"].to_numpy())

    @pytest.mark.parametrize("cell", ["", " ", "NA", "nan", "NULL", "?"])
    def test_a_missing_value_is_named_by_line_and_column(self, write, cell):
        path = write(f"a,b,y\n1,2,3\n\n4,{cell},6\n")
        with pytest.raises(DataError, match=r"column 'b': expected a value .* none in line 4"):
            load_csv(path, "y")

    def test_a_missing_target(self, write):
        with pytest.raises(
            DataError, match=r"column 'y': expected a value .* none in line 3"
        ) as caught:
            load_csv(write("a,y\n1,2\n3,\n"), "y")
        # To leave the target out is no way.
        assert "drop" not in str(caught.value)

    @pytest.mark.parametrize("cell", ["two", "inf", "-Infinity", "1_000", "1,5", "0x10"])
    def test_a_cell_that_is_no_number_is_named(self, write, cell):
        path = write(f'a,b,y\n1,2,3\n4,"{cell}",6\n')
        with pytest.raises(DataError, match=r"column 'b': expected finite numbers") as caught:
            load_csv(path, "y")
        assert f"{cell!r} in line 3" in str(caught.value)

    def test_all_columns_of_text_are_named_at_once(self, write):
        path = write("name,age,sex,y\nann,3,f,1\n")
        with pytest.raises(DataError, match=r"drop=\['name', 'sex'\]"):
            load_csv(path, "y")
        table = load_csv(path, "y", drop=["name", "sex"], test_share=0)
        assert table.x_train.tolist() == [[3]]

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"", "at least one line, received an empty file"),
            (b"a,y\n", "rows of values, received none"),
            (b"a,b,y\n1,2,3\n4,5\n", "3 cells in every line, received 2 in line 3"),
            (b"a,a,y\n1,2,3\n", "'a' twice"),
            (b"a,y\n1,\xff\n", "UTF-8"),
            (b'a,y\n1,"2\n', "a .csv file"),
            (b'a,y\n1,"2"x\n', "a .csv file"),
            (b"a,y\n1," + b"9" * 200_000 + b"\n", "a .csv file"),
        ],
        ids=["empty", "header", "ragged", "twice", "latin", "open quote", "quote", "long cell"],
    )
    def test_a_broken_file_is_refused(self, write, content, message):
        path = write(content)
        with pytest.raises(FileError) as caught:
            load_csv(path, "y")
        assert str(caught.value).startswith(f"{path}: expected ") and message in str(caught.value)

    def test_a_missing_file(self, tmp_path):
        with pytest.raises(FileError, match="No such file"):
            load_csv(tmp_path / "absent.csv", "y")

    @pytest.mark.parametrize(
        ("target", "message"), [("knd", "Did you mean 'kind'"), (3, "one of"), (-4, "one of")]
    )
    def test_an_unknown_column(self, write, target, message):
        with pytest.raises(UnknownNameError, match=message):
            load_csv(write(FLOWERS), target)

    def test_another_delimiter_is_guessed_in_the_message(self, write):
        with pytest.raises(UnknownNameError, match=r"delimiter=';'.*--delimiter ';'"):
            load_csv(write("a;y\n1;2\n"), "y")
        with pytest.raises(UnknownNameError, match="delimiter=','"):
            load_csv(write("a,y\n1,2\n"), "y", delimiter=";")

    @pytest.mark.parametrize("drop", [["kind"], ["length", "width"]])
    def test_target_and_a_feature_must_be_kept(self, write, drop):
        with pytest.raises(DataError, match="at least one feature to be kept"):
            load_csv(write(FLOWERS), "kind", drop=drop)

    @pytest.mark.parametrize(
        ("content", "message"),
        [("kind\na\nb\n", "the column 'kind' alone"), ("a;b\n1;2\n", "delimiter=';'")],
    )
    def test_a_column_alone_has_nothing_to_predict_from(self, write, content, message):
        with pytest.raises(DataError, match=message):
            load_csv(write(content), 0)

    def test_a_column_without_a_name_is_dropped_by_its_number(self, write):
        path = write("a,kind,\n1,x,\n2,y,\n")
        with pytest.raises(DataError, match=r"drop=\['2'\]; `pronghorn train --drop 2`"):
            load_csv(path, "kind")
        assert load_csv(path, "kind", drop=["2"], test_share=0).feature_names == ("a",)

    def test_text_where_numbers_were_asked_for(self, write):
        with pytest.raises(DataError, match="as_classes=False"):
            load_csv(write(FLOWERS), "kind", as_classes=False)

    @pytest.mark.parametrize("share", [-0.1, 1.0, True])
    def test_a_share_outside_the_interval(self, write, share):
        with pytest.raises(ParameterError, match="test_share"):
            load_csv(write(FLOWERS), "kind", test_share=share)

    def test_no_row_left_to_train(self, write):
        with pytest.raises(DataError, match="1 of 1 rows to test"):
            load_csv(write("a,y\n1,2\n"), "y", test_share=0.5)


class TestFeatures:
    def test_named_columns_in_the_order_asked_for(self, write):
        path = write("name,a,b\nann,1,2\nbob,3,4\n")
        assert load_features(path, ["b", "a"]).tolist() == [[2, 1], [4, 3]]

    def test_all_columns(self, write):
        assert load_features(write("1,2\n3,4\n")).tolist() == [[1, 2], [3, 4]]

    def test_columns_without_names(self, write):
        assert load_features(write("1,2\n3,4\n"), ["1"]).tolist() == [[2], [4]]

    def test_an_absent_column(self, write):
        with pytest.raises(UnknownNameError, match="column 'width'"):
            load_features(write("a,b\n1,2\n"), ["a", "width"])

    def test_a_missing_value(self, write):
        with pytest.raises(DataError, match=r"column 'a': .* line 2"):
            load_features(write("a,b\n,2\n"), ["a", "b"])

    def test_no_rows(self, write):
        with pytest.raises(FileError, match="rows of values, received none"):
            load_features(write("a,b\n"), ["a"])

    @pytest.mark.parametrize(
        ("arrays", "expected"),
        [
            ({"x_train": [[1]], "x_test": [[2]], "y_test": [0]}, [[2]]),
            ({"x": [[3]]}, [[3]]),
            ({"x_train": [[1]], "y_train": [0]}, [[1]]),
        ],
    )
    def test_of_an_npz_file(self, tmp_path, arrays, expected):
        assert load_features(save(tmp_path, **arrays)).tolist() == expected

    def test_an_npz_file_without_features(self, tmp_path):
        with pytest.raises(FileError, match="x_test, x or x_train"):
            load_features(save(tmp_path, y=[1]))


X = np.arange(12, dtype="u1").reshape(6, 2)
Y = np.array([0, 1, 2, 0, 1, 2])


def save(tmp_path, **arrays):
    path = tmp_path / "table.npz"
    np.savez(path, **arrays)
    return path


class TestNpz:
    def test_four_arrays_keep_their_dtype(self, tmp_path):
        path = save(tmp_path, x_train=X, y_train=Y, x_test=X[:2], y_test=Y[:2])
        table = load_npz(path)
        assert table.x_train.dtype == np.uint8 and table.x_train.tolist() == X.tolist()
        assert table.y_test.tolist() == [0, 1] and table.classes == 3
        assert table.x_train.flags.writeable

    def test_two_arrays_are_split(self, tmp_path):
        table = load_npz(save(tmp_path, x=X, y=Y), test_share=0.5, seed=2)
        assert sorted([*table.x_train[:, 0], *table.x_test[:, 0]]) == [0, 2, 4, 6, 8, 10]
        for x, y in ((table.x_train, table.y_train), (table.x_test, table.y_test)):
            assert [int(row[0]) // 2 % 3 for row in x] == y.tolist()

    def test_a_training_part_alone_has_no_rows_to_test(self, tmp_path):
        assert load_npz(save(tmp_path, x_train=X, y_train=Y)).x_test is None

    def test_text_becomes_classes_over_both_parts(self, tmp_path):
        test = {"x_test": X[:2], "y_test": np.array(["a", "c"])}
        path = save(tmp_path, x_train=X[:2], y_train=np.array(["b", "c"]), **test)
        table = load_npz(path)
        assert table.class_names == ("a", "b", "c")
        assert table.y_train.tolist() == [1, 2] and table.y_test.tolist() == [0, 2]

    def test_fortran_order_and_compression(self, tmp_path):
        path = tmp_path / "table.npz"
        np.savez_compressed(path, x=np.asfortranarray(X), y=Y)
        assert load_npz(path, test_share=0).x_train.tolist() == X.tolist()

    def test_a_quantity_is_no_class(self, tmp_path):
        path = save(tmp_path, x=X, y=Y.astype(float))
        assert load_npz(path).classes is None

    @pytest.mark.parametrize(
        ("arrays", "message"),
        [
            ({"a": X, "b": Y}, "x_train, y_train, x_test, y_test"),
            ({"x": X, "y": np.array([None, 1, 2, 3, 4, 5])}, "Python objects"),
        ],
    )
    def test_other_contents_are_refused(self, tmp_path, arrays, message):
        with pytest.raises(FileError, match=message):
            load_npz(save(tmp_path, **arrays))

    @pytest.mark.parametrize(
        "arrays",
        [
            {"x": X, "y": Y[:5]},
            {"x": X[:0], "y": Y[:0]},
            {"x": X, "y": np.array(3)},
            {"x_train": X, "y_train": Y, "x_test": X[:, :1], "y_test": Y},
        ],
        ids=["lengths", "empty", "number", "columns"],
    )
    def test_arrays_that_do_not_fit_are_refused(self, tmp_path, arrays):
        with pytest.raises(DataError):
            load_npz(save(tmp_path, **arrays))


def pack(content, **options):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", content)
    return buffer.getvalue()


def make_npy(shape, payload, descr="|u1"):
    text = f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': {shape}, }}"
    text = text.ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode() + payload


SOUND = pack(make_npy((4,), b"abcd"))
HOSTILE = {
    "no zip": b"not a zip file",
    "empty": b"",
    "cut": SOUND[:-30],
    "bad checksum": SOUND.replace(SOUND[60:64], b"\0\0\0\0", 1),
    "no npy": pack(b"hello"),
    "claims more": pack(make_npy((1 << 40,), b"abcd")),
    "claims less": pack(make_npy((2,), b"abcd")),
    "negative": pack(make_npy((-4,), b"abcd")),
    "negative twice": pack(make_npy((-4, -1), b"abcd")),
    "elements of no size": pack(make_npy((4,), b"", "|S0")),
    "elements that are arrays": pack(make_npy((2,), b"abcd", "(2,)|u1")),
    "dates": pack(make_npy((1,), bytes(8), "<M8[D]")),
    "objects": pack(make_npy((1,), b"\x80\x04N.", "|O")),
    "code in the header": pack(make_npy("__import__('os').getcwd()", b"")),
    "new version": pack(b"\x93NUMPY\x09\x00" + bytes(100)),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_npz_is_refused(write, content):
    path = write(content, "hostile.npz")
    with pytest.raises(FileError) as caught:
        load_npz(path)
    assert str(caught.value).startswith(f"{path}: expected ")


def test_the_file_that_the_hostile_ones_are_made_from_is_sound(write):
    from pronghorn.datasets._npz import read_npz

    assert bytes(read_npz(write(SOUND, "sound.npz"))["x"]) == b"abcd"
