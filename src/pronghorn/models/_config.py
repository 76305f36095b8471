"""Models as plain values and back, in Keras's form."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

from pronghorn import losses, metrics, optimizers
from pronghorn._core import registry
from pronghorn._core.custom import custom_object_scope
from pronghorn._core.dtype_policy import describe_policy
from pronghorn._core.errors import GraphError, ParameterError, compose
from pronghorn._core.errors import describe as describe_value
from pronghorn.files import modernize_compile, read_class_name
from pronghorn.layers._arguments import is_builtin, spread
from pronghorn.layers._base import Layer
from pronghorn.layers._input import InputLayer
from pronghorn.layers._operation import Operation
from pronghorn.layers._tensor import Call, Tensor, flatten
from pronghorn.models._operations import describe_operation, read_operation, read_special

__all__ = [
    "connect_chain",
    "connect_network",
    "describe",
    "describe_chain",
    "describe_compile",
    "describe_network",
    "is_made_of",
    "read_compile",
    "revive",
]

_MARK = "__keras_tensor__"
# A call that is still to be made: its layer's name, its number there, its entry in the config.
_Waiting: TypeAlias = tuple[str, int, Mapping[str, Any]]
_NETWORK_KEYS = ("name", "trainable", "dtype", "layers", "input_layers", "output_layers")


def describe(layer: Layer) -> dict[str, Any]:
    """The config of a layer or model, with what it takes to build it, in Keras's form."""
    described: dict[str, Any] = registry.serialize(layer)
    name = read_class_name(layer)
    if name != type(layer).__name__:
        # Keras's name for layers that are connected, and where Keras keeps it.
        described |= {
            "module": "keras.src.models.functional",
            "class_name": name,
            "registered_name": name,
        }
    elif described["module"] == "keras.models":
        described["module"] = "keras"
    build = layer.get_build_config()
    return described if build is None else {**described, "build_config": build}


def revive(config: Any, custom_objects: Any = None) -> Any:
    """The layer or model that ``describe`` described."""
    with custom_object_scope(custom_objects):
        layer = registry.deserialize("layer", config)
        build = config.get("build_config")
        # Where nothing in the config says what comes in: a chain without Input, a subclass.
        if isinstance(build, Mapping) and not layer.built:
            layer.build_from_config(build)
        compiled = config.get("compile_config")
        # Of a model that is not compiled Keras writes an empty one.
        if isinstance(compiled, Mapping) and compiled and hasattr(layer, "compile_from_config"):
            is_read_by_class = layer._reads_own_config
            layer.compile_from_config(compiled if is_read_by_class else modernize_compile(compiled))
    return layer


def _describe_member(layer: Layer) -> dict[str, Any]:
    """``describe``, and of a model inside another how it is compiled itself."""
    describe_compiled: Callable[[], dict[str, Any]] = getattr(layer, "_describe_compile", dict)
    return {**describe(layer), **describe_compiled()}


def describe_chain(model: Any, layers: Sequence[Layer]) -> dict[str, Any]:
    """A Sequential: its layers in order."""
    return {
        "name": model.name,
        "trainable": model.trainable,
        "dtype": describe_policy(model.dtype_policy),
        "layers": [_describe_member(layer) for layer in layers],
        **({"build_input_shape": model._known_network.input_shapes[0]} if model.built else {}),
    }


def connect_chain(cls: Any, config: Mapping[str, Any], custom_objects: Any) -> Any:
    """The Sequential that ``describe_chain`` described."""
    made: dict[Any, Any] = {}
    layers = []
    for part in _read_layers(config):
        inner = part.get("config")
        # One layer may come several times, under its name.
        name = inner.get("name") if isinstance(inner, Mapping) else None
        layer = made.get(name) or revive(part, custom_objects)
        made[name or layer.name] = layer
        layers.append(layer)
    common = {"name": config.get("name"), "trainable": config.get("trainable", True)}
    model = cls(layers, **common, dtype=config.get("dtype"))
    shape = config.get("build_input_shape")
    if shape is not None and not model.built:
        model.build(tuple(shape))
    return model


def describe_network(model: Any) -> dict[str, Any]:
    """A functional model: its layers, and for each the tensors of its calls."""
    network = model._known_network
    calls: dict[Layer, list[Call]] = {layer: [] for layer in network.layers}
    for call in network.calls:
        calls[call.layer].append(call)
    entries = []
    for layer, uses in calls.items():
        if isinstance(layer, Operation) and len(uses) == 1:
            form = partial(_describe_tensors, calls=calls)
            entries.append(describe_operation(layer, uses[0], form))
            continue
        nodes = [_describe_call(call, calls) for call in uses]
        entries.append({**_describe_member(layer), "name": layer.name, "inbound_nodes": nodes})
    return {
        "name": model.name,
        "trainable": model.trainable,
        "layers": entries,
        "input_layers": _describe_ends(network.inputs, calls),
        "output_layers": _describe_ends(network.outputs, calls),
    }


