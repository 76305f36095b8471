"""What the layers that join several tensors share."""

from __future__ import annotations

from collections.abc import Sequence

from pronghorn._core.errors import ShapeError, compose
from pronghorn.ir.graph import Shape
from pronghorn.layers._base import Layer

__all__ = ["Merge"]


class Merge(Layer):
    """A layer of a list of tensors: ``layer([a, b])``."""

    def check_input(self, shapes: Sequence[Shape], origin: str | None) -> None:
        if len(shapes) < 2:
            raise ShapeError(
                compose(
                    f"{type(self).__name__} {self.name!r}",
                    expected="a list of at least two tensors",
                    received=f"{len(shapes)}",
                    origin=origin,
                    remedy=f"Call it as {type(self).__name__}()([a, b])",
                )
            )
        self.check_shapes(shapes)

    def check_shapes(self, shapes: Sequence[Shape]) -> None:
        """Refuse shapes that cannot be joined."""

    def refuse(self, expected: str, shapes: Sequence[Shape]) -> ShapeError:
        """The error for shapes that cannot be joined."""
        return ShapeError(
            compose(
                f"{type(self).__name__} {self.name!r}",
                expected=expected,
                received=" and ".join(str(shape) for shape in shapes),
            )
        )
