"""Formulas that are linear in their inputs.

A Rescaling becomes the gather's scale and offset; a penalty becomes sums over stores.
"""

from __future__ import annotations

from pronghorn.ir.formula import Formula
from pronghorn.ir.graph import Node
from pronghorn.ir.scalar import Expr, input_expr

__all__ = ["affine", "linear_parts"]


def _linear(e: Expr) -> dict[Expr | None, float] | None:
    """Coefficients of the inputs (None: the constant) if the expression is linear in them."""
    if e.op == "const":
        return {None: e.value}
    if e.op == "input":
        return {e: 1.0}
    parts = [_linear(a) for a in e.args]
    known = [p for p in parts if p is not None]
    if len(known) < len(parts):
        return None
    if e.op in ("add", "sub", "neg"):
        signs = {"add": (1.0, 1.0), "sub": (1.0, -1.0), "neg": (-1.0,)}[e.op]
        total: dict[Expr | None, float] = {}
        for sign, part in zip(signs, known, strict=True):
            for key, value in part.items():
                total[key] = total.get(key, 0.0) + sign * value
        return total
    if e.op in ("mul", "div"):
        a, b = known
        if e.op == "mul" and set(a) == {None}:
            a, b = b, a
        if set(b) == {None}:
            factor = b[None] if e.op == "mul" else 1.0 / b[None]
            return {key: value * factor for key, value in a.items()}
    return None


def linear_parts(term: Node) -> list[tuple[float, Node]]:
    """A scalar term as a weighted sum of scalar values (itself, where it is not linear)."""
    if term.op == "pointwise" and term.inputs:
        coefficients = _linear(term.attrs["formula"].outputs[0])
        if coefficients is not None and None not in coefficients:
            return [
                (c * inner, part)
                for e, c in coefficients.items()
                if e is not None
                for inner, part in linear_parts(term.inputs[e.value])
            ]
    return [(1.0, term)]


def affine(formula: Formula) -> tuple[float, float] | None:
    """(scale, offset) of a formula a·x + b of its only input."""
    if formula.inputs != 1 or len(formula.outputs) != 1:
        return None
    coefficients = _linear(formula.outputs[0])
    if coefficients is None:
        return None
    return coefficients.get(input_expr(0), 0.0), coefficients.get(None, 0.0)
