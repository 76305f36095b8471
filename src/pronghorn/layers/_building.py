"""What every ``build`` does besides making weights, whoever calls it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from pronghorn.layers._shapes import list_shapes

if TYPE_CHECKING:
    from pronghorn.layers._base import Layer

__all__ = ["complete_build"]


def complete_build(method: Callable[..., None]) -> Callable[..., None]:
    """Let ``build`` make the weights once and whole.

    It marks the layer as built and keeps the shapes it was given; on a layer that is built it only
    checks the shape. What it made before an error goes away. A ``build`` that it calls by
    ``super()`` is a part of it.
    """
    signature = inspect.signature(method)

    @wraps(method)
    def build(self: Layer, *args: Any, **kwargs: Any) -> None:
        if self._is_building:
            method(self, *args, **kwargs)
            return
        _, *shapes = signature.bind(self, *args, **kwargs).arguments.items()
        shape = shapes[0][1] if shapes else None
        if self.built:
            if shape is not None:
                self._check_again(list_shapes(shape))
            if self._build_shape is None:
                self._build_shape = shape  # of one that was built before anybody knew it
            return
        before, known_names = len(self._variables), set(vars(self))
        self._is_building = True
        try:
            method(self, *args, **kwargs)
            self.built = True
            if self._initial_weights is not None:
                self.set_weights(self._initial_weights)
        except BaseException:
            # A refused input leaves no half-made weights behind.
            del self._variables[before:]
            for attribute in set(vars(self)) - known_names:
                delattr(self, attribute)
            self.built = False
            raise
        finally:
            self._is_building = False
        self._build_shape, self._further_shapes = shape, dict(shapes[1:])

    return build
