"""Small plans, and the formulas they use, for the tests of the bound module."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn import _native
from pronghorn.ir.scalar import SCALAR_OPS

CODES = {name: code for code, name in enumerate(SCALAR_OPS)}

NO_SCALARS = np.zeros((4096, 0), np.float32)


def make_map(
    inputs: int,
    rows: Sequence[tuple[str, int, int, int, int]],
    outputs: Sequence[int],
    scalars: Sequence[tuple[str, float]] = (),
) -> _native.Map:
    """A formula that no generated loop exists for: it is interpreted."""
    code = [(CODES[op], dst, a, b, c) for op, dst, a, b, c in rows]
    return _native.Map(f"test {rows} {outputs}", inputs, code, list(outputs), list(scalars))


IDENTITY = make_map(1, [], [0])
ADD = make_map(2, [("add", 2, 0, 1, 0)], [2])
MUL = make_map(2, [("mul", 2, 0, 1, 0)], [2])
RELU_OF_SUM = make_map(2, [("add", 2, 0, 1, 0), ("relu", 3, 2, 0, 0)], [3])
# x0 where x1 > 0: the gradient through a relu whose result is x1.
RELU_GRADIENT = make_map(2, [("gt", 3, 1, 2, 0), ("mul", 4, 0, 3, 0)], [4], [("const", 0.0)])
# w - rate * gradient, with the rate from the run's scalars.
DESCEND = make_map(2, [("mul", 3, 2, 0, 0), ("sub", 4, 1, 3, 0)], [4], [("step", 0)])
# 1 / (samples in the batch), without operands.
MEAN_WEIGHT = make_map(0, [("div", 2, 0, 1, 0)], [2], [("const", 1.0), ("rows", 0)])


def store_of(array: Any) -> _native.Store:
    values = np.asarray(array, np.float32)
    store = _native.Store(values.shape)
    store.write(values)
    return store


def draw(*shape: int, seed: int = 0) -> NDArray[np.float32]:
    return np.random.default_rng([seed, *shape]).standard_normal(shape).astype(np.float32)


def wide(array: NDArray[Any]) -> NDArray[np.float64]:
    return array.astype(np.float64)


def rows_of(count: int) -> NDArray[np.int64]:
    return np.arange(count, dtype=np.int64)


def run_once(plan: _native.Plan, *sources: NDArray[Any], threads: int = 1) -> None:
    """One batch of all rows, which must succeed."""
    n = len(sources[0])
    result = plan.run(list(sources), rows_of(n), n, NO_SCALARS, 0, 0, [], threads)
    assert result == (1, "ok", 0, -1)


class Classifier:
    """784-like net k-hidden-c with relu, sparse cross-entropy and gradient descent, as a plan."""

    def __init__(
        self,
        k: int,
        hidden: int,
        c: int,
        batch: int,
        *,
        dropout: float = 0.0,
        rounded: bool = False,
        unit: str = "",
    ) -> None:
        shapes = [(k, hidden), (hidden,), (hidden, c), (c,)]
        self.stores = [store_of(draw(*shape, seed=7) * 0.1) for shape in shapes]
        w1, b1, w2, b2 = self.stores
        plan = self.plan = _native.Plan(batch, unit)
        x, h, z = plan.buffer(k), plan.buffer(hidden), plan.buffer(c)
        dz, dh = plan.buffer(c), plan.buffer(hidden)
        loss, weight, labels = plan.buffer(1), plan.buffer(1), plan.labels()
        self.loss = plan.accumulator()

        def words(of: int, across: bool) -> int:
            if not rounded:
                return of
            packed = plan.words(of, across)
            plan.round_rows(of, packed)
            return packed

        plan.gather(0, x)
        plan.gather_labels(1, labels, c)
        plan.dense_forward(words(x, False), w1, RELU_OF_SUM, [b1], [h])
        used = h
        if dropout:
            mask, used = plan.buffer(hidden), plan.buffer(hidden)
            plan.dropout_mask(mask, dropout, 1)
            plan.map_rows(MUL, [h, mask], [used])
        plan.dense_forward(words(used, False), w2, ADD, [b2], [z])
        plan.sparse_xent(z, labels, loss)
        plan.total(loss, self.loss)
        plan.guard(self.loss)
        plan.map_rows(MEAN_WEIGHT, [], [weight])
        plan.sparse_xent_gradient(z, labels, weight, dz)
        plan.dense_input_gradient(words(dz, False), w2, RELU_GRADIENT, [used], [dh])
        if dropout:
            plan.map_rows(MUL, [dh, mask], [dh])
        dz_words = words(dz, True)
        plan.dense_weight_gradient(words(used, True), dz_words, DESCEND, [w2], [w2])
        plan.column_sum(dz, DESCEND, [b2], [b2])
        plan.dense_weight_gradient(words(x, True), words(dh, True), DESCEND, [w1], [w1])
        plan.column_sum(dh, DESCEND, [b1], [b1])

    def fit(
        self,
        x: NDArray[Any],
        y: NDArray[Any],
        batch: int,
        *,
        rate: float = 0.1,
        threads: int = 1,
        epochs: int = 1,
    ) -> tuple[int, str, int, int]:
        index = np.tile(rows_of(len(x)), epochs)
        steps = -(-len(index) // batch)
        rates = np.full((steps, 1), rate, np.float32)
        return self.plan.run([x, y], index, batch, rates, 0, 11, [], threads)

    def weights(self) -> list[NDArray[np.float32]]:
        return [store.read() for store in self.stores]
