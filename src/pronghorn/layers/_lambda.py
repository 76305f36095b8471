"""A function as a layer."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pronghorn._core import registry
from pronghorn._core.errors import ParameterError, compose, describe
from pronghorn._core.params import OfType, check
from pronghorn._core.registry import register
from pronghorn.layers._base import Layer
from pronghorn.layers._options import refuse_left_out

__all__ = ["Lambda"]

L = TypeVar("L", bound="Lambda")


@register("layer", "Lambda")
class Lambda(Layer):
    """y = function(x, **arguments): a function written with ``pronghorn.ops``, traced once.

    It has no weights: write a subclass of ``Layer`` where there are some.

    Args:
        function: Of one symbolic value, or of the list that the layer is called with; it may take
            ``training`` as well.
        output_shape: Accepted; the shape follows from the function.
        mask: None, the only one.
        arguments: Further keyword arguments of the function, a dict. Default None.
        name: see ``Layer``.

    Saved models hold the function's name, never its code: register it with
    ``@pronghorn.register("function", "name")`` to save and load one.

    Errors: ParameterError for what cannot be called and for arguments that are no dict; when the
    layer is saved, for a function that is not registered.

    Source: keras.layers.Lambda.

    >>> import numpy as np
    >>> from pronghorn import layers, ops
    >>> layers.Lambda(lambda x: ops.square(x) + 1.0)(np.array([[2.0]])).tolist()
    [[5.0]]
    """

    _takes_several = True

    def __init__(
        self,
        function: Callable[..., Any],
        output_shape: Any = None,
        mask: Any = None,
        arguments: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        refuse_left_out("Lambda", mask=mask)
        super().__init__(**kwargs)
        if not callable(function):
            raise ParameterError(
                compose("Lambda function", expected="a function", received=describe(function))
            )
        self.function = function
        self.output_shape = output_shape
        self.arguments = dict(
            check("Lambda", "arguments", {} if arguments is None else arguments, OfType(Mapping))
        )
        self._takes_training = "training" in inspect.signature(function).parameters

    def call(self, x: Any, training: bool = False) -> Any:
        further = {"training": training} if self._takes_training else {}
        return self.function(x, **self.arguments, **further)

    def get_config(self) -> dict[str, Any]:
        """The arguments, the function by its registered name."""
        config = {**super().get_config(), "mask": None}
        if self.output_shape is None:
            del config["output_shape"]
        return config

    @classmethod
    def from_config(cls: type[L], config: Mapping[str, Any]) -> L:
        """A new layer from ``get_config()``'s result; raises ParameterError for stored code."""
        function = config["function"]
        if isinstance(function, Mapping) and function.get("class_name") == "__lambda__":
            raise ParameterError(
                compose(
                    "Lambda function",
                    expected="the name of a registered function",
                    received="Python code in a file",
                    remedy="Code is never loaded: build the model again and load its weights",
                )
            )
        if isinstance(function, str | Mapping):
            function = registry.deserialize(_find_kind(function), function)
        return super().from_config({**config, "function": function})


def _find_kind(function: str | Mapping[str, Any]) -> str:
    """Under which kind the function of a config is registered: one's own, or an activation."""
    name = function.get("config") if isinstance(function, Mapping) else function
    if registry.has("function", name):
        return "function"
    return "activation" if registry.has("activation", name) else "function"
