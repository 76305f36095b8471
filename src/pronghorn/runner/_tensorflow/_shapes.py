"""``tf.TensorShape`` and ``tf.TensorSpec``: what is said of a tensor without its numbers."""

from __future__ import annotations

from typing import Any, SupportsIndex

import numpy as np

from pronghorn.runner._tensorflow.dtypes import as_dtype

__all__ = ["TensorShape", "TensorSpec"]


class TensorShape(tuple[int | None, ...]):
    """The lengths of the axes; None where a length is not fixed.

    Source: tf.TensorShape.

    >>> TensorShape([None, 3]).as_list(), TensorShape([2, 3]).num_elements()
    ([None, 3], 6)
    """

    __slots__ = ()

    def __new__(cls, dims: Any = ()) -> TensorShape:
        lengths = (dims,) if isinstance(dims, SupportsIndex) else dims
        return super().__new__(cls, (None if s is None else int(s) for s in lengths))

    def as_list(self) -> list[int | None]:
        """The lengths in a list."""
        return list(self)

    @property
    def rank(self) -> int:
        """The number of axes."""
        return len(self)

    ndims = rank

    @property
    def dims(self) -> list[int | None]:
        """The same as ``as_list``."""
        return list(self)

    def is_fully_defined(self) -> bool:
        """Whether every length is fixed."""
        return None not in self

    def num_elements(self) -> int | None:
        """The product of the lengths; None where one is not fixed."""
        known = [s for s in self if s is not None]
        return int(np.prod(known, dtype=np.int64)) if len(known) == len(self) else None

    def is_compatible_with(self, other: Any) -> bool:
        """Whether both could be the shape of one tensor."""
        pairs = list(zip(self, other, strict=False))
        return len(self) == len(other) and all(a is None or b is None or a == b for a, b in pairs)

    def concatenate(self, other: Any) -> TensorShape:
        """These lengths, then the others."""
        return TensorShape((*self, *TensorShape(other)))

    def __getitem__(self, key: Any) -> Any:
        found = super().__getitem__(key)
        return TensorShape(found) if isinstance(key, slice) else found

    def __eq__(self, other: object) -> bool:
        return tuple(self) == (tuple(other) if isinstance(other, list) else other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = tuple.__hash__

    def __str__(self) -> str:
        return tuple.__repr__(tuple(self))

    def __repr__(self) -> str:
        return f"TensorShape({list(self)})"


class TensorSpec:
    """Shape and type of a tensor. Source: tf.TensorSpec.

    >>> TensorSpec([None, 4], "float32")
    TensorSpec(shape=(None, 4), dtype=tf.float32, name=None)
    """

    def __init__(self, shape: Any, dtype: Any = "float32", name: str | None = None) -> None:
        self.shape, self.dtype, self.name = TensorShape(shape), as_dtype(dtype), name

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TensorSpec):
            return NotImplemented
        return (self.shape, self.dtype, self.name) == (other.shape, other.dtype, other.name)

    def __hash__(self) -> int:
        return hash((self.shape, self.dtype, self.name))

    def __repr__(self) -> str:
        return f"TensorSpec(shape={self.shape}, dtype={self.dtype!r}, name={self.name!r})"
