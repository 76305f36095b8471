"""A weight or another stored array of a layer, with exactly one owner of its numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn import initializers, ops
from pronghorn._core.errors import ShapeError, compose, describe
from pronghorn._core.results import as_result
from pronghorn.engines.base import Engine, Store
from pronghorn.ir.graph import Node
from pronghorn.ir.operators import Operators
from pronghorn.layers._emission import active, current
from pronghorn.layers._options import read_dtype
from pronghorn.layers._tensor import Tensor
from pronghorn.ops._values import scalar_op, unwrap

__all__ = ["Variable"]


class Variable(Operators):
    """A named float32 array (shape fixed) that training changes or keeps.

    Args:
        initializer: The first values: an array, or with ``shape`` an initializer or its name.
        shape: Default None: that of the array.
        dtype: "float32", the only one. Default None, which means the same.
        trainable: Whether training changes it. Default True.
        name: Default "variable".
        autocast, aggregation, synchronization: Accepted; there is one float32 array on one machine.

    It takes part in arithmetic: inside a layer's ``call`` as a symbolic value, elsewhere as the
    array of its numbers.

    Until an engine runs it, the numbers lie here; from then on in a ``Store`` of that engine, in
    the engine's own layout. A layer that is part of several models has one variable and
    therefore one store, so all of its models see the same numbers.

    Source: keras.Variable.

    >>> import numpy as np
    >>> v = Variable(np.ones((2,)), name="bias")
    >>> v.assign([3.0, 4.0])
    >>> v + 1.0
    array([4., 5.], dtype=float32)
    """

    #: How often variables have moved to another store: while it stays, every one is where it was.
    moves = 0

    def __init__(
        self,
        initializer: Any,
        shape: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        aggregation: str | None = "none",
        synchronization: str | None = "auto",
        name: str | None = None,
    ) -> None:
        if shape is not None:
            value = initializers.get(initializer)(tuple(shape), dtype="float32")
        else:
            value = initializer
        read_dtype("Variable", dtype)
        self.name = "variable" if name is None else name
        self.owner = ""
        self.trainable = trainable
        # Where it stands among a layer's weights: freezing one does not move it.
        self.began_trainable = trainable
        self.regularizer: Any = None
        self.constraint: Any = None
        self._host: NDArray[np.float32] | None = _float32(value)
        self.shape: tuple[int, ...] = self._host.shape
        self._store: Store | None = None
        self._engine = ""

    @property
    def path(self) -> str:
        """ "dense/kernel": the layer's name and the variable's own."""
        return f"{self.owner}/{self.name}" if self.owner else self.name

    @property
    def dtype(self) -> str:
        return "float32"

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        return int(np.prod(self.shape, dtype=np.int64))

    def numpy(self) -> NDArray[np.float32]:
        """A copy of the numbers, float32 in row-major order."""
        if self._store is not None:
            return self._store.read()
        return _float32(self._host)

    def assign(self, value: Any) -> None:
        """Replace the numbers; raises ShapeError unless the shape is the variable's own.

        Inside a layer's ``call`` the value may be symbolic: then every step writes it.
        """
        value = unwrap(value)
        if isinstance(value, Node):
            current().update(self, value)
            return
        array = np.asarray(value)
        if array.shape != self.shape:
            raise ShapeError(
                compose(
                    f"Variable {self.path!r}",
                    expected=f"an array of shape {self.shape}",
                    received=describe(array) if array.ndim else f"{value!r}",
                )
            )
        if self._store is not None:
            self._store.write(_float32(array))
        else:
            self._host = _float32(array)

    def assign_add(self, value: Any) -> None:
        """Add to the numbers; like ``assign``.

        None, which ``ops.shape`` gives for the batch axis, is the number of rows.
        """
        self.assign(self + (ops.cast(None, "float32") if value is None else value))

    def assign_sub(self, value: Any) -> None:
        """Subtract from the numbers; like ``assign``."""
        self.assign(self - value)

    def fill(self, value: float) -> None:
        """Set every element to one number."""
        if self._store is not None:
            self._store.fill(value)
        else:
            self._host = np.full(self.shape, value, np.float32)

    def adopt(self, engine: Engine) -> Store:
        """The store of this engine; the numbers move there from wherever they were."""
        if self._store is None or self._engine != engine.name:
            store = engine.store(self.shape)
            store.write(self.numpy())
            self._store, self._engine, self._host = store, engine.name, None
            Variable.moves += 1
        return self._store

    def node(self) -> Node:
        """The variable inside a layer's ``call``: a symbolic value to compute with."""
        return current().value(self)

    @property
    def value(self) -> Any:
        """The symbolic value inside a layer's ``call``, a copy of the numbers elsewhere."""
        return self.numpy() if active() is None else self.node()

    def __pronghorn_node__(self) -> Node | None:
        """How operations see it: the symbolic value in a call; None, an array, elsewhere."""
        return None if active() is None else self.node()

    # Arrays on the left leave operators to the variable.
    __array_priority__ = 1000

    def _combine(self, op: str, *operands: Any) -> Any:
        between = next((x for x in operands if isinstance(x, Tensor)), None)
        if between is not None:
            return between._combine(op, *operands)
        return as_result(scalar_op(op, *operands))

    # Numbers are compared element by element. Whether two variables are one is a truth of Python,
    # so that lists and tables of variables find them.

    def __eq__(self, other: object) -> Any:
        return self._compare("eq", other)

    def __ne__(self, other: object) -> Any:
        return self._compare("ne", other)

    def _compare(self, op: str, other: object) -> Any:
        if other is None or isinstance(other, Variable):
            return (other is self) == (op == "eq")
        if not isinstance(other, Operators | np.ndarray | np.generic | int | float | list | tuple):
            return NotImplemented
        return self._combine(op, self, other)

    __hash__ = object.__hash__

    def __matmul__(self, other: Any) -> Any:
        return ops.matmul(self, other)

    def __rmatmul__(self, other: Any) -> Any:
        return ops.matmul(other, self)

    def __getitem__(self, key: Any) -> Any:
        return self.value[key]

    # Unlike a symbolic value it has numbers, outside of a call.

    def __bool__(self) -> bool:  # type: ignore[override]
        return bool(self.value)

    def __float__(self) -> float:  # type: ignore[override]
        return float(self.value)

    def __int__(self) -> int:  # type: ignore[override]
        return int(self.value)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return self.numpy() if dtype is None else self.numpy().astype(dtype)

    def __deepcopy__(self, memo: dict[int, Any]) -> Variable:
        twin = Variable(self.numpy(), name=self.name, trainable=self.trainable)
        twin.owner = self.owner
        twin.regularizer, twin.constraint = self.regularizer, self.constraint
        twin.began_trainable = self.began_trainable
        return twin

    def __getstate__(self) -> dict[str, Any]:
        # A store belongs to a process: what travels are the numbers.
        return {**self.__dict__, "_host": self.numpy(), "_store": None, "_engine": ""}

    def __repr__(self) -> str:
        held = f"shape={self.shape}, dtype={self.dtype}, value={self.numpy()}"
        return f"<Variable path={self.path}, {held}>"


def _float32(array: Any) -> NDArray[np.float32]:
    return np.array(array, dtype=np.float32, order="C")
