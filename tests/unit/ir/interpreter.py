"""The micro-program of a formula, run as its documentation says and nothing more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pronghorn.ir.formula import Canonical
from pronghorn.ir.scalar import SCALAR_OPS


def run_code(
    canonical: Canonical, arrays: Sequence[Any], steps: Mapping[str, float], rows: float
) -> tuple[Any, ...]:
    """Registers: inputs, scalars, then temporaries, which hold nothing until they are written."""
    numbers = {"const": lambda v: v, "step": lambda v: steps[v], "rows": lambda _: rows}
    registers: dict[int, Any] = dict(enumerate(arrays[: canonical.inputs]))
    for kind, value in canonical.scalars:
        registers[len(registers)] = numbers[kind](value)
    given = len(registers)
    for op, target, sources in canonical.code:
        assert given <= target < canonical.registers, "inputs and scalars are never overwritten"
        assert len(sources) == SCALAR_OPS[op].arity
        registers[target] = SCALAR_OPS[op].meaning(*(registers[s] for s in sources))
    return tuple(registers[r] for r in canonical.outputs)
