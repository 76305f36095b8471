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

# Odd lengths leave half of a pair, and parts of a tile of 16 rows, 16 words, 16 columns; 65 columns
# are five vectors of the widest set.
SHAPES = [(1, 1, 1), (3, 7, 5), (33, 50, 65), (64, 17, 130), (33, 90, 10)]


def rounded(x: NDArray[Any]) -> NDArray[np.float64]:
    return x.astype(ml_dtypes.bfloat16).astype(np.float64)


Product = dict[str, tuple[Any, Any]]


def exact(a: NDArray[Any], b: NDArray[Any], parts: int) -> NDArray[np.float64]:
    """h h of the operands' rounded numbers, or h h + h l + l h with what they lack."""
    product = rounded(a) @ rounded(b)
    if parts == 3:
        product += rounded(a) @ rounded(b - rounded(b)) + rounded(a - rounded(a)) @ rounded(b)
    return np.asarray(product)


def multiply(n: int, k: int, m: int, threads: int, parts: int, unit: str) -> Product:
    """The three products of a layer by a plan, and what they should be."""
    x, dz, w = draw(n, k), draw(n, m, seed=1), draw(k, m, seed=2)
    plan, weights, slope = _native.Plan(n, unit), store_of(w), _native.Store((k, m))
    given, gradient = plan.buffer(k), plan.buffer(m)
    y, dx = plan.buffer(m), plan.buffer(k)
    plan.gather(0, given)
    plan.gather(1, gradient)

    def words(of: int, across: bool, side: str = "left") -> int:
        packed = plan.words(of, across, side if parts == 3 else "none")
        plan.round_rows(of, packed)
        return packed

    plan.dense_forward(words(given, False), weights, IDENTITY, [], [y])
    plan.dense_input_gradient(words(gradient, False), weights, IDENTITY, [], [dx])
    right = words(gradient, True, "right")
    plan.dense_weight_gradient(words(given, True), right, IDENTITY, [], [slope])
    run_once(plan, x, dz, threads=threads)
    return {
        "forward": (plan.read(y, n), exact(x, w, parts)),
        "input gradient": (plan.read(dx, n), exact(dz, w.T, parts)),
        "weight gradient": (slope.read(), exact(x.T, dz, parts)),
    }


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("parts", [1, 3])
def test_products_are_sums_of_rounded_numbers(
    unit: str, shape: tuple[int, int, int], threads: int, parts: int
) -> None:
    for what, (found, expected) in multiply(*shape, threads, parts, unit).items():
        tolerances.KERNELS_VS_FLOAT64.check(found, expected, what)


@pytest.mark.parametrize("threads", [2, 4])
def test_bits_do_not_depend_on_threads(unit: str, threads: int) -> None:
    x, y = draw(96, 70), np.arange(96) % 5
    nets = [Classifier(70, 40, 5, 32, dropout=0.25, rounded=True, unit=unit) for _ in range(2)]
    for net, count in zip(nets, (1, threads), strict=True):
        assert net.fit(x, y, 32, threads=count, epochs=3) == (9, "ok", 0, -1)
    for alone, together in zip(nets[0].stores, nets[1].stores, strict=True):
        assert alone.read().tobytes() == together.read().tobytes()


def test_a_short_last_batch_leaves_nothing_of_the_one_before(unit: str) -> None:
    # 31 rows: the last pair of rows lacks one, whose place the batch before had filled.
    x, y = draw(63, 20), np.arange(63) % 3
    whole, parts = (Classifier(20, 10, 3, 32, rounded=True, unit=unit) for _ in range(2))
    whole.fit(x, y, 32)
    parts.fit(x[:32], y[:32], 32)
    parts.fit(x[32:], y[32:], 31)
    for first, second in zip(whole.stores, parts.stores, strict=True):
        assert first.read().tobytes() == second.read().tobytes()


def test_a_unit_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    named = _native.Plan(4, "mmx")
    with pytest.raises(ValueError, match=r"Plan: expected one of .*emulated.*'mmx'"):
        named.words(named.buffer(3), False)
    monkeypatch.setenv("PRONGHORN_UNIT", "mmx")
    by_setting = _native.Plan(4)
    with pytest.raises(ValueError, match=r"PRONGHORN_UNIT: expected one of .*emulated.*'mmx'"):
        by_setting.words(by_setting.buffer(3), False)
