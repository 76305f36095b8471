"""From a compiled model to trained weights: the step as a graph, and the one loop."""

from pronghorn.training._fits import Fit, recorded_fit, tell_engine, watch_fits
from pronghorn.training._gradients import compute_gradients
from pronghorn.training._objective import Objective
from pronghorn.training._plan import FitPlan
from pronghorn.training._rows import Rows
from pronghorn.training._step import Trainable
from pronghorn.training._trace import LayerTrace, Trace, WeightTrace, trace_batch
from pronghorn.training._trainer import Trainer

__all__ = [
    "Fit",
    "FitPlan",
    "LayerTrace",
    "Objective",
    "Rows",
    "Trace",
    "Trainable",
    "Trainer",
    "WeightTrace",
    "compute_gradients",
    "recorded_fit",
    "tell_engine",
    "trace_batch",
    "watch_fits",
]
