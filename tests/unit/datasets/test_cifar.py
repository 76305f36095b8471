"""CIFAR's pickles of Python 2: what Keras reads in the same bytes, and what is refused."""

from __future__ import annotations

import pickle
import shutil
import struct
import tarfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pronghorn._core.fetch import Download
from pronghorn.datasets import cifar10, cifar100
from pronghorn.datasets._cifar import CifarSet
from pronghorn.errors import FileError, ParameterError

PIXELS = np.random.default_rng(1).integers(0, 256, (5, 3072)).astype("u1")
LABELS = [3, 9, 0, 1, 3]


def pickle_as_python_2(pixels: np.ndarray, labels: list[int], key: str = "labels") -> bytes:
    """The instructions that Python 2 wrote, in its order and with what it remembered."""
    n, k = pixels.shape
    return b"".join([
        b"\x80\x02}q\x01(U\x0bbatch_labelq\x02U\x06part 1q\x03",
        b"U" + bytes([len(key)]) + key.encode() + b"q\x04]q\x05(",
        *(b"K" + bytes([label]) for label in labels),
        b"eU\x04dataq\x06cnumpy.core.multiarray\n_reconstruct\nq\x07cnumpy\nndarray\nq\x08",
        b"K\x00\x85q\tU\x01bq\n\x87Rq\x0b(K\x01",
        b"M" + struct.pack("<H", n) + b"M" + struct.pack("<H", k) + b"\x86q\x0c",
        b"cnumpy\ndtype\nq\rU\x02u1q\x0eK\x00K\x01\x87q\x0fRq\x10(K\x03U\x01|q\x11NNN",
        b"J\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tq\x12b\x89",
        b"T" + struct.pack("<I", pixels.size) + pixels.tobytes() + b"q\x13tq\x14b",
        b"U\tfilenamesq\x15]q\x16(U\x05a.pngq\x17U\x05b.pngq\x18eu.",
    ])  # fmt: skip


def make_set(train: int = 2) -> CifarSet:
    rows = (train * len(LABELS), len(LABELS))
    files = tuple(f"data_batch_{i}" for i in range(train))
    download = Download("http://127.0.0.1:1/none", "small.tar.gz", None)
    return CifarSet("small", "small-batches-py", download, files, "test_batch", rows)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of batches in Keras's cache; nothing is anywhere else."""
    monkeypatch.setenv("PRONGHORN_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("PRONGHORN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    folder = tmp_path / "keras" / "datasets" / "small-batches-py"
    folder.mkdir(parents=True)
    for i, name in enumerate(("data_batch_0", "data_batch_1", "test_batch")):
        (folder / name).write_bytes(pickle_as_python_2(PIXELS ^ i, LABELS))
    return folder


def test_pictures_and_labels_are_those_that_keras_reads(folder: Path) -> None:
    cifar = pytest.importorskip("keras.src.datasets.cifar", reason="real Keras is not installed")
    (x_train, y_train), (x_test, y_test) = make_set().load("labels", 10)
    theirs = [cifar.load_batch(str(folder / f"data_batch_{i}")) for i in range(2)]
    np.testing.assert_array_equal(
        x_train, np.concatenate([x.transpose(0, 2, 3, 1) for x, _ in theirs])
    )
    assert y_train[:, 0].tolist() == [label for _, labels in theirs for label in labels]
    assert x_test.shape == (5, 32, 32, 3) and y_test.shape == (5, 1) and y_test.dtype == np.uint8


def test_an_archive_serves_as_its_folder(folder: Path, tmp_path: Path) -> None:
    expected = make_set().load("labels", 10)[1][0]
    (tmp_path / "data").mkdir()
    with tarfile.open(tmp_path / "data" / "small.tar.gz", "w:gz") as archive:
        archive.add(folder, folder.name)
    shutil.rmtree(folder)
    np.testing.assert_array_equal(make_set().load("labels", 10)[1][0], expected)


GOOD = pickle_as_python_2(PIXELS, LABELS)
DAMAGED = {
    "an end": GOOD[:-900],
    "labels outside": pickle_as_python_2(PIXELS, [3, 9, 0, 1, 10]),
    "a label less": pickle_as_python_2(PIXELS, LABELS[:-1]),
    "another key": pickle_as_python_2(PIXELS, LABELS, "fine_labels"),
    "a list": pickle.dumps([1, 2]),
    "a call": b"\x80\x02cos\nsystem\nU\x02ls\x85R.",
}


@pytest.mark.parametrize("data", DAMAGED.values(), ids=DAMAGED)
def test_damaged_batches_are_refused(data: bytes, folder: Path) -> None:
    (folder / "data_batch_1").write_bytes(data)
    with pytest.raises(FileError, match="data_batch_1"):
        make_set().load("labels", 10)


def test_the_number_of_pictures_is_that_of_the_set(folder: Path) -> None:
    with pytest.raises(FileError, match="5 and 5"):
        replace(make_set(train=1), rows=(10, 5)).load("labels", 10)


@pytest.mark.parametrize("module", [cifar10, cifar100], ids=["cifar10", "cifar100"])
def test_what_is_nowhere_is_an_error_that_names_the_places(
    module: object, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise FileError("no network.")

    monkeypatch.setattr("pronghorn.datasets._keras_file.fetch", refuse)
    with pytest.raises(FileError, match=r"PRONGHORN_DATA to a folder that holds cifar-100?-python"):
        module.load_data()  # type: ignore[attr-defined]


def test_labels_are_fine_or_coarse() -> None:
    with pytest.raises(ParameterError, match="label_mode"):
        cifar100.load_data("medium")