def is_made_of(kind: type, first: Sequence[str]) -> bool:
    """Whether a class of models is made of layers: its constructor begins with these arguments.

    One that hands on whatever it is given counts too.
    """
    # Seen from the class: as Keras does, without the constructors that it hands its keywords to.
    parameters = list(inspect.signature(kind.__init__).parameters.values())[1:]  # type: ignore[misc]
    kinds = {parameter.kind for parameter in parameters}
    hands_on = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD} <= kinds
    return hands_on or [p.name for p in parameters[: len(first)]] == list(first)


def _describe_call(call: Call, calls: Mapping[Layer, list[Call]]) -> dict[str, Any]:
    told = {} if call.training is None else {"training": call.training}
    further, named = spread(type(call.layer).call, {**call.keywords, **told})
    return {
        "args": _describe_tensors([call.structure, *further], calls),
        "kwargs": _describe_tensors(named, calls),
    }


def _history(tensor: Tensor, calls: Mapping[Layer, list[Call]]) -> list[Any]:
    """[layer, which of its calls in this model, which of that call's outputs]."""
    uses = calls[tensor.producer]
    number = uses.index(tensor.call) if tensor.call in uses else 0
    return [tensor.producer.name, number, tensor.position]


def _describe_tensors(structure: Any, calls: Mapping[Layer, list[Call]]) -> Any:
    if isinstance(structure, Tensor):
        return {
            "class_name": _MARK,
            "config": {
                "shape": list(structure.shape),
                "dtype": structure.dtype,
                "keras_history": _history(structure, calls),
            },
        }
    if isinstance(structure, dict):
        return {key: _describe_tensors(part, calls) for key, part in structure.items()}
    if isinstance(structure, list | tuple):
        return [_describe_tensors(part, calls) for part in structure]
    return structure


def _describe_ends(structure: Any, calls: Mapping[Layer, list[Call]]) -> Any:
    if isinstance(structure, Tensor):
        name, number, position = _history(structure, calls)
        return [name, number + _is_network(structure.producer), position]
    if isinstance(structure, dict):
        return {key: _describe_ends(part, calls) for key, part in structure.items()}
    parts = [_describe_ends(part, calls) for part in structure]
    return tuple(parts) if isinstance(structure, tuple) else parts


def _is_network(layer: Any) -> bool:
    """Whether Keras counts the calls of a nested model from 1 where a model begins and ends.

    Its making is call 0 there, of connected layers but not of a chain; between layers all calls
    are counted from 0.
    """
    from pronghorn.models._sequential import Sequential  # it is described here

    return getattr(layer, "_is_functional", False) and not isinstance(layer, Sequential)


def connect_network(cls: Any, config: Mapping[str, Any], custom_objects: Any) -> Any:
    """The functional model that ``describe_network`` described."""
    entries = _read_layers(config)
    made: dict[str, Any] = {}
    made_outputs: dict[tuple[str, int], Sequence[Tensor]] = {}
    waiting: list[_Waiting] = []
    for entry in entries:
        layer = read_operation(entry) or revive(entry, custom_objects)
        name = str(entry.get("name") or entry["config"]["name"])
        made[name] = layer
        if isinstance(layer, InputLayer):
            made_outputs[name, 0] = [layer.output]
        waiting += [(name, i, node) for i, node in enumerate(entry.get("inbound_nodes", ()))]
    while waiting:
        name, number, node = _take_ready(waiting, made_outputs)
        given = [_find_tensors(part, made_outputs) for part in node["args"]]
        named = {key: value for key, value in node.get("kwargs", {}).items() if value is not None}
        further = _find_tensors(named, made_outputs)
        result = made[name](*given, **further)
        made_outputs[name, number] = flatten(result, Tensor, name)
    first = _find_first_numbers([config["input_layers"], config["output_layers"]], made)
    ends = {(name, i + first.get(name, 0)): found for (name, i), found in made_outputs.items()}
    inputs = _find_ends(config["input_layers"], ends)
    outputs = _find_ends(config["output_layers"], ends)
    # What a class of the user's own wrote beside these is for its constructor.
    own = {} if is_builtin(cls) else {k: v for k, v in config.items() if k not in _NETWORK_KEYS}
    trainable = config.get("trainable", True)
    return cls(inputs, outputs, name=config.get("name"), trainable=trainable, **own)


