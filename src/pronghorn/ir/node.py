"""Nodes: values of a computation, immutable, and the order in which they can be computed."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeAlias

from pronghorn.ir.operators import Operators

__all__ = ["Node", "Shape", "are_same", "as_node", "order", "users"]

Shape: TypeAlias = tuple[int | None, ...]

_numbers = itertools.count()


@dataclass(frozen=True, eq=False, repr=False)
class Node(Operators):
    """One value: operation, operands, attributes, shape. Identity is object identity."""

    op: str
    inputs: tuple[Node, ...]
    shape: Shape
    attrs: Mapping[str, Any] = field(default_factory=dict)
    number: int = field(default_factory=lambda: next(_numbers))

    @property
    def rank(self) -> int:
        return len(self.shape)

    @property
    def dtype(self) -> str:
        """ "float32", as for everything symbolic."""
        return "float32"

    @property
    def has_batch(self) -> bool:
        return None in self.shape

    def __repr__(self) -> str:
        shown = ", ".join("n" if s is None else str(s) for s in self.shape)
        return f"%{self.number}:{self.op}({shown})"

    # Beside NumPy's arrays a node decides what an operator means. The builders that the operators
    # call are made of nodes, so their modules are imported when they are needed.

    def _combine(self, op: str, *operands: Any) -> Node:
        from pronghorn.ir.graph import combine

        return combine(op, *operands)

    # "==" compares element by element. Whether two nodes are one is asked with "is"; tables of
    # nodes find a node by its hash, which no other node has.

    def __eq__(self, other: object) -> Any:
        return self._compare("eq", as_node(other))

    def __ne__(self, other: object) -> Any:
        return self._compare("ne", as_node(other))

    def _compare(self, op: str, other: Any) -> Any:
        if other is None:
            return op == "ne"
        return self._combine(op, self, other)

    __hash__ = object.__hash__

    def __matmul__(self, other: Any) -> Node:
        from pronghorn.ir.graph import matmul, operand

        return matmul(self, operand(other))

    def __rmatmul__(self, other: Any) -> Node:
        from pronghorn.ir.graph import matmul, operand

        return matmul(operand(other), self)

    def __getitem__(self, key: Any) -> Node:
        from pronghorn.ir.protocols import subscript

        return subscript(self, key)

    def __iter__(self) -> NoReturn:
        raise TypeError(
            "a symbolic value cannot be iterated over. Take its parts with pronghorn.ops.unstack."
        )

    def __array_ufunc__(self, ufunc: Any, method: str, *operands: Any, **kwargs: Any) -> Node:
        from pronghorn.ir.protocols import apply_ufunc

        return apply_ufunc(ufunc, method, *operands, **kwargs)

    def __array_function__(self, function: Any, *_: Any) -> NoReturn:
        from pronghorn.ir.protocols import refuse_function

        refuse_function(function.__name__)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NoReturn:
        from pronghorn.ir.protocols import refuse_function

        refuse_function("asarray")


def as_node(value: Any) -> Any:
    """What stands for a symbolic value (a layer's variable) as that value; the rest as it is."""
    stands_for = getattr(value, "__pronghorn_node__", None)
    return value if stands_for is None else stands_for()


def are_same(nodes: Sequence[Node], others: Sequence[Node]) -> bool:
    """Whether both are the same nodes in the same order."""
    return len(nodes) == len(others) and all(map(operator.is_, nodes, others))


def order(roots: Iterable[Node]) -> list[Node]:
    """Every node under the roots, operands before users, in a fixed order."""
    done: set[Node] = set()
    found: list[Node] = []
    stack = [(r, False) for r in reversed(list(roots))]
    while stack:
        node, ready = stack.pop()
        if ready:
            if node not in done:
                done.add(node)
                found.append(node)
        elif node not in done:
            stack.append((node, True))
            stack.extend((i, False) for i in reversed(node.inputs) if i not in done)
    return found


def users(nodes: Iterable[Node]) -> dict[Node, list[Node]]:
    """Node → the nodes that read it, once per operand."""
    found: dict[Node, list[Node]] = {}
    for node in nodes:
        for operand in node.inputs:
            found.setdefault(operand, []).append(node)
    return found
