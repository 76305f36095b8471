"""Configs of older Kerases in the words of Keras 3. Configs of Keras 3 stay as they are.

What changed: the input shape stood on the first layer (``batch_input_shape``), a call was a list
``[layer, node, tensor, kwargs]``, one axis was a list of one, initializers were all
VarianceScaling with other words, LeakyReLU had ``alpha``, optimizers ``lr``, metrics were
functions in a wrapper.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from pronghorn._core import registry
from pronghorn._core.errors import ParameterError, compose, describe

__all__ = ["CHANGED_MEANING", "modernize", "modernize_compile", "uses"]

_MODELS = ("Sequential", "Functional", "Model")
_MARK = "__keras_tensor__"
_RENAMED = {
    "InputLayer": {"batch_input_shape": "batch_shape"},
    "LeakyReLU": {"alpha": "negative_slope"},
}
# Names that mean other numbers since Keras 3, and what they meant before.
CHANGED_MEANING = {"hard_sigmoid": "clip(0.2 x + 0.5, 0, 1), now clip(x / 6 + 0.5, 0, 1)"}
_ACCURACIES = ("accuracy", "acc")
# What tf.keras wrote beside the arguments of losses, metrics and optimizers.
_BESIDE = ("fn", "is_legacy_optimizer", "jit_compile")


def modernize(config: Mapping[str, Any]) -> dict[str, Any]:
    """The config of a model or layer, ``{"class_name", "config", …}``, in Keras 3's form.

    >>> old = {"class_name": "Sequential", "config": [
    ...     {"class_name": "Dense", "config": {"units": 2, "batch_input_shape": [None, 3]}}]}
    >>> [layer["class_name"] for layer in modernize(old)["config"]["layers"]]
    ['InputLayer', 'Dense']
    """
    inner = config.get("config")
    name = _bare(config.get("class_name"))
    if name == "Sequential" and isinstance(inner, list):
        inner = {"layers": inner}
    if not isinstance(inner, Mapping):
        return dict(config)
    if name in _MODELS and isinstance(inner.get("layers"), list):
        return {**config, "config": _modernize_model(name, inner)}
    changed = {key: _read_value(value) for key, value in inner.items()}
    for old, new in _RENAMED.get(name, {}).items():
        if old in changed:
            changed[new] = changed.pop(old)
    axis = changed.get("axis")
    if name == "BatchNormalization" and isinstance(axis, list) and len(axis) == 1:
        changed["axis"] = axis[0]
    return {**config, "config": changed}


def uses(config: Any, name: str) -> bool:
    """Whether a name stands anywhere in a config."""
    if isinstance(config, Mapping):
        return any(uses(part, name) for part in config.values())
    return any(uses(part, name) for part in config) if isinstance(config, list) else config == name


def _bare(name: Any) -> str:
    # tf.keras wrote some names with their package: "Custom>Adam".
    return str(name).rsplit(">", 1)[-1]


def _modernize_model(name: str, inner: Mapping[str, Any]) -> dict[str, Any]:
    for part in inner["layers"]:
        if not isinstance(part, Mapping):
            raise ParameterError(
                compose("model config", expected="configs of layers", received=describe(part))
            )
    layers = [modernize(part) for part in inner["layers"]]
    if name == "Sequential":
        return {**inner, "layers": _put_input_in_front(layers)}
    return _connect({**inner, "layers": layers})


def _put_input_in_front(layers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The chain with an input layer; the shape that later layers carry along says nothing."""
    result: list[dict[str, Any]] = []
    for layer in layers:
        inner = layer.get("config")
        if not isinstance(inner, dict):
            inner = {}
        shape = inner.pop("batch_input_shape", None)
        if shape is not None and not result:
            front = {"batch_shape": shape, "name": f"{inner.get('name', 'layer')}_input"}
            result.append({"class_name": "InputLayer", "config": front})
        result.append(layer)
    return result


def _read_value(value: Any) -> Any:
    """A value of a config as plain lists, tuples and numbers, initializers in today's words."""
    if isinstance(value, list):
        return [_read_value(part) for part in value]
    if not isinstance(value, Mapping):
        return value
    name, inner = value.get("class_name"), value.get("config")
    if name in ("__numpy__", "__tensor__") and isinstance(inner, Mapping):
        return inner.get("value")
    if name == "__tuple__" and isinstance(value.get("items"), list):
        return tuple(_read_value(part) for part in value["items"])
    if value.get("type") == "ndarray" and "value" in value:
        return value["value"]
    changed = {key: _read_value(part) for key, part in value.items()}
    if isinstance(inner, Mapping) and isinstance(name, str):
        changed["config"] = _read_initializer(_bare(name), changed["config"])
    return changed


def _read_initializer(name: str, inner: dict[str, Any]) -> dict[str, Any]:
    if not registry.has("initializer", name):
        return inner
    inner = {key: value for key, value in inner.items() if key != "dtype"}
    if name == "VarianceScaling" and inner.get("distribution") == "normal":
        inner["distribution"] = "truncated_normal"
    return inner


