"""A layer on each step of its input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

from pronghorn import ops
from pronghorn._core import registry
from pronghorn._core.errors import ParameterError, ShapeError, compose, describe
from pronghorn._core.registry import register
from pronghorn.ir.graph import Shape
from pronghorn.layers._base import Layer
from pronghorn.layers._dense import Dense

__all__ = ["TimeDistributed"]


@register("layer", "TimeDistributed")
class TimeDistributed(Layer):
    """y[:, t] = layer(x[:, t]) for every step t: (n, T, …) → (n, T, …), with the same weights.

    Args:
        layer: The layer, or a model; its input is a row without the axis of the steps.
        name, input_shape: see ``Layer``.

    Where rows are of several lengths, the layer is a ``Dense``, which needs no number of steps.

    Errors: ParameterError for what is no layer; ShapeError for rows without steps, or without a
    number of them where one is needed.

    Source: keras.layers.TimeDistributed.

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> sums = layers.Dense(1, kernel_initializer="ones")
    >>> layers.TimeDistributed(sums)(np.array([[[1.0, 2.0], [3.0, 4.0]]])).tolist()
    [[[3.0], [7.0]]]
    """

    supports_masking = True

    def __init__(self, layer: Any, **kwargs: Any) -> None:
        if not isinstance(layer, Layer):
            raise ParameterError(
                compose(
                    "TimeDistributed layer",
                    expected="a layer",
                    received=describe(layer),
                    remedy="Pass for instance layers.Dense(3)",
                )
            )
        super().__init__(**kwargs)
        self.layer = layer

    def _check_input(self, shapes: Sequence[Shape], origin: str | None) -> None:
        (shape,) = shapes
        has_steps = len(shape) > 2
        if not has_steps or (shape[1] is None and not isinstance(self.layer, Dense)):
            raise ShapeError(
                compose(
                    f"TimeDistributed {self.name!r}",
                    expected="rows with a number of steps, (n, T, …)",
                    received=f"shape {shape}",
                    origin=origin,
                    remedy=f"Begin the model with Input((T, {', '.join(map(str, shape[2:]))}))"
                    if has_steps
                    else f"For rows without steps take the {type(self.layer).__name__} itself",
                )
            )

    def build(self, input_shape: Any) -> None:
        self.layer._build([_without_steps(input_shape)])

    def call(self, x: Any, training: bool | None = None) -> Any:
        if isinstance(self.layer, Dense):
            return self.layer(x)  # one product for all steps
        steps = [self.layer(x[:, t], training=training) for t in range(x.shape[1])]
        return ops.stack(steps, axis=1)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """A new layer around a new one, from ``get_config()``'s result."""
        inner = config["layer"]
        made = registry.deserialize("layer", inner) if isinstance(inner, Mapping) else inner
        return super().from_config({**config, "layer": made})


def _without_steps(shape: Any) -> Shape:
    return (shape[0], *shape[2:])
