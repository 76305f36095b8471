"""Keras's variables of a metric whose state is sums: read from the sums, assigned to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import GraphError, ParameterError, compose
from pronghorn.ir.graph import Node
from pronghorn.layers._emission import active
from pronghorn.layers._variable import Variable

if TYPE_CHECKING:
    from pronghorn.metrics._base import Metric

__all__ = ["Held", "Peek", "holding"]


class Held(Variable):
    """One of Keras's variables, a part of the sums of ``metric``: float64, as they are.

    Inside of a model the program has the sums, so it can neither be read nor assigned there.
    """

    def __init__(self, metric: Metric, name: str, value: Any) -> None:
        super().__init__(value, trainable=False, name=name)
        self.owner = metric.name
        self._metric = metric

    @property
    def dtype(self) -> str:
        return "float64"

    def numpy(self) -> NDArray[Any]:
        """A copy of the numbers, float64."""
        self._require_outside("read")
        return np.array(self._metric._unfold()[self.name], np.float64)

    def assign(self, value: Any) -> None:
        """Replace the numbers; raises ShapeError for another shape, GraphError in a model."""
        self._require_outside("assigned")
        super().assign(value)  # refuses other shapes
        parts = self._metric._unfold()
        self._metric._fold({**parts, self.name: np.asarray(value, np.float64)})

    def fill(self, value: float) -> None:
        """Set every element to one number."""
        self.assign(np.full(self.shape, value))

    def node(self) -> Node:
        """Raise GraphError: the sums are the program's."""
        raise self._refusal("read")

    def __pronghorn_node__(self) -> Node | None:
        return None if active() is None else self.node()

    # Numbers compare as such: ``metric.count == 0``.
    def __eq__(self, other: object) -> Any:
        return self.numpy() == other

    __hash__ = object.__hash__

    def _require_outside(self, use: str) -> None:
        if active() is not None:
            raise self._refusal(use)

    def _refusal(self, use: str) -> GraphError:
        return GraphError(
            compose(
                f"Variable {self.path!r}",
                expected="a use outside of a model: inside, its program has the sums",
                received=f"one that is {use} in update_state",
                remedy="Call super().update_state, or make a variable with add_weight",
            )
        )


class Peek:
    """A variable of Keras's, or a sum, by name; unlike a property it gives way to an attribute."""

    def __init__(self, name: str, place: str = "") -> None:
        self._name, self._place = name, place

    def __get__(self, owner: Metric | None, kind: type[Metric]) -> Any:
        if owner is None:
            return self
        parts = owner._unfold()
        if self._name in parts:
            return Held(owner, self._name, parts[self._name])
        if self._place:
            value = getattr(owner, self._place)
            return float(value) if np.ndim(value) == 0 else value
        raise AttributeError(f"{owner.name!r} has no {self._name!r} before its first rows")


@contextmanager
def holding(metric: Metric, values: Sequence[Any] | None) -> Iterator[None]:
    """Let a metric and its parts have other numbers, those of ``variables``, for the block.

    ``values`` None: they begin with their own. Raises ParameterError for another number of values,
    GraphError inside of a model.
    """
    what = f"{type(metric).__name__} metric_variables"
    if active() is not None:
        raise GraphError(
            compose(what, expected="arrays, outside of a model", received="a call inside of one")
        )
    variables = metric.variables
    if values is not None and len(values) != len(variables):
        raise ParameterError(
            compose(
                what,
                expected=f"{len(variables)} values, one for each of its variables",
                received=f"{len(values)}",
            )
        )
    kept = [(part, part._sums()) for part in _walk(metric)]
    own = {v: v.numpy() for v in variables if not isinstance(v, Held)}
    try:
        for variable, value in zip(variables, values or (), strict=False):
            variable.assign(value)
        yield
    finally:
        for part, sums in kept:
            part._set_sums(*sums)
        for variable in metric.variables:
            if not isinstance(variable, Held):
                # One that update_state has made since begins with 0.
                variable.assign(own.get(variable, np.zeros(variable.shape)))


def _walk(metric: Metric) -> Iterator[Metric]:
    yield metric
    for part in metric.held_metrics():
        yield from _walk(part)
