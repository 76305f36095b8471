"""What an optimizer remembers of every weight."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from pronghorn.layers._variable import Variable
from pronghorn.optimizers import Optimizer

__all__ = ["Slots"]


class Slots:
    """Weight → slot name → variable of the weight's shape; made when first asked for."""

    def __init__(self, optimizer: Optimizer) -> None:
        self._optimizer = optimizer
        self._held: dict[Variable, dict[str, Variable]] = {}

    def prepare(self, weights: Iterable[Variable]) -> dict[Variable, dict[str, Variable]]:
        """The slots of these weights, in the optimizer's order."""
        for weight in weights:
            if weight not in self._held:
                self._held[weight] = {
                    slot: self._make(weight, slot) for slot in self._optimizer.slots()
                }
        return self._held

    def variables(self, weights: Iterable[Variable]) -> list[Variable]:
        """All slots of these weights that exist: weight by weight, in the optimizer's order."""
        return [v for weight in weights for v in self._held.get(weight, {}).values()]

    def _make(self, weight: Variable, slot: str) -> Variable:
        value = np.full(weight.shape, self._optimizer.initial_slot(slot), np.float32)
        variable = Variable(value, name=f"{weight.name}/{slot}", trainable=False)
        variable.owner = weight.owner
        return variable
