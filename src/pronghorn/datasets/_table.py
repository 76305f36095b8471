"""Tables: features and a target, split into rows to train and rows to test."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import DataError, FileError, ParameterError, compose, describe
from pronghorn.data import epoch_order
from pronghorn.datasets._npz import read_npz

__all__ = ["Table", "load_npz", "load_npz_features", "make_table"]


@dataclass(frozen=True, eq=False)
class Table:
    """Rows to train on, rows to test on, and what the columns and classes are called.

    ``x_train`` (n, …) and ``y_train`` (n,) or (n, m) always have rows; ``x_test`` and ``y_test``
    are None where no rows were set apart. ``class_names[i]`` is what label i means; it is None
    where the target was numbers that stand for themselves. ``feature_names`` is empty where the
    columns have no names.
    """

    x_train: NDArray[Any]
    y_train: NDArray[Any]
    x_test: NDArray[Any] | None
    y_test: NDArray[Any] | None
    class_names: tuple[str, ...] | None = None
    feature_names: tuple[str, ...] = ()
    target_name: str = "y"

    @property
    def classes(self) -> int | None:
        """How many classes the target has; None where it is a quantity.

        A target is classes if it has ``class_names``, or if it is integers (bools), in one
        column, that are exactly 0, 1, …, c-1 with every one of them present and c >= 2.
        """
        if self.class_names is not None:
            return len(self.class_names)
        y = self.y_train if self.y_test is None else np.concatenate([self.y_train, self.y_test])
        if y.dtype.kind not in "biu" or math.prod(y.shape[1:]) != 1:
            return None
        present = np.unique(y)
        is_full = present.size >= 2 and np.array_equal(present, np.arange(present.size))
        return int(present.size) if is_full else None


def make_table(
    x: NDArray[Any],
    y: NDArray[Any],
    *,
    test_share: float,
    seed: int,
    class_names: tuple[str, ...] | None = None,
    feature_names: tuple[str, ...] = (),
    target_name: str = "y",
) -> Table:
    """Set ceil(n · test_share) rows apart to test: the last ones of a shuffled order.

    The order depends on n and ``seed`` alone. A ``test_share`` of 0 keeps all rows to train, in
    their own order.

    Raises ParameterError unless 0 <= test_share < 1, DataError where no row would remain to train.
    """
    if isinstance(test_share, bool) or not 0.0 <= float(test_share) < 1.0:
        raise ParameterError(
            compose("test_share", expected="a share in [0, 1)", received=describe(test_share))
        )
    n = len(x)
    tests = math.ceil(n * float(test_share))
    if tests >= n:
        raise DataError(
            compose(
                "test_share",
                expected="at least one row to train",
                received=f"{tests} of {n} rows to test",
                remedy="Pass a smaller test_share or more rows",
            )
        )
    if tests == 0:
        return Table(x, y, None, None, class_names, feature_names, target_name)
    order = epoch_order(n, seed, 0)
    train, test = order[: n - tests], order[n - tests :]
    return Table(x[train], y[train], x[test], y[test], class_names, feature_names, target_name)


def load_npz(path: str | Path, *, test_share: float = 0.2, seed: int = 0) -> Table:
    """A table from an .npz file: x_train, y_train, x_test, y_test, or x_train, y_train, or x, y.

    Dtypes stay what they are. Of files with x and y, the last ceil(n · test_share) rows, in an
    order shuffled by ``seed``, are set apart to test; files with x_train and y_train alone have
    no rows to test. A target of text becomes class numbers,
    in the sorted order of the names. Nothing is unpickled.

    Raises FileError for missing or damaged files, arrays of objects and other names; DataError
    for x without rows or y of another length.

    >>> import os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "xor.npz")
    >>> np.savez(path, x=[[0, 0], [0, 1], [1, 0], [1, 1]], y=[0, 1, 1, 0])
    >>> table = load_npz(path, test_share=0.25)
    >>> table.x_train.shape, table.x_test.shape, table.classes
    ((3, 2), (1, 2), 2)
    """
    path = Path(path)
    arrays = read_npz(path)
    if {"x_train", "y_train"} <= arrays.keys():
        is_split = {"x_test", "y_test"} <= arrays.keys()
        names = ("x_train", "y_train", "x_test", "y_test") if is_split else ("x_train", "y_train")
    elif {"x", "y"} <= arrays.keys():
        is_split, names = False, ("x", "y")
    else:
        raise FileError(
            compose(
                f"{path}",
                expected="the arrays x_train, y_train, x_test, y_test (or x, y)",
                received=", ".join(sorted(arrays)) or "none",
                remedy="Save it with np.savez(path, x=…, y=…)",
            )
        )
    x, y, *rest = (arrays[name] for name in names)
    _check_rows(path, names, [x, y, *rest])
    class_names, labels = _number_classes([y, *rest[1:]])
    if is_split:
        return Table(x, labels[0], rest[0], labels[1], class_names)
    share = test_share if names == ("x", "y") else 0.0
    return make_table(x, labels[0], test_share=share, seed=seed, class_names=class_names)


def load_npz_features(path: Path) -> NDArray[Any]:
    """The array x_test, else x, else x_train; raises FileError where there is none of them."""
    arrays = read_npz(path)
    for name in ("x_test", "x", "x_train"):
        if name in arrays:
            return arrays[name]
    raise FileError(
        compose(
            f"{path}",
            expected="an array x_test, x or x_train",
            received=", ".join(sorted(arrays)) or "none",
            remedy="Save it with np.savez(path, x=…)",
        )
    )


def _check_rows(path: Path, names: tuple[str, ...], arrays: list[NDArray[Any]]) -> None:
    for i in range(0, len(names), 2):
        x, y = arrays[i], arrays[i + 1]
        if x.ndim == 0 or y.ndim == 0 or x.size == 0 or len(x) != len(y):
            raise DataError(
                compose(
                    f"{path}",
                    expected=f"{names[i]} and {names[i + 1]} with the same number of rows, not 0",
                    received=f"shapes {x.shape} and {y.shape}",
                )
            )
        if i > 0 and x.shape[1:] != arrays[0].shape[1:]:
            raise DataError(
                compose(
                    f"{path}",
                    expected=f"rows of {names[i]} shaped as those of {names[0]}",
                    received=f"shapes {x.shape[1:]} and {arrays[0].shape[1:]}",
                )
            )


def _number_classes(
    targets: list[NDArray[Any]],
) -> tuple[tuple[str, ...] | None, list[NDArray[Any]]]:
    if targets[0].dtype.kind not in "US":
        return None, targets
    texts = [target.astype(str).reshape(-1) for target in targets]
    names, numbers = np.unique(np.concatenate(texts), return_inverse=True)
    cuts = np.cumsum([len(text) for text in texts])[:-1]
    return tuple(str(name) for name in names), list(np.split(numbers.reshape(-1), cuts))
