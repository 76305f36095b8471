"""Pronghorn: multilayer perceptrons at hardware speed, in the shape of Keras.

>>> import pronghorn as keras
>>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
>>> model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
"""

from __future__ import annotations

import typing as _typing
from importlib import import_module as _import_module

# Names that live in a module of the package. The modules themselves are names as well.
_NAMES = {
    "Callback": "callbacks",
    "Constraint": "constraints",
    "DTypePolicy": "mixed_precision",
    "Initializer": "initializers",
    "Input": "layers",
    "InputSpec": "layers",
    "Layer": "layers",
    "Loss": "losses",
    "Metric": "metrics",
    "Model": "models",
    "Optimizer": "optimizers",
    "PronghornError": "errors",
    "Regularizer": "regularizers",
    "Sequential": "models",
    "Variable": "layers",
    "install": "runner",
    "load_ipython_extension": "runner",
    "uninstall": "runner",
    "unload_ipython_extension": "runner",
}
_MODULES = (
    "activations",
    "backend",
    "callbacks",
    "config",
    "constraints",
    "datasets",
    "errors",
    "initializers",
    "inspection",
    "layers",
    "losses",
    "metrics",
    "mixed_precision",
    "models",
    "ops",
    "optimizers",
    "regularizers",
    "saving",
    "sklearn",
    "utils",
    "wrappers",
)

__all__ = [
    "Callback",
    "Constraint",
    "DTypePolicy",
    "Initializer",
    "Input",
    "InputSpec",
    "Layer",
    "Loss",
    "Metric",
    "Model",
    "Optimizer",
    "PronghornError",
    "Regularizer",
    "Sequential",
    "Variable",
    "__version__",
    "activations",
    "backend",
    "callbacks",
    "config",
    "constraints",
    "datasets",
    "errors",
    "initializers",
    "inspection",
    "install",
    "layers",
    "losses",
    "metrics",
    "mixed_precision",
    "models",
    "ops",
    "optimizers",
    "register",
    "regularizers",
    "saving",
    "uninstall",
    "utils",
]

if _typing.TYPE_CHECKING:
    from pronghorn import (
        activations,
        backend,
        callbacks,
        config,
        constraints,
        datasets,
        errors,
        initializers,
        inspection,
        layers,
        losses,
        metrics,
        mixed_precision,
        models,
        ops,
        optimizers,
        regularizers,
        saving,
        utils,
    )
    from pronghorn._core.registry import register
    from pronghorn.callbacks import Callback
    from pronghorn.constraints import Constraint
    from pronghorn.errors import PronghornError
    from pronghorn.initializers import Initializer
    from pronghorn.layers import Input, InputSpec, Layer, Variable
    from pronghorn.losses import Loss
    from pronghorn.metrics import Metric
    from pronghorn.mixed_precision import DTypePolicy
    from pronghorn.models import Model, Sequential
    from pronghorn.optimizers import Optimizer
    from pronghorn.regularizers import Regularizer
    from pronghorn.runner import install, uninstall

    __version__: str


def __getattr__(name: str) -> _typing.Any:
    """Load a public name on first use, so that ``import pronghorn`` costs next to nothing."""
    value: _typing.Any
    if name in _MODULES:
        value = _import_module(f"pronghorn.{name}")
    elif name in _NAMES:
        value = getattr(_import_module(f"pronghorn.{_NAMES[name]}"), name)
    elif name == "register":
        value = _import_module("pronghorn._core.registry").register
    elif name == "__version__":
        from importlib.metadata import version

        value = version("pronghorn")
    else:
        raise _import_module("pronghorn._core.left_out").missing("pronghorn", name, __dir__())
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
