"""The graph being written while layers are called on symbolic values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from pronghorn._core.errors import GraphError, ShapeError, compose
from pronghorn.ir.formula import Formula
from pronghorn.ir.graph import Node, Shape, parameter, pointwise
from pronghorn.ir.scalar import input_expr, rows
from pronghorn.layers._arguments import default_of, is_builtin, takes

if TYPE_CHECKING:
    from pronghorn.layers._base import Layer
    from pronghorn.layers._host import HostCall
    from pronghorn.layers._variable import Variable

__all__ = ["LENGTHS", "Emission", "active", "current", "emit"]

# Lengths for a trial: what differs between two traces of a layer depends on the length of the rows.
LENGTHS = (24, 48)

# x / rows
_PER_ROW = Formula(1, (input_expr(0) / rows(),))


class Emission:
    """What calling the layers of one model leaves behind besides the result.

    ``training`` chooses between the two walks of a model; None: nobody said, which leaves it to the
    layers. ``is_undecided``: one of them made use of that. ``variables`` maps the name of each
    parameter node to its variable. ``penalized`` are scalar terms of the loss, each with the layer
    that adds it (regularization of its output, ``add_loss``). ``updates`` are the new values of
    variables that a layer or metric assigned (moving averages). ``results`` holds each layer's
    output, ``activated`` what an activation of a layer took and gave. ``host_calls`` are the inputs
    of the graph that NumPy makes of the rows first, by name. ``masks`` say which steps of a value
    count (n, l), where not all do. Random streams are numbered in the order of the calls, so that
    the same model draws the same numbers. ``lengths`` are the shapes of those inputs of the graph
    whose length the rows bring along, by name; ``length`` stands for those that nobody knows yet.
    """

    def __init__(self, training: bool | None, length: int = LENGTHS[0]) -> None:
        self.training = training
        self.is_undecided = False
        self.length = length
        self.lengths: dict[str, Shape] = {}
        self.variables: dict[str, Variable] = {}
        self.penalized: list[tuple[Layer, Node]] = []
        self.updates: dict[Variable, Node] = {}
        self.sums: dict[Any, list[tuple[Node, Node | None, Node | None]]] = {}
        self.results: list[tuple[Layer, Node]] = []
        self.activated: list[tuple[Layer, Node, Node]] = []
        self.masks: dict[Node, Node] = {}
        self.host_calls: dict[str, tuple[HostCall, Node]] = {}
        self._nodes: dict[Variable, Node] = {}
        self._streams: dict[int | None, int] = {}

    @property
    def penalties(self) -> list[Node]:
        """The scalar terms of the loss that layers add."""
        return [node for _, node in self.penalized]

    def parameter(self, variable: Variable) -> Node:
        """The node of a variable; the same one for every use."""
        if variable not in self._nodes:
            # Layers of two nested models may share a name; parameters of a graph may not.
            name, copy = variable.path, 1
            while name in self.variables:
                copy += 1
                name = f"{variable.path}:{copy}"
            self.variables[name] = variable
            self._nodes[variable] = parameter(name, variable.shape)
        return self._nodes[variable]

    def value(self, variable: Variable) -> Node:
        """What a variable holds here: the value assigned last, else its own."""
        return self.updates[variable] if variable in self.updates else self.parameter(variable)

    def update(self, variable: Variable, node: Node) -> None:
        """Let the step write ``node`` to a variable; raises ShapeError for another shape."""
        self.parameter(variable)
        if node.shape != variable.shape:
            raise ShapeError(
                compose(
                    f"Variable {variable.path!r}",
                    expected=f"a value of shape {variable.shape}",
                    received=f"one of shape {node.shape}",
                )
            )
        self.updates[variable] = node

    def written(self) -> dict[str, Node]:
        """Parameter name → its new value, for everything that was assigned."""
        names = {variable: name for name, variable in self.variables.items()}
        return {names[variable]: node for variable, node in self.updates.items()}

    def add_up(
        self, metric: Any, values: Node, weights: Node | None, counts: Node | None = None
    ) -> None:
        """Let the program add up a metric's values over all rows.

        ``counts``: what each row counts, where that is not its weight.
        """
        self.sums.setdefault(metric, []).append((values, weights, counts))

    def note(self, layer: Layer, result: Sequence[Node]) -> None:
        """Keep a layer's outputs, and its penalty on them, if any, divided by the batch size."""
        penalize = layer.activity_regularizer
        for node in result:
            self.results.append((layer, node))
            if penalize is not None:
                self.penalized.append((layer, pointwise(_PER_ROW, penalize(node))))

    def choose_training(self, layer: Layer, training: bool | None) -> bool | None:
        """Whether a layer is in training: as it is told, else as what calls it, else by the
        default of its ``call``."""
        if training is not None:
            self.is_undecided |= self.training is None
            return bool(training)
        call = type(layer).call
        if self.training is not None or is_builtin(type(layer)) or not takes(call, "training"):
            return self.training
        self.is_undecided = True
        default = default_of(call, "training")
        return None if default is None else bool(default)

    def next_stream(self, layer: Layer | None = None) -> int:
        """The number of the next random position, of the model or of a layer by itself."""
        key = None if layer is None else id(layer)
        stream = self._streams.get(key, 0)
        self._streams[key] = stream + 1
        return stream


_current: ContextVar[Emission | None] = ContextVar("pronghorn_emission", default=None)


def active() -> Emission | None:
    """The emission in progress, if any."""
    return _current.get()


def current() -> Emission:
    """The emission in progress; raises GraphError outside of a layer's call."""
    found = active()
    if found is None:
        raise GraphError(
            compose(
                "symbolic value",
                expected="a use inside a layer's call()",
                received="a use outside of it",
                remedy="Call the layer or model on its input; .numpy() gives a weight's numbers",
            )
        )
    return found


@contextmanager
def emit(training: bool | None, length: int = LENGTHS[0]) -> Iterator[Emission]:
    """Collect what the layers called inside the block leave behind.

    ``length``: what stands for lengths of rows that nobody knows yet.
    """
    emission = Emission(training, length)
    token = _current.set(emission)
    try:
        yield emission
    finally:
        _current.reset(token)
