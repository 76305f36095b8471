"""Graphs of any shape: passes keep them, their text too, and the engines agree."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings

import tolerances
from pronghorn.engines.base import engine_named
from pronghorn.ir.graph import Graph
from pronghorn.ir.passes import PASSES, prepare
from pronghorn.ir.text import parse, show
from pronghorn.ir.verify import verify
from property.drawn_graphs import drawn_graphs, run_graph

NATIVE, REFERENCE = engine_named("native"), engine_named("reference")
# The same examples on every run and machine.
fixed = settings(derandomize=True, deadline=None, max_examples=250)


@fixed
@given(drawn_graphs())
def test_the_engines_agree(graph: Graph) -> None:
    expected = run_graph(verify(graph), REFERENCE)
    found = run_graph(graph, NATIVE)
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        tolerances.KERNELS_VS_FLOAT64.check(found[name], value, name)


@fixed
@given(drawn_graphs())
def test_passes_keep_the_values(graph: Graph) -> None:
    expected = run_graph(graph, REFERENCE)
    for step in PASSES:
        graph = verify(step(graph))
    for name, value in run_graph(graph, REFERENCE).items():
        tolerances.KERNELS_VS_FLOAT64.check(value, expected[name], name)


@fixed
@given(drawn_graphs())
def test_a_graph_comes_back_from_its_text(graph: Graph) -> None:
    prepared = prepare(graph)
    again = verify(parse(show(prepared)))
    assert show(again) == show(prepared)
    for name, value in run_graph(again, REFERENCE).items():
        np.testing.assert_array_equal(value, run_graph(prepared, REFERENCE)[name])
