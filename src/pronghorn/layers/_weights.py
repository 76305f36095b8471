"""What holds weights: where they are made, found, read, replaced and frozen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pronghorn import constraints, initializers, regularizers
from pronghorn._core.errors import (
    DataError,
    NotBuiltError,
    ParameterError,
    ShapeError,
    compose,
    describe,
)
from pronghorn._core.members import list_members
from pronghorn._core.params import Boolean, Integer, check
from pronghorn.layers._kept import KeptMetric, keep
from pronghorn.layers._limit import spend
from pronghorn.layers._variable import Variable

if TYPE_CHECKING:
    from pronghorn.layers._base import Layer

__all__ = ["WeightHolder"]

# What is given to the constructor is not part of the layer unless an attribute keeps it.
_NOT_PARTS = frozenset({"_given", "_initial_weights", "_compile_arguments", "_arrived"})

# What add_weight is given by position: in Keras 2 the name came first.
_ORDER, _OLD_ORDER = ("shape", "initializer", "dtype"), ("name", "shape", "dtype")


class WeightHolder:
    """The part of ``Layer`` that owns variables, its own and those of the layers inside it."""

    name: str
    built: bool
    _trainable: bool
    _variables: list[Variable]

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(
            self, name, value if name in _NOT_PARTS else keep(value, self._note_arrival)
        )

    def _note_arrival(self, value: Any) -> None:
        arrived: dict[Any, int] = vars(self).setdefault("_arrived", {})
        for part in _find_parts(value):
            arrived.setdefault(part, len(arrived))

    def add_weight(
        self,
        *args: Any,
        shape: Any = None,
        initializer: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        aggregation: str = "none",
        overwrite_with_gradient: bool = False,
        name: str | None = None,
    ) -> Variable:
        """Make a weight of ``shape`` (default: a single number).

        Args:
            args: shape, initializer and dtype in this order, or, as in Keras 2, name, shape and
                dtype.
            shape: Its axes. Default None: a single number.
            initializer: First values. Default "glorot_uniform"; "zeros" where ``dtype`` names
                whole numbers or truth values.
            trainable: Whether training changes it. Default True.
            regularizer: A penalty added to the loss. Default None.
            constraint: What it must satisfy after every update. Default None.
            name: Default "variable_0", "variable_1", ...
            dtype, autocast, aggregation, overwrite_with_gradient: Accepted; every weight is one
                float32 array.

        Raises ShapeError where the initializer gives another shape, ParameterError for a shape
        of anything but whole numbers and for an argument that is given twice.

        Source: keras.layers.Layer.add_weight.
        """
        if args:
            order = _OLD_ORDER if isinstance(args[0], str) else _ORDER
            named = {"name": name, "shape": shape, "initializer": initializer, "dtype": dtype}
            given = dict(zip(order, args, strict=False))
            twice = [key for key in given if named[key] is not None]
            if twice or len(args) > len(order):
                raise ParameterError(
                    compose(
                        f"add_weight of {self.name}",
                        expected=f"{', '.join(order)}, each once",
                        received=f"{', '.join(twice)} twice" if twice else f"{len(args)} of them",
                    )
                )
            name, shape, initializer, dtype = {**named, **given}.values()
        sizes = () if shape is None else (shape,) if isinstance(shape, int) else shape
        rule = Integer(low=0)
        shape = tuple(check(f"add_weight of {self.name}", "shape", s, rule) for s in sizes)
        default = "glorot_uniform" if dtype is None or "float" in str(dtype) else "zeros"
        fill = initializers.get(default if initializer is None else initializer)
        label = name or f"variable_{len(self._variables)}"
        spend(shape, f"{self.name}/{label}")
        value = np.asarray(fill(shape, dtype="float32"))
        if value.shape != shape:
            raise ShapeError(
                compose(
                    f"initializer of {self.name}/{label}",
                    expected=f"an array of shape {shape}",
                    received=describe(value),
                )
            )
        variable = Variable(value, name=label, trainable=trainable)
        variable.trainable = trainable and self._trainable
        variable.owner = self.name
        variable.regularizer = regularizers.get(regularizer)
        variable.constraint = constraints.get(constraint)
        self._variables.append(variable)
        return variable

    def add_variable(
        self,
        shape: Any,
        initializer: Any,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        name: str | None = None,
    ) -> Variable:
        """The same as ``add_weight``, which describes the arguments.

        Source: keras.layers.Layer.add_variable.
        """
        return self.add_weight(
            shape=shape,
            initializer=initializer,
            dtype=dtype,
            trainable=trainable,
            autocast=autocast,
            regularizer=regularizer,
            constraint=constraint,
            name=name,
        )

    @property
    def trainable(self) -> bool:
        """Whether training changes the weights; takes effect at the next ``compile``.

        Setting it sets it for the layers inside and for the weights; those that were made with
        ``trainable=False`` stay as they are.
        """
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = check(type(self).__name__, "trainable", value, Boolean())
        for variable in self._own_variables():
            variable.trainable = variable.began_trainable and self._trainable
        for layer in self._sublayers():
            layer.trainable = value

    def _sublayers(self) -> Iterator[Layer]:
        """The layers kept in attributes (also in lists and dicts of them)."""
        for part in self._parts():
            if isinstance(part, WeightHolder):
                yield part  # type: ignore[misc]

    def _parts(self) -> list[Any]:
        """Layers and variables in the attributes, in the order in which they came."""
        held = (value for key, value in vars(self).items() if key not in _NOT_PARTS)
        found = dict.fromkeys(part for value in held for part in _find_parts(value))
        arrived = vars(self).get("_arrived", {})
        return sorted(found, key=lambda part: arrived.get(part, len(arrived)))

    @property
    def metrics(self) -> list[Any]:
        """The metric objects in attributes, the layer's own and those of the layers inside it.

        Source: keras.layers.Layer.metrics.
        """
        found = dict.fromkeys(self._own_metrics())
        for layer in self._sublayers():
            found.update(dict.fromkeys(layer.metrics))
        return list(found)

    def _own_metrics(self) -> list[Any]:
        held = (value for key, value in vars(self).items() if key not in _NOT_PARTS)
        parts = (part for value in held for part in list_members(value))
        return list(dict.fromkeys(part for part in parts if isinstance(part, KeptMetric)))

    def _own_variables(self) -> list[Variable]:
        """Those of add_weight and those kept in attributes; trainable ones come first."""
        kept = (part for part in self._parts() if isinstance(part, Variable))
        found = dict.fromkeys([*self._variables, *kept])
        return sorted(found, key=lambda variable: not variable.began_trainable)

    @property
    def weights(self) -> list[Variable]:
        """Every weight, each once: the layer's own, trainable ones first, then those of the
        layers inside it."""
        found = dict.fromkeys(self._own_variables())
        for layer in self._sublayers():
            found.update(dict.fromkeys(layer.weights))
        return list(found)

    @property
    def variables(self) -> list[Variable]:
        """The same as ``weights``."""
        return self.weights

    @property
    def trainable_weights(self) -> list[Variable]:
        """The weights that training changes; none of a layer or model that is frozen as a whole,
        whatever the layers inside say."""
        return [v for v in self.weights if v.trainable] if self._trainable else []

    @property
    def trainable_variables(self) -> list[Variable]:
        """The same as ``trainable_weights``."""
        return self.trainable_weights

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The weights that training leaves alone."""
        trainable = set(self.trainable_weights)
        return [v for v in self.weights if v not in trainable]

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """The same as ``non_trainable_weights``."""
        return self.non_trainable_weights

    def get_weights(self) -> list[NDArray[np.float32]]:
        """Copies of the weights, float32 in row-major order, in the order of ``weights``."""
        return [variable.numpy() for variable in self.weights]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Replace all weights, or none: numbers and shapes are checked before the first change.

        Raises ShapeError, naming the weight that does not fit.
        """
        variables = self.weights
        what = f"{type(self).__name__} {self.name!r} set_weights"
        if len(weights) != len(variables):
            built = "" if self.built else " (it is not built yet)"
            raise ShapeError(
                compose(
                    what,
                    expected=f"{len(variables)} arrays{built}",
                    received=f"{len(weights)}",
                    remedy="Pass a list like the one of get_weights()",
                )
            )
        try:
            arrays = [np.asarray(value, dtype=np.float32) for value in weights]
        except (TypeError, ValueError) as error:
            raise DataError(
                compose(what, expected="arrays of numbers", received=f"{error}")
            ) from error
        for variable, array in zip(variables, arrays, strict=True):
            if variable.shape != array.shape:
                raise ShapeError(
                    compose(
                        what,
                        expected=f"shape {variable.shape} for {variable.path!r}",
                        received=f"shape {array.shape}",
                        remedy="Pass a list like the one of get_weights()",
                    )
                )
        for variable, array in zip(variables, arrays, strict=True):
            variable.assign(array)

    def save_own_variables(self, store: MutableMapping[str, Any]) -> None:
        """Put the layer's own weights into ``store``, as "0", "1", …; ``save`` asks for them.

        A class that defines it may add arrays under names of its own, for ``load_own_variables``.
        """
        for i, variable in enumerate(self._own_variables()):
            store[str(i)] = variable.numpy()

    def load_own_variables(self, store: Mapping[str, Any]) -> None:
        """Take the weights out of what ``save_own_variables`` filled."""
        for i, variable in enumerate(self._own_variables()):
            variable.assign(store[str(i)])

    def count_params(self) -> int:
        """The number of numbers in all weights; raises NotBuiltError before there are any."""
        if not self.built:
            raise NotBuiltError(
                compose(
                    f"{type(self).__name__} {self.name!r}",
                    expected="a layer whose input shape is known",
                    received="one that is not built",
                    remedy="Put it in a model with an Input, or call build(input_shape)",
                )
            )
        return sum(variable.size for variable in self.weights)


def _find_parts(value: Any) -> list[Any]:
    """The layers and variables in the value of an attribute."""
    return [part for part in list_members(value) if isinstance(part, WeightHolder | Variable)]
