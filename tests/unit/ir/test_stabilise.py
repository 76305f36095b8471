"""Cross-entropies from their logits: exact where the probabilities have lost everything."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
import pytest

import tolerances
from gradient.differences import evaluate
from pronghorn import ops
from pronghorn.ir import graph as g
from pronghorn.ir.formula import trace
from pronghorn.ir.grad import gradients
from pronghorn.ir.graph import Graph, Node
from pronghorn.ir.passes import stabilise

Z = np.array([[200.0, 0.0, -200.0], [-200.0, 200.0, 0.0], [1.0, 2.0, 3.0]])
LABELS = np.array([2, 0, 1])
ONE = trace(lambda v: v * 0.0 + 1.0, 1)  # a cotangent of 1 for every row
ONE_HOT = np.eye(3)[LABELS]


def softmax_loss(kind: str, z: Node) -> Node:
    p = ops.softmax(z)
    if kind == "sparse":
        return ops.sparse_categorical_crossentropy(g.input_node("y", (None,)), p)
    return ops.categorical_crossentropy(g.input_node("y", (None, 3)), p)


def loss_and_slope(loss: Node, z: Node, arrays: dict[str, Any], rows: int) -> Any:
    one = g.pointwise(ONE, loss)
    (slope,) = gradients({loss: one}, [z])
    assert slope is not None
    found = evaluate({"loss": loss, "slope": slope}, arrays, rows)
    return found["loss"], found["slope"]


def stable(loss: Node) -> Node:
    return stabilise(Graph(totals={"loss": (loss,)})).totals["loss"][0]


def exact_softmax_loss() -> tuple[Any, Any]:
    """loss = log Σ e^z - z[label] and softmax(z) - onehot(label), with 60 digits."""
    losses, slopes = [], []
    with mpmath.workdps(60):
        for z, label in zip(Z, LABELS, strict=True):
            powers = [mpmath.exp(mpmath.mpf(v)) for v in z]
            losses.append(float(mpmath.log(sum(powers)) - mpmath.mpf(z[label])))
            slopes.append([float(p / sum(powers) - (i == label)) for i, p in enumerate(powers)])
    return np.array(losses), np.array(slopes)


@pytest.mark.parametrize("kind", ["sparse", "dense"])
def test_softmax_at_extreme_logits_is_exact(kind: str) -> None:
    z = g.input_node("z", (None, 3))
    arrays = {"z": Z, "y": LABELS if kind == "sparse" else ONE_HOT}
    loss, slope = loss_and_slope(stable(softmax_loss(kind, z)), z, arrays, 3)
    expected_loss, expected_slope = exact_softmax_loss()
    tolerances.MEANING_VS_MPMATH.check(loss, expected_loss, "loss")
    tolerances.STABLE_SLOPES.check(slope, expected_slope)


@pytest.mark.parametrize("kind", ["sparse", "dense"])
def test_the_probability_form_has_neither(kind: str) -> None:
    # log of a clipped 1e-7 is 16.1, not 400, and the clip lets no gradient through.
    z = g.input_node("z", (None, 3))
    arrays = {"z": Z, "y": LABELS if kind == "sparse" else ONE_HOT}
    loss, slope = loss_and_slope(softmax_loss(kind, z), z, arrays, 3)
    assert np.all(loss[:2] < 17)
    assert np.all(np.abs(slope[:2]) < 1e-6)


@pytest.mark.parametrize("target", [0.0, 0.25, 1.0])
@pytest.mark.parametrize("logit", [-200.0, -3.0, 0.0, 3.0, 200.0])
def test_sigmoid_at_extreme_logits_is_exact(logit: float, target: float) -> None:
    z, y = g.input_node("z", (None, 1)), g.input_node("y", (None, 1))
    loss = stable(ops.binary_crossentropy(y, ops.sigmoid(z)))
    arrays = {"z": np.array([[logit]]), "y": np.array([[target]])}
    found, slope = loss_and_slope(loss, z, arrays, 1)
    with mpmath.workdps(120):
        p = 1 / (1 + mpmath.exp(-mpmath.mpf(logit)))
        loss_there = -(target * mpmath.log(p) + (1 - target) * mpmath.log(1 - p))
        expected, expected_slope = float(loss_there), float(p - target)
    tolerances.STABLE_LOSSES.check(found, [[expected]])
    tolerances.STABLE_SLOPES.check(slope, [[expected_slope]])


@pytest.mark.parametrize("target", [0.0, 1.0])
def test_a_net_of_zeros_has_a_slope(target: float) -> None:
    # From logits as the user asks for them: at 0 the slope is sigmoid(0) - t = 1/2 - t.
    z, y = g.input_node("z", (None, 1)), g.input_node("y", (None, 1))
    arrays = {"z": np.zeros((1, 1)), "y": np.array([[target]])}
    loss = ops.binary_crossentropy(y, z, from_logits=True)
    assert loss_and_slope(loss, z, arrays, 1)[1][0, 0] == 0.5 - target


def test_the_clipped_sigmoid_loss_stays_far_below() -> None:
    z, y = g.input_node("z", (None, 1)), g.input_node("y", (None, 1))
    arrays = {"z": np.array([[-200.0]]), "y": np.array([[1.0]])}
    found, slope = loss_and_slope(ops.binary_crossentropy(y, ops.sigmoid(z)), z, arrays, 1)
    assert found[0, 0] < 17 and slope[0, 0] == 0.0


# What only looks like it is left alone.


def same_loss(loss: Node) -> bool:
    return stable(loss) is loss


def test_an_activation_that_is_only_called_sigmoid_is_left_alone() -> None:
    @ops.pointwise
    def sigmoid(x: Any) -> Any:
        return 1.0 / (1.0 + ops.exp(-5.0 * x))

    z, y = g.input_node("z", (None, 1)), g.input_node("y", (None, 1))
    assert same_loss(ops.binary_crossentropy(y, sigmoid(z)))


def test_a_scaled_softmax_is_left_alone() -> None:
    z, y = g.input_node("z", (None, 3)), g.input_node("y", (None,))
    scaled = ops.softmax(z) * g.parameter("scale", (3,))
    assert same_loss(ops.sparse_categorical_crossentropy(y, scaled))


def test_a_loss_from_logits_is_left_alone() -> None:
    z, y = g.input_node("z", (None, 3)), g.input_node("y", (None,))
    assert same_loss(ops.sparse_categorical_crossentropy(y, z, from_logits=True))


def test_other_readers_of_the_softmax_keep_it() -> None:
    z = g.input_node("z", (None, 3))
    p = ops.softmax(z)
    y = g.input_node("y", (None,))
    loss = ops.sparse_categorical_crossentropy(y, p)
    graph = stabilise(Graph(outputs={"p": p}, totals={"loss": (loss,)}))
    assert graph.outputs["p"].op == "softmax"
    assert graph.totals["loss"][0].inputs[0] is z
    assert math.isfinite(evaluate({"p": graph.outputs["p"]}, {"z": Z}, 3)["p"].sum())
