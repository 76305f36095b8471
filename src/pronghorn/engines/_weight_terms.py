"""Terms of totals without a batch axis, such as penalties: sums over stores, formulas of sums.

A term is started (each thread sums blocks of its own) long before it is finished (every thread
adds all blocks up), so that a barrier which other steps need anyway lies between the two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pronghorn import _native
from pronghorn.engines._linear import linear_parts
from pronghorn.engines._views import IDENTITY
from pronghorn.ir.formula import Formula
from pronghorn.ir.graph import Node

if TYPE_CHECKING:
    from pronghorn.engines._lowering import Lowering

__all__ = ["WeightTerms"]

# The numbers of sums over stores, and the formula of them; None: of the one sum, itself.
_Sums = tuple[_native.Map | None, list[int]]


class WeightTerms:
    """The terms of one lowering, each as the sums that it is made of."""

    def __init__(self, low: Lowering) -> None:
        self._low = low
        self._sums: dict[tuple[Formula, tuple[Node, ...]], int] = {}
        self._started: dict[Node, list[_Sums]] = {}

    def start_early(self) -> None:
        """Start what reads nothing but parameters; call it before the forward pass."""
        for terms in self._low.graph.totals.values():
            for term in terms:
                if not term.has_batch and all(_reads_parameters(x) for _, x in linear_parts(term)):
                    self._start(term)

    def add(self, term: Node, accumulator: int) -> None:
        """accumulator += n · term."""
        for formula, sums in self._started.get(term) or self._start(term):
            if formula is None:
                self._low.plan.sum_total(sums[0], accumulator)
            else:
                self._low.plan.formula_total(formula, sums, accumulator)

    def sum_of(self, summand: Formula, operands: tuple[Node, ...]) -> int:
        """The number of the sum of a formula over values without batch axis."""
        key = summand, operands
        if key not in self._sums:
            stores = [self._low.store(x) for x in operands]
            self._sums[key] = self._low.plan.store_sum(self._low.map(summand), stores)
        return self._sums[key]

    def _start(self, term: Node) -> list[_Sums]:
        self._started[term] = [self._start_part(c, part) for c, part in linear_parts(term)]
        return self._started[term]

    def _start_part(self, coefficient: float, part: Node) -> _Sums:
        if _is_store_sum(part):
            formula, operands = self._low.summand(part)
            return None, [self.sum_of(_scale(formula, coefficient), operands)]
        if part.op == "pointwise" and part.inputs and all(map(_is_store_sum, part.inputs)):
            sums = [self.sum_of(*self._low.summand(x)) for x in part.inputs]
            return self._low.map(_scale(part.attrs["formula"], coefficient)), sums
        return None, [self.sum_of(_scale(IDENTITY, coefficient), (part,))]


def _scale(formula: Formula, factor: float) -> Formula:
    return Formula(formula.inputs, (formula.outputs[0] * factor,))


def _is_store_sum(node: Node) -> bool:
    """Whether all elements of a value without batch axis are added up."""
    return node.op == "sum" and not node.inputs[0].has_batch and node.shape == ()


def _reads_parameters(part: Node) -> bool:
    return (part.op == "parameter") or (
        part.op in ("sum", "pointwise")
        and bool(part.inputs)
        and all(map(_reads_parameters, part.inputs))
    )
