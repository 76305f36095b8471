"""Texts as lists of numbers: what Keras makes of the same file, and files that are refused."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from pronghorn.datasets import imdb, reuters
from pronghorn.datasets._pickled_lists import UnreadableError, read_lists
from pronghorn.errors import DataError, FileError, ParameterError

SETS = {"imdb": imdb, "reuters": reuters}


def draw_lists(rows: int, seed: int) -> Any:
    """Lists of 1 to 11 numbers of all three widths in which a pickle keeps them."""
    rng = np.random.default_rng(seed)
    found = np.empty(rows, object)
    tops = (200, 60_000, 90_000)
    found[:] = [rng.integers(1, tops[i % 3], rng.integers(1, 12)).tolist() for i in range(rows)]
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("texts")
    y = np.arange(30) % 2
    names = {"x_train": draw_lists(30, 1), "y_train": y, "x_test": draw_lists(20, 2)}
    np.savez(folder / "imdb.npz", **names, y_test=y[:20])
    np.savez(folder / "reuters.npz", x=draw_lists(40, 3), y=np.arange(40) % 46)
    for name in SETS:
        (folder / f"{name}_word_index.json").write_text(json.dumps({"the": 1, "wheat": 2}))
    return folder


@pytest.fixture(autouse=True)
def own_folders(monkeypatch: pytest.MonkeyPatch, folder: Path, tmp_path: Path) -> None:
    monkeypatch.setenv("PRONGHORN_DATA", str(folder))
    monkeypatch.setenv("PRONGHORN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"num_words": 5000, "seed": 7},
        {"num_words": 5000, "skip_top": 100, "oov_char": None},
        {"maxlen": 8, "start_char": None},
        {"index_from": 0, "start_char": None, "num_words": 70_000},
    ],
    ids=str,
)
@pytest.mark.parametrize("name", SETS)
def test_texts_are_those_of_keras(
    name: str, options: dict[str, Any], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("keras", reason="real Keras is not installed (extra 'test')")
    theirs: ModuleType = __import__(f"keras.src.datasets.{name}", fromlist=["get_file"])
    monkeypatch.setattr(theirs, "get_file", lambda **_: str(folder / f"{name}.npz"))
    expected = theirs.load_data(**options)
    for own, other in zip(SETS[name].load_data(**options), expected, strict=True):
        for part, of_keras in zip(own, other, strict=True):
            assert part.tolist() == np.asarray(of_keras).tolist()


def test_share_of_the_test_texts() -> None:
    (_, y_train), (_, y_test) = reuters.load_data(test_split=0.25)
    assert (len(y_train), len(y_test)) == (30, 10)


@pytest.mark.parametrize("name", SETS)
def test_words_have_numbers(name: str) -> None:
    assert SETS[name].get_word_index() == {"the": 1, "wheat": 2}


def test_topics_have_names() -> None:
    names = reuters.get_label_names()
    assert len(names) == 46 and names[3] == "earn" and names[-1] == "lead"


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_lists_of_every_protocol(protocol: int) -> None:
    rows = draw_lists(9, 4)
    rows[3], rows[4] = [], [-5, 2**40]
    assert read_lists(pickle.dumps(rows, protocol)) == rows.tolist()


class Harmful:
    def __reduce__(self) -> Any:
        return (print, ("run",))


SHARED = [1, 2, 3]
DAMAGED: dict[str, bytes] = {
    "nothing": b"",
    "an end": pickle.dumps(draw_lists(9, 4))[:-20],
    "a call": pickle.dumps(Harmful()),
    "a call within": pickle.dumps(np.array([[1], Harmful()], object)),
    "a name of the system": b"cos\nsystem\n(U\x02lsR.",
    "texts": pickle.dumps(np.array([["a"], [1, 2]], object)),
    "booleans": pickle.dumps(np.array([[True], [1, 2]], object)),
    "no array": pickle.dumps([[1], [2]]),
    "one list many times": pickle.dumps([SHARED] * 9),
    "an unknown instruction": b"\x80\x02\xff.",
}


@pytest.mark.parametrize("data", DAMAGED.values(), ids=DAMAGED)
def test_other_pickles_are_refused(data: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UnreadableError):
        read_lists(data)
    assert capsys.readouterr().out == ""


def test_file_with_other_objects_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", x=np.array([[1], {}], object), y=np.arange(2))
    with pytest.raises(FileError, match="lists of whole numbers"):
        reuters.load_data(str(tmp_path / "x.npz"))


def test_labels_must_be_as_many(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", x=draw_lists(3, 1), y=np.arange(2))
    with pytest.raises(FileError, match="3 lists"):
        reuters.load_data(str(tmp_path / "x.npz"))


@pytest.mark.parametrize(
    ("options", "kind", "says"),
    [
        ({"num_words": -1}, ParameterError, "num_words"),
        ({"seed": -1}, ParameterError, "seed"),
        ({"start_char": "a"}, ParameterError, "start_char"),
        ({"maxlen": 1}, DataError, "shorter"),
    ],
    ids=str,
)
def test_arguments_are_refused(options: dict[str, Any], kind: type[Exception], says: str) -> None:
    with pytest.raises(kind, match=says):
        imdb.load_data(**options)
