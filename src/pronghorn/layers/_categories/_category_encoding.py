"""Whole numbers as zeros and ones, or as counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pronghorn import ops
from pronghorn._core.errors import ParameterError, ShapeError, compose
from pronghorn._core.params import Integer, OneOf, check
from pronghorn._core.registry import register
from pronghorn.ir.graph import Shape
from pronghorn.layers._arguments import bind_call, renamed
from pronghorn.layers._base import Layer
from pronghorn.layers._eager import is_data

__all__ = ["CategoryEncoding"]


@register("layer", "CategoryEncoding")
class CategoryEncoding(Layer):
    """Whole numbers below c as rows of c numbers.

    "one_hot": (n,) or (n, 1) → (n, c), (n, l) → (n, l, c), 1 at the number. "multi_hot":
    (n, l) → (n, c), 1 for every number that occurs. "count": (n, l) → (n, c), how often it
    occurs, or the sum of ``count_weights`` (n, l) where a second input gives them. An array (l,)
    of their numbers is one row: (l,) → (c,).

    Args:
        num_tokens: c, at least 1. Older spelling: ``max_tokens``.
        output_mode: "multi_hot" (default; also called "binary"), "one_hot" or "count".
        name, input_shape: see ``Layer``.

    Errors: ParameterError for a missing num_tokens, another mode, or count_weights in another
    mode than "count"; DataError for numbers outside 0 … c − 1.

    Source: keras.layers.CategoryEncoding.

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> layers.CategoryEncoding(4, output_mode="count")(np.array([[3, 0, 3]])).tolist()
    [[1.0, 0.0, 0.0, 2.0]]
    """

    @renamed(max_tokens="num_tokens")
    def __init__(
        self, num_tokens: int | None = None, output_mode: str = "multi_hot", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.num_tokens = check("CategoryEncoding", "num_tokens", num_tokens, Integer(low=1))
        is_old = isinstance(output_mode, str) and output_mode == "binary"
        mode = "multi_hot" if is_old else output_mode
        rule = OneOf("multi_hot", "one_hot", "count")
        self.output_mode = check("CategoryEncoding", "output_mode", mode, rule)

    def __call__(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """On symbolic tensors a place in a model; on arrays, or a row alone, the numbers."""
        kwargs = bind_call(type(self).__name__, type(self).call, args, kwargs)
        is_number = isinstance(inputs, int | np.integer)
        if self.output_mode == "one_hot":
            return super().__call__(np.asarray([inputs]) if is_number else inputs, **kwargs)
        if is_number or not is_data(inputs) or np.ndim(inputs) > 1:
            return super().__call__(inputs, **kwargs)
        if kwargs.get("count_weights") is not None:
            kwargs["count_weights"] = np.asarray([kwargs["count_weights"]])
        return super().__call__(np.asarray([inputs]), **kwargs)[0]

    def call(self, x: Any, count_weights: Any = None) -> Any:
        if count_weights is not None and self.output_mode != "count":
            raise ParameterError(
                compose(
                    "CategoryEncoding count_weights",
                    expected="none, for any output_mode but 'count'",
                    received=f"some for {self.output_mode!r}",
                )
            )
        if self.output_mode == "one_hot" and x.rank > 1 and x.shape[-1] == 1:
            x = ops.reshape(x, x.shape[:-1])
        hot = ops.one_hot(x, self.num_tokens)
        if self.output_mode == "one_hot":
            return hot
        if count_weights is not None:
            hot = ops.multiply(hot, ops.reshape(count_weights, (*count_weights.shape, 1)))
        counts = ops.sum(hot, axis=-2)
        return counts if self.output_mode == "count" else ops.minimum(counts, 1.0)

    def _check_input(self, shapes: Sequence[Shape], origin: str | None) -> None:
        if self.output_mode != "one_hot" and len(shapes[0]) < 2:
            raise ShapeError(
                compose(
                    f"CategoryEncoding {self.name!r} ({self.output_mode})",
                    expected="rows of several numbers, shape (n, l)",
                    received=f"shape {shapes[0]}",
                    origin=origin,
                    remedy="Pass x[:, None], or output_mode='one_hot'",
                )
            )
