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
from pronghorn.layers._operation import Operation, connect
from pronghorn.layers._tensor import Call

__all__ = ["describe_operation", "read_operation", "read_special"]

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
    "math": ("erf", "in_top_k", "logsumexp", "rsqrt"),
    "core": ("cast", "convert_to_tensor", "stop_gradient", "unstack"),
    "linalg": ("norm",),
}
# Parameters that are given when an operation is called; all others are its config.
_CALLED = {
    "condition", "constant_values", "fill_value", "indices", "inputs", "key", "operands", "output",
    "predictions", "start", "stop", "target", "targets", "variable", "weights", "x", "x1", "x2",
    "xs",
}  # fmt: skip


def describe_operation(
    layer: Operation, call: Call, describe: Callable[[Any], Any]
) -> dict[str, Any]:
    """The entry of an operation; ``describe`` gives the form of a tensor."""
    name = layer.operation
    function = getattr(ops, name)
    # An activation, which the registry holds, is in "nn" as well.
    rest = "numpy" if name in ops.__all__ else "nn"
    module = next((m for m, names in _MODULES.items() if name in names), rest)
    class_name = "".join(part.capitalize() for part in name.split("_"))
    fill = partial(_describe, tensors=call.inputs, describe=describe)
    given = inspect.signature(function).bind(*layer.arguments, **layer.keywords)
    given.apply_defaults()
    config = {k: fill(v) for k, v in given.arguments.items() if k not in _CALLED}
    args: list[Any] = []
    for key, value in given.arguments.items():
        if key in _CALLED:
            args += fill(value) if key == "operands" else [fill(value)]
    return {
        "module": _PACKAGE + module,
        "class_name": class_name,
        "config": {"name": layer.name, **{k: v for k, v in config.items() if k != "kwargs"}},
        "registered_name": class_name,
        "name": layer.name,
        "inbound_nodes": [{"args": args, "kwargs": {}}],
    }


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
        return {"class_name": "__numpy__", "config": {"value": value["array"], "dtype": "float32"}}
    if isinstance(value, list | tuple):
        return [_describe(part, tensors, describe) for part in value]
    return value


def read_operation(entry: Mapping[str, Any]) -> Callable[..., Any] | None:
    """What makes the operation of an entry when it is called on tensors; None for layers."""
    if not str(entry.get("module")).startswith(_PACKAGE):
        return None
    config = dict(entry["config"])
    name = config.pop("name", None)
    operation = to_snake_case(str(entry["class_name"]))
    known = inspect.signature(getattr(ops, operation)).parameters if operation in dir(ops) else ()
    # What other versions write and asks for nothing is passed over, as for layers.
    keywords = {k: v for k, v in config.items() if k in known or v not in (None, False)}

    # The only config that stands in front of what an operation is called on.
    first = (keywords.pop("subscripts"),) if operation == "einsum" else ()

    def make(*args: Any, **kwargs: Any) -> Any:
        return connect(operation, (*first, *args), {**keywords, **kwargs}, name)

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
