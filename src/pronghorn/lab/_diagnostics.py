"""How healthy a network is: gradients, updates and units, layer by layer, as arrays of a frame."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn.errors import PronghornError
from pronghorn.inspection import Trace
from pronghorn.lab._network import dense_layers
from pronghorn.lab._run import Run

__all__ = ["BINS", "diagnose"]

Array = NDArray[Any]
BINS = 32
# Units are judged on so many rows of the training data.
_MOST_ROWS = 256


def diagnose(run: Run, with_histograms: bool) -> dict[str, Array]:
    """Gradients and updates of the step that comes next, dead and saturated shares over the data.

    Norms are of kernels. Nothing where the step cannot be looked at.
    """
    problem = run.problem
    rows = run.next_rows()
    try:
        step = run.model.trace(problem.x_train[rows], problem.y_train[rows])
        whole = run.model.trace(problem.x_train[:_MOST_ROWS], problem.y_train[:_MOST_ROWS])
    except PronghornError:
        return {}
    names = [layer.name for layer in dense_layers(run.model)]
    kernels = [step.weights[f"{name}/kernel"] for name in names]
    units = [whole.layer(name) for name in names]
    found: dict[str, Array] = {
        "grad_norms": _numbers(weight.gradient_norm for weight in kernels),
        "weight_norms": _numbers(weight.weight_norm for weight in kernels),
        "ratios": _numbers(weight.update_ratio for weight in kernels),
        "dead": _numbers(layer.dead_share for layer in units),
        "saturated": _numbers(layer.saturated_share for layer in units),
        "dead_units": np.concatenate([layer.dead_units for layer in units]).astype(np.uint8),
    }
    if with_histograms:
        found.update(_count(step, whole, names))
    return found


def _numbers(values: Any) -> Array:
    return np.array(list(values), np.float32)


def _count(step: Trace, whole: Trace, names: list[str]) -> dict[str, Array]:
    """Weights and gradients of the step, z and a over the data: counts, and what they range in."""
    counts = np.zeros((len(names), 4, BINS), np.int32)
    ranges = np.zeros((len(names), 4, 2), np.float32)
    for i, name in enumerate(names):
        weight, layer = step.weights[f"{name}/kernel"], whole.layer(name)
        for j, values in enumerate(
            (weight.before, weight.gradient, layer.pre_activation, layer.activation)
        ):
            counts[i, j], ranges[i, j] = _histogram(values)
    return {"histograms": counts, "histogram_ranges": ranges}


def _histogram(values: Array | None) -> tuple[Array, Array]:
    finite = np.zeros(0) if values is None else values[np.isfinite(values)].astype(np.float64)
    if not finite.size:
        return np.zeros(BINS, np.int32), np.zeros(2, np.float32)
    low, high = float(finite.min()), float(finite.max())
    if low == high:
        low, high = low - 0.5, high + 0.5
    counts, _ = np.histogram(finite, BINS, (low, high))
    return counts.astype(np.int32), np.array([low, high], np.float32)
