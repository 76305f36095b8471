"""Graphs as text: one line a node, read back without loss.

    %2 = matmul(n, 3) %0 %1 transpose_a=false transpose_b=false
    %4 = pointwise(n, 3) %2 %3 formula={add x0 x1; relu t0 | t1}
    output "p" %4

Values are numbered in the order they are computed. In a formula ``x0`` is an operand, ``t0`` the
result of the first operation, a number a constant, ``$name`` a step scalar and ``rows`` the number
of samples; ``~`` marks an approximate formula and ``@name`` a named one. A name that is more than
a word stands in quotes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import numpy as np

from pronghorn._core.errors import GraphError, compose
from pronghorn.ir.formula import Formula
from pronghorn.ir.graph import Graph, Node, Shape
from pronghorn.ir.scalar import (
    SCALAR_OPS,
    Expr,
    apply,
    const,
    input_expr,
    order,
    rows,
    step_scalar,
)

__all__ = ["parse", "show", "show_formula"]

_STRING = r'"(?:[^"\\]|\\.)*"'
_NODE = re.compile(r"%(\d+) = (\w+)\(([^)]*)\)((?: %\d+)*)(.*)")
_ATTRIBUTE = re.compile(rf" (\w+)=(\{{(?:{_STRING}|[^}}\"])*\}}|{_STRING}|[^\s\"{{]+)")
_TOKEN = re.compile(rf"[;|]|[$@]?{_STRING}|[^\s;|\"]+")


def show(graph: Graph) -> str:
    """The graph as text.

    >>> from pronghorn.ir import graph as g
    >>> print(show(g.Graph(outputs={"y": g.input_node("x", (None, 3)) * 2.0})))
    %0 = input(n, 3) name="x"
    %1 = pointwise(n, 3) %0 formula={mul x0 2.0 | t0}
    output "y" %1
    """
    nodes = graph.nodes()
    number = {node: i for i, node in enumerate(nodes)}
    lines = [_show_node(node, number) for node in nodes]
    lines += [f"output {json.dumps(k)} %{number[v]}" for k, v in graph.outputs.items()]
    for name, terms in graph.totals.items():
        lines.append(" ".join([f"total {json.dumps(name)}", *(f"%{number[t]}" for t in terms)]))
    lines += [f"tally {json.dumps(k)} %{number[v]}" for k, v in graph.tallies.items()]
    lines += [f"write {json.dumps(k)} %{number[v]}" for k, v in graph.writes.items()]
    if graph.guard is not None:
        lines.append(f"guard {json.dumps(graph.guard)}")
    return "\n".join(lines)


def _show_node(node: Node, number: dict[Node, int]) -> str:
    shape = ", ".join("n" if s is None else str(s) for s in node.shape)
    parts = [f"%{number[node]} = {node.op}({shape})"]
    parts += [f"%{number[x]}" for x in node.inputs]
    parts += [f"{key}={_show_attribute(value)}" for key, value in node.attrs.items()]
    return " ".join(parts)


def _show_attribute(value: Any) -> str:
    if isinstance(value, Formula):
        return show_formula(value)
    if isinstance(value, np.ndarray):
        return json.dumps(value.tolist(), separators=(",", ":"))
    return json.dumps(value, separators=(",", ":"))


def show_formula(formula: Formula) -> str:
    """The formula as text: operations in order, then the results."""
    names: dict[Expr, str] = {}
    steps: list[str] = []
    for e in order(formula.outputs):
        if e.args:
            operands = " ".join(_show_leaf(a, names) for a in e.args)
            names[e] = f"t{len(steps)}"
            steps.append(f"{e.op} {operands}")
    results = " ".join(_show_leaf(e, names) for e in formula.outputs)
    mark = ("~" if formula.approximate else "") + (
        f"@{_show_name(formula.name)} " if formula.name else ""
    )
    return f"{{{mark}{'; '.join(steps)} | {results}}}"


def _show_leaf(e: Expr, names: dict[Expr, str]) -> str:
    if e.args:
        return names[e]
    if e.op == "input":
        return f"x{e.value}"
    if e.op == "const":
        return repr(e.value)
    return "rows" if e.op == "rows" else f"${_show_name(e.value)}"


def _show_name(name: str) -> str:
    return name if re.fullmatch(r"\w+", name, re.ASCII) else json.dumps(name)


def _parse_name(text: str) -> str:
    return str(json.loads(text)) if text.startswith('"') else text


def parse(text: str) -> Graph:
    """The graph that ``show`` wrote. Raises GraphError naming the first line it cannot read."""
    nodes: dict[int, Node] = {}
    outputs: dict[str, Node] = {}
    totals: dict[str, tuple[Node, ...]] = {}
    writes: dict[str, Node] = {}
    tallies: dict[str, Node] = {}
    guard: str | None = None
    for line in filter(None, map(str.strip, text.splitlines())):
        try:
            found = _NODE.fullmatch(line)
            if found:
                nodes[int(found[1])] = _parse_node(found, nodes)
                continue
            word, rest = line.split(" ", 1)
            name, end = json.JSONDecoder().raw_decode(rest)
            named = tuple(nodes[int(x[1:])] for x in rest[end:].split())
            if word == "output":
                (outputs[name],) = named
            elif word == "total":
                totals[name] = named
            elif word == "tally":
                (tallies[name],) = named
            elif word == "write":
                (writes[name],) = named
            elif word == "guard":
                guard = name
            else:
                raise ValueError(word)
        except (KeyError, ValueError, IndexError, TypeError) as error:
            raise GraphError(
                compose("graph text", expected="a line as show() writes it", received=repr(line))
            ) from error
    return Graph(outputs, totals, writes, guard, tallies)


def _parse_node(found: re.Match[str], nodes: dict[int, Node]) -> Node:
    shape: Shape = tuple(None if s == "n" else int(s) for s in found[3].split(", ") if s)
    inputs = tuple(nodes[int(x[1:])] for x in found[4].split())
    attrs: dict[str, Any] = {}
    place = 0
    while place < len(found[5]):
        pair = _ATTRIBUTE.match(found[5], place)
        if pair is None:
            raise ValueError(found[5][place:])
        attrs[pair[1]] = _parse_attribute(found[2], pair[1], pair[2], inputs, shape)
        place = pair.end()
    return Node(found[2], inputs, shape, attrs)


# Operands of a fused node that belong to its product; the formula sees the product as one input.
_PRODUCT_OPERANDS = {"matmul_map": 2, "sum_map": 1}


def _parse_attribute(op: str, key: str, value: str, inputs: tuple[Node, ...], shape: Shape) -> Any:
    if value.startswith("{"):
        product = _PRODUCT_OPERANDS.get(op)
        operands = len(inputs)
        return parse_formula(value, operands if product is None else operands - product + 1)
    parsed = json.loads(value)
    if op == "constant" and key == "value":
        # An empty list does not tell its other axes.
        array = np.asarray(parsed, np.float64).reshape([s or 0 for s in shape])
        array.flags.writeable = False
        return array
    return tuple(parsed) if isinstance(parsed, list) else parsed


def parse_formula(text: str, inputs: int) -> Formula:
    """The formula that ``show_formula`` wrote, of ``inputs`` operands."""
    body = text.strip()[1:-1]
    approximate = body.startswith("~")
    tokens = _TOKEN.findall(body.removeprefix("~"))
    name = _parse_name(tokens.pop(0)[1:]) if tokens[0].startswith("@") else ""
    end = tokens.index("|")
    known: list[Expr] = []
    for step in _split(tokens[:end]):
        op, *operands = step
        if op not in SCALAR_OPS:
            raise ValueError(op)
        known.append(apply(op, *(_parse_leaf(x, known) for x in operands)))
    outputs = tuple(_parse_leaf(x, known) for x in tokens[end + 1 :])
    return Formula(inputs, outputs, approximate, name)


def _split(tokens: list[str]) -> Iterator[list[str]]:
    """The operations between semicolons."""
    for is_end, group in groupby(tokens, key=";".__eq__):
        if not is_end:
            yield list(group)


def _parse_leaf(text: str, known: list[Expr]) -> Expr:
    if text == "rows":
        return rows()
    if text.startswith("$"):
        return step_scalar(_parse_name(text[1:]))
    if text[0] == "x":
        return input_expr(int(text[1:]))
    if text[0] == "t":
        return known[int(text[1:])]
    return const(float(text))
