"""Data sets from tables in files, and elements of several data sets in turn."""

import gzip
from pathlib import Path
from typing import Any

import pytest

from pronghorn.errors import DataError, FileError, ParameterError
from pronghorn.runner import _tensorflow as tf
from tolerances import five_errors

TABLE = "age,class,fare,kind\n1,0,0.5,x\n2,1,,y\n3,0,2,\n"


@pytest.fixture
def path(tmp_path: Path) -> str:
    (tmp_path / "table.csv").write_text(TABLE)
    return str(tmp_path / "table.csv")


def batches(path: str, **kwargs: Any) -> list[Any]:
    given = {"batch_size": 2, "num_epochs": 1, "shuffle": False, **kwargs}
    made = tf.data.experimental.make_csv_dataset(path, **given)
    return list(made.take(4).as_numpy_iterator())


def test_columns_have_the_types_that_fit(path: str) -> None:
    (first, labels), (second, _) = batches(path, label_name="class")
    # TensorFlow's choice: int32, else float32, else text; empty cells are 0 or empty.
    assert {name: (column.dtype.kind, column.tolist()) for name, column in first.items()} == {
        "age": ("i", [1, 2]),
        "fare": ("f", [0.5, 0.0]),
        "kind": ("O", [b"x", b"y"]),
    }
    assert labels.tolist() == [0, 1]
    assert second["kind"].tolist() == [b""]


def test_defaults_fill_what_is_empty(path: str) -> None:
    names, defaults = ["age", "fare", "kind"], [tf.float32, [9.0], ["none"]]
    _, last = batches(path, select_columns=names, column_defaults=defaults)
    assert last["age"].dtype == "float32"
    assert last["kind"].tolist() == [b"none"]


def test_without_an_end_batches_are_whole(path: str) -> None:
    sizes = [len(batch["age"]) for batch in batches(path, num_epochs=None)]
    assert sizes == [2, 2, 2, 2]


def test_rows_of_a_compressed_file(path: str, tmp_path: Path) -> None:
    packed = tmp_path / "table.csv.gz"
    packed.write_bytes(gzip.compress(TABLE.encode()))
    rows = tf.data.experimental.CsvDataset(
        str(packed), [0.0, "?"], compression_type="GZIP", header=True, select_cols=[2, 3]
    )
    found = [(float(fare), kind.numpy()) for fare, kind in rows]
    assert found == [(0.5, b"x"), (0.0, b"y"), (2.0, b"?")]


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"label_name": "price"}, ParameterError),
        ({"column_defaults": [tf.int32] * 4}, DataError),
        ({"path": "none.csv"}, FileError),
    ],
    ids=["label", "empty_cell", "file"],
)
def test_what_cannot_be_read_is_refused(
    path: str, given: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        batches(**{"path": path, **given})


def numbers(*args: int) -> Any:
    return tf.data.Dataset.range(*args)


def test_elements_drawn_from_data_sets() -> None:
    tf.random.set_seed(3)
    draw = tf.data.Dataset.sample_from_datasets
    mixed = draw([numbers(2).repeat(), numbers(10, 12).repeat()], weights=[0.25, 0.75])
    assert mixed.is_endless
    found = [int(x) for x in mixed.take(4000).as_numpy_iterator()]
    share = sum(x >= 10 for x in found) / 4000
    # Five standard errors.
    assert share == five_errors((0.75 * 0.25) ** 0.5, 4000).approx(0.75)
    assert sorted(int(x) for x in draw([numbers(3), numbers(3, 5)])) == [0, 1, 2, 3, 4]


def test_elements_chosen_from_data_sets() -> None:
    chosen = tf.data.Dataset.choose_from_datasets(
        [numbers(0, 3), numbers(10, 13)], tf.data.Dataset.from_tensor_slices([0, 1, 1, 0])
    )
    assert [int(x) for x in chosen] == [0, 10, 11, 1]


def test_lines_and_their_cells(path: str) -> None:
    lines = tf.data.TextLineDataset(path).skip(1)
    (whole,) = lines.batch(3)
    ages, fares, kinds = tf.io.decode_csv(whole, [0, 9.0, "?"], select_cols=[0, 2, 3])
    assert (ages.numpy().tolist(), fares.numpy().tolist()) == ([1, 2, 3], [0.5, 9.0, 2.0])
    assert kinds.numpy().tolist() == [b"x", b"y", b"?"]
    one = next(iter(lines.map(lambda line: tf.io.decode_csv(line, [0, 0, 0.0, ""]))))
    assert [cell.shape.as_list() for cell in one] == [[]] * 4
    with pytest.raises(DataError, match="line 0: expected 2 cells, received 4"):
        tf.io.decode_csv(whole, [0, 0])
