"""Eager tensors: arrays that cannot be changed, with TensorFlow's methods and its way to print."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from pronghorn.ir.operators import Operators
from pronghorn.runner._tensorflow._shapes import TensorShape
from pronghorn.runner._tensorflow.dtypes import DType, as_dtype, numpy_dtype

__all__ = ["Tensor", "make_tensor", "read_value"]


def _operator(ufunc: np.ufunc, *, reflected: bool = False) -> Callable[[Any, Any], Any]:
    def operate(self: Tensor, other: Any) -> Any:
        # Symbolic values and weights know what an operator means beside an array.
        if isinstance(other, Operators):
            return NotImplemented
        # Numbers of Python take the tensor's type, everything else has one of its own.
        value = other if isinstance(other, int | float | complex) else read_value(other)
        operands = (value, self._array) if reflected else (self._array, value)
        with np.errstate(all="ignore"):
            return make_tensor(ufunc(*operands))

    return operate


def _comparison(ufunc: np.ufunc, same: bool) -> Callable[[Any, Any], Any]:
    compare = _operator(ufunc)

    def operate(self: Tensor, other: Any) -> Any:
        return not same if other is None else compare(self, other)

    return operate


def _function(ufunc: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self, *options: make_tensor(ufunc(self._array, *options))


class Tensor:
    """An array of numbers that does not change, computed at once.

    Operators and the functions of ``tf`` on it give tensors; NumPy's functions, which see it as
    an array, give NumPy's arrays. Methods that only arrays have are those of the array.

    Source: tf.Tensor.

    >>> make_tensor(np.float32([1.0, 2.0])) + 1.0
    <tf.Tensor: shape=(2,), dtype=float32, numpy=array([2., 3.], dtype=float32)>
    >>> print(make_tensor(np.int32(3)))
    tf.Tensor(3, shape=(), dtype=int32)
    """

    __slots__ = ("__weakref__", "_array")
    # Arrays on the left leave operators to the tensor.
    __array_priority__ = 100

    def __init__(self, array: NDArray[Any]) -> None:
        self._array = array

    def numpy(self) -> Any:
        """The numbers as a NumPy array; without axes, as one of NumPy's numbers."""
        return self._array if self._array.ndim else self._array[()]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.array(self._array, dtype, copy=copy)

    def __pronghorn_node__(self) -> NDArray[Any]:
        # Beside a symbolic value: a constant of the graph.
        return self._array

    @property
    def shape(self) -> TensorShape:
        """The lengths of the axes."""
        return TensorShape(self._array.shape)

    @property
    def dtype(self) -> DType:
        return as_dtype(self._array.dtype)

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self._array.ndim

    @property
    def device(self) -> str:
        return "/job:localhost/replica:0/task:0/device:CPU:0"

    def get_shape(self) -> TensorShape:
        """The same as ``shape``."""
        return self.shape

    def set_shape(self, shape: Any) -> None:
        """Check that the shape is this one, as far as its lengths are given."""
        if not TensorShape(shape).is_compatible_with(self.shape):
            raise ValueError(f"set_shape: the tensor has shape {self.shape}, not {tuple(shape)}")

    def ref(self) -> int:
        """A key for dictionaries: tensors are none, since ``==`` compares their numbers."""
        return id(self)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._array, name)

    # Operators. `t += 1` makes another tensor.

    __add__, __radd__ = _operator(np.add), _operator(np.add, reflected=True)
    __sub__, __rsub__ = _operator(np.subtract), _operator(np.subtract, reflected=True)
    __mul__, __rmul__ = _operator(np.multiply), _operator(np.multiply, reflected=True)
    __truediv__, __rtruediv__ = _operator(np.divide), _operator(np.divide, reflected=True)
    __floordiv__ = _operator(np.floor_divide)
    __rfloordiv__ = _operator(np.floor_divide, reflected=True)
    __mod__, __rmod__ = _operator(np.remainder), _operator(np.remainder, reflected=True)
    __pow__, __rpow__ = _operator(np.power), _operator(np.power, reflected=True)
    __matmul__, __rmatmul__ = _operator(np.matmul), _operator(np.matmul, reflected=True)
    __and__, __rand__ = _operator(np.bitwise_and), _operator(np.bitwise_and, reflected=True)
    __or__, __ror__ = _operator(np.bitwise_or), _operator(np.bitwise_or, reflected=True)
    __xor__, __rxor__ = _operator(np.bitwise_xor), _operator(np.bitwise_xor, reflected=True)
    __lt__, __le__ = _operator(np.less), _operator(np.less_equal)
    __gt__, __ge__ = _operator(np.greater), _operator(np.greater_equal)
    __eq__, __ne__ = _comparison(np.equal, True), _comparison(np.not_equal, False)
    __neg__, __abs__, __invert__ = _function(np.negative), _function(np.abs), _function(np.invert)
    __round__ = _function(np.round)
    __hash__ = None  # type: ignore[assignment]

    # As one number of Python.

    def __bool__(self) -> bool:
        return bool(self._array)

    def __float__(self) -> float:
        return float(self._array.item())

    def __int__(self) -> int:
        return int(self._array.item())

    def __index__(self) -> int:
        return operator.index(self.numpy())

    # Parts.

    def __len__(self) -> int:
        return len(self._array)

    def __getitem__(self, key: Any) -> Tensor:
        return make_tensor(self._array[_strip(key)])

    def __iter__(self) -> Iterator[Tensor]:
        return map(make_tensor, self._array)

    def __setitem__(self, key: Any, value: Any) -> NoReturn:
        raise TypeError(
            "a tensor does not support item assignment. Change the array of its numpy(), or use "
            "tf.where or a tf.Variable."
        )

    # Printing.

    def __repr__(self) -> str:
        value = repr(self.numpy()) if self.ndim or self.dtype == "string" else str(self.numpy())
        return f"<tf.Tensor: shape={self.shape}, dtype={self.dtype.name}, numpy={value}>"

    def __str__(self) -> str:
        text = str(self.numpy())
        before = "\n" if "\n" in text else ""
        return f"tf.Tensor({before}{text}, shape={self.shape}, dtype={self.dtype.name})"

    def __format__(self, spec: str) -> str:
        return format(self.numpy(), spec)


