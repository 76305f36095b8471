"""Folders of text files as data sets: what Keras 3.15 finds in the same folder, in its order."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pronghorn.errors import DataError, ParameterError
from pronghorn.runner._names import find
from pronghorn.runner._tensorflow._keras_text_folder import text_dataset_from_directory

COUNT = 5


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """pos/p0.txt … p4.txt and neg/n0.txt … n4.txt; every file holds its own name."""
    root = tmp_path_factory.mktemp("reviews")
    for name in ("pos", "neg"):
        (root / name).mkdir()
        for i in range(COUNT):
            (root / name / f"{name[0]}{i}.txt").write_text(f"{name[0]}{i}", encoding="utf-8")
    return root


def read(dataset: Any) -> tuple[list[str], list[Any]]:
    texts, labels = [], []
    for x, y in dataset:
        texts += [text.decode() for text in x.numpy().tolist()]
        labels += y.numpy().tolist()
    return texts, labels


NAMES = [*(f"n{i}" for i in range(COUNT)), *(f"p{i}" for i in range(COUNT))]


def test_classes_are_the_folders_in_order(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = text_dataset_from_directory(folder, shuffle=False, batch_size=4)
    assert read(found) == (NAMES, [0] * COUNT + [1] * COUNT)
    assert found.class_names == ["neg", "pos"] and len(found) == 3
    assert capsys.readouterr().out == "Found 10 files belonging to 2 classes.\n"


def test_seed_means_the_split_of_keras(folder: Path) -> None:
    options: dict[str, Any] = {"validation_split": 0.3, "seed": 42, "verbose": False}
    order = np.array(NAMES)
    np.random.RandomState(42).shuffle(order)
    train, held = text_dataset_from_directory(folder, subset="both", **options)
    texts, labels = read(held)
    assert texts == order[-3:].tolist()
    assert labels == [int(name[0] == "p") for name in texts]
    assert sorted(read(train)[0]) == sorted(order[:-3])
    alone = text_dataset_from_directory(folder, subset="validation", **options)
    assert read(alone) == (texts, labels)


@pytest.mark.parametrize(
    ("mode", "first"), [("binary", [0.0]), ("categorical", [1.0, 0.0])], ids=str
)
def test_form_of_labels(folder: Path, mode: str, first: list[float]) -> None:
    found = text_dataset_from_directory(folder, label_mode=mode, shuffle=False, verbose=False)
    assert read(found)[1][0] == first


def test_texts_alone_and_cut(folder: Path) -> None:
    options: dict[str, Any] = {"shuffle": False, "verbose": False, "max_length": 1}
    for options["labels"], options["label_mode"] in ((None, None), ("inferred", None)):
        (batch,) = text_dataset_from_directory(folder, **options)
        assert batch.numpy().tolist() == [b"n"] * COUNT + [b"p"] * COUNT


def test_programs_find_it() -> None:
    assert find("keras.utils", "text_dataset_from_directory") is text_dataset_from_directory


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"label_mode": "float"}, "label_mode"),
        ({"validation_split": 0.2}, "both or none"),
        ({"validation_split": 0.2, "subset": "test", "seed": 1}, "subset"),
        ({"validation_split": 0.2, "subset": "training"}, "seed"),
        ({"class_names": ["pos", "other"]}, "class_names"),
        ({"labels": [0, 1]}, "labels"),
    ],
    ids=str,
)
def test_arguments_are_refused(folder: Path, options: dict[str, Any], says: str) -> None:
    with pytest.raises(ParameterError, match=says):
        text_dataset_from_directory(folder, verbose=False, **options)


def test_folder_without_texts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="text files"):
        text_dataset_from_directory(tmp_path / "none")
