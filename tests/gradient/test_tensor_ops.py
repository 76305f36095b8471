"""Every row of TENSOR_OPS: its derivative against central differences on the reference engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import tolerances
from gradient.differences import Doubles, differentiate, evaluate
from parity.draws import draw_integers, draw_uniform
from pronghorn._core.errors import GraphError
from pronghorn.ir import graph as g
from pronghorn.ir.formula import Formula, trace
from pronghorn.ir.grad import gradients
from pronghorn.ir.graph import Graph, Node, Shape, broadcast_to
from pronghorn.ir.labels import per_row, take
from pronghorn.ir.ops import TENSOR_OPS
from pronghorn.ir.scalar import apply, input_expr
from pronghorn.ir.verify import verify

N = 3  # rows of every batch


@dataclass(frozen=True)
class Case:
    """An operation on operands of these shapes; ``labels`` operands are class numbers."""

    shapes: tuple[Shape, ...]
    build: Callable[..., Node | tuple[Node, ...]]
    labels: tuple[int, ...] = ()


def map_(*outputs: Any, inputs: int = 2) -> Callable[..., Any]:
    formula = Formula(inputs, outputs)
    return lambda *x: g.pointwise_all(formula, *x)


def sum_(*axes: int, keepdims: bool = False) -> Callable[[Node], Node]:
    return lambda x: g.sum_axes(x, axes, keepdims)


def to(*shape: int | None) -> Callable[[Node], Node]:
    return lambda x: broadcast_to(x, shape)


def product(**flags: bool) -> Callable[[Node, Node], Node]:
    return lambda a, b: g.matmul(a, b, **flags)


def row(op: str) -> Callable[..., Node]:
    return lambda *x: g.rowwise(op, *x)


X, Y = input_expr(0), input_expr(1)
# What makes 0 of some elements of the first operand that ``draw`` draws.
SHIFTS = draw_uniform(50, 3, 4).astype(np.float64) * [[0, 0, 0, 0], [0, 1, 0, 0], [1, 0, 0, 1]]
TWO_RESULTS = (X * Y, apply("tanh", X) + Y)

# "operation: what is special about this case"
CASES: dict[str, Case] = {
    "pointwise: equal shapes": Case(((None, 4), (None, 4)), map_(X * Y)),
    "pointwise: a bias": Case(((None, 4), (4,)), map_(X * Y)),
    "pointwise: a column": Case(((None, 1), (None, 4)), map_(X * Y)),
    "pointwise: a number": Case(((None, 4), ()), map_(X / (Y + 3.0))),
    "pointwise: a bias of three axes": Case(((None, 2, 4), (2, 1)), map_(X * Y)),
    "pointwise: no batch": Case(((2, 4), (4,)), map_(X * Y)),
    "pointwise: outer product": Case(((None, 1), (4,)), map_(X * Y)),
    "pointwise: one operand twice": Case(((None, 4),), lambda x: x * x * x),
    "item: two results": Case(((None, 4), (4,)), map_(*TWO_RESULTS)),
    "item: the second alone": Case(((None, 4), (4,)), lambda *x: map_(*TWO_RESULTS)(*x)[1]),
    "item: a result read twice": Case(
        ((None, 4), (4,)), lambda *x: (r := map_(*TWO_RESULTS)(*x))[0] * r[1] + r[0]
    ),
    "broadcast: over the batch": Case(((4,),), to(None, 4)),
    "broadcast: over columns": Case(((None, 1),), to(None, 4)),
    "broadcast: a number": Case(((),), to(2, 3)),
    "broadcast: an inner axis": Case(((None, 1, 4),), to(None, 2, 4)),
    "matmul": Case(((None, 4), (4, 2)), product()),
    "matmul: three axes": Case(((None, 2, 4), (4, 5)), product()),
    "matmul: a vector": Case(((4,), (4, 2)), product()),
    "matmul: b transposed": Case(((None, 4), (2, 4)), product(transpose_b=True)),
    "matmul: a transposed": Case(((None, 4), (None, 2)), product(transpose_a=True)),
    "matmul: a transposed, three axes": Case(
        ((None, 2, 4), (None, 2, 3)), product(transpose_a=True)
    ),
    "matmul: an operand twice": Case(((4, 4),), lambda a: a @ a),
    "sum: the batch": Case(((None, 4),), sum_(0)),
    "sum: the last axis": Case(((None, 4),), sum_(-1)),
    "sum: the last axis, kept": Case(((None, 4),), sum_(1, keepdims=True)),
    "sum: everything": Case(((None, 2, 4),), sum_(0, 1, 2)),
    "sum: outer axes": Case(((None, 2, 4),), sum_(0, 1)),
    "sum: the middle": Case(((None, 2, 4),), sum_(1)),
    "sum: an axis, no batch": Case(((3, 4),), sum_(0)),
    "max": Case(((None, 4),), lambda x: g.max_axes(x, (-1,))),
    "max: kept": Case(((None, 2, 4),), lambda x: g.max_axes(x, (-1,), keepdims=True)),
    "max: the middle": Case(((None, 2, 4),), lambda x: g.max_axes(x, (1,))),
    "max: two axes": Case(((None, 2, 4),), lambda x: g.max_axes(x, (1, 2), keepdims=True)),
    "max: over the batch": Case(((None, 4),), lambda x: g.max_axes(x, (0,))),
    "max: no batch": Case(((3, 4),), lambda x: g.max_axes(x, (0,))),
    "max: everything": Case(((None, 2, 4),), lambda x: g.max_axes(x, (0, 1, 2))),
    "max: the batch and the last axis": Case(
        ((None, 2, 4),), lambda x: g.max_axes(x, (0, 2), keepdims=True)
    ),
    "prod": Case(((None, 4),), lambda x: g.prod_axes(x, (-1,))),
    "prod: kept": Case(((None, 2, 4),), lambda x: g.prod_axes(x, (1,), keepdims=True)),
    "prod: over the batch": Case(((None, 4),), lambda x: g.prod_axes(x, (0,))),
    "prod: everything": Case(((None, 2),), lambda x: g.prod_axes(x, (0, 1))),
    "prod: no batch": Case(((3, 4),), lambda x: g.prod_axes(x, (0,))),
    "prod: no factor, one and two are 0": Case(
        ((3, 4),), lambda x: g.prod_axes(x - g.constant(SHIFTS), (-1,))
    ),
    "matmul_each": Case(((None, 2, 4), (None, 4, 3)), product()),
    "matmul_each: of four axes": Case(((None, 2, 3, 4), (None, 2, 4, 2)), product()),
    "matmul_each: one left factor": Case(((2, 4), (None, 4, 3)), product()),
    "matmul_each: no batch": Case(((2, 3, 4), (2, 4, 3)), product()),
    "transpose": Case(((None, 2, 3),), lambda x: g.transpose(x, (0, 2, 1))),
    "transpose: three in a circle": Case(
        ((None, 2, 3, 4),), lambda x: g.transpose(x, (0, 2, 3, 1))
    ),
    "transpose: no batch": Case(((3, 4),), lambda x: g.transpose(x, (1, 0))),
    "reshape: flatten": Case(((None, 2, 3),), lambda x: g.reshape(x, (None, 6))),
    "reshape: no batch": Case(((2, 3),), lambda x: g.reshape(x, (3, 2))),
    "concatenate": Case(((None, 2), (None, 3), (None, 1)), lambda *x: g.concatenate(x)),
    "concatenate: twice the same": Case(((None, 2),), lambda x: g.concatenate((x, x))),
    "concatenate: an inner axis": Case(
        ((None, 2, 3), (None, 1, 3)), lambda *x: g.concatenate(x, 1)
    ),
    "concatenate: no batch": Case(((2, 3), (1, 3)), lambda *x: g.concatenate(x, 0)),
    "slice: an inner axis": Case(((None, 3, 2),), lambda x: g.slice_axis(x, 1, 1, 3)),
    "slice: no batch": Case(((4, 2),), lambda x: g.slice_axis(x, 0, 1, 3)),
    "pad: an inner axis": Case(((None, 3, 2),), lambda x: g.pad_axis(x, 1, 1, 2)),
    "take": Case(((4, 3), (None,)), take, labels=(1,)),
    "take: several a sample": Case(((4, 3), (None, 5)), take, labels=(1,)),
    "take_gradient": Case(
        ((None, 2), (None, 2, 3)),
        lambda y, x: Node("take_gradient", (y, x), (4, 3)),
        labels=(0,),
    ),
    "slice": Case(((None, 5),), lambda x: g.slice_axis(x, -1, 1, 4)),
    "pad": Case(((None, 2),), lambda x: g.pad_axis(x, -1, 1, 2)),
    "softmax": Case(((None, 4),), row("softmax")),
    "softmax: three axes": Case(((None, 2, 4),), row("softmax")),
    "log_softmax": Case(((None, 4),), row("log_softmax")),
    "dense_xent: computed labels": Case(
        ((None, 4), (None,)),
        lambda z, y: per_row("sparse_xent", z, y * 1.0),
        labels=(1,),
    ),
    "matmul: a row of a table by a computed label": Case(
        ((4, 3), (None,)), lambda t, y: take(t, y * 1.0), labels=(1,)
    ),
    "sparse_xent": Case(
        ((None, 4), (None,)), lambda z, y: per_row("sparse_xent", z, y), labels=(1,)
    ),
    "sparse_xent: three axes": Case(
        ((None, 2, 4), (None, 2)), lambda z, y: per_row("sparse_xent", z, y), labels=(1,)
    ),
    "dense_xent": Case(((None, 4), (None, 4)), lambda z, t: per_row("dense_xent", z, t)),
}

SOURCES = {
    "input", "parameter", "constant", "dropout_mask", "random_normal", "random_uniform",
}  # fmt: skip
WITHOUT_DERIVATIVE = {
    "matmul_map", "sum_map", "softmax_gradient", "log_softmax_gradient", "sparse_xent_gradient",
    "dense_xent_gradient",
}  # fmt: skip
CONSTANT_STEPWISE = {
    "sparse_hit", "dense_hit", "one_hot", "argmax", "batch_argmax", "top_k_mask",
}  # fmt: skip
CUT = {"stop_gradient"}


def test_every_operation_has_a_case() -> None:
    named = {name.split(":")[0] for name in CASES}
    assert named | SOURCES | WITHOUT_DERIVATIVE | CONSTANT_STEPWISE | CUT == set(TENSOR_OPS)


def leaf(position: int, shape: Shape) -> Node:
    make = g.input_node if None in shape else g.parameter
    return make(f"v{position}", shape)


def draw(case: Case, position: int) -> Any:
    shape = [N if s is None else s for s in case.shapes[position]]
    if position in case.labels:
        return draw_integers(60 + position, 4, *shape)
    return draw_uniform(50 + position, *shape).astype(np.float64)


@pytest.mark.parametrize("name", CASES)
def test_derivative_is_the_difference_quotient(name: str) -> None:
    case = CASES[name]
    leaves = [leaf(i, shape) for i, shape in enumerate(case.shapes)]
    built = case.build(*leaves)
    results = built if isinstance(built, tuple) else (built,)
    assert name.split(":")[0] in {n.op for n in g.order(results)}
    seeds = {r: leaf(10 + i, r.shape) for i, r in enumerate(results)}
    arrays = {f"v{i}": draw(case, i) for i in range(len(leaves))}
    for i, r in enumerate(results):
        shape = [N if s is None else s for s in r.shape]
        arrays[f"v{10 + i}"] = draw_uniform(70 + i, *shape).astype(np.float64)

    wanted = [i for i in range(len(leaves)) if i not in case.labels]
    found = gradients(seeds, [leaves[i] for i in wanted])
    slopes = {str(i): node for i, node in zip(wanted, found, strict=True) if node is not None}
    assert set(slopes) == set(map(str, wanted))
    check_well_formed(slopes)
    values = evaluate(slopes, arrays, N)
    for i in wanted:

        def objective(x: Doubles, i: int = i) -> float:
            at = evaluate({str(j): r for j, r in enumerate(results)}, {**arrays, f"v{i}": x}, N)
            return sum(float((at[str(j)] * arrays[f"v{10 + j}"]).sum()) for j in range(len(at)))

        expected = differentiate(objective, arrays[f"v{i}"])
        tolerances.GRADIENT_VS_DIFFERENCES.check(values[str(i)], expected, f"{name}, operand {i}")


def check_well_formed(values: dict[str, Node]) -> None:
    for name, node in values.items():
        verify(Graph(outputs={name: node}) if node.has_batch else Graph(writes={name: node}))


@pytest.mark.parametrize("op", sorted(WITHOUT_DERIVATIVE))
def test_fused_and_gradient_operations_refuse_a_derivative(op: str) -> None:
    x = g.input_node("x", (None, 4))
    with pytest.raises(GraphError, match=f"{op}: expected an operation with a derivative"):
        gradients({(y := Node(op, (x, x), (None, 4))): y}, [x])


@pytest.mark.parametrize("op", sorted(CONSTANT_STEPWISE))
def test_counts_and_codes_have_no_gradient(op: str) -> None:
    z, y = g.input_node("z", (None, 4)), g.input_node("y", (None,))
    hits = {"sparse_hit": (z, y), "dense_hit": (z, z), "one_hot": (y,)}
    operands = hits.get(op, (z,))
    node = Node(op, operands, (None, 4) if op in ("one_hot", "top_k_mask") else (None,))
    assert gradients({node: node}, list(operands)) == [None] * len(operands)


def test_a_stopped_gradient_goes_no_further() -> None:
    # d/dx of x · stop(x) is x, not 2 x.
    x, seed = g.input_node("x", (None, 4)), g.input_node("s", (None, 4))
    (slope,) = gradients({x * g.stop_gradient(x): seed}, [x])
    assert slope is not None
    at = draw_uniform(81, N, 4).astype(np.float64)
    found = evaluate({"d": slope}, {"x": at, "s": np.ones((N, 4))}, N)
    np.testing.assert_array_equal(found["d"], at)


def test_ties_of_the_maximum_share_the_cotangent() -> None:
    # Row (2, 5, 5, 1): the two fives get half each, as in JAX.
    x, seed = g.input_node("x", (None, 4)), g.input_node("s", (None,))
    (slope,) = gradients({g.max_axes(x, (-1,)): seed}, [x])
    assert slope is not None
    found = evaluate({"d": slope}, {"x": np.array([[2.0, 5.0, 5.0, 1.0]]), "s": np.array([3.0])})
    assert found["d"].tolist() == [[0.0, 1.5, 1.5, 0.0]]


def test_a_node_that_no_path_reaches_has_no_gradient() -> None:
    x, other = g.parameter("x", (4,)), g.parameter("other", (4,))
    assert gradients({x * 2.0: x}, [other]) == [None]


def test_a_result_that_is_wanted_itself_gets_its_own_seed() -> None:
    # loss = 3 a + b with a = x, b = x · x: d/dx = 3 + 2 x
    x = g.parameter("x", (2,))
    three, one = g.constant(np.full(2, 3.0)), g.constant(np.ones(2))
    (slope,) = gradients({x: three, x * x: one}, [x])
    assert slope is not None
    assert evaluate({"d": slope}, {"x": [0.5, -4.0]})["d"].tolist() == [4.0, -5.0]


def test_second_derivatives_follow_from_the_same_table() -> None:
    # f = Σ tanh(x)²: f' = 2 t (1 - t²), f'' = 2 (1 - t²)(1 - 3 t²) with t = tanh x
    x = g.parameter("x", (3,))
    one = g.constant(np.ones(3))
    square = g.pointwise(trace(lambda v: apply("tanh", v) * apply("tanh", v), 1), x)
    (first,) = gradients({square: one}, [x])
    assert first is not None
    (second,) = gradients({first: one}, [x])
    assert second is not None
    at = np.array([-0.7, 0.1, 1.3])
    t = np.tanh(at)
    expected = 2 * (1 - t * t) * (1 - 3 * t * t)
    tolerances.MEANING_VS_MPMATH.check(evaluate({"d": second}, {"x": at})["d"], expected)
