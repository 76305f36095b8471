"""One array of the caller's data, kept as it is: dtype, memory and file mapping."""

from __future__ import annotations

import array as array_module
import math
import mmap
import os
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import DataError, ShapeError, compose, describe
from pronghorn.data._frame import is_frame, is_row, is_series, read_frame, read_series
from pronghorn.layers._texts import is_text, read_texts

__all__ = ["ArraySource", "as_source"]

_SEQUENCES = (list, tuple, range, array_module.array, memoryview)
_REMEDIES = {
    "c": "Pass the real and the imaginary parts as two columns",
    "M": "Pass numbers, such as days since a date: (t - t[0]) / np.timedelta64(1, 'D')",
    "m": "Pass numbers: t / np.timedelta64(1, 'D')",
    "V": "Pass one plain array, such as numpy.lib.recfunctions.structured_to_unstructured(x)",
}
_MISSING_REMEDY = "Fill what is missing or drop its rows, then pass x.astype('float32')"
_TEXT_REMEDY = (
    "Turn text into numbers first: np.unique(names, return_inverse=True)[1] for labels, "
    "one column per category for features"
)


@dataclass(frozen=True, eq=False)
class ArraySource:
    """``array[i]`` is row i: n rows of shape ``sample_shape``, in the dtype they came in.

    The elements of one row lie side by side in C order, in the machine's byte order; rows may be
    any number of bytes apart (``row_bytes``, also negative). The memory belongs to the caller and
    is never written to.
    """

    array: NDArray[Any]
    name: str
    columns: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        """Number of rows."""
        return int(self.array.shape[0])

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """The shape of one row: () for a 1-D array."""
        return tuple(self.array.shape[1:])

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the elements, as the caller gave them."""
        return self.array.dtype

    @property
    def row_bytes(self) -> int:
        """The distance from one row to the next, in bytes."""
        return int(self.array.strides[0])

    @property
    def is_mapped(self) -> bool:
        """True where the rows are pages of a file (np.memmap), possibly larger than memory."""
        return is_mapped(self.array)

    def part(self, start: int, stop: int) -> ArraySource:
        """Rows start to stop, without a copy."""
        return replace(self, array=self.array[start:stop])

    def reshape(self, sample_shape: tuple[int, ...]) -> ArraySource:
        """The same rows seen in another shape of the same size, without a copy."""
        if math.prod(sample_shape) != math.prod(self.sample_shape):
            raise ShapeError(
                compose(
                    self.name,
                    expected=f"rows of {math.prod(self.sample_shape)} values",
                    received=f"the shape {sample_shape} for a row",
                )
            )
        # The inner axes are contiguous and the row stride stays, so this never has to copy, which
        # ndarray.reshape would do for rows that lie apart.
        strides = (self.row_bytes, *_inner_strides(sample_shape, self.dtype.itemsize))
        view = np.lib.stride_tricks.as_strided(self.array, (self.n, *sample_shape), strides)
        view.flags.writeable = False
        return replace(self, array=view)

    def label_column(self, index: int) -> str:
        """How a message calls a column: its name where it came with one, else its number."""
        if self.columns and len(self.columns) == int(np.prod(self.sample_shape)):
            return repr(self.columns[index])
        return str(index)


def as_source(x: Any, *, name: str, takes_text: bool = False) -> ArraySource:
    """Take any array-like of numbers as rows; ``name`` is what messages call it.

    ``takes_text``: texts are taken as well, as an array of bytes.

    No copy is made of an array whose rows lie in C order, whatever the distance between rows and
    whatever the dtype: bool, integers and floats of 8 to 64 bits stay what they are. Anything
    else (other orders, byte-swapped, unaligned, wider floats, lists, data frames) is copied once,
    except for a mapped file, which is never read as a whole.

    Accepted: arrays, ``np.memmap``, nested lists and tuples, pandas DataFrame and Series, objects
    with ``__array__``, and arrays of objects that are all numbers, as float64.

    Raises DataError for complex numbers, text, dates, other objects, masked or missing values,
    ragged lists, sparse matrices, empty data and mapped files that would need a copy.

    >>> import numpy as np
    >>> as_source(np.zeros((3, 2), "uint8"), name="x").dtype
    dtype('uint8')
    >>> as_source([[1, 2], [3, 4.5]], name="x").sample_shape
    (2,)
    """
    if type(x) is np.ndarray and _is_usable(x):
        return ArraySource(x, name)
    if takes_text:
        cells = x.to_numpy() if is_frame(x) else x
        if is_text(cells):
            return ArraySource(np.atleast_1d(read_texts(name, cells)), name)
    columns: tuple[str, ...] = ()
    if is_frame(x):
        values, columns = read_frame(x, name=name)
    elif is_series(x):
        values = read_series(x, name=name)
    else:
        values = _to_array(x, name)
    values = _refuse_unusable(values, x, name)
    return ArraySource(_arrange(values, name), name, columns)


def is_mapped(values: NDArray[Any]) -> bool:
    """True if the memory of an array is a mapped file, whatever views lie between."""
    base: Any = values
    while base is not None:
        if isinstance(base, (np.memmap, mmap.mmap)):
            return True
        if isinstance(base, memoryview):
            base = base.obj
            continue
        base = getattr(base, "base", None)
    return False


def _is_usable(values: NDArray[Any]) -> bool:
    """Whether ``as_source`` leaves the array as it is; nearly all arrays are of this kind."""
    flags, dtype = values.flags, values.dtype
    return (
        flags.c_contiguous
        and flags.aligned
        and dtype.kind in "biuf"
        and dtype.itemsize <= 8
        and dtype.isnative
        and values.size > 0
        and values.ndim > 0
    )


def _to_array(x: Any, name: str) -> NDArray[Any]:
    if isinstance(x, np.ma.MaskedArray):
        if np.ma.is_masked(x):
            raise DataError(
                compose(
                    name,
                    expected="no masked values",
                    received=f"{int(np.sum(np.ma.getmaskarray(x)))} of them in {describe(x)}",
                    remedy="Fill them with a number (x.filled(0)) or drop their rows",
                )
            )
        return np.asarray(x.data)
    if type(x).__module__.startswith("scipy.sparse") and hasattr(x, "toarray"):
        raise DataError(
            compose(
                name,
                expected="a dense array",
                received=f"a sparse matrix of shape {x.shape}",
                remedy="Pass x.toarray(), or x[i:j].toarray() in batches from a generator",
            )
        )
    if isinstance(x, np.ndarray):
        return np.asarray(x)
    if hasattr(x, "__array__") or isinstance(x, _SEQUENCES):
        try:
            return np.asarray(x)
        except (TypeError, ValueError, RuntimeError, OverflowError) as error:
            raise DataError(
                compose(
                    name,
                    expected="rows of equal length, all numbers",
                    received=_describe_ragged(x),
                    remedy="Bring the rows to one length, for instance with zeros at the end"
                    if isinstance(x, _SEQUENCES)
                    else f"NumPy says: {error}",
                )
            ) from error
    remedy = "Pass an array, a list of lists, a data frame or an iterable of batches"
    if callable(x):
        remedy = "Call it, and pass what it returns"
    elif isinstance(x, (str, os.PathLike)):
        remedy = "Read the file first, a table for instance with pronghorn.datasets.load_csv"
    elif isinstance(x, (dict, set)):
        remedy = "A dict of arrays is for models with several named inputs or outputs"
    raise DataError(compose(name, expected="an array", received=describe(x), remedy=remedy))


def _refuse_unusable(values: NDArray[Any], x: Any, name: str) -> NDArray[Any]:
    if values.dtype.kind == "V" and values.dtype.name.startswith(("bfloat16", "float8")):
        values = values.astype(np.float32)  # the ml_dtypes of JAX: NumPy does not know their kind
    first, place = _find_first_other(values)
    if values.dtype.kind == "O" and values.ndim and values.size and not place:
        # What a data frame with columns of several types gives as an array.
        values = values.astype(np.float64)
    kind = values.dtype.kind
    if kind not in "biuf":
        received = describe(values) if values.ndim else describe(x)
        raise DataError(
            compose(
                name,
                expected="numbers (bool, integers or floats)",
                received=f"{received} (first: {first!r} in {place})" if place else received,
                remedy=_REMEDIES.get(kind) or _remedy_for(first, name),
            )
        )
    if values.ndim == 0:
        raise DataError(
            compose(
                name,
                expected="an array with one row per sample",
                received=f"the single number {values[()]!r}",
                remedy="Pass an array of shape (n, …), for one sample x[np.newaxis]",
            )
        )
    if values.size == 0:
        raise DataError(
            compose(
                name,
                expected="at least one row and one column",
                received=f"an empty array of shape {values.shape}",
                remedy="Check the filter or the slice that made it",
            )
        )
    return values


def _arrange(values: NDArray[Any], name: str) -> NDArray[Any]:
    dtype = values.dtype.newbyteorder("=")
    if dtype.kind == "f" and dtype.itemsize > 8:
        dtype = np.dtype(np.float64)
    in_order = values[0].flags.c_contiguous and values.flags.aligned and values.dtype == dtype
    if in_order:
        return values
    if is_mapped(values):
        raise DataError(
            compose(
                name,
                expected="a mapped file with rows in C order, in this machine's byte order",
                received=f"{describe(values)} with strides {values.strides}",
                remedy="It is not copied, since it may be larger than memory. "
                "Write it anew in C order, or pass np.array(x) if it does fit",
            )
        )
    return np.array(values, dtype=dtype, order="C")


def _inner_strides(shape: tuple[int, ...], itemsize: int) -> tuple[int, ...]:
    strides = []
    step = itemsize
    for size in reversed(shape):
        strides.append(step)
        step *= size
    return tuple(reversed(strides))


def _find_first_other(values: NDArray[Any]) -> tuple[Any, str]:
    """The first value that is no number, and where it stands; ("", "") for other arrays."""
    if values.dtype.kind not in "OSU" or values.ndim == 0:
        return "", ""
    flat = values.reshape(-1) if values.ndim == 1 else values.reshape(values.shape[0], -1)
    for index, value in np.ndenumerate(flat):
        if not isinstance(value, (int, float, np.number, np.bool_)):
            place = f"row {index[0]}" + (f", column {index[1]}" if len(index) > 1 else "")
            return value.item() if isinstance(value, np.generic) else value, place
    return "", ""


def _remedy_for(first: Any, name: str) -> str:
    if is_row(first):
        return f"An array of arrays is no table: pass np.stack({name})"
    return _MISSING_REMEDY if first is None else _TEXT_REMEDY


def _describe_ragged(x: Any) -> str:
    if isinstance(x, (list, tuple)):
        lengths = [len(row) if hasattr(row, "__len__") else 1 for row in x]
        for i, length in enumerate(lengths):
            if length != lengths[0]:
                return f"{lengths[0]} values in row 0 but {length} in row {i}"
    return describe(x)
