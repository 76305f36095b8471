"""The step of an optimizer as an expression that people and pages can read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pronghorn.ir.scalar import Expr, lift, order, step_scalar

if TYPE_CHECKING:
    from pronghorn.optimizers._base import Optimizer

__all__ = ["formula_of"]

# Names that no slot and no number of a step has.
_WEIGHT, _GRADIENT = "w", "g"


def formula_of(optimizer: Optimizer, variable: Any = None) -> dict[str, tuple[Any, ...]]:
    """What one step writes: "w" and each slot → its new value, as nested tuples.

    A tuple is ``("number", 0.9)``, ``("name", "g")`` or an operation of ``pronghorn.ops`` with
    its operands, ``("mul", a, b)``. Names: "w" the weight, "g" its gradient, the slots, and the
    numbers of the step ("learning_rate", bias corrections), whose values ``step_scalars`` gives.
    The same trace becomes the loop that trains; clipping by norm and averages of weights stand
    around it and are not shown. ``variable`` is one of the optimizer's weights; only an
    optimizer in Keras's manner, whose ``update_step`` assigns, needs it.

    >>> from pronghorn.optimizers import SGD
    >>> formula_of(SGD())["w"]
    ('sub', ('name', 'w'), ('mul', ('name', 'g'), ('name', 'learning_rate')))
    """
    numbers = optimizer.step_scalars(np.zeros(0, np.int64))
    new, slots = optimizer.update(
        step_scalar(_WEIGHT),
        step_scalar(_GRADIENT),
        {slot: step_scalar(slot) for slot in optimizer.slots()},
        {name: step_scalar(name) for name in numbers},
        variable=variable,
    )
    return {name: _read(lift(value)) for name, value in {_WEIGHT: new, **slots}.items()}


def _read(root: Expr) -> tuple[Any, ...]:
    done: dict[Expr, tuple[Any, ...]] = {}
    for e in order((root,)):
        if e.op == "const":
            done[e] = ("number", e.value)
        elif e.op == "step":
            done[e] = ("name", e.value)
        else:
            done[e] = (e.op, *(done[operand] for operand in e.args))
    return done[root]
