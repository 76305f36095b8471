"""A step that needs one weight's own numbers only follows its gradient as one formula."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pronghorn import constraints, optimizers
from pronghorn._core import registry
from pronghorn.ir import graph as g
from pronghorn.ir.graph import Graph, Node
from pronghorn.ir.passes import prepare
from pronghorn.layers._variable import Variable
from pronghorn.optimizers._update import Trained, emit_updates

ELEMENTWISE: dict[str, dict[str, Any]] = {
    "plain": {},
    "weight_decay": {"weight_decay": 0.1},
    "clipvalue": {"clipvalue": 0.5},
    "average": {"use_ema": True, "ema_overwrite_frequency": 3},
    "accumulation": {"gradient_accumulation_steps": 3},
    "everything": {
        "weight_decay": 0.1,
        "clipvalue": 0.5,
        "use_ema": True,
        "ema_overwrite_frequency": 3,
        "gradient_accumulation_steps": 3,
        "loss_scale_factor": 2.0,
    },
    "schedule": {"learning_rate": optimizers.schedules.CosineDecay(0.1, 10)},
}


def lower(optimizer: optimizers.Optimizer, constraint: Any = None) -> tuple[list[Node], int]:
    """The nodes of a step of a kernel (3, 2), and how many values it writes."""
    weight = Variable(np.zeros((3, 2)), name="kernel")
    weight.constraint = constraint
    slots = {
        slot: g.parameter(f"kernel/{slot}", weight.shape)
        for slot in optimizer.slot_state.prepare([weight])[weight]
    }
    x, dz = g.input_node("x", (None, 3)), g.input_node("dz", (None, 2))
    gradient = g.matmul(x, dz, transpose_a=True)
    trained = Trained("kernel", weight, g.parameter("kernel", weight.shape), gradient, slots)
    graph = prepare(Graph(writes=emit_updates(optimizer, [trained])))
    return graph.nodes(), len(graph.writes)


@pytest.mark.parametrize("arguments", ELEMENTWISE)
@pytest.mark.parametrize("name", registry.names("optimizer"))
def test_one_formula_behind_the_product(name: str, arguments: str) -> None:
    cls = registry.lookup("optimizer", name)
    nodes, written = lower(cls(**ELEMENTWISE[arguments]))
    (product,) = [n for n in nodes if n.op not in ("input", "parameter", "item")]
    assert product.op == "matmul_map"
    assert (
        len(product.attrs["formula"].outputs)
        == written
        == 1 + len(cls(**ELEMENTWISE[arguments]).all_slots())
    )


@pytest.mark.parametrize("clip", ["clipnorm", "global_clipnorm"])
def test_a_norm_comes_between(clip: str) -> None:
    nodes, _ = lower(optimizers.Adam(**{clip: 0.5}))  # type: ignore[arg-type]
    found = [n.op for n in nodes if n.op not in ("input", "parameter", "item")]
    # The gradient, its squares and their sum, the scale, and the step.
    assert found == ["matmul", "pointwise", "sum", "pointwise", "pointwise"]


def test_a_constraint_follows() -> None:
    nodes, _ = lower(optimizers.Adam(), constraints.NonNeg())
    found = [n.op for n in nodes if n.op not in ("input", "parameter", "item")]
    assert found == ["matmul_map", "pointwise"]
