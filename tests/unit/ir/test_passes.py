"""Passes keep the meaning: the reference engine's numbers are the same before and after each."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import tolerances
from pronghorn import ops
from pronghorn.engines.reference import ENGINE
from pronghorn.ir import graph as g
from pronghorn.ir.draws import dropout_mask
from pronghorn.ir.formula import Formula, trace
from pronghorn.ir.fusion import MAX_INPUTS, MAX_OUTPUTS, MAX_SCALARS, fuse_pointwise
from pronghorn.ir.graph import Graph, Node
from pronghorn.ir.passes import PASSES, prepare, simplify
from pronghorn.ir.scalar import Expr, apply, input_expr
from pronghorn.ir.verify import verify
from unit.ir.general_nets import ALL
from unit.ir.nets import NETS, Builder, Run, build_deep, run_epoch


def check_equal(found: Run, expected: Run) -> None:
    same = tolerances.FUSED_VS_UNFUSED
    assert found.weights.keys() == expected.weights.keys()
    for name, value in expected.weights.items():
        same.check(found.weights[name], value, name)
    for name, total in expected.totals.items():
        same.check(found.totals[name], total, name)
    for name, rows in expected.outputs.items():
        np.testing.assert_array_equal(found.outputs[name], rows, name)


@pytest.mark.parametrize("name", ALL)
def test_every_pass_keeps_the_numbers(name: str) -> None:
    graph = verify(ALL[name]())
    expected = run_epoch(graph, ENGINE)
    for run in PASSES:
        graph = verify(run(graph))
        check_equal(run_epoch(graph, ENGINE), expected)


@pytest.mark.parametrize("run", PASSES, ids=lambda run: str(run.__name__))
@pytest.mark.parametrize("name", ALL)
def test_a_pass_alone_keeps_the_numbers(run: Callable[[Graph], Graph], name: str) -> None:
    graph = ALL[name]()
    check_equal(run_epoch(verify(run(graph)), ENGINE), run_epoch(graph, ENGINE))


@pytest.mark.parametrize("name", ALL)
def test_a_prepared_graph_is_left_alone(name: str) -> None:
    once = prepare(ALL[name]())
    assert count_ops(prepare(once)) == count_ops(once)


def count_ops(graph: Graph) -> dict[str, int]:
    found: dict[str, int] = {}
    for node in graph.nodes():
        found[node.op] = found.get(node.op, 0) + 1
    return found


def formulas(graph: Graph) -> list[Formula]:
    return [n.attrs["formula"] for n in graph.nodes() if "formula" in n.attrs]


def nodes_of(graph: Graph, op: str) -> list[Node]:
    return [n for n in graph.nodes() if n.op == op]


def test_a_dense_layer_becomes_three_products() -> None:
    # Forward with bias and relu, dX with relu's mask, dW with Adam; the bias is a column sum.
    graph = prepare(NETS["activation_relu"]())
    counts = count_ops(graph)
    assert counts["matmul_map"] == 2 + 1 + 2  # forward twice, one dX, dW twice
    assert counts["sum_map"] == 2
    # What stays outside is 1 / rows, the cotangent of the loss.
    assert [n.shape for n in nodes_of(graph, "pointwise")] == [()]


def test_updates_are_read_from_one_product() -> None:
    graph = prepare(NETS["logistic_adam"]())
    written = {name: graph.writes[name] for name in ("only/w", "only/w/m", "only/w/v")}
    (product,) = {node.inputs[0] for node in written.values()}
    assert product.op == "matmul_map"
    assert [node.attrs["index"] for node in written.values()] == [0, 1, 2]


def test_equal_values_become_one() -> None:
    x = g.input_node("x", (None, 3))
    graph = Graph(outputs={"a": ops.tanh(x) * 2.0, "b": ops.tanh(x) + 1.0, "c": ops.tanh(x)})
    assert count_ops(simplify(graph)) == {"input": 1, "pointwise": 3}


def test_different_masks_stay_different() -> None:
    x = g.input_node("x", (None, 3))
    masks = [dropout_mask(x.shape, 0.5, 0), dropout_mask(x.shape, 0.5, 1)]
    graph = simplify(Graph(outputs={"a": x * masks[0], "b": x * masks[1]}))
    assert len(nodes_of(graph, "dropout_mask")) == 2


def test_constants_of_several_elements_stay_different() -> None:
    x = g.input_node("x", (None, 2))
    a, b = g.constant(np.array([1.0, 2.0])), g.constant(np.array([3.0, 4.0]))
    assert len(nodes_of(simplify(Graph(outputs={"a": x * a, "b": x * b})), "constant")) == 2


def test_a_flatten_moves_in_front_of_a_rescaling() -> None:
    graph = prepare(NETS["image"]())
    (reshape,) = nodes_of(graph, "reshape")
    assert reshape.inputs[0].op == "input"


def test_a_reshape_that_meets_no_data_stays_behind_its_formulas() -> None:
    """Between two formulas it would make two steps of them."""
    x, y = g.input_node("x", (None, 1)), g.input_node("y", (None, 1))
    square = ops.square(x - y)
    graph = prepare(Graph(outputs={"z": g.reshape(square, (None,))}))
    (formula,) = nodes_of(graph, "pointwise")
    assert graph.outputs["z"].inputs == (formula,)


@pytest.mark.parametrize("reduce", [g.sum_axes, g.max_axes], ids=["sum", "max"])
def test_a_reduction_of_one_element_is_that_element(reduce: Callable[..., Node]) -> None:
    x = g.input_node("x", (None, 4, 1))
    graph = simplify(Graph(outputs={"y": reduce(x, (2,)), "z": reduce(x, (2,), True)}))
    assert graph.outputs["z"].op == "input"
    assert graph.outputs["y"].op == "reshape"
    assert graph.outputs["y"].shape == (None, 4)


def test_reshapes_there_and_back_are_nothing() -> None:
    x = g.input_node("x", (None, 6))
    back = g.reshape(g.reshape(x, (None, 2, 3)), (None, 6))
    assert simplify(Graph(outputs={"y": back})).outputs["y"].op == "input"


def test_a_reshape_of_a_number_keeps_its_shape() -> None:
    one = g.pointwise(Formula(0, (apply("add", 1.0, 0.5),)))
    wide = Node("reshape", (one * g.parameter("scale", ()),), (1, 1))
    assert verify(simplify(Graph(writes={"w": wide}))).writes["w"].shape == (1, 1)


def test_a_stopped_gradient_leaves_no_step() -> None:
    x = g.input_node("x", (None, 6))
    assert simplify(Graph(outputs={"y": g.stop_gradient(x)})).outputs["y"].op == "input"


def test_a_transposed_weight_is_no_value_of_its_own() -> None:
    graph = prepare(ALL["tied"]())
    assert not nodes_of(graph, "transpose")
    assert len(nodes_of(graph, "matmul") + nodes_of(graph, "matmul_map")) == 5


def test_a_mean_with_its_axes_kept_is_the_mean_without() -> None:
    x = g.input_node("x", (None, 3))
    kept, flat = g.sum_axes(x, (0,), True) * 0.5, g.sum_axes(x, (0,)) * 0.5
    graph = prepare(Graph(outputs={"y": x - kept, "z": x * flat}))
    (total,) = nodes_of(graph, "sum_map")
    assert total.shape == (3,)
    assert not nodes_of(graph, "reshape")


def test_the_gradient_of_a_reshaped_vector_meets_its_update() -> None:
    b = Builder()
    y = g.input_node("x", (None, 5)) * g.reshape(b.parameter("gain", 5), (1, 5))
    graph = prepare(b.step([g.sum_axes(y, (1,))]))
    assert graph.writes["gain"].op == "sum_map"


def test_equal_values_are_one_node_whatever_their_place() -> None:
    x, y = g.input_node("x", (None, 2, 3)), g.input_node("y", (None, 6))
    # The first pass takes both reshapes to the data; the second finds one of them there already.
    early, late = g.reshape(x, (None, 6)) * y, g.reshape(ops.tanh(x), (None, 6))
    graph = simplify(Graph(outputs={"early": early, "late": late}))
    assert len(nodes_of(graph, "reshape")) == 1


def test_a_value_that_leaves_the_graph_is_kept() -> None:
    x = g.input_node("x", (None, 3))
    inner = ops.tanh(x)
    graph = prepare(Graph(outputs={"inner": inner, "outer": inner * 2.0}))
    assert set(graph.outputs) == {"inner", "outer"}
    assert graph.outputs["inner"] is not graph.outputs["outer"]


def test_a_chain_of_formulas_becomes_one() -> None:
    x = g.input_node("x", (None, 3))
    y = x
    for op in (ops.tanh, ops.exp, ops.sigmoid, ops.negative):
        y = op(y)
    (formula,) = formulas(fuse_pointwise(Graph(outputs={"y": y})))
    expected = trace(lambda v: -apply("sigmoid", apply("exp", apply("tanh", v))), 1)
    assert formula == expected


# The limits of one kernel, crossed by chains that would otherwise become one formula.


def check_limits(graph: Graph) -> None:
    for formula in formulas(graph):
        assert formula.inputs <= MAX_INPUTS
        assert len(formula.outputs) <= MAX_OUTPUTS
        assert len(formula.canonical.scalars) <= MAX_SCALARS


def test_limits_are_those_of_the_kernels() -> None:
    # kMaxInputs, kMaxOutputs and kMaxScalars of native/kernels/table.h.
    assert (MAX_INPUTS, MAX_OUTPUTS, MAX_SCALARS) == (12, 6, 32)


@pytest.mark.parametrize("count", [12, 13, 30])
def test_sums_of_many_tensors_stay_within_the_inputs(count: int) -> None:
    parts = [g.input_node(f"x{i}", (None, 3)) for i in range(count)]
    y = parts[0]
    for part in parts[1:]:
        y = ops.tanh(y + part)
    graph = verify(prepare(Graph(outputs={"y": y})))
    check_limits(graph)
    assert (len(formulas(graph)) == 1) is (count <= MAX_INPUTS)


@pytest.mark.parametrize("count", [32, 33, 100])
def test_many_constants_stay_within_the_scalars(count: int) -> None:
    y = g.input_node("x", (None, 3))
    for i in range(count):
        y = ops.tanh(y * (2.0 + i))
    graph = verify(prepare(Graph(outputs={"y": y})))
    check_limits(graph)
    assert (len(formulas(graph)) == 1) is (count <= MAX_SCALARS)


def test_folded_constants_stay_within_the_scalars() -> None:
    x = g.input_node("x", (None, 3))

    def body(*v: Expr) -> Expr:
        total = v[0]
        for i in range(30):
            total = apply("tanh", total * (2.0 + i))
        return total * v[1] * v[2] * v[3]

    numbers = [g.constant(np.array(float(i))) for i in (3, 4, 5)]
    graph = verify(prepare(Graph(outputs={"y": g.pointwise(trace(body, 4), x, *numbers)})))
    check_limits(graph)


def test_scalar_count_is_that_of_the_canonical_form() -> None:
    for formula in formulas(prepare(build_deep())):
        assert formula.scalar_count == len(formula.canonical.scalars)
    twice = Formula(1, (input_expr(0) * 2.0 + 2.0, input_expr(0)))
    assert twice.scalar_count == 2
