"""The outputs of a model for one batch after another, with as little around them as can be."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pronghorn.layers._tensor import Tensor
from pronghorn.models._arguments import pack_outputs
from pronghorn.models._network import Network, map_structure

if TYPE_CHECKING:
    from pronghorn.models._model import Model

__all__ = ["Predictor"]

_FLOAT32 = np.dtype(np.float32)


class Predictor:
    """``f(x)``: what ``predict_on_batch(x)`` gives, for callers that wait for every microsecond.

    A float32 array in the shape of the model's one input goes to the engine as it is; everything
    else is read as ``predict`` reads it, with the same errors. It follows the model: weights that
    were trained or loaded meanwhile count. Several threads may call it at once.

    >>> import numpy as np
    >>> from pronghorn import Input, Sequential, layers
    >>> model = Sequential([Input((2,)), layers.Dense(1, kernel_initializer="ones")])
    >>> f = model.make_predict_function()
    >>> f(np.array([[1.0, 2.0]], np.float32)).tolist()
    [[3.0]]
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._network: Network | None = None
        # Of a model with one input and one output: the name that the graph reads, a row's shape.
        self._source = ""
        self._row_shape: tuple[int | None, ...] | None = None

    def __call__(self, x: Any) -> Any:
        found = self.try_as_it_is(x)
        if found is not None:
            return found
        model = self._model
        if model._network is not None and model._network.assigns:
            return model(x, training=False)
        rows = model._trainer.fit_rows(model._unpack(x), with_targets=False)
        return pack_outputs(model._known_network.outputs, model._trainer.predict_rows(rows))

    def lay_out(self, x: Any) -> Any:
        """The arrays of a batch in the shapes and the structure of the model's inputs."""
        model = self._model
        network = model._known_network
        if network.host_calls:
            return x
        rows = model._trainer.fit_rows(model._unpack(x), with_targets=False)
        arrays = [rows.sources[f"x:{name}"].array for name in network.input_names]
        return map_structure(network.inputs, dict(zip(network.input_tensors, arrays, strict=True)))

    def try_as_it_is(self, x: Any, most: float = math.inf) -> NDArray[np.float32] | None:
        """The outputs for at most ``most`` rows that need no reading; None for anything else."""
        model = self._model
        if model._network is not self._network:
            self._look_at(model._network)
        if type(x) is not np.ndarray or x.dtype is not _FLOAT32:
            return None
        shape, flags = x.shape, x.flags
        if not shape or shape[1:] != self._row_shape or not 0 < shape[0] <= most:
            return None
        if not flags.c_contiguous or not flags.aligned:
            return None
        return model._trainer.answer(self._source, x)

    def _look_at(self, network: Network | None) -> None:
        self._row_shape = None
        is_one = network is not None and isinstance(network.inputs, Tensor)
        if network is not None and is_one and not network.host_calls and not network.assigns:
            self._source = f"x:{network.input_names[0]}"
            if isinstance(network.outputs, Tensor):
                self._row_shape = network.input_shapes[0][1:]
        self._network = network