def _read_layers(config: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    layers = config.get("layers")
    if not isinstance(layers, list) or not all(isinstance(part, Mapping) for part in layers):
        raise ParameterError(
            compose("model config", expected="a list 'layers'", received=describe_value(layers))
        )
    return layers


def _histories(part: Any) -> list[tuple[str, int, int]]:
    if isinstance(part, Mapping) and part.get("class_name") == _MARK:
        name, number, position = part["config"]["keras_history"]
        return [(str(name), int(number), int(position))]
    if isinstance(part, Mapping):
        part = list(part.values())
    if not isinstance(part, list | tuple):
        return []
    return [found for inner in part for found in _histories(inner)]


def _take_ready(
    waiting: list[_Waiting], made: Mapping[tuple[str, int], Sequence[Tensor]]
) -> _Waiting:
    """The first call, in the order of the config, whose inputs are made; it waits no longer."""
    for place, call in enumerate(waiting):
        if _is_ready(call[2], made):
            return waiting.pop(place)
    raise GraphError(
        compose(
            "model config",
            expected="layers whose inputs are in the config",
            received=f"{', '.join(repr(name) for name, _, _ in waiting)} without theirs",
        )
    )


def _is_ready(node: Mapping[str, Any], made: Mapping[tuple[str, int], Any]) -> bool:
    needed = [node["args"], node.get("kwargs", {})]
    return all((name, number) in made for name, number, _ in _histories(needed))


def _find_tensors(part: Any, made: Mapping[tuple[str, int], Sequence[Tensor]]) -> Any:
    if isinstance(part, Mapping) and part.get("class_name") == _MARK:
        name, number, position = _histories(part)[0]
        return made[name, number][position]
    if isinstance(part, Mapping):
        special = read_special(part)
        if special is not part:
            return special
        return {key: _find_tensors(inner, made) for key, inner in part.items()}
    if isinstance(part, list | tuple):
        return [_find_tensors(inner, made) for inner in part]
    return part


def _find_first_numbers(ends: Any, made: Mapping[str, Any]) -> dict[str, int]:
    """Name of a nested model → the number of its first call where a model begins and ends.

    Keras's begin with 1. A 0 is none of them: such files are Pronghorn's, and count from 0.
    """
    numbers: dict[str, list[Any]] = {}
    for name, number in _iterate_ends(ends):
        numbers.setdefault(name, []).append(number)
    return {
        name: 1 for name, used in numbers.items() if _is_network(made.get(name)) and 0 not in used
    }


def _iterate_ends(part: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(part, Mapping):
        part = list(part.values())
    if not isinstance(part, list | tuple):
        return
    if len(part) == 3 and isinstance(part[0], str):
        yield part[0], part[1]
    for inner in part:
        yield from _iterate_ends(inner)


def _find_ends(part: Any, made: Mapping[tuple[str, int], Sequence[Tensor]]) -> Any:
    if isinstance(part, Mapping):
        return {key: _find_ends(inner, made) for key, inner in part.items()}
    if isinstance(part, list | tuple) and not any(isinstance(inner, str) for inner in part):
        parts = [_find_ends(inner, made) for inner in part]
        return tuple(parts) if isinstance(part, tuple) else parts
    try:
        name, number, position = part
        return made[name, number][position]
    except (LookupError, TypeError, ValueError):
        raise GraphError(
            compose(
                "model config",
                expected="[name of a layer, number of its call, number of its output]",
                received=describe_value(part),
            )
        ) from None


def describe_compile(optimizer: Any, arguments: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The arguments of ``compile`` as plain values."""
    if arguments is None:
        return None
    return {
        "optimizer": optimizers.serialize(optimizer),
        "loss": _map(arguments["loss"], losses.serialize, with_names=True),
        "loss_weights": arguments["loss_weights"],
        "metrics": _map(arguments["metrics"], metrics.serialize),
        "weighted_metrics": _map(arguments["weighted_metrics"], metrics.serialize),
        "run_eagerly": False,
        "steps_per_execution": 1,
        "jit_compile": False,
    }


def read_compile(config: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of ``compile`` from ``describe_compile``'s result, those that it has."""
    readers: dict[str, Callable[[Any], Any]] = {
        "optimizer": optimizers.get,
        "loss": partial(_map, function=_read_loss),
        "metrics": partial(_map, function=_read_metric),
        "weighted_metrics": partial(_map, function=_read_metric),
    }
    return {name: readers[name](v) if name in readers else v for name, v in config.items()}


def _read_loss(config: Any) -> Any:
    # What is no config, an object or a function, is judged by compile.
    return losses.deserialize(config) if isinstance(config, Mapping) else config


def _read_metric(config: Any) -> Any:
    # A name stays one: the shapes of the data decide which accuracy it means.
    return metrics.deserialize(config) if isinstance(config, Mapping) else config


def _map(value: Any, function: Any, *, with_names: bool = False) -> Any:
    if value is None or (isinstance(value, str) and not with_names):
        return value
    if isinstance(value, Mapping) and "class_name" not in value:
        return {key: _map(part, function, with_names=with_names) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_map(part, function, with_names=with_names) for part in value]
    return function(value)
