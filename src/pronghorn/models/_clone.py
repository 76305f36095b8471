"""Copies of models, and models from JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from pronghorn._core.calls import refuse_arguments
from pronghorn._core.custom import custom_object_scope
from pronghorn._core.errors import ParameterError, PronghornError, compose
from pronghorn.files import modernize
from pronghorn.layers._base import Layer
from pronghorn.layers._tensor import Tensor, flatten
from pronghorn.models._compiled import Compiled
from pronghorn.models._config import revive
from pronghorn.models._network import map_structure

__all__ = ["clone_model", "model_from_json"]


def clone_model(
    model: Any,
    input_tensors: Any = None,
    clone_function: Callable[[Layer], Layer] | None = None,
    call_function: Callable[..., Any] | None = None,
    recursive: bool = False,
    **kwargs: Any,
) -> Any:
    """A model of the same layers and connections, with new weights.

    Compiled as the first one is, with an optimizer that begins anew.

    Args:
        model: A Sequential or connected layers; a subclass with ``get_config``.
        input_tensors: Symbolic tensors in place of the inputs, in their structure. Default: new
            ones.
        clone_function: layer → the layer in its place; not asked for inputs. By default a new
            one from its config.
        call_function: (layer, inputs, …) → output, in place of calling the layer.
        recursive: Whether nested models are cloned layer by layer too. Default False.

    Source: keras.models.clone_model.

    >>> from pronghorn import Input, Sequential, layers, models
    >>> model = Sequential([Input((3,)), layers.Dense(2, name="out")])
    >>> models.clone_model(model).get_layer("out").units
    2
    """
    refuse_arguments(clone_model, kwargs)
    copy = _clone(model, input_tensors, clone_function, call_function, recursive)
    if model.compiled:
        _compile_alike(copy, model)
    return copy


def _compile_alike(copy: Any, model: Any) -> None:
    is_chain = hasattr(model, "add")
    if model._has_own_compile_config or (model._has_own_compile and not is_chain):
        copy.compile_from_config(model.get_compile_config())
        return
    given = model.optimizer
    optimizer = None if given is None else type(given).from_config(given.get_config())
    # Keras's copy of a chain is a Sequential, so no compile of the class stands in between.
    Compiled.compile(copy, optimizer, **deepcopy(model._compile_arguments))


def _clone(
    model: Any,
    input_tensors: Any,
    clone_function: Callable[[Layer], Layer] | None,
    call_function: Callable[..., Any] | None,
    recursive: bool,
) -> Any:
    is_plain = input_tensors is None and clone_function is None and call_function is None
    if is_plain or not (model._is_functional and model.built):
        # Classes of the program's own need not be registered: the layers are at hand.
        kinds = {type(layer) for layer in model._with_sublayers()}
        own = {kind.__name__: kind for kind in kinds if kind.__module__[:10] != "pronghorn."}
        with custom_object_scope(own):
            return type(model).from_config(model.get_config())

    def clone(layer: Any) -> Any:
        if recursive and getattr(layer, "_is_functional", False):
            return clone_model(layer, None, clone_function, call_function, recursive)
        return _copy_layer(layer) if clone_function is None else clone_function(layer)

    if hasattr(model, "add"):
        front = model.inputs[0] if input_tensors is None else _flatten_tensors(input_tensors)[0]
        chain = [clone(layer) for layer in model.layers]
        first = _copy_layer(front.producer) if input_tensors is None else front.producer
        return type(model)([first, *chain], name=model.name)
    return _clone_network(model, input_tensors, clone, call_function or _call)


def _copy_layer(layer: Any) -> Any:
    """A layer from the config of another, with new weights."""
    return type(layer).from_config(layer.get_config())


def _call(layer: Any, *args: Any, **kwargs: Any) -> Any:
    return layer(*args, **kwargs)


def _flatten_tensors(structure: Any) -> list[Tensor]:
    """The symbolic tensors of a structure, in order."""
    return flatten(structure, Tensor, "clone_model input_tensors")


def _clone_network(
    model: Any, input_tensors: Any, clone: Callable[[Any], Any], call: Callable[..., Any]
) -> Any:
    network = model._known_network
    fronts = (
        [_copy_layer(tensor.producer).output for tensor in network.input_tensors]
        if input_tensors is None
        else _flatten_tensors(input_tensors)
    )
    if len(fronts) != len(network.input_tensors):
        raise ParameterError(
            compose(
                "clone_model input_tensors",
                expected=f"{len(network.input_tensors)} tensors",
                received=f"{len(fronts)}",
            )
        )
    values: dict[Tensor, Any] = dict(zip(network.input_tensors, fronts, strict=True))
    made = {layer: clone(layer) for layer in dict.fromkeys(c.layer for c in network.calls)}
    for use in network.calls:
        keywords = {} if use.training is None else {"training": use.training}
        keywords |= map_structure(dict(use.keywords), values)
        result = call(made[use.layer], map_structure(use.structure, values), **keywords)
        outputs = flatten(result, Tensor, f"clone of {use.layer.name!r}")
        values.update(zip(use.outputs, outputs, strict=True))
    return type(model)(
        map_structure(network.inputs, values),
        map_structure(network.outputs, values),
        name=model.name,
    )


def model_from_json(json_string: str, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The model that ``to_json`` described, with new weights; compiled where it says how.

    Raises ParameterError for text that is not JSON, UnknownNameError for unknown classes.

    Source: keras.models.model_from_json.

    >>> from pronghorn import Input, Sequential, layers, models
    >>> text = Sequential([Input((3,)), layers.Dense(2)]).to_json()
    >>> models.model_from_json(text).output_shape
    (None, 2)
    """
    try:
        config = json.loads(json_string)
    except ValueError as error:
        raise ParameterError(
            compose("model_from_json", expected="JSON text", received=str(error))
        ) from error
    if not isinstance(config, Mapping):
        raise ParameterError(
            compose("model_from_json", expected="a JSON object", received=type(config).__name__)
        )
    try:
        return revive(modernize(config), custom_objects)
    except PronghornError:
        raise
    except (ArithmeticError, AttributeError, LookupError, MemoryError, TypeError, ValueError) as e:
        # Whatever a class makes of values that are not what it wrote.
        raise ParameterError(
            compose(
                "model_from_json",
                expected="what to_json wrote",
                received=f"{type(e).__name__}: {e}",
            )
        ) from e
