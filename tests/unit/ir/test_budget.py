"""Planning stays cheap: `compile` of six layers is a matter of milliseconds."""

from __future__ import annotations

from collections.abc import Callable
from time import process_time

import pytest

from pronghorn import ops
from pronghorn.ir import graph as g
from pronghorn.ir.graph import Graph
from pronghorn.ir.passes import prepare
from unit.ir.nets import ACTIVATIONS, ADAM, Builder

# Times of the yardstick below. The steps here take 2 to 7.5 of them, on a busy machine too, because
# the two are timed in turns; a quadratic pass takes several times as much.
LIMIT = 10.0


def build_six_layers(activation: str) -> Graph:
    b = Builder()
    h = g.input_node("x", (None, 784))
    for i, units in enumerate((256, 128, 64, 32, 16)):
        h = ACTIVATIONS[activation](b.dense(f"d{i}", h, units))
    z = b.dense("last", h, 10)
    y = g.input_node("label", (None,))
    return b.step([ops.sparse_categorical_crossentropy(y, ops.softmax(z))], ADAM)


def walk_yardstick() -> None:
    """Plain Python of the kind the passes are made of: tuples as keys, and look-ups."""
    seen: dict[tuple[int, int], int] = {}
    for i in range(8_000):
        key = (i % 97, i)
        seen[key] = seen.get((i % 89, i - 1), 0) + len(key)


def compare(action: Callable[[], object], other: Callable[[], object], times: int = 9) -> float:
    """The processor's time of ``action`` over that of ``other``: the least of each, in turns."""
    least = [float("inf")] * 2
    for _ in range(times):
        for i, timed in enumerate((action, other)):
            start = process_time()
            timed()
            least[i] = min(least[i], process_time() - start)
    return least[0] / least[1]


@pytest.mark.parametrize("activation", ["relu", "tanh", "gelu", "gelu_in_steps"])
def test_six_layers_are_planned_within_the_budget(
    activation: str, record_property: Callable[[str, object], None]
) -> None:
    def plan() -> None:
        for node in prepare(build_six_layers(activation)).nodes():
            if "formula" in node.attrs:
                assert node.attrs["formula"].canonical

    ratio = compare(plan, walk_yardstick)
    record_property("planning, in yardsticks", round(ratio, 2))
    assert ratio < LIMIT


def test_depth_costs_in_proportion() -> None:
    """Twice the layers take about twice the time; a quadratic pass would take four times."""

    def deep(layers: int) -> Graph:
        b = Builder()
        h = g.input_node("x", (None, 8))
        for i in range(layers):
            h = ACTIVATIONS["tanh"](b.dense(f"d{i}", h, 8))
        return b.step([ops.mean(h * h, axis=-1)], ADAM)

    short, long = deep(10), deep(40)
    # Four times the layers: 4 if linear, 16 if quadratic.
    assert compare(lambda: prepare(long), lambda: prepare(short)) < 9
