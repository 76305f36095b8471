"""Learning rates that change with the steps: ``SGD(learning_rate=CosineDecay(0.1, 1000))``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pronghorn._core import lazy, registry

if TYPE_CHECKING:
    from pronghorn.optimizers.schedules._base import LearningRateSchedule
    from pronghorn.optimizers.schedules._cosine_decay import CosineDecay
    from pronghorn.optimizers.schedules._cosine_decay_restarts import CosineDecayRestarts
    from pronghorn.optimizers.schedules._exponential_decay import ExponentialDecay
    from pronghorn.optimizers.schedules._inverse_time_decay import InverseTimeDecay
    from pronghorn.optimizers.schedules._piecewise_constant_decay import PiecewiseConstantDecay
    from pronghorn.optimizers.schedules._polynomial_decay import PolynomialDecay
else:
    __getattr__, __dir__ = lazy.attach(__name__, "schedule")

__all__ = [
    "CosineDecay",
    "CosineDecayRestarts",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LearningRateSchedule",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "deserialize",
    "serialize",
]


def serialize(learning_rate_schedule: Any) -> Any:
    """The config of a schedule, in Keras's form.

    >>> serialize(CosineDecay(0.5, 10))["module"]
    'keras.optimizers.schedules'
    """
    return registry.serialize(learning_rate_schedule)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The schedule that ``serialize`` described; ``custom_objects`` adds names.

    >>> deserialize(serialize(CosineDecay(0.5, 10)))(5)
    0.25
    """
    return registry.deserialize("schedule", config, custom_objects)
