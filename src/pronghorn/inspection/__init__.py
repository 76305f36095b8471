"""Looking into a network: the trace of a step, and cuts through the loss around its weights."""

from pronghorn.inspection._directions import (
    PathDirections,
    between,
    path_directions,
    random_direction,
)
from pronghorn.inspection._slices import loss_line, loss_plane
from pronghorn.training import LayerTrace, Trace, WeightTrace

__all__ = [
    "LayerTrace",
    "PathDirections",
    "Trace",
    "WeightTrace",
    "between",
    "loss_line",
    "loss_plane",
    "path_directions",
    "random_direction",
]
