"""The softmax as a layer."""

from __future__ import annotations

from typing import Any

from pronghorn import activations, ops
from pronghorn._core.errors import ParameterError, compose, describe
from pronghorn._core.params import Interval, MismatchError
from pronghorn._core.registry import register
from pronghorn.layers._base import Layer
from pronghorn.layers._masks import refuse_mask
from pronghorn.layers._shapes import normalize_axes, read_axes

__all__ = ["Softmax"]

_LEARNED = "learned"


@register("layer", "Softmax")
class Softmax(Layer):
    """y = e^(x/T) / Σ e^(x/T) along the axis, shape unchanged.

    A temperature T above 1 evens the probabilities out, one below 1 sharpens them.

    Args:
        axis: The axis of the sum, or several. Default −1.
        temperature: T, above 0, or "learned": then T = e^t with a trainable weight t
            (``log_temperature``, 0 at first), so that T stays above 0. Default 1.0.
        name: see ``Layer``.

    Errors: ParameterError for axes that there are not, and for other temperatures.

    Source: keras.layers.Softmax; Hinton et al. 2015 (arXiv:1503.02531) for the temperature,
    which Keras does not have.

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> layers.Softmax()(np.zeros((1, 4))).tolist()
    [[0.25, 0.25, 0.25, 0.25]]
    >>> layers.Softmax(temperature=0.5)(np.array([[0.0, 0.0]])).tolist()
    [[0.5, 0.5]]
    """

    def __init__(self, axis: Any = -1, temperature: Any = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = read_axes("Softmax", axis)
        self.temperature = _read_temperature(temperature)
        # As Keras's layers without weights; a class of yours may build some.
        self.built = self.temperature != _LEARNED and type(self).build is Softmax.build

    def build(self, input_shape: Any) -> None:
        if self.temperature == _LEARNED:
            self.log_temperature = self.add_weight((), "zeros", name="log_temperature")

    def _mask_after(self, inputs: Any) -> None:
        refuse_mask(self, inputs)

    def call(self, x: Any) -> Any:
        axes = normalize_axes(f"Softmax {self.name!r}", self.axis, x.rank)
        if self.temperature == _LEARNED:
            x = ops.multiply(x, ops.exp(ops.negative(self.log_temperature.node())))
        elif self.temperature != 1.0:
            x = ops.divide(x, self.temperature)
        if len(axes) == 1:
            return activations.softmax(x, axes[0])
        e = ops.exp(ops.subtract(x, ops.max(x, axes, keepdims=True)))
        return ops.divide(e, ops.sum(e, axes, keepdims=True))

    def get_config(self) -> dict[str, Any]:
        """The arguments; without the temperature where it is 1, for files that Keras opens."""
        config = super().get_config()
        if self.temperature == 1.0:
            del config["temperature"]
        return config


def _read_temperature(value: Any) -> float | str:
    if isinstance(value, str) and value == _LEARNED:
        return value
    try:
        return Interval(0.0, closed="neither").convert(value)
    except MismatchError:
        raise ParameterError(
            compose(
                "Softmax temperature",
                expected="a number above 0, or 'learned'",
                received=describe(value),
            )
        ) from None
