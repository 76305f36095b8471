"""The learning rate of an optimizer: a number, a schedule or a function."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core import registry
from pronghorn._core.errors import ParameterError, compose, describe
from pronghorn._core.params import check
from pronghorn.optimizers._arguments import FINITE
from pronghorn.optimizers.schedules import LearningRateSchedule

__all__ = ["LearningRate"]


class LearningRate:
    """What ``learning_rate=`` was given; ``schedule`` is None where it was a number."""

    def __init__(self, owner: str, given: Any) -> None:
        self.owner = owner
        self.given = given
        self.schedule: LearningRateSchedule | None = None
        if isinstance(given, LearningRateSchedule):
            self.schedule = given
        elif callable(given):
            self.schedule = _CalledEachStep(given)
        else:
            self.given = check(owner, "learning_rate", given, FINITE)

    def at(self, steps: NDArray[Any]) -> NDArray[np.float64]:
        """The rates of these steps, which count from 0."""
        if self.schedule is not None:
            return np.asarray(self.schedule.rates(steps), np.float64)
        return np.full(np.shape(steps), self.given, np.float64)

    def replace(self, given: Any) -> LearningRate:
        """Another rate for the same optimizer; a schedule stays unless by another one."""
        if isinstance(self.given, LearningRateSchedule) and not callable(given):
            raise ParameterError(
                compose(
                    f"{self.owner} learning_rate",
                    expected=f"another schedule (it follows {type(self.given).__name__})",
                    received=describe(given),
                    remedy="Make the optimizer with a number, to set it later",
                )
            )
        return LearningRate(self.owner, given)

    def serialize(self) -> Any:
        """The number, or the config of the schedule or function."""
        return self.given if self.schedule is None else registry.serialize(self.given)

    @staticmethod
    def deserialize(config: Any, custom_objects: Mapping[str, Any] | None) -> Any:
        """The schedule or function that ``serialize`` described."""
        return registry.deserialize("schedule", config, custom_objects)


class _CalledEachStep(LearningRateSchedule):
    """A function of the step, or of nothing, called once for each step."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        parameters = inspect.signature(function).parameters.values()
        variable = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        self.takes_step = any(p.default is p.empty and p.kind not in variable for p in parameters)

    def __call__(self, step: Any) -> Any:
        return self.function(step) if self.takes_step else self.function()
