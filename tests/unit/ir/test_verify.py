"""The verifier lets every sound graph pass and names the node that breaks a rule."""

from __future__ import annotations

import numpy as np
import pytest

from pronghorn._core.errors import GraphError
from pronghorn.ir import graph as g
from pronghorn.ir.formula import Formula, single
from pronghorn.ir.graph import Graph, Node
from pronghorn.ir.ops import TENSOR_OPS
from pronghorn.ir.passes import prepare
from pronghorn.ir.scalar import input_expr
from pronghorn.ir.verify import SHAPES, verify
from unit.ir.general_nets import ALL

X = g.input_node("x", (None, 4))
WIDE = g.input_node("wide", (None, 2, 4))
W = g.parameter("w", (4, 3))
B = g.parameter("b", (4,))
Y = g.input_node("y", (None,))
FLAGS = {"transpose_a": False, "transpose_b": False}
ADD = {"formula": single("add")}


def test_every_operation_has_a_shape_rule() -> None:
    assert set(SHAPES) == set(TENSOR_OPS)


@pytest.mark.parametrize("name", ALL)
def test_sound_graphs_pass(name: str) -> None:
    graph = ALL[name]()
    assert verify(graph) is graph
    verify(prepare(graph))


def looped() -> Node:
    node = g.pointwise(single("tanh"), X)
    # Immutable by contract only: what a broken pass might leave behind.
    object.__setattr__(node, "inputs", (node,))
    return node


DAMAGED = {
    "unknown operation": (Node("convolve", (X,), (None, 4)), "an operation of the table"),
    "operands missing": (Node("matmul", (X,), (None, 3), FLAGS), "expected 2 operands, received 1"),
    "operands too many": (Node("softmax", (X, X), (None, 4)), "expected 1 operands, received 2"),
    "batch axis inside": (Node("input", (), (4, None), {"name": "x"}), "one batch axis, in front"),
    "two batch axes": (
        Node("input", (), (None, None), {"name": "x"}), "one batch axis, in front",
    ),
    "input without batch": (Node("input", (), (4,), {"name": "x"}), "a batch axis"),
    "parameter with batch": (Node("parameter", (), (None, 4), {"name": "w"}), "no batch axis"),
    "input without name": (Node("input", (), (None, 4)), "an attribute 'name'"),
    "parameter without name": (Node("parameter", (), (4,)), "an attribute 'name'"),
    "mask without rate": (Node("dropout_mask", (), (None, 4), {"stream": 0}), "attribute 'rate'"),
    "mask without stream": (
        Node("dropout_mask", (), (4,), {"rate": 0.5}), "attribute 'stream'",
    ),
    "constant of another shape": (
        Node("constant", (), (3,), {"value": np.ones(4)}), r"shape \(4,\)",
    ),
    "formula missing": (Node("pointwise", (X, B), (None, 4)), "an attribute 'formula'"),
    "formula of more inputs": (Node("pointwise", (X,), (None, 4), ADD), "a formula of 1 inputs"),
    "formula reads too far": (
        Node("pointwise", (X,), (None, 4), {"formula": Formula(1, (input_expr(3),))}),
        "formula inputs below 1, received x3",
    ),
    "pointwise of another shape": (
        Node("pointwise", (X, B), (None, 5), ADD), r"expected shape \(None, 4\), received shape",
    ),
    "pointwise that does not broadcast": (
        Node("pointwise", (X, g.parameter("c", (3,))), (None, 4), ADD), "shapes that broadcast",
    ),
    "item of a product": (Node("item", (X @ W,), (None, 3), {"index": 0}), "a node with a formula"),
    "item too far": (Node("item", (X + B,), (None, 4), {"index": 1}), "an index of a result"),
    "item below zero": (Node("item", (X + B,), (None, 4), {"index": -1}), "an index of a result"),
    "broadcast that shrinks": (Node("broadcast", (X,), (None, 1)), r"shape \(None, 4\)"),
    "broadcast of unlike shapes": (Node("broadcast", (X,), (None, 3)), "shapes that broadcast"),
    "product of unlike lengths": (
        Node("matmul", (X, g.parameter("v", (3, 4))), (None, 4), FLAGS), "inner lengths",
    ),
    "product of another shape": (Node("matmul", (X, W), (None, 4), FLAGS), r"shape \(None, 3\)"),
    "product without flags": (Node("matmul", (X, W), (None, 3)), "an attribute 'transpose_a'"),
    "epilogue of more inputs": (
        Node("matmul_map", (X, W), (None, 3), {**FLAGS, **ADD}), "a formula of 1 inputs",
    ),
    "epilogue of another shape": (
        Node("matmul_map", (X, W, B), (None, 3), {**FLAGS, **ADD}), "shapes that broadcast",
    ),
    "sum over an absent axis": (
        Node("sum", (X,), (None, 4), {"axes": (2,), "keepdims": False}), "ascending axes",
    ),
    "sum twice over an axis": (
        Node("sum", (X,), (4,), {"axes": (0, 0), "keepdims": False}), "ascending axes",
    ),
    "sum of another shape": (
        Node("sum", (X,), (None,), {"axes": (0,), "keepdims": False}), r"shape \(4,\)",
    ),
    "max over an absent axis": (
        Node("max", (X,), (None,), {"axes": (2,), "keepdims": False}), "ascending axes",
    ),
    "max kept, stored as dropped": (
        Node("max", (X,), (None,), {"axes": (1,), "keepdims": True}), r"shape \(None, 1\)",
    ),
    "reshape to fewer": (Node("reshape", (X,), (None, 3)), "4 elements a sample"),
    "reshape of the batch": (Node("reshape", (X,), (4,)), "4 elements a sample"),
    "concatenation of unlike rows": (
        Node("concatenate", (X, WIDE), (None, 8), {"axis": 1}), "equal axes but axis 1",
    ),
    "concatenation of another width": (
        Node("concatenate", (X, X), (None, 9), {"axis": 1}), r"\(None, 8\)",
    ),
    "concatenation along the batch": (
        Node("concatenate", (X, X), (None, 4), {"axis": 0}), "a fixed length",
    ),
    "slice outside": (
        Node("slice", (X,), (None, 3), {"axis": 1, "start": 2, "stop": 5}), "positions within",
    ),
    "empty slice": (
        Node("slice", (X,), (None, 0), {"axis": 1, "start": 2, "stop": 2}), "positions within",
    ),
    "slice of the batch": (
        Node("slice", (X,), (1, 4), {"axis": 0, "start": 0, "stop": 1}), "a fixed length",
    ),
    "negative pad": (
        Node("pad", (X,), (None, 3), {"axis": 1, "before": -1, "after": 0}), "at least 0",
    ),
    "transposed batch": (
        Node("transpose", (X,), (4, None), {"perm": (1, 0)}), "one batch axis, in front",
    ),
    "transpose of an axis twice": (
        Node("transpose", (WIDE,), (None, 2, 2), {"perm": (0, 1, 1)}), "each axis of",
    ),
    "products of unlike leading axes": (
        Node("matmul_each", (WIDE, g.parameter("c", (3, 4, 2))), (None, 2, 2)), "equal leading",
    ),
    "product with a batch value on the right": (
        Node("matmul", (X, X), (None, 4), FLAGS), "inner lengths",
    ),
    "rows of a batch value": (Node("take", (X, Y), (None, 4)), "a matrix without batch axis"),
    "cotangent of other rows": (
        Node("take_gradient", (Y, X), (5, 3)), r"a cotangent of shape \(None, 3\)",
    ),
    "fewer than one largest": (Node("top_k_mask", (X,), (None, 4), {"k": 0}), "at least 1"),
    "softmax gradient of unlike shapes": (
        Node("softmax_gradient", (X, X @ W), (None, 4)), "operands of shape",
    ),
    "labels of one-hot shape": (
        Node("sparse_xent", (X, X), (None,)), r"targets of shape \(None,\)",
    ),
    "targets of label shape": (
        Node("dense_xent", (X, Y), (None,)), r"targets of shape \(None, 4\)",
    ),
    "hits of one-hot shape": (Node("sparse_hit", (X, X), (None,)), "targets of shape"),
    "cotangent of the wrong rows": (
        Node("sparse_xent_gradient", (X, Y, X), (None, 4)), "one cotangent a row",
    ),
    "codes without classes": (Node("one_hot", (Y,), (None,)), "shape"),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGED)
