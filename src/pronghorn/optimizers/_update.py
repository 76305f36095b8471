"""The step of an optimizer as graph nodes: from gradients to what is written.

Everything of one weight is one formula, so that it can follow the gradient's product in
registers; what needs several elements or weights (norms, constraints) are nodes around it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pronghorn import ops
from pronghorn._core.errors import ShapeError, compose, describe
from pronghorn.ir import graph as g
from pronghorn.ir.formula import Formula
from pronghorn.ir.graph import Node
from pronghorn.ir.scalar import Expr, input_expr, lift, step_scalar
from pronghorn.optimizers._state import ACCUMULATOR, AVERAGE

if TYPE_CHECKING:
    from pronghorn.optimizers._base import Optimizer

__all__ = ["Trained", "emit_updates"]


@dataclass(frozen=True)
class Trained:
    """A weight of a step: its parameter's name, the variable behind it, and its nodes.

    ``slots``: slot name → parameter. Without a gradient only the average of the weight moves.
    """

    name: str
    variable: Any
    node: Node
    gradient: Node | None
    slots: Mapping[str, Node]


def emit_updates(optimizer: Optimizer, trained: Sequence[Trained]) -> dict[str, Node]:
    """Parameter name → new value, for the weights and all of their slots ("name/slot").

    Gradients are divided by the loss scale, averaged over the steps of an accumulation, clipped;
    the weights decay, take the optimizer's step, are averaged and constrained: Keras's order.
    """
    scales = _clip_scales(optimizer, [w for w in trained if w.gradient is not None])
    writes: dict[str, Node] = {}
    for weight in trained:
        if weight.gradient is not None:
            # The gradient first, where the epilogue of its product has it: one loop serves both.
            operands = [weight.gradient, weight.node]
            if weight.name in scales:
                operands.append(scales[weight.name])
            formula = _trace_step(optimizer, weight, len(operands))
            new, *slots = g.pointwise_all(formula, *operands, *weight.slots.values())
            writes[weight.name] = _constrain(weight, new)
            writes.update(zip((f"{weight.name}/{s}" for s in weight.slots), slots, strict=True))
        elif AVERAGE in weight.slots:
            average = _average(input_expr(1), input_expr(0))
            node = g.pointwise(Formula(2, (average,)), weight.node, weight.slots[AVERAGE])
            writes[f"{weight.name}/{AVERAGE}"] = node
    return writes


def _trace_step(optimizer: Optimizer, weight: Trained, first: int) -> Formula:
    """(gradient, w, [scale,] slots …) → (w', slots' …) as one formula."""
    names = list(weight.slots)
    held: dict[str, Any] = {slot: input_expr(first + i) for i, slot in enumerate(names)}
    gradient, w = input_expr(0), input_expr(1)
    numbers = {name: step_scalar(name) for name in optimizer.step_scalars(np.zeros(0, np.int64))}
    total, mean = _average_gradient(optimizer, gradient, held.get(ACCUMULATOR))
    if first > 2:
        mean = mean * input_expr(2)
    decays = optimizer.decays(weight.variable)
    own = {slot: held[slot] for slot in optimizer.slots()}
    variable = weight.variable
    stepped, new = optimizer.update(w, mean, own, numbers, decays=decays, variable=variable)
    if ACCUMULATOR in held:
        due = numbers["is_update"]
        stepped = ops.where(due, stepped, w)
        new = {slot: ops.where(due, value, held[slot]) for slot, value in new.items()}
        new[ACCUMULATOR] = ops.where(due, 0.0, total)
    if AVERAGE in held:
        new[AVERAGE] = _average(held[AVERAGE], lift(stepped))
        if "is_overwrite" in numbers:
            stepped = ops.where(numbers["is_overwrite"], new[AVERAGE], stepped)
    results: tuple[Expr, ...] = (lift(stepped), *(lift(new[slot]) for slot in names))
    return Formula(first + len(names), results, approximate=True, name=optimizer.name)


def _average_gradient(optimizer: Optimizer, gradient: Expr, kept: Expr | None) -> tuple[Any, Any]:
    """The sum of the gradients so far, and what the step takes for the gradient."""
    factor = optimizer.loss_scale_factor
    if factor is not None:
        gradient = gradient / factor
    if kept is None:
        return gradient, gradient
    total = gradient + kept
    return total, total / float(optimizer.accumulated_steps)


def _average(kept: Expr, w: Expr) -> Expr:
    """a ← μ a + (1 − μ) w; μ is 0 in the first step."""
    momentum = step_scalar("ema_momentum")
    return kept * momentum + w * (1.0 - momentum)


def _clip_scales(optimizer: Optimizer, trained: Sequence[Trained]) -> dict[str, Node]:
    """Weight → the number its gradient is multiplied by, where norms are bounded."""
    if optimizer.clipnorm is not None:
        bound = float(optimizer.clipnorm)
        return {w.name: _clip_norm(_square_norm(optimizer, w), bound=bound) for w in trained}
    if optimizer.global_clipnorm is not None and trained:
        first, *others = [_square_norm(optimizer, w) for w in trained]
        for other in others:
            first = first + other
        scale = _clip_global_norm(first, bound=float(optimizer.global_clipnorm))
        return {w.name: scale for w in trained}
    return {}


@ops.pointwise
def _clip_norm(squares: Any, *, bound: float) -> Any:
    return bound / ops.maximum(ops.sqrt(squares), bound)


@ops.pointwise
def _clip_global_norm(squares: Any, *, bound: float) -> Any:
    norm = ops.sqrt(squares)
    # The difference is 0; a norm that is not finite makes every gradient NaN, as in Keras.
    return bound / ops.maximum(norm, bound) + (norm - norm)


def _square_norm(optimizer: Optimizer, weight: Trained) -> Node:
    """Σ g² over all elements of one gradient, as the step takes it."""
    assert weight.gradient is not None
    kept = weight.slots.get(ACCUMULATOR)
    operands = [weight.gradient] if kept is None else [weight.gradient, kept]
    _, mean = _average_gradient(optimizer, input_expr(0), None if kept is None else input_expr(1))
    squares = g.pointwise(Formula(len(operands), (mean * mean,)), *operands)
    return g.sum_axes(squares, tuple(range(squares.rank)))


def _constrain(weight: Trained, new: Node) -> Node:
    constraint = weight.variable.constraint
    if constraint is None:
        return new
    found = constraint(new)
    if not isinstance(found, Node) or found.shape != new.shape:
        raise ShapeError(
            compose(
                f"constraint of {weight.name!r}",
                expected=f"a symbolic value of shape {new.shape}",
                received=repr(found) if isinstance(found, Node) else describe(found),
                remedy="Write it with pronghorn.ops",
            )
        )
    return found
