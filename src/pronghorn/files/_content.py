"""What a model file holds, whatever its format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from numpy.typing import NDArray

from pronghorn._core import registry
from pronghorn._core.naming import name_apart
from pronghorn.layers._base import Layer
from pronghorn.layers._variable import Variable

__all__ = ["Array", "Content", "Pair", "Vocabulary", "Weights", "name_weights", "read_class_name"]

Array = NDArray[Any]
#: The tokens, line by line, and the inverse frequencies, where there are any.
Vocabulary: TypeAlias = tuple[list[str], Array | None]


@dataclass
class Content:
    """A model as plain values and arrays: the middle between models and formats.

    ``model`` is its config and ``compile`` the arguments of ``compile``, both in Keras 3's form,
    None where the file has none. ``optimizer`` are the arrays of the optimizer by name, in
    Keras's order; with ``is_keras_2`` in the order of the library that wrote them.
    ``inner_optimizers`` are those of models inside the model, by the way to them.
    ``training`` are the numbers beside them that make training go on bit by bit.
    ``vocabularies`` are those that Keras keeps beside the config, by the way to their layers.
    ``arrays`` are all of the file's, by way and name, and ``assets`` its further files: for layers
    that read them themselves.
    """

    model: Mapping[str, Any] | None = None
    compile: Mapping[str, Any] | None = None
    optimizer: Sequence[tuple[str, Array]] = ()
    training: Mapping[str, Any] = field(default_factory=dict)
    vocabularies: Mapping[str, Vocabulary] = field(default_factory=dict)
    arrays: Mapping[str, Array] = field(default_factory=dict)
    assets: Mapping[str, bytes] = field(default_factory=dict)
    is_keras_2: bool = False
    inner_optimizers: Mapping[str, Sequence[Array]] = field(default_factory=dict)


@dataclass(frozen=True)
class Pair:
    """A weight of a model and what a file has for it; None where one of the two has nothing.

    ``group``: weights that are taken all or none, those of a layer; "" for one by itself.
    """

    variable: Variable | None
    name: str
    array: Array | None
    group: str = ""


class Weights(Protocol):
    """The weights of a file, in whatever manner it names them."""

    @property
    def count(self) -> int:
        """How many numbers there are."""
        ...

    def pair(self, model: Layer, by_name: bool) -> list[Pair]:
        """Every weight of the model with its array; raises DamagedError where they do not match.

        ``by_name``: layers of other names stay as they are, on either side.
        """
        ...


def name_weights(layer: Layer, prefix: str = "") -> dict[str, Variable]:
    """ "dense/kernel" → weight, for all weights of a layer: names of layers down to the weight."""
    return name_apart(_collect(layer, prefix, set()))


def _collect(layer: Layer, prefix: str, known: set[Variable]) -> Iterator[tuple[str, Variable]]:
    for variable in layer._own_variables():
        if variable not in known:
            known.add(variable)
            yield f"{prefix}{variable.name}", variable
    for inner in layer._sublayers():
        yield from _collect(inner, f"{prefix}{inner.name}/", known)


def read_class_name(layer: Layer) -> str:
    """The class as configs name it: "Functional" for connected layers, as Keras says."""
    entry = registry.find_entry(type(layer), "layer")
    return entry.name if entry is not None and entry.is_builtin else type(layer).__name__
