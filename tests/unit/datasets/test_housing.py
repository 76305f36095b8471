"""The housing sets: where they are looked for, and Keras's shuffling and split."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pronghorn._core.errors import FileError, ParameterError
from pronghorn._core.fetch import Download
from pronghorn.datasets import boston_housing, california_housing
from pronghorn.datasets._housing import HousingSet

UNREACHABLE = "http://127.0.0.1:9/tiny.npz"  # the discard port: refused at once
TINY = HousingSet("tiny", Download(UNREACHABLE, "tiny.npz", "0" * 64), rows=10, columns=2)


@pytest.fixture(autouse=True)
def own_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PRONGHORN_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("PRONGHORN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))


def write(path: Path, mark: float = 0.0, **replace: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    x = np.arange(20.0).reshape(10, 2) + mark
    np.savez(path, **{"x": x, "y": np.arange(10.0) + mark, **replace})


def load(**kwargs: Any) -> Any:
    return TINY.load(**{"path": "tiny.npz", "test_split": 0.2, "seed": 113, **kwargs})


def test_rows_are_shuffled_and_split_as_in_keras(tmp_path: Path) -> None:
    write(tmp_path / "data" / "tiny.npz")
    (x_train, y_train), (x_test, y_test) = load()
    order = np.arange(10)
    np.random.RandomState(113).shuffle(order)
    assert y_train.tolist() == order[:8].tolist()
    assert y_test.tolist() == order[8:].tolist()
    assert x_train[:, 0].tolist() == (2.0 * order[:8]).tolist()
    assert x_test.shape == (2, 2)


def test_the_first_rows_are_taken_before_the_shuffle(tmp_path: Path) -> None:
    write(tmp_path / "data" / "tiny.npz")
    (_, y_train), (_, y_test) = load(first=5, test_split=0.0)
    assert sorted(y_train.tolist()) == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert len(y_test) == 0


def test_places_are_looked_at_in_order(tmp_path: Path) -> None:
    places = TINY.places()
    assert [str(place.relative_to(tmp_path)) for place in places] == [
        "data/tiny/tiny.npz",
        "data/tiny.npz",
        "cache/datasets/tiny/tiny.npz",
        "keras/datasets/tiny.npz",
    ]
    for mark, place in reversed(list(enumerate(places))):
        write(place, mark=100.0 * mark)
        (_, y), _ = load()
        assert y.min() >= 100.0 * mark and y.max() < 100.0 * mark + 10


def test_another_path_is_below_the_cache_of_keras(tmp_path: Path) -> None:
    write(tmp_path / "keras" / "datasets" / "mine.npz", mark=7.0)
    (_, y), _ = load(path="mine.npz", test_split=0.0)
    assert y.min() == 7.0


def test_a_set_that_cannot_be_had_says_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"tiny: expected its file .*the download failed") as caught:
        load()
    assert str(tmp_path / "data" / "tiny.npz") in str(caught.value)


@pytest.mark.parametrize(
    ("key", "array"),
    [("x", np.zeros((10, 3))), ("y", np.zeros(9)), ("y", np.full(10, "a"))],
    ids=["columns", "rows", "text"],
)
def test_a_file_of_something_else_is_refused(tmp_path: Path, key: str, array: Any) -> None:
    write(tmp_path / "data" / "tiny.npz", **{key: array})
    with pytest.raises(FileError, match=f"expected {key} to be numbers of shape"):
        load()


@pytest.mark.parametrize("split", [-0.1, 1.0, "half"])
@pytest.mark.parametrize("module", [boston_housing, california_housing])
def test_a_bad_split_is_refused_before_anything_is_fetched(module: Any, split: Any) -> None:
    with pytest.raises(ParameterError, match=r"test_split: expected a number in \[0, 1\)"):
        module.load_data(test_split=split)


def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(ParameterError, match="one of 'large', 'small'"):
        california_housing.load_data(version="huge")
