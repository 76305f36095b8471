"""Symbolic tensors of the functional API: where a value comes from, not what it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from pronghorn._core.errors import GraphError, compose, describe
from pronghorn.ir.graph import Shape
from pronghorn.ir.operators import Operators
from pronghorn.layers._arguments import is_builtin

__all__ = ["Call", "Tensor", "flatten", "map_leaves", "refuse_text"]


# What a row of the scalar table is called in `pronghorn.ops`, where it is called otherwise.
_FUNCTIONS = {
    "sub": "subtract",
    "mul": "multiply",
    "div": "divide",
    "pow": "power",
    "neg": "negative",
    "abs": "absolute",
    "gt": "greater",
    "ge": "greater_equal",
    "lt": "less",
    "le": "less_equal",
    "eq": "equal",
    "ne": "not_equal",
}


@dataclass(eq=False)
class Tensor(Operators):
    """What ``Input`` returns and layers take and give while a model is put together.

    ``shape`` begins with None, the batch. ``call`` is the use of a layer that produces it.
    Operators and the functions of ``pronghorn.ops`` on it make layers.

    Source: keras.KerasTensor.

    >>> from pronghorn import Input, layers
    >>> layers.Dense(4)(Input((3,))).shape
    (None, 4)
    """

    shape: Shape
    dtype: str = "float32"
    name: str = ""
    call: Call | None = field(default=None, repr=False)
    position: int = 0

    @property
    def ndim(self) -> int:
        """The number of axes, the batch included."""
        return len(self.shape)

    @property
    def producer(self) -> Any:
        """The layer that this value comes from."""
        return None if self.call is None else self.call.layer

    def __pronghorn_connect__(self, name: str, args: Any, kwargs: Mapping[str, Any]) -> Any:
        from pronghorn.layers._operation import connect

        return connect(name, args, kwargs)

    def _combine(self, op: str, *operands: Any) -> Any:
        return self.__pronghorn_connect__(_FUNCTIONS.get(op, op), operands, {})

    # As in Keras, "==" asks whether two tensors are one, and "!=" compares element by element.

    def __ne__(self, other: object) -> Any:
        return True if other is None else self._combine("ne", self, other)

    def __getitem__(self, key: Any) -> Any:
        return self.__pronghorn_connect__("get_item", (self, key), {})

    def __matmul__(self, other: Any) -> Any:
        return self.__pronghorn_connect__("matmul", (self, other), {})

    def __rmatmul__(self, other: Any) -> Any:
        return self.__pronghorn_connect__("matmul", (other, self), {})

    # Not to be iterated over; and NumPy's arrays leave operators to the tensor.
    __iter__ = None
    __array_ufunc__ = None

    def __bool__(self) -> NoReturn:
        raise GraphError(
            compose(
                f"symbolic tensor {self.name!r}",
                expected="a place in a model",
                received="a use as a truth value",
                remedy="It stands for every sample of every batch; call the model on data first",
            )
        )

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        raise GraphError(
            compose(
                f"symbolic tensor {self.name!r}",
                expected="a place in a model",
                received="a use as an array",
                remedy="Make a Model of it and call that on data",
            )
        )


@dataclass(eq=False)
class Call:
    """One use of a layer: which tensors went in, which came out.

    ``structure`` is what was passed first, with tensors in their places; ``keywords`` are the
    further arguments of ``call`` by name; ``inputs`` are the tensors in both. ``outputs`` are in
    order, and ``result`` has them in their places.
    """

    layer: Any
    structure: Any
    inputs: tuple[Tensor, ...]
    training: bool | None
    outputs: tuple[Tensor, ...] = ()
    result: Any = None
    number: int = 0
    keywords: Mapping[str, Any] = field(default_factory=dict)


def flatten(structure: Any, kind: type | tuple[type, ...], where: str) -> list[Any]:
    """The members of a single value, a list or a dict, in order; others are refused."""
    if isinstance(structure, kind):
        return [structure]
    if isinstance(structure, list | tuple):
        return [leaf for part in structure for leaf in flatten(part, kind, where)]
    if isinstance(structure, dict):
        return [leaf for key in structure for leaf in flatten(structure[key], kind, where)]
    raise GraphError(
        compose(
            where,
            expected="symbolic tensors (from Input or from another layer)",
            received=describe(structure),
        )
    )


def is_leaf(value: Any) -> bool:
    """Whether it is no list, tuple or dict of other values."""
    return not isinstance(value, list | tuple | Mapping)


def map_leaves(
    structure: Any, function: Callable[[Any], Any], is_leaf: Callable[[Any], bool] = is_leaf
) -> Any:
    """Lists, tuples and dicts as they are, with ``function`` of every other value in its place."""
    if is_leaf(structure):
        return function(structure)
    if isinstance(structure, Mapping):
        return {key: map_leaves(part, function, is_leaf) for key, part in structure.items()}
    parts = [map_leaves(part, function, is_leaf) for part in structure]
    return tuple(parts) if isinstance(structure, tuple) else parts


def refuse_text(layer: Any, tensors: Iterable[Tensor]) -> None:
    """Raise GraphError where a layer that computes with numbers is given texts."""
    for tensor in tensors:
        if tensor.dtype == "string" and is_builtin(type(layer)) and not layer._carries_text:
            raise GraphError(
                compose(
                    f"{type(layer).__name__} {layer.name!r}",
                    expected="numbers",
                    received=f"the texts of {tensor.name!r}",
                    remedy="Turn them into numbers first: StringLookup, TextVectorization or "
                    "Hashing, right behind the Input",
                )
            )
