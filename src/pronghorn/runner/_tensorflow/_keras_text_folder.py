"""``keras.utils.text_dataset_from_directory``: a folder of text files, one folder a class."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pronghorn.errors import DataError, ParameterError, compose
from pronghorn.runner._tensorflow._dataset import Dataset
from pronghorn.runner._tensorflow._tensor import make_tensor
from pronghorn.utils import next_seed

__all__ = ["text_dataset_from_directory"]

_MODES = ("int", "binary", "categorical", None)
# So many batches lie ready to be drawn from, as in Keras.
_BUFFER = 8


def text_dataset_from_directory(
    directory: Any,
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Sequence[str] | None = None,
    batch_size: int | None = 32,
    max_length: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    follow_links: bool = False,
    format: str = "tf",
    verbose: bool = True,
) -> Any:
    """Batches (texts, labels) of the ``.txt`` files below a folder; each folder in it is a class.

    Files are read when their batch is made. ``seed`` means Keras's order and Keras's split into
    "training" and "validation" (``subset``; "both" gives the two). Attributes ``class_names`` and
    ``file_paths`` say what was found.

    Raises ParameterError for arguments that do not fit each other, DataError where there is no
    text file.

    Source: keras.utils.text_dataset_from_directory.
    """
    _check(labels, label_mode, validation_split, subset, shuffle, seed)
    root = Path(directory)
    names = _find_classes(root, class_names) if labels == "inferred" else [""]
    found = [sorted((root / name).rglob("*.txt")) for name in names]
    paths = [path for part in found for path in part]
    if not paths:
        raise DataError(
            compose(
                "text_dataset_from_directory",
                expected=f"text files below {str(root)!r}, in a folder for each class",
                received="none",
            )
        )
    numbers = np.repeat(np.arange(len(found)), [len(part) for part in found]).astype(np.int32)
    known: Any = names
    if labels is None:
        known = None
    elif labels != "inferred":
        numbers = np.asarray(labels)
        known = [str(label) for label in sorted(set(numbers.tolist()))]
    if verbose:
        belonging = "" if labels is None else f" belonging to {len(known)} classes"
        print(f"Found {len(paths)} files{belonging}.")
    if len(numbers) != len(paths):
        raise _refuse("labels", f"{len(paths)}, one for each file", str(len(numbers)))
    if shuffle:
        order_seed = next_seed() % 2**32 if seed is None else seed
        order = np.arange(len(paths))
        np.random.RandomState(order_seed).shuffle(order)
        paths, numbers = [paths[i] for i in order], numbers[order]
    held = int((validation_split or 0.0) * len(paths))
    ends = {"training": slice(0, len(paths) - held), "validation": slice(len(paths) - held, None)}
    parts = []
    for name in ("training", "validation") if subset == "both" else (subset,):
        rows = slice(None) if name is None else ends[name]
        if verbose and name is not None:
            print(f"Using {len(paths[rows])} files for {name}.")
        made = _read(paths[rows], None if labels is None else numbers[rows], label_mode, known)
        if shuffle and name != "validation":
            made = made.shuffle((batch_size or 128) * _BUFFER, seed=seed)
        is_alone = labels is None or label_mode is None
        made = made.map(_open(max_length) if is_alone else _open_pair(max_length))
        made = made if batch_size is None else made.batch(batch_size)
        made.class_names, made.file_paths = known, list(map(str, paths[rows]))
        parts.append(made)
    return parts if subset == "both" else parts[0]


def _check(
    labels: Any, mode: Any, share: float | None, subset: Any, shuffle: bool, seed: int | None
) -> None:
    if mode not in _MODES:
        raise _refuse("label_mode", "'int', 'binary', 'categorical' or None", repr(mode))
    if (share is None) != (subset is None):
        raise _refuse("validation_split and subset", "both or none", "one of them")
    if subset not in (None, "training", "validation", "both"):
        raise _refuse("subset", "'training', 'validation' or 'both'", repr(subset))
    if share is not None and not 0 < share < 1:
        raise _refuse("validation_split", "a share between 0 and 1", repr(share))
    if share is not None and shuffle and seed is None:
        raise _refuse("seed", "a number, so that the two parts have no text in common", "None")


def _find_classes(root: Path, given: Sequence[str] | None) -> list[str]:
    folders = sorted(p.name for p in root.iterdir() if p.is_dir()) if root.is_dir() else []
    if given is not None and not set(given) <= set(folders):
        raise _refuse("class_names", f"folders among {folders}", f"{list(given)}")
    return folders if given is None else list(given)


def _read(paths: list[Path], labels: Any, mode: str | None, names: Any) -> Any:
    """The names of the files, and labels in the form that is asked for."""
    files = np.array([str(path) for path in paths], object)
    if labels is None or mode is None:
        return Dataset.from_tensor_slices(files)
    if mode == "binary":
        if len(names) != 2:
            raise _refuse("label_mode", "another one than 'binary'", f"{len(names)} classes")
        labels = labels.astype(np.float32)[:, None]
    elif mode == "categorical":
        labels = np.eye(len(names), dtype=np.float32)[labels]
    return Dataset.from_tensor_slices((files, labels))


def _open(length: int | None) -> Any:
    def read(file: Any) -> Any:
        text = Path(file.numpy().decode()).read_bytes()[:length]
        return make_tensor(np.array(text, object))

    return read


def _open_pair(length: int | None) -> Any:
    read = _open(length)
    return lambda file, label: (read(file), label)


def _refuse(name: str, expected: str, received: str) -> ParameterError:
    what = f"text_dataset_from_directory {name}"
    return ParameterError(compose(what, expected=expected, received=received))
