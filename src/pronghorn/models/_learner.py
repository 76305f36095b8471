"""A model as training sees it, apart from the attributes that its class may define."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pronghorn._core.errors import ParameterError, compose, describe
from pronghorn.ir.graph import Node, Shape
from pronghorn.layers._host import HostCall
from pronghorn.layers._variable import Variable
from pronghorn.metrics import Metric
from pronghorn.models._arguments import pack_outputs
from pronghorn.models._network import Network
from pronghorn.models._overrides import takes_training

__all__ = ["Learner"]


class Learner:
    """What ``training.Trainable`` asks of a model, from its network and from its methods.

    A class of the user's own may call its attributes and methods as it likes, ``forward`` or
    ``lengths``; so none of these names is looked up in the model itself.
    """

    def __init__(self, model: Any) -> None:
        self._model = model

    @property
    def _network(self) -> Network:
        network: Network = self._model._known_network
        return network

    @property
    def trainable_weights(self) -> list[Variable]:
        weights: list[Variable] = self._model.trainable_weights
        return weights

    @property
    def input_names(self) -> list[str]:
        return self._network.input_names

    @property
    def output_names(self) -> list[str]:
        return self._network.output_names

    @property
    def input_shapes(self) -> list[Shape]:
        return self._network.input_shapes

    @property
    def output_shapes(self) -> list[Shape]:
        return self._network.output_shapes

    @property
    def is_open(self) -> bool:
        """Whether rows may be of several lengths, as those of ``Input((None,))``."""
        return self._network.is_open

    @property
    def lengths(self) -> Mapping[str, Shape]:
        """The shapes of the rows for which a step is being built, where they may differ."""
        return self._network.lengths

    @lengths.setter
    def lengths(self, shapes: Mapping[str, Shape]) -> None:
        self._network.lengths = shapes

    @property
    def host_calls(self) -> tuple[HostCall, ...]:
        """What is made of the inputs before rows go to the engine."""
        return self._network.host_calls

    def forward(self, nodes: Sequence[Node]) -> list[Node]:
        """The outputs for symbolic inputs, in order."""
        return self._network.forward(nodes)

    @property
    def own_loss(self) -> Callable[..., Any] | None:
        """``compute_loss`` where the class defines it: what gives the loss in place of the losses
        of ``compile``."""
        if not self._model._defines("compute_loss"):
            return None
        return self._compute_loss

    def _compute_loss(self, *parts: Any, training: bool) -> Node:
        own = self._model.compute_loss
        # Programs from before Keras 3.3 do not ask whether the model is training.
        value = own(*parts, training=training) if takes_training(own) else own(*parts)
        if not isinstance(value, Node):
            raise ParameterError(
                compose(
                    f"{type(self._model).__name__}.compute_loss",
                    expected="a symbolic value that follows from the weights",
                    received=describe(value),
                    remedy="Write it with pronghorn.ops; it is called once, not for each batch",
                )
            )
        return value

    @property
    def own_metrics(self) -> list[Metric]:
        """The metrics kept in attributes, of the model and of layers inside, and those that a
        ``metrics`` of the class adds."""
        ledger = self._model._trainer.ledger
        if ledger is not None:
            return list(ledger.own)
        return list(dict.fromkeys([*self._model._kept_metrics(), *(self.shown_metrics or ())]))

    @property
    def shown_metrics(self) -> list[Metric] | None:
        """The metrics that logs are made of, where the class defines ``metrics``; else None."""
        return list(self._model.metrics) if self._model._defines("metrics") else None

    @property
    def own_result(self) -> Callable[[], Mapping[str, Any]] | None:
        """``get_metrics_result``, where the class defines it."""
        is_own = self._model._defines("get_metrics_result")
        return self._model.get_metrics_result if is_own else None

    @property
    def own_reset(self) -> Callable[[], None] | None:
        """``reset_metrics``, where the class defines it."""
        return self._model.reset_metrics if self._model._defines("reset_metrics") else None

    def pack_outputs(self, outputs: Sequence[Any]) -> Any:
        """The outputs in the structure in which the model gives them."""
        return pack_outputs(self._network.outputs, outputs)
