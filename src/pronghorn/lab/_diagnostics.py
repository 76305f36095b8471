"""How healthy a network is: gradients, updates and units, layer by layer."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from pronghorn.lab._run import Run

__all__ = ["diagnose"]


def diagnose(run: Run, with_histograms: bool) -> dict[str, NDArray[Any]]:
    """Arrays of a frame; see ``_session``."""
    return {}
