"""``tf.Variable``: a weight that is made by hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from pronghorn import layers
from pronghorn.errors import DataError, compose
from pronghorn.runner._tensorflow._calls import is_symbolic
from pronghorn.runner._tensorflow._tensor import Tensor, make_tensor, read_value
from pronghorn.runner._tensorflow.dtypes import DType, as_dtype

__all__ = ["Variable"]

# What operators call the rows of the scalar table, by NumPy.
_OPERATORS = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "pow": np.power,
    "neg": np.negative,
    "abs": np.absolute,
    "gt": np.greater,
    "ge": np.greater_equal,
    "lt": np.less,
    "le": np.less_equal,
}


class Variable(layers.Variable):
    """A tensor that can be assigned; an attribute of a layer, it is one of its weights.

    The numbers are kept as float32. Those of another type come back in it, and raise DataError
    where float32 cannot hold them exactly: whole numbers above 2²⁴.

    Source: tf.Variable.

    >>> v = Variable([1.0, 2.0])
    >>> v.assign_add([1.0, 1.0])
    <tf.Variable 'Variable:0' shape=(2,) dtype=float32, numpy=array([2., 3.], dtype=float32)>
    """

    def __init__(
        self,
        initial_value: Any = None,
        trainable: bool | None = None,
        validate_shape: bool = True,
        caching_device: Any = None,
        name: str | None = None,
        variable_def: Any = None,
        dtype: Any = None,
        import_scope: Any = None,
        constraint: Any = None,
        synchronization: Any = "auto",
        aggregation: Any = "none",
        shape: Any = None,
    ) -> None:
        if callable(initial_value) and not isinstance(initial_value, Tensor):
            initial_value = initial_value()
        array = read_value(initial_value, dtype)
        self._number_type = array.dtype
        self._check(array)
        super().__init__(
            np.asarray(array, np.float32), trainable=trainable is not False, name=name or "Variable"
        )
        self.constraint = constraint

    def _check(self, array: Any) -> None:
        if self._number_type.kind != "f" and np.any(np.asarray(array, np.float32) != array):
            raise DataError(
                compose(
                    f"tf.Variable of {self._number_type}",
                    expected="numbers that float32 holds exactly",
                    received="larger ones",
                    remedy="Keep them in a NumPy array",
                )
            )

    @property
    def dtype(self) -> Any:
        """The type of the numbers."""
        return as_dtype(self._number_type)

    def numpy(self) -> Any:
        """A copy of the numbers."""
        return super().numpy().astype(self._number_type, copy=False)

    def read_value(self) -> Tensor:
        """The numbers as a tensor."""
        return make_tensor(self.numpy())

    def get_shape(self) -> Any:
        """The same as ``shape``."""
        return self.read_value().shape

    # Unlike Keras's, these give the variable.

    def assign(self, value: Any, *_: Any, **__: Any) -> Variable:  # type: ignore[override]
        """Replace the numbers."""
        if not is_symbolic(value):
            value = read_value(value, DType(self._number_type.name))
            self._check(value)
        super().assign(value)
        return self

    def assign_add(self, delta: Any, *_: Any, **__: Any) -> Variable:  # type: ignore[override]
        """Add to the numbers."""
        return self.assign(self + delta)

    def assign_sub(self, delta: Any, *_: Any, **__: Any) -> Variable:  # type: ignore[override]
        """Subtract from the numbers."""
        return self.assign(self - delta)

    def _combine(self, op: str, *operands: Any) -> Any:
        if is_symbolic(*operands) or op not in _OPERATORS:
            return super()._combine(op, *operands)
        values = [v.read_value() if isinstance(v, Variable) else v for v in operands]
        arrays = [v if isinstance(v, int | float) else read_value(v) for v in values]
        return make_tensor(_OPERATORS[op](*arrays))

    def __repr__(self) -> str:
        name, value = f"{self.name}:0", self.numpy()
        value = repr(value) if self.ndim else str(value)
        kind = self._number_type.name
        return f"<tf.Variable {name!r} shape={self.shape} dtype={kind}, numpy={value}>"
