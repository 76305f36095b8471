"""What the layers that join several tensors share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pronghorn import ops
from pronghorn._core.errors import GraphError, ShapeError, compose
from pronghorn.ir.graph import Shape, broadcast
from pronghorn.layers._base import Layer
from pronghorn.layers._masks import refuse_mask

__all__ = ["ElementwiseMerge", "Merge"]


class Merge(Layer):
    """A layer of a list of tensors: ``layer([a, b])``."""

    # How many tensors it takes: None for at least one.
    count: int | None = None
    _takes_several = True

    def _check_input(self, shapes: Sequence[Shape], origin: str | None) -> None:
        if not shapes or (self.count is not None and len(shapes) != self.count):
            raise ShapeError(
                compose(
                    f"{type(self).__name__} {self.name!r}",
                    expected=f"a list of {self.count or 'at least one'} tensors",
                    received=f"{len(shapes)}",
                    origin=origin,
                    remedy=f"Call it as {type(self).__name__}(…)([a, b])",
                )
            )
        self.check_shapes(shapes)

    def check_shapes(self, shapes: Sequence[Shape]) -> None:
        """Refuse shapes that cannot be joined."""

    def _mask_after(self, inputs: Any) -> None:
        refuse_mask(self, inputs)

    def call(self, x: Any) -> Any:
        if not isinstance(x, list | tuple):
            raise ShapeError(
                compose(
                    f"{type(self).__name__} {self.name!r}",
                    expected="a list of tensors",
                    received="one tensor",
                    remedy=f"Call it as {type(self).__name__}(…)([a, b])",
                )
            )
        return self.merge(list(x))

    def merge(self, parts: list[Any]) -> Any:
        """The result for symbolic values of shapes that fit."""
        raise NotImplementedError(f"{type(self).__name__} must define merge(parts)")

    def refuse(
        self, expected: str, shapes: Sequence[Shape], argument: str | None = None
    ) -> ShapeError:
        """The error for shapes that cannot be joined, by the ``argument`` that asks for it."""
        received = " and ".join(str(shape) for shape in shapes)
        return ShapeError(
            compose(
                f"{type(self).__name__} {self.name!r}",
                expected=expected,
                received=received if argument is None else f"{argument} for {received}",
                remedy="Bring the inputs to shapes that fit, for instance with Dense or Reshape",
            )
        )


class ElementwiseMerge(Merge):
    """A merge of tensors of one shape, or of shapes that repeat along axes of length 1.

    A tensor with fewer axes than another gets axes of length 1 after the batch.
    """

    def check_shapes(self, shapes: Sequence[Shape]) -> None:
        rank = max(len(shape) for shape in shapes)
        try:
            broadcast([_widen(shape, rank) for shape in shapes], type(self).__name__)
        except GraphError:
            raise self.refuse("tensors of one shape", shapes) from None

    def call(self, x: Any) -> Any:
        if isinstance(x, list | tuple):
            rank = max(part.rank for part in x)
            x = [ops.reshape(part, _widen(part.shape, rank)) for part in x]
        return super().call(x)


def _widen(shape: Shape, rank: int) -> Shape:
    return (shape[0], *(1,) * (rank - len(shape)), *shape[1:])
