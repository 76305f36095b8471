"""What must hold of the data before anything is changed: shapes, finite values, labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import DataError, ShapeError, compose
from pronghorn.data._source import ArraySource

__all__ = [
    "INPUT_LIMIT",
    "INPUT_REMEDY",
    "as_column",
    "check_finite",
    "check_labels",
    "check_one_hot",
    "match_shape",
]

# Rows are looked at in pieces of this size: small beside memory, large beside a call's cost.
_CHUNK_BYTES = 4 << 20
_LARGEST = float(np.finfo(np.float32).max)

# What bounds the numbers that are looked up, and what to do about one outside.
INPUT_LIMIT = "the input_dim of the Embedding, or the num_tokens of the CategoryEncoding, is"
INPUT_REMEDY = "Correct the number, or give the layer a larger input_dim or num_tokens"


def as_column(source: ArraySource) -> ArraySource:
    """(n,) seen as (n, 1), without a copy; other shapes as they are.

    For the two places where Keras allows a flat array: a model whose input is (1,), and targets
    beside an output of one unit.

    >>> from pronghorn.data import as_source
    >>> as_column(as_source([1.0, 2.0], name="x")).sample_shape
    (1,)
    """
    return source.reshape((1,)) if source.sample_shape == () else source


def match_shape(source: ArraySource, expected: Sequence[int | None], *, where: str) -> ArraySource:
    """The source with rows of the expected shape (None: any size), without a copy.

    As in Keras, a trailing axis of size 1 is added or taken away where that makes it fit: (n,)
    for an input (1,), and (n, k, 1) for an input (k,). ``where`` names who expects it and why:
    "Dense 'hidden' (set when it was built)".

    Raises ShapeError for anything else.
    """
    shape = source.sample_shape
    if shape == expected:
        return source
    for candidate in (shape, (*shape, 1), shape[:-1] if shape[-1:] == (1,) else shape):
        if len(candidate) == len(expected) and all(
            want is None or want == size for want, size in zip(expected, candidate, strict=True)
        ):
            return source if candidate == shape else source.reshape(candidate)
    wanted = ", ".join("any" if size is None else str(size) for size in expected)
    wanted += "," if len(expected) == 1 else ""
    remedy = "Pass a matching array or build a new model"
    flat = int(np.prod(shape))
    if len(expected) == 1 and expected[0] == flat:
        remedy = f"Put a Flatten layer first, or pass {source.name}.reshape(len({source.name}), -1)"
    elif source.array.shape == tuple(expected):
        remedy = f"For a single sample pass {source.name}[np.newaxis]"
    raise ShapeError(
        compose(
            where,
            expected=f"rows of shape ({wanted})",
            received=f"{source.name} of shape {source.array.shape}, rows of shape {shape}",
            remedy=remedy,
        )
    )


def check_finite(source: ArraySource) -> None:
    """Check that every value is a finite float32; memory and mapped files are read in pieces.

    Costs one pass over floating arrays and nothing for the others. NaN and infinity are refused,
    and so are float64 values beyond ±3.4e38, which would become infinite in the engine.

    Raises DataError with the first bad row and column.

    >>> from pronghorn.data import as_source
    >>> check_finite(as_source([[1.0, float("nan")]], name="x"))
    Traceback (most recent call last):
        ...
    pronghorn._core.errors.DataError: x: expected finite values, received nan in row 0, column 1. \
