"""The loss and its gradient over all rows, for scipy's L-BFGS-B."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from pronghorn.sklearn._network import Network
from pronghorn.sklearn._rows import is_sparse

__all__ = ["loss_and_gradients", "parts_of"]

# Rows of a part: the activations of so many rows are in memory at once.
_ROWS = 8192


def parts_of(n: int, weights: Any = None) -> int:
    """Into how many parts n rows are cut; only those with a weight count."""
    return -(-(n if weights is None else int(np.count_nonzero(weights))) // _ROWS)


def loss_and_gradients(
    network: Network, x: Any, y: Any, weights: Any
) -> tuple[np.float64, list[Any], list[Any]]:
    """(L, ∂L/∂W of each layer, ∂L/∂b of each): float64, summed over parts of the rows.

    L = Σ_p s_p / S · L_p, with s_p the rows (or the sum of their weights) of part p and S that of
    all. As L_p has the penalty alpha' / 2 · Σ‖W‖² / s_p, the design of the network has the share
    alpha' = alpha / parts.
    """
    n = x.shape[0]
    parts = parts_of(n, weights)
    if weights is not None and parts > 1 and not weights.all():
        # A part of weight 0 has no mean.
        kept = np.flatnonzero(weights)
        x, y, weights, n = x[kept], y[kept], weights[kept], len(kept)
    edges = np.linspace(0, n, parts + 1).astype(int)
    size = float(n if weights is None else weights.sum())
    loss = np.float64(0.0)
    gradients: list[Any] = []
    for start, stop in pairwise(edges):
        part = None if weights is None else weights[start:stop]
        share = float(stop - start if part is None else part.sum()) / size
        rows = x[start:stop].toarray() if is_sparse(x) else x[start:stop]
        value, found = network.trained.compute_gradients(
            network.inputs(rows, part), y[start:stop], part
        )
        arrays = [np.multiply(g, share, dtype=np.float64) for g in found.values()]
        loss += np.float64(share * value)
        gradients = [a + b for a, b in zip(gradients, arrays, strict=True)] if start else arrays
    return loss, gradients[0::2], gradients[1::2]
