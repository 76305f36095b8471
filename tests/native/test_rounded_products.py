"""Products of operands rounded to bfloat16: against ml_dtypes' rounding and sums in float64."""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np
import pytest
from numpy.typing import NDArray

import tolerances
from native.plans import IDENTITY, Classifier, draw, run_once, store_of
from pronghorn import _native

# Odd lengths leave half of a pair; 65 columns are five vectors of the widest set.
SHAPES = [(1, 1, 1), (3, 7, 5), (33, 50, 65), (64, 17, 130)]


def rounded(x: NDArray[Any]) -> NDArray[np.float64]:
    return x.astype(ml_dtypes.bfloat16).astype(np.float64)


def multiply(n: int, k: int, m: int, threads: int) -> dict[str, tuple[Any, Any]]:
    """The three products of a layer by a plan, and what they should be."""
    x, dz, w = draw(n, k), draw(n, m, seed=1), draw(k, m, seed=2)
    plan, weights, slope = _native.Plan(n), store_of(w), _native.Store((k, m))
    given, gradient = plan.buffer(k), plan.buffer(m)
    y, dx = plan.buffer(m), plan.buffer(k)
    plan.gather(0, given)
    plan.gather(1, gradient)

    def words(of: int, across: bool) -> int:
        packed = plan.words(of, across)
        plan.round_rows(of, packed)
        return packed

    plan.dense_forward(words(given, False), weights, IDENTITY, [], [y])
    plan.dense_input_gradient(words(gradient, False), weights, IDENTITY, [], [dx])
    plan.dense_weight_gradient(words(given, True), words(gradient, True), IDENTITY, [], [slope])
    run_once(plan, x, dz, threads=threads)
    return {
        "forward": (plan.read(y, n), rounded(x) @ rounded(w)),
        "input gradient": (plan.read(dx, n), rounded(dz) @ rounded(w).T),
        "weight gradient": (slope.read(), rounded(x).T @ rounded(dz)),
    }


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("threads", [1, 2])
def test_products_are_sums_of_rounded_numbers(
    isa: str, shape: tuple[int, int, int], threads: int
) -> None:
    for what, (found, expected) in multiply(*shape, threads).items():
        tolerances.KERNELS_VS_FLOAT64.check(found, expected, what)


@pytest.mark.parametrize("threads", [2, 4])
def test_bits_do_not_depend_on_threads(isa: str, threads: int) -> None:
    x, y = draw(96, 70), np.arange(96) % 5
    nets = [Classifier(70, 40, 5, 32, dropout=0.25, rounded=True) for _ in range(2)]
    for net, count in zip(nets, (1, threads), strict=True):
        assert net.fit(x, y, 32, threads=count, epochs=3) == (9, "ok", 0, -1)
    for alone, together in zip(nets[0].stores, nets[1].stores, strict=True):
        assert alone.read().tobytes() == together.read().tobytes()


def test_a_short_last_batch_leaves_nothing_of_the_one_before(isa: str) -> None:
    # 31 rows: the last pair of rows lacks one, whose place the batch before had filled.
    x, y = draw(63, 20), np.arange(63) % 3
    whole, parts = (Classifier(20, 10, 3, 32, rounded=True) for _ in range(2))
    whole.fit(x, y, 32)
    parts.fit(x[:32], y[:32], 32)
    parts.fit(x[32:], y[32:], 31)
    for first, second in zip(whole.stores, parts.stores, strict=True):
        assert first.read().tobytes() == second.read().tobytes()