def test_damage_is_named(name: str) -> None:
    node, message = DAMAGED[name]
    graph = Graph(outputs={"out": node}) if node.has_batch else Graph(writes={"out": node})
    with pytest.raises(GraphError, match=message):
        verify(graph)


def test_damage_deep_inside_is_found() -> None:
    bad = Node("matmul", (X, W), (None, 4), FLAGS)
    with pytest.raises(GraphError, match=rf"node %{bad.number}:matmul"):
        verify(Graph(outputs={"out": (bad + B) * 2.0}))


def test_a_loop_is_found() -> None:
    with pytest.raises(GraphError, match="a node that depends on itself"):
        verify(Graph(outputs={"out": looped()}))


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        (Graph(writes={"w": X}), "a value without batch axis for parameter 'w'"),
        (Graph(writes={"b": B, "w": W, "c": g.parameter("b", (3,))}), "one shape for parameter"),
        (Graph(writes={"w": B, "b": g.sum_axes(W, (0, 1))}), r"shape \(4, 3\) for parameter 'w'"),
        (Graph(outputs={"b": B}), "a leading batch axis for output 'b'"),
        (Graph(outputs={"n": g.sum_axes(X, (0, 1))}), "a leading batch axis"),
        (Graph(totals={"t": (B,)}), "a number or a value with a batch axis in total 't'"),
        (Graph(totals={"t": (Y,)}, guard="loss"), "guard: expected one of"),
    ],
)
def test_promises_of_the_graph_are_kept(graph: Graph, message: str) -> None:
    with pytest.raises(GraphError, match=message):
        verify(graph)


def test_a_tally_is_a_vector_a_row() -> None:
    verify(Graph(tallies={"t": X}))
    with pytest.raises(GraphError, match="one vector a row for tally 't'"):
        verify(Graph(tallies={"t": Y}))
