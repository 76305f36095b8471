"""Weights and whole models as Keras 1 to 3 keep them in ``.h5``: by the names of layers.

``model_weights/<layer>`` has an attribute ``weight_names`` and arrays of these names, those that
training changes in front. ``model_config`` and ``training_config`` are texts at the root.
``optimizer_weights`` is the optimizer; in files written here it is called ``training_state``,
because Keras 3 cannot go on training after it has read the former.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from pronghorn._core import registry
from pronghorn._core.naming import name_apart
from pronghorn.files._content import Array, Content, Pair, name_weights
from pronghorn.files._hdf5 import Hdf5, new_hdf5, write_names
from pronghorn.files._json import dump_json, parse_object
from pronghorn.files._limits import DamagedError
from pronghorn.files._object_tree import TRAINING
from pronghorn.layers._base import Layer
from pronghorn.layers._variable import Variable

__all__ = ["KERAS_VERSION", "LayerWeights", "is_by_layer", "read_by_layer", "write_by_layer"]

# What the reader of whole models in Keras 3 asks for, and the version whose files these are like.
KERAS_VERSION = "3.15.1"
# Names whose meaning depends on the shapes of targets.
_BY_SHAPE = ("accuracy", "acc", "crossentropy", "ce")
_MODEL = "model_weights"
_TOP = "top_level_model_weights"
_OPTIMIZER = "optimizer_weights"
_OWN_OPTIMIZER = "training_state"


def write_by_layer(content: Content, model: Layer) -> bytes:
    """The HDF5 file of a whole model, or of its weights where ``content.model`` is None."""
    memory = io.BytesIO()
    with new_hdf5(memory) as file:
        group = file
        if content.model is not None:
            group = file.create_group(_MODEL)
            file.attrs["model_config"] = dump_json(content.model)
            for holder in (file, group):
                holder.attrs["keras_version"] = KERAS_VERSION
                holder.attrs["backend"] = "pronghorn"
        if content.compile is not None:
            file.attrs["training_config"] = dump_json(_to_training_config(content.compile))
        _write_groups(group, _group(model))
        if content.model is not None and content.optimizer:
            file.attrs[TRAINING] = dump_json(content.training)
            _write_arrays(file.create_group(_OWN_OPTIMIZER), name_apart(content.optimizer))
    return memory.getvalue()


def _group(model: Layer) -> dict[str, dict[str, Array]]:
    """For every layer its weights by name."""
    groups = {
        layer.name: {name: v.numpy() for name, v in _named(layer)} for layer in _layers(model)
    }
    own = name_apart((v.name, v.numpy()) for v in model._own_variables())
    return {**groups, _TOP: own}


def _named(layer: Layer) -> list[tuple[str, Variable]]:
    """The weights of a layer, those that training changes in front."""
    names = {v: name for name, v in name_weights(layer, f"{layer.name}/").items()}
    return [(names[v], v) for v in [*layer.trainable_weights, *layer.non_trainable_weights]]


def _layers(model: Layer) -> list[Layer]:
    return list(getattr(model, "layers", None) or model._sublayers())


def _write_groups(group: Any, groups: Mapping[str, Mapping[str, Array]]) -> None:
    write_names(group, "layer_names", [name for name in groups if name != _TOP])
    # Sorted, so that a layer "a/b" finds the group of a layer "a".
    for name in sorted(groups):
        _write_arrays(group.require_group(name), groups[name])


def _write_arrays(group: Any, arrays: Mapping[str, Array]) -> None:
    write_names(group, "weight_names", list(arrays))
    for name, array in arrays.items():
        group.create_dataset(name, data=array)


def _to_training_config(compiled: Mapping[str, Any]) -> dict[str, Any]:
    rest = {key: value for key, value in compiled.items() if key != "optimizer"}
    # Keras 3 does not read names such as "mse" from this format, only objects.
    kinds = {"loss": "loss", "metrics": "metric", "weighted_metrics": "metric"}
    rest |= {name: _spell_out(kinds[name], rest[name]) for name in kinds if name in rest}
    if "optimizer" not in compiled:
        return rest
    optimizer = compiled["optimizer"]
    if isinstance(optimizer, Mapping):
        optimizer = {key: optimizer[key] for key in ("class_name", "config")}
    return {**rest, "optimizer_config": optimizer}


def _spell_out(kind: str, value: Any) -> Any:
    """The structure with names as described objects, where there is one class of that name."""
    if isinstance(value, list | tuple):
        return [_spell_out(kind, part) for part in value]
    if isinstance(value, Mapping) and "class_name" not in value:
        return {key: _spell_out(kind, part) for key, part in value.items()}
    if not isinstance(value, str) or value in _BY_SHAPE:
        return value
    made = registry.resolve(kind, value)
    if kind == "metric" and hasattr(made, "name"):
        made.name = value
    described = registry.serialize(made)
    if not isinstance(described, Mapping):
        return value
    return {key: described[key] for key in ("class_name", "config")}


def is_by_layer(found: Hdf5) -> bool:
    """Whether a file keeps its weights by the names of layers."""
    return found.has(_MODEL) or bool(found.attributes[""].keys() & {"layer_names", "layer_names0"})


def read_by_layer(found: Hdf5) -> tuple[Content, LayerWeights]:
    """The model, if the file has one, and its weights."""
    root = _MODEL if found.has(_MODEL) else ""
    names = found.texts(root, "layer_names")
    if found.has(_join(root, _TOP)):
        names = [*names, _TOP]
    weights = LayerWeights([(name, _read_arrays(found, _join(root, name))) for name in names])
    version = found.text("keras_version") or found.text("keras_version", root) or "1"
    model, training, own = (
        None if text is None else parse_object(text, f"attribute {name!r}")
        for name in ("model_config", "training_config", TRAINING)
        for text in [found.text(name)]
    )
    held = next((name for name in (_OWN_OPTIMIZER, _OPTIMIZER) if found.has(name)), None)
    optimizer = [] if held is None else _read_arrays(found, held)
    content = Content(
        model=model,
        compile=None if training is None else _from_training_config(training),
        optimizer=optimizer,
        training=own or {},
        is_keras_2=not version.startswith("3"),
    )
    return content, weights


def _read_arrays(found: Hdf5, group: str) -> list[tuple[str, Array]]:
    if not found.has(group):
        raise DamagedError(f"no group {group!r}")
    arrays = []
    for name in found.texts(group, "weight_names"):
        array = found.arrays.get(_join(group, name))
        if array is None:
            raise DamagedError(f"no array {_join(group, name)!r}")
        arrays.append((name, array))
    return arrays


def _from_training_config(training: Mapping[str, Any]) -> dict[str, Any]:
    rest = {key: value for key, value in training.items() if key != "optimizer_config"}
    own = "optimizer_config"  # a class may write what says nothing of an optimizer
    return {**rest, "optimizer": training[own]} if own in training else rest


def _join(group: str, name: str) -> str:
    return f"{group}/{name}" if group else name


class LayerWeights:
    """Arrays by the name of the layer, in the order of its weights."""

    def __init__(self, groups: Sequence[tuple[str, list[tuple[str, Array]]]]) -> None:
        self._groups = {name: arrays for name, arrays in groups if arrays}

    @property
    def count(self) -> int:
        return sum(array.size for arrays in self._groups.values() for _, array in arrays)

    def pair(self, model: Layer, by_name: bool) -> list[Pair]:
        mine = {layer.name: _named(layer) for layer in _layers(model) if layer.weights}
        if own := model._own_variables():
            mine[_TOP] = [(variable.name, variable) for variable in own]
        if by_name or mine.keys() == self._groups.keys():
            order = [(name, name) for name in mine if name in self._groups]
        elif len(mine) == len(self._groups):
            order = list(zip(mine, self._groups, strict=True))
        else:
            raise DamagedError(
                f"weights of {len(self._groups)} layers ({', '.join(self._groups)}) where the "
                f"model has {len(mine)} ({', '.join(mine)})"
            )
        return [pair for a, b in order for pair in self._pair_layer(mine[a], self._groups[b])]

    def _pair_layer(
        self, mine: list[tuple[str, Variable]], theirs: list[tuple[str, Array]]
    ) -> list[Pair]:
        pairs = [Pair(v, name, array) for (name, v), (_, array) in zip(mine, theirs, strict=False)]
        pairs += [Pair(variable, name, None) for name, variable in mine[len(theirs) :]]
        return pairs + [Pair(None, name, array) for name, array in theirs[len(mine) :]]
