"""Graphs as text: read back without loss, whatever the numbers and names."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pronghorn._core.errors import GraphError
from pronghorn.engines.reference import ENGINE
from pronghorn.ir import graph as g
from pronghorn.ir.formula import Formula
from pronghorn.ir.graph import Graph
from pronghorn.ir.passes import prepare
from pronghorn.ir.scalar import apply, const, input_expr, rows, step_scalar
from pronghorn.ir.text import parse, parse_formula, show, show_formula
from pronghorn.ir.verify import verify
from unit.ir.general_nets import ALL
from unit.ir.nets import run_epoch

SPECIAL = [
    0.0, -0.0, 1.0, -2.5, 0.1, 1 / 3, 1e-45, 5e-324, 1.7976931348623157e308, math.inf, -math.inf,
    math.nan,
]  # fmt: skip
ODD_NAMES = [
    "w", "dense_1/kernel", "two words", "a=b", "quote\"d", "back\\slash", "{x0 | t0}", "}", "%3",
    "line\nbreak", "größe", "~@;|$", "[1]", "rows", "x0", "",
]  # fmt: skip


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("prepared", [False, True], ids=["as built", "prepared"])
def test_a_step_comes_back_whole(name: str, prepared: bool) -> None:
    graph = ALL[name]()
    if prepared:
        graph = prepare(graph)
    again = verify(parse(show(graph)))
    assert show(again) == show(graph)
    assert again.guard == graph.guard
    before, after = run_epoch(graph, ENGINE), run_epoch(again, ENGINE)
    assert after.totals == before.totals
    for key, value in before.weights.items():
        np.testing.assert_array_equal(after.weights[key], value)


@pytest.mark.parametrize("value", SPECIAL)
def test_numbers_of_a_formula_come_back(value: float) -> None:
    formula = Formula(1, (apply("maximum", input_expr(0), value), const(value)))
    again = parse_formula(show_formula(formula), 1)
    assert again == formula
    assert again.outputs[0] is formula.outputs[0]


def test_numbers_of_a_constant_come_back() -> None:
    values = np.array(SPECIAL)
    node = g.constant(values)
    (again,) = parse(show(Graph(writes={"w": node}))).writes.values()
    np.testing.assert_array_equal(again.attrs["value"], values)
    np.testing.assert_array_equal(np.signbit(again.attrs["value"]), np.signbit(values))


@pytest.mark.parametrize("shape", [(), (0,), (0, 3), (2, 0), (1, 1), (2, 3)])
def test_shapes_of_constants_come_back(shape: tuple[int, ...]) -> None:
    node = g.constant(np.full(shape, 0.5))
    (again,) = verify(parse(show(Graph(writes={"w": node})))).writes.values()
    assert again.attrs["value"].shape == shape


@pytest.mark.parametrize("name", ODD_NAMES)
def test_names_come_back(name: str) -> None:
    x, w = g.input_node(name, (None, 3)), g.parameter(name, (3,))
    y = x * w
    graph = Graph({name: y}, {name: (y, y)}, {name: w}, guard=name)
    again = parse(show(graph))
    assert list(again.outputs) == list(again.totals) == list(again.writes) == [name]
    assert again.guard == name
    assert {n.attrs.get("name") for n in again.nodes() if n.op != "pointwise"} == {name}


@pytest.mark.parametrize("name", ODD_NAMES)
def test_names_inside_formulas_come_back(name: str) -> None:
    outputs = (input_expr(0) * step_scalar(name), input_expr(1) / rows())
    formula = Formula(2, outputs, approximate=True, name=name)
    graph = Graph(outputs={"y": g.pointwise_all(formula, *_two())[0]})
    (again,) = (n.attrs["formula"] for n in parse(show(graph)).nodes() if "formula" in n.attrs)
    assert again == formula
    assert (again.name, again.approximate) == (name, True)


def _two() -> tuple[g.Node, g.Node]:
    return g.input_node("a", (None, 3)), g.input_node("b", (None, 3))


@pytest.mark.parametrize(
    "line",
    [
        "%0 = input(n, 3",
        "nonsense",
        'output "y"',
        'output "y" %7',
        "output y %0",
        "%1 = softmax(n, 3) %9",
        '%1 = input(n, 3) name="x" and more',
        "%1 = sum(3) %0 axes=[0 keepdims=false",
        "%1 = pointwise(n, 3) %0 formula={tanh t3 | t0}",
        "%1 = pointwise(n, 3) %0 formula={wobble x0 | t0}",
        "%1 = pointwise(n, 3) %0 formula={tanh x0 x0 | t0}",
        "%1 = pointwise(n, 3) %0 formula={tanh x0}",
        'export "y" %0',
    ],
)
def test_a_line_that_cannot_be_read_is_named(line: str) -> None:
    with pytest.raises(GraphError, match="graph text: expected a line as show"):
        parse('%0 = input(n, 3) name="x"\n' + line)
