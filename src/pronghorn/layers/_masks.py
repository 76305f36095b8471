"""Where a mask of steps ends: layers and losses that would have to compute otherwise with one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pronghorn._core.errors import GraphError, compose
from pronghorn.ir.graph import Node
from pronghorn.layers._emission import current

if TYPE_CHECKING:
    from pronghorn.layers._base import Layer

__all__ = ["refuse_mask", "refuse_masked_output"]

_REMEDY = "Average the steps first (GlobalAveragePooling1D), or leave mask_zero=True out"


def refuse_mask(layer: Layer, inputs: Any) -> None:
    """Raise GraphError where all inputs of a layer are masked, which Keras would heed."""
    values = inputs if isinstance(inputs, list | tuple) else [inputs]
    masks = current().masks
    if masks and all(isinstance(value, Node) and value in masks for value in values):
        raise GraphError(
            compose(
                f"{type(layer).__name__} {layer.name!r}",
                expected="steps that all count",
                received="a mask, of an Embedding with mask_zero=True",
                remedy=_REMEDY,
            )
        )


def refuse_masked_output(name: str, output: Node) -> None:
    """Raise GraphError for a loss of steps of which some do not count."""
    if output in current().masks:
        raise GraphError(
            compose(
                f"loss of the output {name!r}",
                expected="steps that all count",
                received="a mask, of an Embedding with mask_zero=True",
                remedy=_REMEDY,
            )
        )
