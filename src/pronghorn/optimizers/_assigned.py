"""Optimizers written in Keras's manner, by assignments: traced once into the formula of a step."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pronghorn._core.errors import GraphError, ParameterError, compose, describe
from pronghorn.ir.operators import Operators
from pronghorn.ops._values import scalar_op, unwrap

__all__ = ["AssignedSteps"]

_FIRST_VALUES = {"zeros": 0.0, "ones": 1.0}


class Cell(Operators):
    """A weight, or a slot of it, as ``update_step`` sees it: a value that can be assigned."""

    def __init__(self, owner: AssignedSteps, weight: Any, slot: str) -> None:
        self._owner, self.weight, self.slot = owner, weight, slot
        self.shape, self.dtype = weight.shape, "float32"
        self.value: Any = None

    def assign(self, value: Any) -> None:
        """Let the step write a value."""
        self.value = unwrap(value)

    def assign_add(self, value: Any) -> None:
        self.assign(self + value)

    def assign_sub(self, value: Any) -> None:
        self.assign(self - value)

    def numpy(self) -> Any:
        """The numbers of the slot."""
        return self._owner.slot_state.slots_of(self.weight)[self.slot].numpy()  # type: ignore[attr-defined]

    def __pronghorn_node__(self) -> Any:
        if self.value is None:
            raise GraphError(
                compose(
                    f"slot {self.slot!r}",
                    expected="a use in the update_step of its own weight",
                    received=f"one of {self.weight.path!r} elsewhere",
                    remedy="numpy() gives its numbers",
                )
            )
        return self.value

    def _combine(self, op: str, *operands: Any) -> Any:
        return scalar_op(op, *operands)


class AssignedSteps:
    """The part of ``Optimizer`` that takes ``update_step(gradient, variable, learning_rate)``.

    ``build(variables)`` makes slots with ``add_variable_from_reference``; ``update_step`` assigns
    to them and to the variable, element by element. It is called once a weight, with symbolic
    scalars; ``iterations`` and ``learning_rate`` are symbolic in it too.
    """

    #: Whether update_step assigns, in place of returning new values.
    _assigns = False
    _learning = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        own = vars(cls).get("update_step")
        if own is None:
            return
        count = len(inspect.signature(own).parameters)
        cls._assigns = count == 4
        if count not in (4, 5):
            raise ParameterError(
                compose(
                    f"{cls.__name__}.update_step",
                    expected="update_step(self, w, g, slots, scalars), giving (w', slots'), or "
                    "update_step(self, gradient, variable, learning_rate), assigning",
                    received=f"update_step{inspect.signature(own)}",
                )
            )

    def __init__(self) -> None:
        self._cells: dict[Any, dict[str, Cell]] = {}
        self._first_values: dict[str, float] = {}
        self._traced: Mapping[str, Any] = {}

    # What a subclass calls.

    def add_variable_from_reference(
        self, reference_variable: Any, name: str | None = None, initializer: str = "zeros"
    ) -> Cell:
        """A slot of a weight, in its shape; ``initializer`` "zeros" or "ones".

        Source: keras.optimizers.Optimizer.add_variable_from_reference.
        """
        if not self._assigns or initializer not in _FIRST_VALUES:
            raise ParameterError(
                compose(
                    f"{type(self).__name__}.add_variable_from_reference",
                    expected="initializer 'zeros' or 'ones', in an optimizer whose "
                    "update_step(gradient, variable, learning_rate) assigns",
                    received=describe(initializer),
                )
            )
        slot = name or "slot"
        cells = self._cells.setdefault(reference_variable, {})
        if slot not in cells:
            self._first_values.setdefault(slot, _FIRST_VALUES[initializer])
            cells[slot] = Cell(self, reference_variable, slot)
        return cells[slot]

    def add_optimizer_variables(
        self, trainable_variables: Sequence[Any], name: Any, initializer: Any = "zeros"
    ) -> Any:
        """A slot of each weight; of several names a list of slots each."""
        if isinstance(name, str):
            return [
                self.add_variable_from_reference(v, name, initializer) for v in trainable_variables
            ]
        kinds = [initializer] * len(name) if isinstance(initializer, str) else initializer
        return tuple(
            self.add_optimizer_variables(trainable_variables, n, kind)
            for n, kind in zip(name, kinds, strict=True)
        )

    def add_variable(self, *args: Any, **kwargs: Any) -> Any:
        """Refused: what does not belong to a weight is a number of the step."""
        raise ParameterError(
            compose(
                f"{type(self).__name__}.add_variable",
                expected="slots of weights",
                received="a variable of its own",
                remedy="Use self.iterations, or override corrections(rates, t)",
            )
        )

    def assign(self, variable: Any, value: Any) -> None:
        """Let the step write a value to a weight or slot."""
        variable.assign(value)

    def assign_add(self, variable: Any, value: Any) -> None:
        """Let the step add to a weight or slot."""
        variable.assign_add(value)

    def assign_sub(self, variable: Any, value: Any) -> None:
        """Let the step subtract from a weight or slot."""
        variable.assign_sub(value)

    def _get_variable_index(self, variable: Any) -> int:
        return list(self._cells).index(getattr(variable, "weight", variable))

    # What the library asks.

    def learn_slots(self, weights: Sequence[Any]) -> None:
        """Find out, by the subclass's ``build``, which slots these weights have."""
        if not self._assigns or self._learning:
            return
        for weight in weights:
            self._cells.setdefault(weight, {})
        self._learning = True
        try:
            self.build(weights)  # type: ignore[attr-defined]
        finally:
            self._learning = False

    def trace_assignments(
        self, step: Callable[..., Any], weight: Any, values: Mapping[str, Any], numbers: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Call ``update_step`` on ``values`` (w, g and the slots); what it assigned.

        Raises GraphError for what no formula of single elements can say.
        """
        variable = Cell(self, weight, "value")
        variable.value = values["w"]
        cells = self._cells.get(weight, {})
        for slot, cell in cells.items():
            cell.value = values[slot]
        self._traced = numbers
        try:
            step(values["g"], variable, numbers["learning_rate"])
            return variable.value, {slot: cell.value for slot, cell in cells.items()}
        except (TypeError, AttributeError, ValueError) as error:
            raise GraphError(
                compose(
                    f"{type(self).__name__}.update_step",
                    expected="operations of pronghorn.ops, element by element",
                    received=f"{type(error).__name__}: {error}",
                    remedy="Norms over a whole gradient: clipnorm= and global_clipnorm=",
                )
            ) from error
        finally:
            self._traced = {}
            for cell in cells.values():
                cell.value = None
