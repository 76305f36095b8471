"""What an optimizer counts: steps, changes of the weights, and the learning rate they lead to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pronghorn._core.params import Integer, check
from pronghorn.optimizers._learning_rate import LearningRate
from pronghorn.optimizers._numbers import Count, Rate

__all__ = ["Counted"]

_COUNT = Integer(low=0)


class Counted:
    """The part of an optimizer that knows where a training stands.

    What its properties give are numbers with an ``assign``, as Keras's variables have.
    """

    name: str
    gradient_accumulation_steps: int | None
    _rate: LearningRate
    _steps: int
    _traced: Mapping[str, Any]

    @property
    def learning_rate(self) -> Rate:
        """The learning rate of the next step, before ``decay``; a float with ``assign``.

        Setting it takes a number, a schedule or a function; raises ParameterError (a TypeError)
        for a number where a schedule was given.
        """
        if self._traced:
            traced: Rate = self._traced["learning_rate"]
            return traced
        return Rate(
            float(self._rate.at(np.array([self._steps]))[0]),
            f"{self.name}/learning_rate",
            self._set_rate,
        )

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        self._set_rate(value)

    def _set_rate(self, value: Any) -> None:
        self._rate = self._rate.replace(value)

    @property
    def lr(self) -> Rate:
        """The learning rate, by its old name."""
        return self.learning_rate

    @lr.setter
    def lr(self, value: Any) -> None:
        self._set_rate(value)

    @property
    def is_scheduled(self) -> bool:
        """Whether a schedule or function gives the learning rate."""
        return self._rate.schedule is not None

    @property
    def steps_taken(self) -> Count:
        """Steps taken so far, batch by batch; an int with ``assign``."""
        return Count(self._steps, f"{self.name}/iteration", self._set_steps)

    @steps_taken.setter
    def steps_taken(self, value: int) -> None:
        self._set_steps(value)

    @property
    def iterations(self) -> Count:
        """How often the weights were changed: ``steps_taken``, but for an accumulation."""
        if self._traced:
            traced: Count = self._traced["iterations"]
            return traced
        return Count(
            self._steps // self.accumulated_steps, f"{self.name}/iteration", self._set_iterations
        )

    @iterations.setter
    def iterations(self, value: int) -> None:
        self._set_iterations(value)

    def _set_steps(self, value: Any) -> None:
        self._steps = check(type(self).__name__, "iterations", value, _COUNT)

    def _set_iterations(self, value: Any) -> None:
        self._set_steps(value)
        self._steps *= self.accumulated_steps

    @property
    def accumulated_steps(self) -> int:
        """Steps whose gradients make one change of the weights."""
        return self.gradient_accumulation_steps or 1
