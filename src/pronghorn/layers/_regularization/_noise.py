"""Random numbers inside layers: where a layer draws them from, and in which shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pronghorn._core import rng
from pronghorn._core.errors import ParameterError, ShapeError, compose, describe
from pronghorn._core.params import Integer, check
from pronghorn.ir.draws import RANDOM_OPS
from pronghorn.ir.graph import Graph, Shape
from pronghorn.layers._emission import current

if TYPE_CHECKING:
    from pronghorn.layers._base import Layer

__all__ = ["Draws", "noise_source", "read_noise_shape", "shape_of_noise"]


def noise_source(layer: Layer, seed: int | None) -> tuple[int, int | None]:
    """(stream, seed) of a layer's next numbers, as the nodes of ``ir/draws.py`` take them.

    With a seed of its own a layer draws the same numbers wherever it stands and whatever the seed
    of the run is: its streams number its calls within a step. Other streams number the places of a
    model, under the seed of the run.
    """
    return current().next_stream(None if seed is None else layer), seed


class Draws:
    """Where the numbers of steps come from that no optimizer counts: calls and predictions.

    Every start has a fresh seed, for the layers that have none. Those with seeds of their own go on
    from step to step, as in training.
    """

    def __init__(self) -> None:
        self._steps = 0

    def start(self, graph: Graph) -> tuple[int, int]:
        """(seed, first step) of a run; (0, 0) where nothing is drawn."""
        drawing = [node for node in graph.nodes() if node.op in RANDOM_OPS]
        if not drawing:
            return 0, 0
        has_own_seeds = any("seed" in node.attrs for node in drawing)
        return rng.next_seed(), self._steps if has_own_seeds else 0

    def count(self, steps: int) -> None:
        """So many steps were drawn."""
        self._steps += steps

    def take(self, graph: Graph) -> tuple[int, int]:
        """``start`` of a single step."""
        started = self.start(graph)
        self.count(1)
        return started


def read_noise_shape(owner: str, noise_shape: Any) -> tuple[int | None, ...] | None:
    """None, or lengths of at least 1 with None where the input's own length is meant.

    In front 1 means the same noise for all rows of a batch; any other number of rows that Keras
    asks for there stands for every one. Raises ParameterError for anything else.
    """
    if noise_shape is None:
        return None
    rule = Integer(low=1)
    if not isinstance(noise_shape, list | tuple) or not noise_shape:
        raise ParameterError(
            compose(
                f"{owner} noise_shape",
                expected="None, or a tuple such as (None, 1, 3)",
                received=describe(noise_shape),
                remedy="Put None in front for noise of its own in every row, 1 for one of all",
            )
        )
    return tuple(None if s is None else check(owner, "noise_shape", s, rule) for s in noise_shape)


def shape_of_noise(owner: str, noise_shape: tuple[int | None, ...] | None, shape: Shape) -> Shape:
    """The shape to draw for an input of ``shape``; raises ShapeError where it does not repeat."""
    if noise_shape is None:
        return shape
    if len(noise_shape) == len(shape):
        found = (
            1 if noise_shape[0] == 1 else None,
            *(s if n is None else n for n, s in zip(noise_shape[1:], shape[1:], strict=True)),
        )
        if all(drawn in (1, own) for drawn, own in zip(found[1:], shape[1:], strict=True)):
            return found
    raise ShapeError(
        compose(
            owner,
            expected=f"input that noise_shape={noise_shape} repeats along axes of length 1",
            received=f"shape {shape}",
        )
    )
