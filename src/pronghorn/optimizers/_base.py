"""What every optimizer is: a formula from weight, gradient and state to their next values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn import ops
from pronghorn._core.configurable import Configurable
from pronghorn._core.errors import ParameterError, compose, suggest
from pronghorn._core.params import Boolean, Integer, Interval, OfType, Optional, check
from pronghorn._core.registry import to_snake_case
from pronghorn._core.warn import warn
from pronghorn.optimizers._apply import Applied, read_gradients
from pronghorn.optimizers._arguments import POSITIVE
from pronghorn.optimizers._assigned import AssignedSteps
from pronghorn.optimizers._counted import Counted
from pronghorn.optimizers._learning_rate import LearningRate
from pronghorn.optimizers._numbers import Count, Rate
from pronghorn.optimizers._state import ACCUMULATOR, AVERAGE, State

_CLIPS = ("clipnorm", "global_clipnorm", "clipvalue")


class Optimizer(AssignedSteps, Counted, Configurable):
    """(w, g, slots) → (w', slots'), element by element, once a step.

    A subclass names its ``slots`` (state kept for every weight, all starting at
    ``initial_slot``) and states one step as a formula in ``update_step``, written with
    ``pronghorn.ops``; hyper-parameters are plain floats in it. Numbers that change from step to
    step besides the learning rate (bias corrections) come from ``corrections``. Keras's manner
    serves too: ``build(variables)`` with ``add_variable_from_reference``, and an
    ``update_step(gradient, variable, learning_rate)`` that assigns, element by element.

    Args:
        learning_rate: A number, a schedule, or a function of the step (or of nothing).
        weight_decay: d: w ← w − lr d w before the step. Default None.
        clipnorm: c: each weight's gradient g ← g · c / max(‖g‖, c). Default None.
        clipvalue: c: each element of a gradient into [−c, c]. Default None.
        global_clipnorm: As clipnorm, with one norm over all gradients. Only one of the three
            may be given. Default None.
        use_ema: Keep a ← μ a + (1 − μ) w of every weight (first a = w); ``fit`` ends by writing
            the averages into the weights. Default False.
        ema_momentum: μ. Default 0.99.
        ema_overwrite_frequency: Also write them every so many steps. Default None.
        loss_scale_factor: Gradients are taken of the loss times this number, and divided by it
            before they are used. Default None.
        gradient_accumulation_steps: Change the weights only every so many steps, by the mean of
            the gradients since. Default None.
        name: Default: the class in snake_case.
        **kwargs: Old spellings of Keras 2: ``lr``, and ``decay`` (lr / (1 + decay · iterations)).

    Errors: ParameterError for values outside their ranges and for unknown arguments.

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
        learning_rate: Any = 0.01,
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
        super().__init__()
        owner = type(self).__name__
        decayed = Optional(Interval(low=0.0))
        every = Optional(Integer(low=1))
        self.weight_decay = check(owner, "weight_decay", weight_decay, decayed)
        self.clipnorm = check(owner, "clipnorm", clipnorm, Optional(POSITIVE))
        self.clipvalue = check(owner, "clipvalue", clipvalue, Optional(POSITIVE))
        self.global_clipnorm = check(owner, "global_clipnorm", global_clipnorm, Optional(POSITIVE))
        self._check_one_clip(owner)
        self.use_ema = check(owner, "use_ema", use_ema, Boolean())
        self.ema_momentum = check(owner, "ema_momentum", ema_momentum, Interval(0.0, 1.0))
        self.ema_overwrite_frequency = check(
            owner, "ema_overwrite_frequency", ema_overwrite_frequency, every
        )
        self.loss_scale_factor = check(
            owner, "loss_scale_factor", loss_scale_factor, Optional(POSITIVE)
        )
        self.gradient_accumulation_steps = check(
            owner, "gradient_accumulation_steps", gradient_accumulation_steps, every
        )
        self.name = check(owner, "name", name, Optional(OfType(str))) or to_snake_case(owner)
        self.decay = check(owner, "decay", kwargs.pop("decay", 0.0), Interval(low=0.0))
        self._rate = LearningRate(owner, kwargs.pop("lr", learning_rate))
        self._steps = 0
        self._undecayed: tuple[frozenset[int], str] = (frozenset(), "")
        self.slot_state = State(self)
        self._applied = Applied()
        if kwargs:
            known = self._argument_names()
            raise ParameterError(
                compose(
                    owner,
                    expected=f"arguments among {', '.join(known)}",
                    received=", ".join(map(repr, kwargs)),
                    remedy=suggest(next(iter(kwargs)), known),
                )
            )

    # The formula.

    def slots(self) -> tuple[str, ...]:
        """Names of the state kept for each weight, in Keras's spelling and order."""
        return tuple(self._first_values)

    def slot_groups(self) -> tuple[tuple[str, ...], ...]:
        """The slots as Keras orders them: each group stands together, weight by weight."""
        return (self.slots(),)

    def all_slots(self) -> tuple[str, ...]:
        """``slots`` and those of the common arguments."""
        common = [AVERAGE] if self.use_ema else []
        common += [ACCUMULATOR] if self.accumulated_steps > 1 else []
        return (*common, *self.slots())

    def initial_slot(self, name: str) -> float:
        """The value with which every element of a slot starts."""
        return self._first_values.get(name, 0.0)

    def derived(self) -> list[Rate]:
        """Numbers that Keras keeps as variables and that follow from ``iterations`` here."""
        return []

    def corrections(
        self, rates: NDArray[np.float64], t: NDArray[np.float64]
    ) -> dict[str, NDArray[np.float64]]:
        """Further numbers of each step: from its learning rate, and its number t = 1, 2, …

        Under ``gradient_accumulation_steps`` t counts the changes of the weights.
        """
        return {}

    def step_scalars(self, iterations: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
        """Per-step numbers for steps with these counts before the step (from 0), float64."""
        steps = np.asarray(iterations, np.float64)
        rates = self._rate.at(steps)
        if self.decay:
            rates = rates / (1.0 + self.decay * steps)
        every = self.accumulated_steps
        t = (np.floor(steps / every) if every > 1 else steps) + 1.0
        numbers = {"learning_rate": rates, **self.corrections(rates, t)}
        if self._assigns:
            numbers["iterations"] = t - 1.0
        if every > 1:
            numbers["is_update"] = np.asarray((steps + 1.0) % every == 0, np.float64)
        if self.use_ema:
            numbers["ema_momentum"] = np.where(t == 1.0, 0.0, self.ema_momentum)
            if self.ema_overwrite_frequency is not None:
                due = t % self.ema_overwrite_frequency == 0
                numbers["is_overwrite"] = np.asarray(due, np.float64)
        return numbers

    def update(
        self,
        w: Any,
        g: Any,
        slots: Mapping[str, Any],
        scalars: Mapping[str, Any],
        *,
        decays: bool = True,
        variable: Any = None,
    ) -> tuple[Any, dict[str, Any]]:
        """One step: clipping by value, weight decay, then the optimizer's own formula."""
        if self.clipvalue is not None:
            g = ops.clip(g, -self.clipvalue, self.clipvalue)
        if self.weight_decay and decays:
            w = w - w * (self.weight_decay * scalars["learning_rate"])
        if self._assigns:
            values = {**slots, "w": w, "g": g}
            return self.trace_assignments(self.update_step, variable, values, scalars)
        return self.update_step(w, g, slots, scalars)

    def update_step(
        self, w: Any, g: Any, slots: Mapping[str, Any], scalars: Mapping[str, Any]
    ) -> tuple[Any, dict[str, Any]]:
        """The optimizer's own formula: the new weight and the new slots."""
        raise NotImplementedError(
            f"{type(self).__name__} must define update_step(w, g, slots, scalars)"
        )

    # Weight decay of some weights only.

    def exclude_from_weight_decay(
        self, var_list: Sequence[Any] | None = None, var_names: Sequence[str] | None = None
    ) -> None:
        """Leave weights out of ``weight_decay``: these, and those with such a text in their name.

        The names are regular expressions. Raises ParameterError once the optimizer is built.
        """
        if self.built:
            raise ParameterError(
                compose(
                    "exclude_from_weight_decay",
                    expected="a call before the first step",
                    received="one after it",
                )
            )
        self._undecayed = (frozenset(map(id, var_list or ())), "|".join(var_names or ()))

    def decays(self, variable: Any) -> bool:
        """Whether ``weight_decay`` is for this weight."""
        listed, pattern = self._undecayed
        is_named = bool(pattern) and re.search(pattern, variable.name) is not None
        return id(variable) not in listed and not is_named

    # Steps on gradients of one's own, and the state.

    @property
    def built(self) -> bool:
        """Whether the optimizer knows its weights."""
        return bool(self.slot_state.weights) and not self._learning

    def build(self, variables: Iterable[Any]) -> None:
        """Make the slots of these weights; those that have theirs keep them."""
        if not self._learning:
            self.slot_state.prepare(variables)

    @property
    def variables(self) -> list[Any]:
        """Count of steps, learning rate (unless scheduled) and slots, in Keras's order."""
        return self.slot_state.everything()

    def apply(self, grads: Sequence[Any], trainable_variables: Sequence[Any] | None = None) -> None:
        """One step on gradients given as arrays: the formulas, and the slots, of ``fit``.

        Args:
            grads: One array a weight; None for a weight to leave alone, with a warning.
            trainable_variables: The weights. Default: those of ``build``.

        Errors: ParameterError for weights that are not those of ``build``, and where no gradient
        is given; ShapeError for a gradient that does not fit; NotBuiltError without weights.

        Source: keras.optimizers.Optimizer.apply.
        """
        grads = list(grads)
        if not grads:
            return
        known = trainable_variables is None
        weights = self.slot_state.require() if known else list(trainable_variables or ())
        gradients = read_gradients(weights, grads)
        self.slot_state.check_known(weights)
        if not gradients:
            raise ParameterError(
                compose("apply", expected="a gradient of some weight", received="none")
            )
        if len(gradients) < len(weights):
            missing = [w.path for i, w in enumerate(weights) if i not in gradients]
            warn(f"There are no gradients of {', '.join(missing)}.")
        if not self.built:
            self.build(weights)
        # An average moves with every step, also of weights that have no gradient in this one.
        resting = [w for w in self.slot_state.weights if self.use_ema and w not in weights]
        self._applied.run(self, [*weights, *resting], gradients)
        self._steps += 1

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Any]]) -> Count:
        """``apply`` for pairs of gradient and weight; returns ``iterations``."""
        pairs = list(grads_and_vars)
        self.apply([grad for grad, _ in pairs], [variable for _, variable in pairs])
        return self.iterations

    def scale_loss(self, loss: Any) -> Any:
        """loss · loss_scale_factor: what the gradients for ``apply`` are taken of."""
        return loss if self.loss_scale_factor is None else loss * self.loss_scale_factor

    def get_weights(self) -> list[NDArray[Any]]:
        """The values of ``variables``."""
        return [array for _, array in self.slot_state.arrays()]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Set ``variables``; raises ShapeError unless number and shapes are theirs."""
        self.slot_state.require()
        self.slot_state.assign(weights)

    def save_own_variables(self, store: MutableMapping[str, Any]) -> None:
        """Put the values of ``variables`` into a mapping, under "0", "1", …"""
        store.update({str(i): array for i, array in enumerate(self.get_weights())})

    def load_own_variables(self, store: Mapping[str, Any]) -> None:
        """Set ``variables`` from what ``save_own_variables`` wrote."""
        self.set_weights([store[str(i)] for i in range(len(store))])

    def finalize_variable_values(self, var_list: Iterable[Any]) -> None:
        """Write the averages into these weights, with ``use_ema``; ``fit`` ends with it."""
        if self.use_ema and self._steps:
            self.slot_state.finish(var_list)

    # Configuration.

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, in Keras's form; ``decay`` only where it is used."""
        config = {name: getattr(self, name, None) for name in self._argument_names()}
        config["learning_rate"] = self._rate.serialize()
        return config | ({"decay": self.decay} if self.decay else {})

    @classmethod
    def from_config(
        cls, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
    ) -> Optimizer:
        """A new optimizer, with no steps taken, from ``get_config()``'s result."""
        rate = config.get("learning_rate")
        if isinstance(rate, Mapping | str):
            config = {**config, "learning_rate": LearningRate.deserialize(rate, custom_objects)}
        return cls(**config)

    def _check_one_clip(self, owner: str) -> None:
        given = [name for name in _CLIPS if getattr(self, name) is not None]
        if len(given) > 1:
            raise ParameterError(
                compose(owner, expected=f"one of {', '.join(_CLIPS)}", received=", ".join(given))
            )
