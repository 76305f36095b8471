"""``layer.call(array)``: the formula of a layer by hand, without what ``__call__`` does besides."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

import numpy as np

from pronghorn._core.members import list_members
from pronghorn.ir.operators import Operators
from pronghorn.layers._arguments import bind_call, takes
from pronghorn.layers._emission import active

if TYPE_CHECKING:
    from pronghorn.layers._base import Layer

__all__ = ["complete_call"]


def complete_call(method: Callable[..., Any]) -> Callable[..., Any]:
    """Let ``call`` of a layer of Pronghorn compute with arrays, and take ``training``.

    ``call`` is written for symbolic values. On arrays, outside of any layer, this formula alone
    is run on them; a subclass that goes on from ``super().call(x)`` gets what it asked for.
    """
    is_told = takes(method, "training")

    @wraps(method)
    def call(self: Layer, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        if active() is None and _is_array(inputs):
            given = bind_call(type(self).__name__, method, args, kwargs)
            training = given.pop("training", None)
            return self._call_by_hand(inputs, training, given, formula)
        return formula(self, inputs, *args, **kwargs)

    def formula(self: Layer, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        if not is_told:
            # Every layer may be told, as in Keras; most have no use for it.
            kwargs.pop("training", None)
        return method(self, inputs, *args, **kwargs)

    return call


def _is_array(inputs: Any) -> bool:
    leaves = list_members(inputs)
    symbolic = any(isinstance(leaf, Operators) for leaf in leaves)
    return not symbolic and (isinstance(inputs, dict | list | tuple) or np.ndim(inputs) > 0)
