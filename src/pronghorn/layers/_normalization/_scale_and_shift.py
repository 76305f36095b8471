"""gamma and beta: the numbers by which a normalized value is scaled and shifted."""

from __future__ import annotations

from pronghorn.ir.graph import Shape
from pronghorn.layers._base import Layer
from pronghorn.layers._variable import Variable

__all__ = ["ScaleAndShift"]


class ScaleAndShift(Layer):
    """A layer with gamma where it has ``scale`` and beta where it has ``center``.

    Its constructor keeps what they begin with, their penalties and their constraints.
    """

    center: bool
    scale: bool
    gamma: Variable
    beta: Variable

    def _add_scale_and_shift(self, shape: Shape) -> None:
        for name, is_wanted in (("gamma", self.scale), ("beta", self.center)):
            if is_wanted:
                weight = self.add_weight(
                    shape,
                    initializer=getattr(self, f"{name}_initializer"),
                    regularizer=getattr(self, f"{name}_regularizer"),
                    constraint=getattr(self, f"{name}_constraint"),
                    name=name,
                )
                setattr(self, name, weight)
