"""Formulas: pointwise functions of tensors, with a canonical text.

A ``Formula`` maps k input numbers to r output numbers. Its canonical form lifts every constant out
into a scalar slot, so that Adam with beta_1 = 0.9 and with 0.8 are one loop with other numbers:
the text (``key``) finds the C++ loop that was generated from the same formula; where there is
none, the micro-program (``code``) is interpreted over L1 tiles.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from pronghorn.ir.scalar import (
    SCALAR_OPS,
    Expr,
    apply,
    differentiate,
    input_expr,
    lift,
    order,
    substitute,
)

Instruction = tuple[str, int, tuple[int, ...]]
"""(op, destination register, operand registers)"""


@dataclass(frozen=True)
class Canonical:
    """A formula ready for an engine.

    ``scalars`` lists the lifted numbers as ("const", value), ("step", name) or ("rows", "").
    Registers: inputs, then scalars, then temporaries, reused once dead.
    """

    key: str
    inputs: int
    scalars: tuple[tuple[str, Any], ...]
    code: tuple[Instruction, ...]
    outputs: tuple[int, ...]
    registers: int


@dataclass(frozen=True)
class Formula:
    """``outputs`` as functions of inputs x0 … x(inputs-1).

    ``approximate`` lets a native loop take estimates with one Newton step for division and square
    root (optimizer updates: relative error of a few float32 roundings). ``name`` marks
    formulas that a pass recognizes ("sigmoid", "binary_crossentropy").
    """

    inputs: int
    outputs: tuple[Expr, ...]
    approximate: bool = False
    name: str = field(default="", compare=False)

    @cached_property
    def used(self) -> tuple[int, ...]:
        return tuple(sorted(e.value for e in order(self.outputs) if e.op == "input"))

    @cached_property
    def scalar_count(self) -> int:
        """How many scalar slots the canonical form has: leaves that are not inputs."""
        leaves = [a for e in order(self.outputs) for a in e.args if not a.args]
        leaves += [e for e in self.outputs if not e.args]
        return sum(e.op != "input" for e in leaves)

    @cached_property
    def canonical(self) -> Canonical:
        return _canonical(self)

    def evaluate(
        self, arrays: list[Any], steps: dict[str, float], batch_rows: float
    ) -> tuple[Any, ...]:
        """The formula in NumPy, by the meaning column of the table."""
        values: dict[Expr, Any] = {}
        for e in order(self.outputs):
            if e.op == "input":
                values[e] = arrays[e.value]
            elif e.op == "const":
                values[e] = e.value
            elif e.op == "step":
                values[e] = steps[e.value]
            elif e.op == "rows":
                values[e] = batch_rows
            else:
                with np.errstate(all="ignore"):
                    values[e] = SCALAR_OPS[e.op].meaning(*(values[a] for a in e.args))
        return tuple(values[e] for e in self.outputs)

    def renumber(self, positions: dict[int, int], inputs: int) -> Formula:
        mapping = {input_expr(a): input_expr(b) for a, b in positions.items()}
        return Formula(inputs, substitute(self.outputs, mapping), self.approximate, self.name)

    def vjp(self, wanted: tuple[int, ...]) -> tuple[Formula, tuple[bool, ...]]:
        """The backward formula for inputs ``wanted``.

        Its inputs: the original inputs, then the outputs, then the cotangents of the outputs. An
        expression equal to an output is taken from that output (tanh' = 1 - out²), so what the
        backward pass must keep shows in ``used``. The flags say which of ``wanted`` have a
        gradient; only those are outputs, in order.
        """
        k, r = self.inputs, len(self.outputs)
        cotangents = tuple(input_expr(k + r + i) for i in range(r))
        parts = differentiate(self.outputs, cotangents, tuple(input_expr(i) for i in wanted))
        known = tuple(p for p in parts if p is not None)
        from_outputs = {out: input_expr(k + i) for i, out in enumerate(self.outputs) if out.args}
        return (
            Formula(k + 2 * r, substitute(known, from_outputs), self.approximate),
            tuple(p is not None for p in parts),
        )


def trace(function: Callable[..., Any], inputs: int, *, name: str = "") -> Formula:
    """The formula of a Python function of ``inputs`` scalars (one result or a tuple)."""
    result = function(*(input_expr(i) for i in range(inputs)))
    results = result if isinstance(result, tuple) else (result,)
    return Formula(inputs, tuple(lift(r) for r in results), name=name)


def single(op: str) -> Formula:
    """The formula that applies one operation of the table."""
    arity = SCALAR_OPS[op].arity
    return Formula(arity, (apply(op, *(input_expr(i) for i in range(arity))),), name=op)


def compose(outer: Formula, position: int, inner: Formula, output: int) -> Formula:
    """``outer`` with input ``position`` replaced by output ``output`` of ``inner``.

    Inputs of the result: those of ``outer`` but ``position``, then those of ``inner``.
    """
    kept = [i for i in range(outer.inputs) if i != position]
    shift = {input_expr(i): input_expr(len(kept) + i) for i in range(inner.inputs)}
    (body,) = substitute((inner.outputs[output],), shift)
    mapping: dict[Expr, Expr] = {input_expr(old): input_expr(new) for new, old in enumerate(kept)}
    mapping[input_expr(position)] = body
    return Formula(
        len(kept) + inner.inputs,
        substitute(outer.outputs, mapping),
        outer.approximate or inner.approximate,
    )


def _canonical(formula: Formula) -> Canonical:
    # Scalars are lifted by occurrence, not by value: equal hyper-parameters must not change the
    # text. Leaves are visited operand by operand in the order of the expression.
    exprs = [e for e in order(formula.outputs) if e.args]
    scalars: list[tuple[str, Any]] = []
    text: list[str] = []
    symbolic: list[tuple[str, Expr, list[tuple[str, Any]]]] = []
    names: dict[Expr, str] = {}

    def leaf(e: Expr) -> tuple[str, Any]:
        if e.op == "input":
            return ("x", e.value)
        if e.args:
            return ("t", e)
        scalars.append((e.op, e.value))
        return ("s", len(scalars) - 1)

    for e in exprs:
        operands = [leaf(a) for a in e.args]
        shown = " ".join(names[v] if kind == "t" else f"{kind}{v}" for kind, v in operands)
        names[e] = f"t{len(symbolic)}"
        text.append(f"{e.op} {shown}")
        symbolic.append((e.op, e, operands))
    results = [leaf(e) for e in formula.outputs]
    tail = " ".join(names[v] if kind == "t" else f"{kind}{v}" for kind, v in results)
    key = ("~" if formula.approximate else "") + ";".join(text) + "|" + tail

    code, outputs, registers = _allocate(formula.inputs, len(scalars), symbolic, results)
    return Canonical(key, formula.inputs, tuple(scalars), code, outputs, registers)


def _allocate(
    inputs: int,
    scalars: int,
    symbolic: list[tuple[str, Expr, list[tuple[str, Any]]]],
    results: list[tuple[str, Any]],
) -> tuple[tuple[Instruction, ...], tuple[int, ...], int]:
    last_use: dict[Expr, int] = {}
    for i, (_, _, operands) in enumerate(symbolic):
        for kind, v in operands:
            if kind == "t":
                last_use[v] = i
    for kind, v in results:
        if kind == "t":
            last_use[v] = len(symbolic)

    register: dict[Expr, int] = {}
    free: list[int] = []
    top = inputs + scalars

    def place(kind: str, v: Any) -> int:
        if kind == "t":
            return register[v]
        return int(v) if kind == "x" else inputs + int(v)

    code: list[Instruction] = []
    for i, (op, e, operands) in enumerate(symbolic):
        sources = tuple(place(kind, v) for kind, v in operands)
        for v in dict.fromkeys(v for kind, v in operands if kind == "t" and last_use[v] == i):
            free.append(register[v])
        if free:
            register[e] = free.pop()
        else:
            register[e] = top
            top += 1
        code.append((op, register[e], sources))
    return tuple(code), tuple(place(kind, v) for kind, v in results), top
