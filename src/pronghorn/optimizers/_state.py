"""What an optimizer remembers: its slots of every weight, in Keras's order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import NotBuiltError, ParameterError, ShapeError, compose
from pronghorn.optimizers._numbers import Count, Rate

if TYPE_CHECKING:
    from pronghorn.optimizers._base import Optimizer

__all__ = ["ACCUMULATOR", "AVERAGE", "State"]

# Slots that any optimizer may have: the average of the weight, and the sum of its gradients.
AVERAGE, ACCUMULATOR = "average", "gradient_accumulator"


class State:
    """Weight → slot name → variable of the weight's shape; made when first asked for.

    A weight is any variable with ``path``, ``shape``, ``numpy``, ``assign`` and ``adopt``; a slot
    is a variable of the same class. ``weights`` are those that are trained now.
    """

    def __init__(self, optimizer: Optimizer) -> None:
        self._optimizer = optimizer
        self._held: dict[Any, dict[str, Any]] = {}
        self.weights: list[Any] = []

    def prepare(self, weights: Iterable[Any]) -> dict[Any, dict[str, Any]]:
        """Train these weights; the slots of every weight, in the order of ``all_slots``."""
        self.weights = list(weights)
        if any(weight not in self._held for weight in self.weights):
            self._optimizer.learn_slots(self.weights)
        for weight in self.weights:
            if weight not in self._held:
                self._held[weight] = {
                    slot: self._make(weight, slot) for slot in self._optimizer.all_slots()
                }
        return self._held

    def slots_of(self, weight: Any) -> dict[str, Any]:
        """The slots of one weight; none before ``prepare``."""
        return self._held.get(weight, {})

    def variables(self, weights: Iterable[Any] | None = None) -> list[Any]:
        """All slots that these weights (by default, the trained ones) have.

        The slots of a group stand together, weight by weight: (m, v), (m, v), …
        """
        chosen = self.weights if weights is None else list(weights)
        groups = [(AVERAGE,), (ACCUMULATOR,), *self._optimizer.slot_groups()]
        return [
            self._held[weight][slot]
            for group in groups
            for weight in chosen
            for slot in group
            if slot in self._held.get(weight, {})
        ]

    def numbers(self) -> list[Rate | Count]:
        """The count of steps, and the learning rate unless a schedule gives it."""
        optimizer = self._optimizer
        count = optimizer.steps_taken
        return [count] if optimizer.is_scheduled else [count, optimizer.learning_rate]

    def everything(self) -> list[Any]:
        """The numbers and all slots, in Keras's order; only the numbers before ``prepare``."""
        made = [*self.variables(), *self._optimizer.derived()] if self.weights else []
        return [*self.numbers(), *made]

    def arrays(self) -> list[tuple[str, NDArray[Any]]]:
        """Name and value of everything that a run needs to go on."""
        return [(item.name, np.asarray(item.numpy())) for item in self.everything()]

    def assign(self, arrays: Sequence[Any]) -> None:
        """Take over what ``arrays`` gave; everything is checked before the first change.

        The numbers alone are the state of an optimizer that has not taken a step.
        """
        given = [np.asarray(array) for array in arrays]
        numbers = self.numbers()
        targets = numbers if len(given) == len(numbers) else self.everything()
        if [a.shape for a in given] != [tuple(t.shape) for t in targets]:
            raise ShapeError(
                compose(
                    f"state of {self._optimizer.name!r}",
                    expected=f"{len(targets)} arrays of shapes {[t.shape for t in targets]}",
                    received=f"{len(given)} of {[a.shape for a in given]}",
                    remedy=None if self.weights else "Call optimizer.build(weights) first",
                )
            )
        for target, array in zip(targets, given, strict=True):
            # A float32 file holds the rate rounded: the one that rounds to it is kept.
            if not isinstance(target, Rate) or target.numpy() != np.float32(array):
                target.assign(array)

    def finish(self, weights: Iterable[Any]) -> None:
        """Write the average of each weight, where it has one, into the weight."""
        for weight in weights:
            average = self.slots_of(weight).get(AVERAGE)
            if average is not None:
                weight.assign(average.numpy())

    def require(self) -> list[Any]:
        """The trained weights; raises NotBuiltError where there are none yet."""
        if not self.weights:
            raise NotBuiltError(
                compose(
                    self._optimizer.name,
                    expected="weights to train",
                    received="none",
                    remedy="Call optimizer.build(weights) first",
                )
            )
        return self.weights

    def check_known(self, weights: Iterable[Any]) -> None:
        """Refuse weights that are not trained, unless none is yet."""
        unknown = [w.path for w in weights if self.weights and w not in self.weights]
        if unknown:
            raise ParameterError(
                compose(
                    "apply",
                    expected="the weights that the optimizer was built with",
                    received=", ".join(unknown),
                    remedy="Make an optimizer for them, or call build with all weights first",
                )
            )

    def _make(self, weight: Any, slot: str) -> Any:
        optimizer = self._optimizer
        value = np.zeros(weight.shape, np.float32)
        if slot == AVERAGE:
            # A weight that no step reaches keeps its value when averages are written back.
            value = weight.numpy()
        elif slot in optimizer.slots():
            value += np.float32(optimizer.initial_slot(slot))
        name = f"{weight.path.replace('/', '_')}_{slot}"
        variable = type(weight)(value, name=name, trainable=False)
        variable.owner = optimizer.name
        return variable
