"""Laws that every expression and every graph obeys, on drawn examples."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import tolerances
from gradient.differences import differentiate
from pronghorn.engines.base import Feed
from pronghorn.engines.reference import ENGINE
from pronghorn.ir import graph as g
from pronghorn.ir.formula import Formula, compose
from pronghorn.ir.graph import Graph, Node
from pronghorn.ir.passes import PASSES, prepare
from pronghorn.ir.scalar import (
    SCALAR_OPS,
    Expr,
    apply,
    const,
    input_expr,
    order,
    rows,
    step_scalar,
    substitute,
)
from pronghorn.ir.text import parse, parse_formula, show, show_formula
from pronghorn.ir.verify import verify
from unit.ir.interpreter import run_code

INPUTS, STEPS, ROWS = 3, {"alpha": -0.75, "odd name": 2.0}, 8.0
# The same examples on every run and machine.
fixed = settings(derandomize=True, deadline=None, max_examples=150)

ANY_OPS = [(op, row.arity) for op, row in SCALAR_OPS.items()]
# Bounded with bounded derivatives, whatever they are applied to: differences stay exact.
TAME = ("tanh", "sigmoid", "erf")

numbers = st.one_of(
    st.sampled_from([0.0, -0.0, 1.0, -1.0, 0.5, 1e-45, float("inf"), float("-inf"), float("nan")]),
    st.floats(allow_nan=False, width=32),
)
leaves = st.one_of(
    st.integers(0, INPUTS - 1).map(input_expr),
    numbers.map(const),
    st.sampled_from(sorted(STEPS)).map(step_scalar),
    st.just(rows()),
)
tame_leaves = st.one_of(st.integers(0, INPUTS - 1).map(input_expr), st.floats(-2.0, 2.0).map(const))


def apply_any(children: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    def build(pair: tuple[str, int]) -> st.SearchStrategy[Expr]:
        return st.tuples(*[children] * pair[1]).map(lambda args: apply(pair[0], *args))

    return st.sampled_from(ANY_OPS).flatmap(build)


def apply_tame(children: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    two = st.tuples(children, children)
    return st.one_of(
        st.tuples(st.sampled_from(TAME), children).map(lambda p: apply(p[0], p[1])),
        two.map(lambda p: p[0] + p[1]),
        two.map(lambda p: p[0] - p[1]),
        two.map(lambda p: apply("tanh", p[0]) * apply("sigmoid", p[1])),
        two.map(lambda p: p[0] / (apply("softplus", apply("tanh", p[1])) + 1.0)),
        children.map(lambda e: apply("exp", apply("tanh", e))),
        children.map(lambda e: apply("log1p", apply("sigmoid", e))),
        children.map(lambda e: apply("rsqrt", apply("sigmoid", e) + 0.5)),
        children.map(lambda e: apply("expm1", apply("erf", e)) * 0.5),
    )


any_exprs = st.recursive(leaves, apply_any, max_leaves=12)
tame_exprs = st.recursive(tame_leaves, apply_tame, max_leaves=8)
formulas = st.builds(
    Formula,
    st.just(INPUTS),
    st.lists(any_exprs, min_size=1, max_size=3).map(tuple),
    st.booleans(),
    st.sampled_from(["", "gelu", "my activation"]),
)
points = st.lists(st.floats(-1.5, 1.5), min_size=INPUTS, max_size=INPUTS).map(np.array)


def draw_arrays(seed: int = 3) -> list[Any]:
    rng = np.random.default_rng(seed)
    return [rng.normal(size=(2, 4)) for _ in range(INPUTS)]


def evaluate(formula: Formula, arrays: list[Any]) -> list[Any]:
    with np.errstate(all="ignore"):
        return [np.broadcast_to(r, (2, 4)) for r in formula.evaluate(arrays, STEPS, ROWS)]


@fixed
@given(formulas)
def test_the_canonical_code_is_the_formula(formula: Formula) -> None:
    arrays = draw_arrays()
    with np.errstate(all="ignore"):
        found = run_code(formula.canonical, arrays, STEPS, ROWS)
    for a, b in zip(found, evaluate(formula, arrays), strict=True):
        np.testing.assert_array_equal(np.broadcast_to(a, b.shape), b)


@fixed
@given(formulas)
def test_the_canonical_form_counts_its_scalars(formula: Formula) -> None:
    assert formula.scalar_count == len(formula.canonical.scalars)


@fixed
@given(formulas)
def test_a_formula_comes_back_from_its_text(formula: Formula) -> None:
    again = parse_formula(show_formula(formula), INPUTS)
    assert again == formula
    assert all(a is b for a, b in zip(again.outputs, formula.outputs, strict=True))
    assert again.name == formula.name


@fixed
@given(formulas)
def test_equal_text_means_equal_code(formula: Formula) -> None:
    """The key finds a loop written from another formula of the same text."""
    moved = Formula(INPUTS, tuple(map(other_constants, formula.outputs)), formula.approximate)
    if moved.canonical.key == formula.canonical.key:
        assert moved.canonical.code == formula.canonical.code
        assert moved.canonical.outputs == formula.canonical.outputs


def other_constants(e: Expr) -> Expr:
    changed = {c: const(c.value * 2.0 + 3.0) for c in order((e,)) if c.op == "const"}
    return substitute((e,), changed)[0]


@fixed
@given(tame_exprs, points)
def test_the_gradient_is_the_difference_quotient(expr: Expr, at: Any) -> None:
    formula = Formula(INPUTS, (expr,))
    backward, known = formula.vjp(tuple(range(INPUTS)))

    def value(x: Any) -> float:
        return float(formula.evaluate(list(x), {}, 1.0)[0])

    given_ = [*at, value(at), 1.0]
    parts = iter(backward.evaluate(given_, {}, 1.0))
    found = np.array([float(next(parts)) if has else 0.0 for has in known])
    tolerances.GRADIENT_OF_DRAWN.check(found, differentiate(value, at))


@fixed
@given(tame_exprs, tame_exprs, st.integers(0, INPUTS - 1))
def test_composition_is_the_function_of_the_function(
    outer: Expr, inner: Expr, position: int
) -> None:
    arrays = draw_arrays()
    made = compose(Formula(INPUTS, (outer,)), position, Formula(INPUTS, (inner,)), 0)
    (between,) = evaluate(Formula(INPUTS, (inner,)), arrays)
    others = draw_arrays(4)
    operands = [*others[:position], between, *others[position + 1 :]]
    (expected,) = evaluate(Formula(INPUTS, (outer,)), operands)
    kept = [x for i, x in enumerate(others) if i != position]
    (found,) = evaluate(made, [*kept, *arrays])
    # Tame ones only: constants meet and fold, and 0 + -0 may lose the sign that 1 / 0 would show.
    np.testing.assert_array_equal(found, expected)


@fixed
@given(any_exprs, st.permutations(range(INPUTS)))
def test_renumbering_there_and_back_is_nothing(expr: Expr, places: list[int]) -> None:
    formula = Formula(INPUTS, (expr,))
    there = dict(enumerate(places))
    back = {b: a for a, b in there.items()}
    assert formula.renumber(there, INPUTS).renumber(back, INPUTS) == formula


# Graphs: a few layers of formulas, products, sums and joins over two inputs and a parameter.


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    values: list[Node] = [
        g.input_node("a", (None, 4)),
        g.input_node("b", (None, 4)),
        g.parameter("w", (4,)),
    ]
    square = g.parameter("square", (4, 4))
    for _ in range(draw(st.integers(1, 9))):
        wide = st.sampled_from([v for v in values if v.shape == (None, 4)])
        kind = draw(st.sampled_from(["formula", "formula", "product", "softmax", "sum", "join"]))
        if kind == "formula":
            outputs = tuple(draw(st.lists(tame_exprs, min_size=1, max_size=2)))
            operands = (draw(st.sampled_from(values)), draw(st.sampled_from(values)), draw(wide))
            made = g.pointwise_all(Formula(INPUTS, outputs), *operands)
            values += [v for v in made if v.shape == (None, 4)]
        elif kind == "product":
            values.append(draw(wide) @ square)
        elif kind == "softmax":
            values.append(g.rowwise("softmax", draw(wide)))
        elif kind == "sum":
            values.append(draw(wide) * g.sum_axes(draw(wide), (1,), keepdims=True))
        else:
            both = g.concatenate((draw(wide), draw(wide)))
            values.append(g.slice_axis(both, -1, 2, 6))
    chosen = [v for v in values[-3:] if v.shape == (None, 4)] or values[:1]
    outputs_ = {f"out {i}": v for i, v in enumerate(chosen)}
    return Graph(outputs_, {"total": (g.sum_axes(chosen[-1], (1,)),)})


def run(graph: Graph) -> dict[str, Any]:
    rng = np.random.default_rng(8)
    data = {"a": rng.normal(size=(3, 4)), "b": rng.normal(size=(3, 4))}
    stores = {"w": ENGINE.store((4,)), "square": ENGINE.store((4, 4))}
    for store in stores.values():
        store.write(rng.normal(size=store.shape))
    program = ENGINE.lower(graph, stores, 3)
    return program.trace(Feed(data, np.arange(3), 3), scalars={})


@fixed
@given(graphs())
def test_passes_keep_the_values_of_any_graph(graph: Graph) -> None:
    expected = run(verify(graph))
    for step in PASSES:
        graph = verify(step(graph))
        for name, value in run(graph).items():
            tolerances.FUSED_VS_UNFUSED.check(value, expected[name], f"{step.__name__}: {name}")


@fixed
@given(graphs(), st.booleans())
def test_a_graph_comes_back_from_its_text(graph: Graph, prepared: bool) -> None:
    graph = prepare(graph) if prepared else graph
    again = verify(parse(show(graph)))
    assert show(again) == show(graph)
    for name, value in run(again).items():
        np.testing.assert_array_equal(value, run(graph)[name])
