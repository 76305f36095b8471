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

# About 20 ms of the machine on which the yardstick below takes 2 ms. The steps here take a
# fifth to a third of that, so that a busy machine does not fail them and a quadratic pass does.
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


def measure(action: Callable[[], object], times: int) -> float:
    """The least of several timings, in seconds of this process."""
    least = float("inf")
    for _ in range(times):
        start = process_time()
        action()
        least = min(least, process_time() - start)
    return least


@pytest.mark.parametrize("activation", ["relu", "tanh", "gelu", "gelu_in_steps"])
def test_six_layers_are_planned_within_the_budget(
    activation: str, record_property: Callable[[str, object], None]
) -> None:
    def plan() -> None:
        for node in prepare(build_six_layers(activation)).nodes():
            if "formula" in node.attrs:
                assert node.attrs["formula"].canonical

    ratio = measure(plan, 7) / measure(walk_yardstick, 7)
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
    assert measure(lambda: prepare(long), 7) / measure(lambda: prepare(short), 7) < 9
