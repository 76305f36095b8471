"""What every optimizer is: a formula from weight, gradient and state to their next values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn import ops
from pronghorn._core.configurable import Configurable
from pronghorn._core.errors import ParameterError, compose, describe
from pronghorn._core.params import Integer, Interval, OfType, Optional, check
from pronghorn._core.registry import to_snake_case

_RATE = Interval(closed="neither")

# Keras's arguments that need more than one weight's own numbers, with their inactive values.
_UNSUPPORTED: dict[str, tuple[Any, ...]] = {
    "clipnorm": (None,),
    "global_clipnorm": (None,),
    "use_ema": (False,),
    "ema_overwrite_frequency": (None,),
    "loss_scale_factor": (None,),
    "gradient_accumulation_steps": (None, 1),
}


class Optimizer(Configurable):
    """(w, g, slots) → (w', slots'), element by element, once a step.

    A subclass names its ``slots`` (state kept for every weight, all starting at
    ``initial_slot``) and states one step as a formula in ``update_step``, written with
    ``pronghorn.ops``; hyper-parameters are plain floats in it. Numbers that change from step to
    step (the learning rate, bias corrections) come from ``step_scalars``.

    Common arguments: ``learning_rate``; ``weight_decay`` d (w ← w − lr d w before the step);
    ``clipvalue`` c (each gradient element into [−c, c]); ``name``. Old spellings of Keras 2:
    ``lr``, and ``decay`` (lr / (1 + decay · iterations)). Raises ParameterError for values
    outside their ranges and for Keras's clipnorm, global_clipnorm, use_ema,
    loss_scale_factor and gradient_accumulation_steps, which are not available.

    Source: keras.optimizers.Optimizer.

    >>> class SignDescent(Optimizer):
    ...     def update_step(self, w, g, slots, scalars):
    ...         return w - scalars["learning_rate"] * ops.sign(g), {}
    >>> w, _ = SignDescent(0.5).update(1.0, -3.0, {}, {"learning_rate": 0.5})
    >>> float(w)
    1.5
    """

    def __init__(
        self,
        learning_rate: float = 0.01,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        owner = type(self).__name__
        given = {
            "clipnorm": clipnorm,
            "global_clipnorm": global_clipnorm,
            "use_ema": use_ema,
            "ema_overwrite_frequency": ema_overwrite_frequency,
            "loss_scale_factor": loss_scale_factor,
            "gradient_accumulation_steps": gradient_accumulation_steps,
        }
        for argument, value in given.items():
            self._refuse_unsupported(argument, value)
        positive = Interval(low=0.0, closed="neither")
        self.weight_decay = check(owner, "weight_decay", weight_decay, Optional(Interval(low=0.0)))
        self.clipvalue = check(owner, "clipvalue", clipvalue, Optional(positive))
        self.ema_momentum = check(owner, "ema_momentum", ema_momentum, Interval(0.0, 1.0))
        self.name = check(owner, "name", name, Optional(OfType(str))) or to_snake_case(owner)
        self.decay = check(owner, "decay", kwargs.pop("decay", 0.0), Interval(low=0.0))
        self.learning_rate = kwargs.pop("lr", learning_rate)
        self._iterations = 0
        if kwargs:
            raise ParameterError(
                compose(
                    owner,
                    expected=f"arguments among {', '.join(self._argument_names())}",
                    received=", ".join(map(repr, kwargs)),
                )
            )

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next step, before ``decay``."""
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        self._learning_rate = check(type(self).__name__, "learning_rate", value, _RATE)

    @property
    def lr(self) -> float:
        """The learning rate, by its old name."""
        return self.learning_rate

    @lr.setter
    def lr(self, value: float) -> None:
        self.learning_rate = value

    @property
    def iterations(self) -> int:
        """Steps taken so far."""
        return self._iterations

    @iterations.setter
    def iterations(self, value: int) -> None:
        self._iterations = check(type(self).__name__, "iterations", value, Integer(low=0))

    def slots(self) -> tuple[str, ...]:
        """Names of the state kept for each weight, in Keras's spelling and order."""
        return ()

    def initial_slot(self, name: str) -> float:
        """The value with which every element of a slot starts."""
        return 0.0

    def step_scalars(self, iterations: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
        """Per-step numbers for steps with these counts before the update (from 0), float64."""
        return {"learning_rate": self._learning_rates(iterations)}

    def update(
        self, w: Any, g: Any, slots: Mapping[str, Any], scalars: Mapping[str, Any]
    ) -> tuple[Any, dict[str, Any]]:
        """One step: clipping by value, weight decay, then the optimizer's own formula."""
        if self.clipvalue is not None:
            g = ops.clip(g, -self.clipvalue, self.clipvalue)
        if self.weight_decay:
            w = w - w * (self.weight_decay * scalars["learning_rate"])
        return self.update_step(w, g, slots, scalars)

    def update_step(
        self, w: Any, g: Any, slots: Mapping[str, Any], scalars: Mapping[str, Any]
    ) -> tuple[Any, dict[str, Any]]:
        """The optimizer's own formula: the new weight and the new slots."""
        raise NotImplementedError(
            f"{type(self).__name__} must define update_step(w, g, slots, scalars)"
        )

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, in Keras's form; ``decay`` only where it is used."""
        config = {name: getattr(self, name, None) for name in self._argument_names()}
        config["use_ema"] = False
        return config | ({"decay": self.decay} if self.decay else {})

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Optimizer:
        """A new optimizer, with no steps taken, from ``get_config()``'s result."""
        return cls(**config)

    def _learning_rates(self, iterations: NDArray[np.int64]) -> NDArray[np.float64]:
        steps = np.asarray(iterations, np.float64)
        return np.asarray(self._learning_rate / (1.0 + self.decay * steps))

    def _refuse_unsupported(self, argument: str, value: object) -> None:
        if value not in _UNSUPPORTED[argument]:
            raise ParameterError(
                compose(
                    f"{type(self).__name__} {argument}",
                    expected=f"{_UNSUPPORTED[argument][0]} (it is not available)",
                    received=describe(value),
                    remedy="Use clipvalue" if "clip" in argument else "Leave it out",
                )
            )
