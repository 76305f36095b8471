"""Operations between layers, in the form in which Keras's model configs hold them.

There an operation is a class, ``keras.src.ops.numpy.Concatenate``: what shapes it is its config
(``axis``), and what it is called on are the arguments of its inbound nodes.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from pronghorn import ops
from pronghorn._core.registry import to_snake_case
from pronghorn.files import read_class_name
from pronghorn.layers._base import Layer
from pronghorn.layers._operation import Operation, connect
from pronghorn.layers._tensor import Call

__all__ = ["describe_operation", "name_kind", "read_operation", "read_special"]

_PACKAGE = "keras.src.ops."
# Where Keras keeps the classes that are not in its module `numpy`.
_MODULES = {
    "nn": (
        "batch_normalization",
        "binary_crossentropy",
        "categorical_crossentropy",
        "glu",
        "layer_normalization",
        "log_softmax",
        "moments",
        "multi_hot",
        "normalize",
        "one_hot",
        "relu",
        "rms_normalization",
        "sigmoid",
        "softmax",
        "softplus",
        "sparse_categorical_crossentropy",
    ),
    "math": ("erf", "erfc", "in_top_k", "logsumexp", "rsqrt"),
    "core": ("cast", "convert_to_tensor", "stop_gradient", "unstack"),
    "linalg": ("norm",),
}
# Classes that are not called like their function.
_CLASSES = {
    "allclose": "AllClose",
    "batch_normalization": "BatchNorm",
    "layer_normalization": "LayerNorm",
    "rms_normalization": "RMSNorm",
    "searchsorted": "SearchSorted",
}
_FUNCTIONS = {class_name: name for name, class_name in _CLASSES.items()}
# Parameters that are given when an operation is called; all others are its config.
_CALLED = {
    "a", "beta", "choicelist", "condition", "condlist", "constant_values", "default",
    "fill_value", "gamma", "indices", "inputs", "key", "mean", "offset", "operands", "output",
    "predictions", "scale", "start", "stop", "target", "targets", "variable", "variance",
    "weights", "x", "x1", "x2", "xs",
}  # fmt: skip
# Those of operations in which a name of these means something else.
_CALLED_BY = {
    "diagonal": ("x",),
    "digitize": ("x", "bins"),
    "isclose": ("x1", "x2", "rtol", "atol"),
    "searchsorted": ("sorted_sequence", "values"),
    "trace": ("x",),
    "trapezoid": ("y",),
}


def name_kind(layer: Layer) -> str:
    """The class of a layer or operation as Keras calls it."""
    return _name_class(layer.operation) if type(layer) is Operation else read_class_name(layer)


def _name_class(operation: str) -> str:
    words = operation.split("_")
    return _CLASSES.get(operation) or "".join(part.capitalize() for part in words)


def describe_operation(
    layer: Operation, call: Call, describe: Callable[[Any], Any]
) -> dict[str, Any]:
    """The entry of an operation; ``describe`` gives the form of a tensor."""
    name = layer.operation
    function = getattr(ops, name)
    # An activation, which the registry holds, is in "nn" as well.
    rest = "numpy" if name in ops.__all__ else "nn"
    module = next((m for m, names in _MODULES.items() if name in names), rest)
    class_name = _name_class(name)
    fill = partial(_describe, tensors=call.inputs, describe=describe)
    given = inspect.signature(function).bind(*layer.arguments, **layer.keywords)
    given.apply_defaults()
    # "kwargs" are hints to the engine, which a config does not hold.
    called = _CALLED_BY.get(name, _CALLED)
    config = {
        key: _list_numbers(value)
        for key, value in given.arguments.items()
        if key not in {*called, "kwargs"}
    }
    args: list[Any] = []
    for key, value in given.arguments.items():
        if key in called:
            args += fill(value) if key == "operands" else [fill(value)]
    return {
        "module": _PACKAGE + module,
        "class_name": class_name,
        "config": {"name": layer.name, **config},
        "registered_name": class_name,
        "name": layer.name,
        "inbound_nodes": [{"args": args, "kwargs": {}}],
    }


def _list_numbers(value: Any) -> Any:
    """An argument that shapes an operation; Keras's configs have no arrays."""
    return value["array"] if isinstance(value, Mapping) and "array" in value else value


def _describe(value: Any, tensors: tuple[Any, ...], describe: Callable[[Any], Any]) -> Any:
    if isinstance(value, Mapping):
        if "tensor" in value:
            return describe(tensors[value["tensor"]])
        if "slice" in value:
            start, stop, step = value["slice"]
            config = {"start": start, "stop": stop, "step": step}
            return {"class_name": "__slice__", "config": config}
        if "ellipsis" in value:
            return {"class_name": "__ellipsis__", "config": {}}
        # Keras takes positions as whole numbers only.
        dtype = "int32" if np.asarray(value["array"]).dtype.kind == "i" else "float32"
        return {"class_name": "__numpy__", "config": {"value": value["array"], "dtype": dtype}}
    if isinstance(value, list | tuple):
        return [_describe(part, tensors, describe) for part in value]
    return value


def read_operation(entry: Mapping[str, Any]) -> Callable[..., Any] | None:
    """What makes the operation of an entry when it is called on tensors; None for layers."""
    if not str(entry.get("module")).startswith(_PACKAGE):
        return None
    config = dict(entry["config"])
    name = config.pop("name", None)
    class_name = str(entry["class_name"])
    operation = _FUNCTIONS.get(class_name) or to_snake_case(class_name)
    known = inspect.signature(getattr(ops, operation)).parameters if operation in dir(ops) else ()
    # What other versions write and asks for nothing is passed over, as for layers.
    keywords = {
        key: read_special(value) if isinstance(value, Mapping) else value
        for key, value in config.items()
        if key in known or value not in (None, False)
    }

    if "operands" in known:
        first = keywords.pop("subscripts")
        return lambda *args, **kwargs: connect(operation, (first, *args), keywords | kwargs, name)
    # By name: config may stand between the parameters that the operation is called on.
    called = [key for key in known if key in _CALLED_BY.get(operation, _CALLED)]

    def make(*args: Any, **kwargs: Any) -> Any:
        given = dict(zip(called, args, strict=False))
        return connect(operation, args[len(called) :], {**given, **keywords, **kwargs}, name)

    return make


def read_special(part: Mapping[str, Any]) -> Any:
    """A slice, ``...`` or an array from its form in a config; other values as they are."""
    kind, config = part.get("class_name"), part.get("config")
    if not isinstance(config, Mapping):
        return part
    if kind == "__slice__":
        return slice(config.get("start"), config.get("stop"), config.get("step"))
    if kind == "__ellipsis__":
        return Ellipsis
    if kind in ("__numpy__", "__tensor__"):
        return np.asarray(config["value"], np.float32)
    return part
