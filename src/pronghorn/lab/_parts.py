"""The parts of the playground that a teacher's link or lesson may put away."""

from __future__ import annotations

from collections.abc import Sequence

from pronghorn.errors import ParameterError

__all__ = ["PARTS", "write_hidden"]

#: Name in a link → what the page calls it. The page marks its elements with these names.
PARTS = {
    "pages": "Links to the other pages",
    "weights": "New first weights",
    "undo": "Undo one batch",
    "batch": "Step one batch",
    "epoch": "Step one epoch",
    "speed": "Speed",
    "until": "Run until …",
    "time": "Time line",
    "export": "Export",
    "rate": "Learning rate",
    "batch_size": "Batch size",
    "activation": "Activation of all layers",
    "optimizer": "Optimizer",
    "loss": "Loss",
    "initializer": "Distribution of the first weights",
    "penalty": "Regularization and its rate",
    "more": "Further settings",
    "regenerate": "Other points",
    "sets": "Choice of the data",
    "noise": "Noise",
    "split": "Share that trains",
    "size": "Number of points",
    "draw": "Drawing of points",
    "table": "Own table",
    "download": "Download of the data",
    "inputs": "Choice of the inputs",
    "layers": "Layers, neurons and their activation",
    "model": "Saved models",
    "switches": "Switches of the map",
    "small_loss": "Loss beside the map",
    "panel-curves": "Instrument: curves",
    "panel-slow": "Instrument: slow motion",
    "panel-flow": "Instrument: gradient flow",
    "panel-weights": "Instrument: weights",
    "panel-activations": "Instrument: activations",
    "panel-confusion": "Instrument: errors",
    "panel-slice": "Instrument: loss slice",
    "panel-hidden": "Instrument: hidden space",
    "panel-images": "Instrument: images",
    "panel-runs": "Instrument: runs",
}


def write_hidden(names: Sequence[str]) -> str:
    """What follows the experiment in a link that puts parts away.

    >>> write_hidden(["noise", "split"])
    '&hide=noise,split'
    """
    for name in names:
        if name not in PARTS:
            raise ParameterError(f"hide: expected one of {', '.join(PARTS)}, received {name!r}.")
    return f"&hide={','.join(names)}" if names else ""