def _strip(key: Any) -> Any:
    """Tensors in a subscript as arrays."""
    if isinstance(key, tuple):
        return tuple(map(_strip, key))
    if isinstance(key, slice):
        return slice(*(None if i is None else operator.index(i) for i in _ends(key)))
    return np.asarray(key) if isinstance(key, Tensor) else key


def _ends(key: slice) -> tuple[Any, Any, Any]:
    return key.start, key.stop, key.step


def make_tensor(value: Any) -> Tensor:
    """An array or number of NumPy as a tensor, without a copy."""
    return Tensor(np.asarray(value))


def read_value(value: Any, dtype: Any = None) -> NDArray[Any]:
    """What a program gives for a tensor, as an array: numbers of Python are float32 and int32.

    Arrays keep their type unless one is given; text becomes bytes.

    >>> read_value([1, 2]).dtype, read_value(1.5).dtype, read_value(np.ones(1)).dtype
    (dtype('int32'), dtype('float32'), dtype('float64'))
    """
    if isinstance(value, Tensor) and dtype is None:
        return value._array
    array = np.asarray(value)
    if dtype is not None and as_dtype(dtype) != "string":
        return array.astype(numpy_dtype(dtype), copy=False)
    if array.dtype.kind in "US" or (array.dtype.kind == "O" and _holds_text(array)):
        return _encode(array)
    if array.dtype.kind == "f" and _is_of_python(value, float):
        return array.astype(np.float32)
    if array.dtype.kind == "i" and _is_of_python(value, int):
        return array.astype(np.int32 if _fits(array) else np.int64)
    return array


def _encode(array: NDArray[Any]) -> NDArray[Any]:
    """Text as bytes, in an array of objects."""
    made = np.empty(array.size, object)
    made[:] = [s.encode() if isinstance(s, str) else bytes(s) for s in array.reshape(-1)]
    return made.reshape(array.shape)


def _holds_text(array: NDArray[Any]) -> bool:
    return all(isinstance(item, str | bytes) for item in array.reshape(-1))


def _is_of_python(value: Any, kind: type) -> bool:
    """Whether the numbers in lists of lists are Python's own: the first one tells."""
    while isinstance(value, list | tuple):
        if len(value) == 0:
            return True
        value = value[0]
    # A whole number may stand first among others. NumPy's float64 is a float, but another type.
    return type(value) is kind or (kind is float and type(value) is int)


def _fits(array: NDArray[Any]) -> bool:
    bounds = np.iinfo(np.int32)
    return array.size == 0 or bool(array.min() >= bounds.min and array.max() <= bounds.max)
