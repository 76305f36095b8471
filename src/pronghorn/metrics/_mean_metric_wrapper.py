"""The mean of a function over rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pronghorn._core import custom, registry
from pronghorn._core.errors import ParameterError, compose, describe
from pronghorn._core.registry import register
from pronghorn.metrics._mean_of_elements import MeanOfElements


@register("metric", "mean_metric_wrapper")
class MeanMetricWrapper(MeanOfElements):
    """Mean over rows of ``fn(y_true, y_pred, **kwargs)``, whose trailing axes are averaged.

    ``fn`` is a function written with ``pronghorn.ops``, a loss object, or the name of a registered
    one. Where it gives one number a batch, as losses do, every batch counts once. (``compile``
    names the metric of a function after it.)

    Source: keras.metrics.MeanMetricWrapper.

    >>> import numpy as np
    >>> from pronghorn import ops
    >>> def bias(y_true, y_pred):
    ...     return y_pred - y_true
    >>> MeanMetricWrapper(bias)(np.zeros((2, 1)), np.array([[1.0], [2.0]]))
    1.5
    """

    def __init__(
        self,
        fn: Callable[..., Any] | str,
        name: str | None = None,
        dtype: str | None = None,
        **kwargs: Any,
    ) -> None:
        function = _find_function(fn) if isinstance(fn, str) else fn
        if not callable(function):
            raise ParameterError(
                compose("MeanMetricWrapper fn", expected="a callable", received=describe(fn))
            )
        super().__init__(dtype, name)
        self.function = function
        self.kwargs = kwargs

    def elements(self, y_true: Any, y_pred: Any) -> Any:
        """The function's value for each row."""
        return self.function(y_true, y_pred, **self.kwargs)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> MeanMetricWrapper:
        """A new wrapper; keys that are no arguments of its own go to the function."""
        fn = config["fn"]
        return cls(**{**config, "fn": _read_function(fn) if isinstance(fn, Mapping) else fn})

    def get_config(self) -> dict[str, Any]:
        """The function by its name, in Keras's form, and its arguments."""
        fn = registry.serialize(self.function)
        if isinstance(fn, str):
            fn = {
                "module": "builtins",
                "class_name": "function",
                "config": fn,
                "registered_name": "function",
            }
        return {"fn": fn, "name": self.name, "dtype": self.dtype, **self.kwargs}


def _read_function(config: Mapping[str, Any]) -> Any:
    """The function or loss object of a config; the name of a registered function."""
    name = config.get("config")
    if config.get("class_name") == "function" and isinstance(name, str):
        return custom.find_custom(name, config.get("registered_name")) or name
    return registry.deserialize("loss", config)


def _find_function(name: str) -> Callable[..., Any]:
    kind = "loss" if registry.has("loss", name) else "metric"
    target = registry.lookup(kind, name)
    entry = registry.find_entry(target, kind)
    function: Callable[..., Any] = target
    if entry is not None and entry.function is not None:
        function = entry.function
    return function