def _connect(config: dict[str, Any]) -> dict[str, Any]:
    """The calls between layers as Keras 3 writes them; unchanged where they are already."""
    layers = config["layers"]
    nodes = [node for layer in layers for node in layer.get("inbound_nodes") or ()]
    if not any(isinstance(node, list) for node in nodes):
        return config
    for layer in layers:
        layer["inbound_nodes"] = [_read_node(node) for node in layer.get("inbound_nodes") or ()]
    for end in ("input_layers", "output_layers"):
        # Keras 2 knew lists only, and gave the one output of a list of one by itself.
        if isinstance(config.get(end), list) and len(config[end]) == 1:
            config[end] = config[end][0]
    _count_from_zero(config)
    return config


def _read_node(node: Any) -> dict[str, Any]:
    if not isinstance(node, list) or not node:
        return {"args": [], "kwargs": {}} if not node else dict(node)
    entries = [node] if isinstance(node[0], str) else node
    tensors = [
        {"class_name": _MARK, "config": {"keras_history": list(entry[:3])}} for entry in entries
    ]
    kwargs: dict[str, Any] = {}
    for entry in entries:
        kwargs |= entry[3] if len(entry) > 3 and isinstance(entry[3], Mapping) else {}
    return {"args": tensors if len(tensors) == 1 else [tensors], "kwargs": kwargs}


def _count_from_zero(config: dict[str, Any]) -> None:
    """Calls of nested models were counted from 1: the model's own making was call 0.

    Keras 3 counts so too where a model begins and ends, but no longer the calls of a chain.
    """
    count = {layer.get("name"): len(layer["inbound_nodes"]) for layer in config["layers"]}
    between, ends = list(_find_histories(config)), list(_find_ends(config))
    shifted = {h[0] for h in [*between, *ends] if 0 < count.get(h[0], 0) <= h[1]}
    connected = {
        layer.get("name") for layer in config["layers"] if "output_layers" in layer["config"]
    }
    for history in [*between, *(end for end in ends if end[0] not in connected)]:
        if history[0] in shifted:
            history[1] -= 1


def _find_histories(config: Mapping[str, Any]) -> Iterator[list[Any]]:
    for layer in config["layers"]:
        for node in layer["inbound_nodes"]:
            args = node["args"]
            for tensor in args[0] if args and isinstance(args[0], list) else args:
                yield tensor["config"]["keras_history"]


def _find_ends(config: Mapping[str, Any]) -> Iterator[list[Any]]:
    for end in ("input_layers", "output_layers"):
        ends = config.get(end) or []
        yield from [ends] if isinstance(ends[0], str) else ends


def modernize_compile(config: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of ``compile`` in Keras 3's form.

    >>> old = {"optimizer": {"class_name": "SGD", "config": {"lr": 0.5}}, "loss": "mse",
    ...        "metrics": [[{"class_name": "MeanMetricWrapper",
    ...                      "config": {"name": "accuracy", "fn": "categorical_accuracy"}}]]}
    >>> modernize_compile(old)["metrics"]
    [['accuracy']]
    """
    readers: dict[str, Callable[[Any], Any]] = {
        "optimizer": _read_optimizer,
        "loss": partial(_map_described, read=_read_loss),
        "loss_weights": lambda value: value,
        "metrics": partial(_map_described, read=_read_metric),
        "weighted_metrics": partial(_map_described, read=_read_metric),
    }
    # The other arguments have no effect here, and older Kerases had some that are gone.
    return {name: read(config[name]) for name, read in readers.items() if name in config}


def _read_optimizer(config: Any) -> Any:
    if not isinstance(config, Mapping) or not isinstance(config.get("config"), Mapping):
        return config
    inner = {k: _read_value(v) for k, v in config["config"].items() if k not in _BESIDE}
    if "lr" in inner:
        inner["learning_rate"] = inner.pop("lr")
    return {**config, "config": {k: v for k, v in inner.items() if k != "decay" or v}}


def _map_described(value: Any, read: Callable[[dict[str, Any]], Any]) -> Any:
    """``read`` of every described object in a structure of lists and dicts."""
    if isinstance(value, list):
        return [_map_described(part, read) for part in value]
    if not isinstance(value, Mapping):
        return value
    if "class_name" in value:
        return read(dict(value))
    return {key: _map_described(part, read) for key, part in value.items()}


def _without_extras(config: dict[str, Any]) -> dict[str, Any]:
    inner = config.get("config")
    if not isinstance(inner, Mapping):
        return config
    return {**config, "config": {k: _read_value(v) for k, v in inner.items() if k not in _BESIDE}}


def _read_loss(config: dict[str, Any]) -> Any:
    inner = config.get("config")
    if isinstance(inner, Mapping) and inner.get("reduction") == "auto":
        config["config"] = {**inner, "reduction": "sum_over_batch_size"}
    return _without_extras(config)


def _read_metric(config: dict[str, Any]) -> Any:
    inner = config.get("config")
    if config.get("class_name") != "MeanMetricWrapper" or not isinstance(inner, Mapping):
        return _without_extras(config)
    if isinstance(inner.get("fn"), Mapping):
        # Keras 3 describes the function: the user made the wrapper.
        return config
    # What the user had typed stands at the end, behind the name of an output where there are
    # several; "accuracy" is resolved to a function by the shapes once more.
    words = str(inner.get("name")).split("_")
    for i in range(len(words)):
        typed = "_".join(words[i:])
        if typed in _ACCURACIES or registry.has("metric", typed):
            return typed
    return inner.get("fn")
