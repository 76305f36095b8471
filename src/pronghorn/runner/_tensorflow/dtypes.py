"""``tf.dtypes``: the types of numbers, ``tf.float32`` and its kin."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from pronghorn.runner._outside import outside

__all__ = ["DTYPES", "DType", "as_dtype", "numpy_dtype"]


class DType(str):
    """The name of a type of numbers, as TensorFlow shows it.

    Being a string, it is what NumPy and Keras take as a ``dtype``.

    Source: tf.DType.

    >>> DType("float32"), DType("float32") == np.float32, DType("int64").is_integer
    (tf.float32, True, True)
    """

    __slots__ = ()

    @property
    def name(self) -> str:
        """The name alone."""
        return str.__str__(self)

    @property
    def as_numpy_dtype(self) -> type[np.generic]:
        """NumPy's class of such numbers."""
        return numpy_dtype(self).type

    @property
    def base_dtype(self) -> DType:
        """The type itself: there are no references to tensors."""
        return self

    @property
    def is_floating(self) -> bool:
        return numpy_dtype(self).kind == "f"

    @property
    def is_integer(self) -> bool:
        return numpy_dtype(self).kind in "iu"

    @property
    def is_bool(self) -> bool:
        return numpy_dtype(self).kind == "b"

    @property
    def size(self) -> int:
        """Bytes of one number."""
        return numpy_dtype(self).itemsize

    @property
    def min(self) -> Any:
        """The least number."""
        return self._limits.min

    @property
    def max(self) -> Any:
        """The largest number."""
        return self._limits.max

    @property
    def _limits(self) -> Any:
        kind = numpy_dtype(self)
        return np.iinfo(kind) if self.is_integer else np.finfo(kind)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, str):
            return str.__eq__(self, other) or _ALIASES.get(other, "") == self.name
        try:
            return bool(numpy_dtype(self) == np.dtype(other))  # type: ignore[call-overload]
        except TypeError:
            return False

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__

    def __repr__(self) -> str:
        return f"tf.{self.name}"

    def __str__(self) -> str:
        return f"<dtype: {self.name!r}>"


_ALIASES = {"double": "float64", "float": "float32", "half": "float16"}

#: The types of tensors by name, TensorFlow's aliases among them.
DTYPES = {
    name: DType(_ALIASES.get(name, name))
    for name in (
        *("float16", "float32", "float64", "half", "double"),
        *("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
        *("bool", "complex64", "complex128", "string"),
    )
}


def as_dtype(value: Any) -> DType:
    """The type that a name, a NumPy type or a type of Python means; ``tf.as_dtype``.

    >>> as_dtype(np.int64), as_dtype(float), as_dtype("double")
    (tf.int64, tf.float32, tf.float64)
    """
    if isinstance(value, DType):
        return value
    if isinstance(value, str) and value in DTYPES:
        return DTYPES[value]
    python = {float: "float32", int: "int32", bool: "bool", str: "string"}
    if isinstance(value, type) and value in python:
        return DTYPES[python[value]]
    kind = np.dtype(value)
    return DTYPES["string" if kind.kind in "OSU" else kind.name]


def numpy_dtype(value: DTypeLike) -> np.dtype[Any]:
    """NumPy's type for it; strings are objects."""
    name = as_dtype(value).name
    return np.dtype(object if name == "string" else name)


def __getattr__(name: str) -> Any:
    # Not as names of the module: "bool" and "string" are Python's there.
    if name in DTYPES:
        return DTYPES[name]
    # The function that casts is made of tensors, which are made of these types.
    if name == "cast":
        from pronghorn.runner._tensorflow._creation import cast

        return cast
    return outside(f"tf.dtypes.{name}", "tensorflow")