Fill it or drop the row, for instance with np.nan_to_num(x) or x[np.isfinite(x).all(axis=1)].
    """
    if source.dtype.kind != "f":
        return
    for start, piece in _iterate_pieces(source):
        # min and max carry NaN through and never overflow, which a sum would.
        low, high = float(piece.min()), float(piece.max())
        if low >= -_LARGEST and high <= _LARGEST:
            continue
        fits = np.isfinite(piece)
        if source.dtype.itemsize > 4:
            fits &= np.abs(piece) <= _LARGEST
        row, column = _find_first(~fits)
        value = float(piece[row].reshape(-1)[column])
        place = f"row {start + row}"
        if source.sample_shape:
            place += f", column {source.label_column(column)}"
        raise DataError(
            compose(
                source.name,
                expected="values within ±3.4e38 (float32)"
                if np.isfinite(value)
                else "finite values",
                received=f"{value} in {place}",
                remedy=_say_how_to_clean(source),
            )
        )


def _say_how_to_clean(source: ArraySource) -> str:
    name = source.name if source.name.isidentifier() else "x"
    if name == "y":
        return "Drop the rows of x and y where y is not finite"
    if name == "sample_weight":
        return "Give the rows that are not to count the weight 0"
    each_row = ".all(axis=1)" if source.sample_shape else ""
    kept = f"{name}[np.isfinite({name}){each_row}]"
    return f"Fill it or drop the row, for instance with np.nan_to_num({name}) or {kept}"


def check_labels(
    source: ArraySource, classes: int, *, expected: tuple[int, ...] = (), is_input: bool = False
) -> None:
    """Check class labels: whole numbers (of any dtype) in [0, classes), one per row.

    ``expected`` is the shape of one row's labels: () for a model with one output vector. A
    trailing axis of size 1 is allowed. ``is_input``: the numbers are not targets but what an
    Embedding or a CategoryEncoding looks up.

    Raises ShapeError for one-hot rows (saying which loss takes them) and other shapes, DataError
    with the first bad label and its row.

    >>> from pronghorn.data import as_source
    >>> check_labels(as_source([0, 2, 1], name="y"), classes=3)
    """
    shape = source.sample_shape
    if shape not in (expected, (*expected, 1)):
        if shape == (*expected, classes) and classes > 1:
            remedy = (
                "These look like one-hot rows: use loss='categorical_crossentropy' and "
                "'categorical_accuracy', or pass y.argmax(axis=-1)"
            )
        else:
            remedy = f"Pass one integer in [0, {classes}) per row"
        raise ShapeError(
            compose(
                "sparse_categorical_crossentropy",
                expected=f"labels of shape {_show((None, *expected))}",
                received=f"{source.name} of shape {source.array.shape}",
                remedy=remedy,
            )
        )
    for start, piece in _iterate_pieces(source):
        if source.dtype.kind != "f" and piece.min() >= 0 and piece.max() < classes:
            continue
        fits = (piece >= 0) & (piece < classes)
        if source.dtype.kind == "f":
            fits &= piece == np.floor(piece)
        if fits.all():
            continue
        row, column = _find_first(~fits)
        value = piece[row].reshape(-1)[column].item()
        raise DataError(
            compose(
                source.name,
                expected=f"whole numbers in [0, {classes}), since {INPUT_LIMIT} {classes}"
                if is_input
                else f"whole-number labels in [0, {classes}), since the output has {classes} units",
                received=f"{value!r} in row {start + row}",
                remedy=INPUT_REMEDY if is_input else _advise_label(source, classes, value),
            )
        )


def check_one_hot(source: ArraySource, classes: int, *, expected: tuple[int, ...] = ()) -> None:
    """Check the targets of categorical crossentropy: one row of class probabilities per row.

    Raises ShapeError where class numbers were passed (saying which loss takes them) and for any
    other shape than (n, \\*expected, classes).
    """
    shape = source.sample_shape
    if shape == (*expected, classes):
        return
    if shape in (expected, (*expected, 1)):
        remedy = (
            "These look like class numbers: use loss='sparse_categorical_crossentropy', or pass "
            f"pronghorn.utils.to_categorical(y, {classes})"
        )
    else:
        remedy = f"Pass {classes} columns, one per class, or build a model with other units"
    raise ShapeError(
        compose(
            "categorical_crossentropy",
            expected=f"one-hot targets of shape {_show((None, *expected, classes))}",
            received=f"{source.name} of shape {source.array.shape}",
            remedy=remedy,
        )
    )


def _advise_label(source: ArraySource, classes: int, value: Any) -> str:
    if value == classes and float(source.array.min()) == 1.0:
        return f"Labels that count from 1: pass {source.name} - 1"
    if value == -1 and classes == 2:
        return f"Labels -1 and 1: pass ({source.name} + 1) // 2"
    if value == value and value != int(value):
        return "For a continuous target use a regression loss, such as 'mse'"
    return "Correct the label or give the last layer more units"


def _iterate_pieces(source: ArraySource) -> Iterator[tuple[int, NDArray[Any]]]:
    row_size = max(1, source.dtype.itemsize * int(np.prod(source.sample_shape)))
    step = max(1, _CHUNK_BYTES // row_size)
    for start in range(0, source.n, step):
        yield start, source.array[start : start + step]


def _find_first(bad: NDArray[np.bool_]) -> tuple[int, int]:
    position = int(np.argmax(bad))
    width = int(np.prod(bad.shape[1:]))
    return position // width, position % width


def _show(shape: tuple[int | None, ...]) -> str:
    inner = ", ".join("n" if size is None else str(size) for size in shape)
    return f"({inner},)" if len(shape) == 1 else f"({inner})"
