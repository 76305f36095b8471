"""Weights as Keras 3 keeps them: by the way through the objects of a model, in HDF5.

``layers/<class>[_k]/vars/<i>``: the class in snake_case with a running number within its
container, whatever the layer is called; ``i`` counts the layer's own weights. Nested models and
layers of a layer follow the attribute that holds them. ``optimizer/vars/<i>`` is the optimizer.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from pronghorn._core.registry import to_snake_case
from pronghorn.files._content import Array, Content, Pair, Vocabulary, read_class_name
from pronghorn.files._hdf5 import Hdf5, new_hdf5
from pronghorn.files._json import dump_json, parse_object
from pronghorn.files._limits import DamagedError
from pronghorn.layers._base import Layer
from pronghorn.layers._host import HostLayer

__all__ = [
    "TRAINING",
    "TreeWeights",
    "loads_itself",
    "read_tree",
    "take_vocabularies",
    "walk_objects",
    "write_tree",
]

_OPTIMIZER = "optimizer/vars"
# What Keras keeps beside weights: states of random numbers, running metrics, what was learned.
_BESIDE = ("seed_generator", "optimizer", "metric", "tracker", "idf_weights")
# Keras 2.13 called the containers of layers like this.
_OLD_CONTAINER = "_layer_checkpoint_dependencies"
TRAINING = "pronghorn"


def walk_objects(layer: Layer) -> Iterator[tuple[str, Layer]]:
    """Every layer with its way from the model, in Keras's order, each once.

    >>> import pronghorn as keras
    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2), keras.layers.Dense(2)])
    >>> [path for path, layer in walk_objects(model) if path and layer.weights]
    ['layers/dense', 'layers/dense_1']
    """
    yield from _visit(layer, "", set())


def _visit(layer: Layer, path: str, seen: set[int]) -> Iterator[tuple[str, Layer]]:
    if id(layer) in seen:
        return
    seen.add(id(layer))
    yield path, layer
    attributes = dict(vars(layer))
    if isinstance(getattr(type(layer), "layers", None), property):
        attributes["layers"] = layer.layers if layer.built else ()  # type: ignore[attr-defined]
    is_connected = getattr(layer, "_is_functional", False)
    # In the order of names, private ones last; of connected layers "layers" comes first.
    for name in sorted(
        attributes, key=lambda n: (n.startswith("_"), is_connected and n != "layers", n)
    ):
        value = attributes[name]
        if isinstance(value, Layer):
            yield from _visit(value, _join(path, name), seen)
        elif isinstance(value, list | tuple | dict):
            yield from _visit_all(value, _join(path, name), seen)


def _visit_all(container: Any, path: str, seen: set[int]) -> Iterator[tuple[str, Layer]]:
    used: Counter[str] = Counter()
    for part in container.values() if isinstance(container, dict) else container:
        if isinstance(part, Layer):
            name = to_snake_case(read_class_name(part))
            yield from _visit(part, _join(path, _number(name, used)), seen)
        elif isinstance(part, list | tuple | dict):
            yield from _visit_all(part, _join(path, _number("container", used)), seen)


def _number(name: str, used: Counter[str]) -> str:
    used[name] += 1
    return name if used[name] == 1 else f"{name}_{used[name] - 1}"


def _join(path: str, name: str) -> str:
    return f"{path}/{name}" if path else name


def loads_itself(layer: Layer) -> bool:
    """Whether its class says itself what of a file it takes."""
    return type(layer).load_own_variables is not Layer.load_own_variables


def take_vocabularies(model: Layer, vocabularies: Mapping[str, Vocabulary]) -> None:
    """Give the lookups of a model what Keras keeps of them beside the config."""
    for way, layer in walk_objects(model) if vocabularies else ():
        if way in vocabularies and isinstance(layer, HostLayer):
            layer._take_lines(*vocabularies[way])


def write_tree(content: Content, model: Layer) -> bytes:
    """The HDF5 file of a model's weights and of its optimizer."""
    memory = io.BytesIO()
    with new_hdf5(memory) as file:
        if content.training:
            file.attrs[TRAINING] = dump_json(content.training)
        for path, layer in walk_objects(model):
            own: dict[str, Any] = {}
            layer.save_own_variables(own)
            if isinstance(layer, HostLayer):
                own |= layer._own_arrays()
            if not own and path:
                continue
            group = file.create_group(_join(path, "vars"))
            group.attrs["name"] = layer.name
            for name, array in own.items():
                group.create_dataset(str(name), data=np.asarray(array))
        optimizers = {**content.inner_optimizers, "": [array for _, array in content.optimizer]}
        for way, arrays in optimizers.items():
            for i, array in enumerate(arrays):
                file.create_dataset(_join(way, f"{_OPTIMIZER}/{i}"), data=array)
    return memory.getvalue()


def read_tree(found: Hdf5) -> tuple[Content, TreeWeights]:
    """The optimizer and the weights of such a file."""
    arrays = {name.replace(_OLD_CONTAINER, "layers"): a for name, a in found.arrays.items()}
    ends = (name.rpartition(_OPTIMIZER + "/") for name in arrays)
    ways = dict.fromkeys(way for way, mark, _ in ends if mark and (not way or way[-1] == "/"))
    optimizers = {way.rstrip("/"): _read_optimizer(way, arrays) for way in ways}
    training = found.text(TRAINING)
    content = Content(
        optimizer=[(str(i), array) for i, array in enumerate(optimizers.pop("", ()))],
        inner_optimizers=optimizers,
        training={} if training is None else parse_object(training, f"attribute {TRAINING!r}"),
        arrays=arrays,
    )
    return content, TreeWeights(arrays)


def _read_optimizer(way: str, arrays: Mapping[str, Array]) -> list[Array]:
    found: list[Array] = []
    while (name := f"{way}{_OPTIMIZER}/{len(found)}") in arrays:
        found.append(arrays[name])
    return found


class TreeWeights:
    """Arrays by their way through the objects."""

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        self._arrays = arrays

    @property
    def count(self) -> int:
        return sum(array.size for array in self._arrays.values())

    def inverse_frequencies(self, way: str) -> Array | None:
        """What a lookup learned beside its vocabulary."""
        return self._arrays.get(f"{way}/vars/idf_weights")

    def pair(self, model: Layer, by_name: bool) -> list[Pair]:
        if by_name:
            raise DamagedError(
                "weights in the order of the layers: by_name needs .h5 or .safetensors"
            )
        pairs: list[Pair] = []
        left = dict(self._arrays)
        groups = set()
        for path, layer in walk_objects(model):
            if loads_itself(layer):
                inside = _join(path, "vars/")
                left = {name: array for name, array in left.items() if not name.startswith(inside)}
                continue
            groups.add(_join(path, "vars"))
            for i, variable in enumerate(layer._own_variables()):
                name = _join(path, f"vars/{i}")
                pairs.append(Pair(variable, name, left.pop(name, None), _join(path, "vars")))
        # Layers of the file that the model does not have are passed over, as in Keras: a part of a
        # larger model takes its weights from the file of the whole one.
        pairs += [
            Pair(None, name, array, name.rpartition("/")[0])
            for name, array in left.items()
            if name.rpartition("/")[0] in groups and not any(word in name for word in _BESIDE)
        ]
        return pairs
