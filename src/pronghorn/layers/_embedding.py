"""Rows of a table, chosen by whole numbers."""

from __future__ import annotations

from typing import Any

from pronghorn import constraints, initializers, ops, regularizers
from pronghorn._core.params import Boolean, Integer, check
from pronghorn._core.registry import register
from pronghorn.layers._arguments import renamed
from pronghorn.layers._base import Layer

__all__ = ["Embedding"]


@register("layer", "Embedding")
class Embedding(Layer):
    """y = E[x]: x whole numbers (n,) or (n, l), E (v, d), y (n, d) or (n, l, d).

    Args:
        input_dim: v, the number of rows of E; x is below it.
        output_dim: d, the length of a row.
        embeddings_initializer: First values of E (``embeddings``). Default "uniform". Older
            spelling: ``init``.
        embeddings_regularizer: A penalty on E added to the loss. Default None. Older spelling:
            ``W_regularizer``.
        embeddings_constraint: What E must satisfy. Default None. Older spelling: ``W_constraint``.
        mask_zero: Whether 0 fills rows up: then GlobalAveragePooling1D leaves such steps out.
            Default False.
        weights: First values of E as an array, or a list with it. Default None.
        input_length: The older way to say ``input_shape=(l,)``.
        name, input_shape: see ``Layer``.

    Errors: ParameterError for arguments outside their values; DataError for numbers outside
    0 … v − 1.

    Source: keras.layers.Embedding.

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> table = layers.Embedding(3, 2, weights=np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]))
    >>> table(np.array([[2, 0]])).tolist()
    [[[4.0, 5.0], [0.0, 1.0]]]
    """

    @renamed(
        init="embeddings_initializer",
        W_regularizer="embeddings_regularizer",
        W_constraint="embeddings_constraint",
    )
    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        weights: Any = None,
        **kwargs: Any,
    ) -> None:
        length = kwargs.pop("input_length", None)
        if length is not None:
            kwargs.setdefault("input_shape", (length,))
        if weights is not None:
            kwargs["weights"] = weights if isinstance(weights, list) else [weights]
        super().__init__(**kwargs)
        self.input_dim = check("Embedding", "input_dim", input_dim, Integer(low=1))
        self.output_dim = check("Embedding", "output_dim", output_dim, Integer(low=1))
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        self.embeddings_regularizer = regularizers.get(embeddings_regularizer)
        self.embeddings_constraint = constraints.get(embeddings_constraint)
        self.mask_zero = check("Embedding", "mask_zero", mask_zero, Boolean())

    def build(self, input_shape: Any = None) -> None:
        self.embeddings = self.add_weight(
            (self.input_dim, self.output_dim),
            initializer=self.embeddings_initializer,
            regularizer=self.embeddings_regularizer,
            constraint=self.embeddings_constraint,
            name="embeddings",
        )

    def _mask_after(self, inputs: Any) -> Any:
        return ops.not_equal(inputs, 0.0) if self.mask_zero else None

    def call(self, x: Any) -> Any:
        return ops.take(self.embeddings.node(), x, axis=0)
