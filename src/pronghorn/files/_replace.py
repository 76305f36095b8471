"""The weights of a file into a model: all of them, or none."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from pronghorn._core.errors import FileError, compose
from pronghorn._core.warn import warn
from pronghorn.files._content import Pair, Weights
from pronghorn.files._limits import reading
from pronghorn.layers._base import Layer

__all__ = ["replace_weights"]

_MOST_NAMED = 5


def replace_weights(
    path: Path, model: Layer, weights: Weights, *, skip_mismatch: bool, by_name: bool
) -> None:
    """Give every weight of the model its array of the file.

    ``skip_mismatch``: layers with what does not fit stay as they are, with one warning that lists
    it.
    ``by_name``: layers of other names are not looked at. Raises FileError, before anything is
    changed, for weights that do not fit.
    """
    with reading(path, "weights that belong to the model"):
        pairs = weights.pair(model, by_name)
    found = {i: text for i, text in enumerate(map(_find_misfit, pairs)) if text is not None}
    misfits = list(found.values())
    if misfits:
        shown = "; ".join(misfits[:_MOST_NAMED])
        if len(misfits) > _MOST_NAMED:
            shown += f"; and {len(misfits) - _MOST_NAMED} more"
        if not skip_mismatch:
            raise FileError(
                compose(
                    f"load {str(path)!r}",
                    expected="weights that belong to the model",
                    received=shown,
                    remedy="Load them into the model that they were saved from, or pass "
                    "skip_mismatch=True to take what fits",
                )
            )
        warn(f"load {str(path)!r}: left as they were: {shown}.")
    # A layer of which one weight does not fit stays whole as it is, as in Keras.
    left = {pairs[i].group for i in found} - {""}
    for i, pair in enumerate(pairs):
        if i not in found and pair.group not in left and pair.variable is not None:
            pair.variable.assign(np.asarray(pair.array, np.float32))


def _find_misfit(pair: Pair) -> str | None:
    if pair.variable is None:
        shape = None if pair.array is None else pair.array.shape
        return f"{pair.name} of shape {shape}, which the model does not have"
    if pair.array is None:
        return f"no {pair.name} for {pair.variable.path}"
    if pair.array.shape != pair.variable.shape:
        return (
            f"{pair.name} of shape {pair.array.shape} where {pair.variable.path} has shape "
            f"{pair.variable.shape}"
        )
    return None
