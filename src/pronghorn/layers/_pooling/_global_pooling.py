"""What reductions over the steps of rows have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pronghorn._core.errors import ShapeError, compose
from pronghorn._core.params import Boolean, OneOf, check
from pronghorn.ir.graph import Shape
from pronghorn.layers._base import Layer
from pronghorn.layers._input_spec import InputSpec

__all__ = ["GlobalPooling"]


class GlobalPooling(Layer):
    """(n, l, d) → (n, d): one number for each column of a row, from all of its l steps.

    Args: those of ``GlobalAveragePooling1D``.
    """

    _is_built_at_once = True

    def __init__(
        self, data_format: str | None = None, keepdims: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        kind, given = type(self).__name__, "channels_last" if data_format is None else data_format
        rule = OneOf("channels_last", "channels_first")
        self.data_format = check(kind, "data_format", given, rule)
        self.keepdims = check(kind, "keepdims", keepdims, Boolean())

    @property
    def _steps_axis(self) -> int:
        return 1 if self.data_format == "channels_last" else 2

    def _own_spec(self) -> InputSpec:
        return InputSpec(ndim=3)

    def _check_input(self, shapes: Sequence[Shape], origin: str | None) -> None:
        if len(shapes[0]) != 3:
            raise ShapeError(
                compose(
                    f"{type(self).__name__} {self.name!r}",
                    expected="rows of several steps, shape (n, l, d)",
                    received=f"shape {shapes[0]}",
                    origin=origin,
                )
            )
