"""Well-formedness of graphs: a table of rules, run after every pass under test.

A rule re-derives a node's shape from its operands with the builders of ``ir/graph.py`` (or says
what is wrong); ``verify`` compares it with the stored shape and then checks what the graph itself
promises about parameters, totals and writes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from pronghorn._core.errors import GraphError, compose
from pronghorn.ir import graph as g
from pronghorn.ir.draws import RANDOM_OPS
from pronghorn.ir.formula import Formula
from pronghorn.ir.graph import Graph, Node, Shape
from pronghorn.ir.labels import LABEL_OPS, label_classes
from pronghorn.ir.ops import TENSOR_OPS
from pronghorn.ir.precision import PRECISIONS

__all__ = ["verify"]


def verify(graph: Graph) -> Graph:
    """The graph itself. Raises GraphError naming the first node that breaks a rule.

    >>> from pronghorn.ir import graph as g
    >>> x = g.input_node("x", (None, 3))
    >>> verify(g.Graph(outputs={"y": x + x})).outputs["y"].shape
    (None, 3)
    """
    _verify_acyclic(graph)
    parameters: dict[str, Shape] = {}
    for node in graph.nodes():
        _verify_node(node)
        if node.op == "parameter":
            name = node.attrs["name"]
            if parameters.setdefault(name, node.shape) != node.shape:
                _fail(node, f"one shape for parameter {name!r}", str(parameters[name]))
    for name, node in graph.writes.items():
        if node.has_batch:
            _fail(node, f"a value without batch axis for parameter {name!r}", str(node.shape))
        if parameters.get(name, node.shape) != node.shape:
            _fail(node, f"shape {parameters[name]} for parameter {name!r}", str(node.shape))
    for name, terms in graph.totals.items():
        for term in terms:
            if term.shape and not term.has_batch:
                _fail(term, f"a number or a value with a batch axis in total {name!r}")
    for name, node in graph.tallies.items():
        if node.rank != 2 or not node.has_batch:
            _fail(node, f"one vector a row for tally {name!r}", str(node.shape))
    for name, node in graph.outputs.items():
        if not node.shape or node.shape[0] is not None:
            _fail(node, f"a leading batch axis for output {name!r}", str(node.shape))
    if graph.guard is not None and graph.guard not in graph.totals:
        raise GraphError(
            compose("guard", expected=f"one of {list(graph.totals)}", received=graph.guard)
        )
    return graph


def _verify_acyclic(graph: Graph) -> None:
    """A path back to a node would make the walk over operands endless."""
    open_, closed = set[Node](), set[Node]()
    stack: list[tuple[Node, bool]] = [(r, False) for r in graph.roots]
    while stack:
        node, leaving = stack.pop()
        if leaving:
            open_.discard(node)
            closed.add(node)
        elif node in open_:
            _fail(node, "operands before users", "a node that depends on itself")
        elif node not in closed:
            open_.add(node)
            stack.append((node, True))
            stack.extend((x, False) for x in node.inputs if x not in closed)


def _verify_node(node: Node) -> None:
    row = TENSOR_OPS.get(node.op)
    if row is None:
        _fail(node, "an operation of the table")
    if row.arity is not None and len(node.inputs) != row.arity:
        _fail(node, f"{row.arity} operands", str(len(node.inputs)))
    if sum(s is None for s in node.shape) > 1 or None in node.shape[1:]:
        _fail(node, "one batch axis, in front", str(node.shape))
    derive = SHAPES.get(node.op)
    if derive is None:
        _fail(node, "an operation with a shape rule")
    try:
        shape = derive(node)
    except KeyError as missing:
        _fail(node, f"an attribute {missing}", ", ".join(node.attrs) or "none")
    if shape != node.shape:
        _fail(node, f"shape {shape}", f"shape {node.shape}")


def _fail(node: Node, expected: str, received: str | None = None) -> NoReturn:
    raise GraphError(compose(f"node {node!r}", expected=expected, received=received))


def _with_batch(node: Node, *attributes: str) -> Shape:
    for name in attributes:
        node.attrs[name]
    if not node.has_batch:
        _fail(node, "a batch axis")
    return node.shape


def _drawn(node: Node) -> Shape:
    for name in (*RANDOM_OPS[node.op], "stream"):
        node.attrs[name]
    return node.shape


def _parameter(node: Node) -> Shape:
    node.attrs["name"]
    if node.has_batch:
        _fail(node, "no batch axis")
    return node.shape


def _constant(node: Node) -> Shape:
    return tuple(node.attrs["value"].shape)


def _formula(node: Node, operands: int) -> Formula:
    formula: Formula = node.attrs["formula"]
    if formula.inputs != operands:
        _fail(node, f"a formula of {operands} inputs", str(formula.inputs))
    if formula.used and formula.used[-1] >= operands:
        _fail(node, f"formula inputs below {operands}", f"x{formula.used[-1]}")
    return formula


def _pointwise(node: Node) -> Shape:
    _formula(node, len(node.inputs))
    return g.broadcast((x.shape for x in node.inputs), repr(node))


def _item(node: Node) -> Shape:
    (source,) = node.inputs
    if "formula" not in source.attrs:
        _fail(node, "a node with a formula as operand", repr(source))
    if not 0 <= node.attrs["index"] < len(source.attrs["formula"].outputs):
        _fail(node, "an index of a result", str(node.attrs["index"]))
    return source.shape


def _broadcast(node: Node) -> Shape:
    return g.broadcast((node.inputs[0].shape, node.shape), repr(node))


def _matmul(node: Node) -> Shape:
    a, b = node.inputs[:2]
    flags = {key: node.attrs[key] for key in ("transpose_a", "transpose_b")}
    precision = node.attrs.get("precision", "float32")
    product = g.matmul(a, b, **flags, precision=precision)
    if precision not in PRECISIONS or product.attrs.get("precision", "float32") != precision:
        _fail(node, f"a precision that the product can have, of {PRECISIONS}", repr(precision))
    return product.shape


def _matmul_each(node: Node) -> Shape:
    a, b = node.inputs
    if a.rank < 3 or a.shape[:-2] != b.shape[:-2]:
        _fail(node, "matrices with equal leading axes", f"{a.shape} and {b.shape}")
    return g.matmul(a, b).shape


def _reduced(node: Node) -> Shape:
    axes = node.attrs["axes"]
    if not axes or list(axes) != sorted(set(axes) & set(range(node.inputs[0].rank))):
        _fail(node, f"ascending axes of {node.inputs[0]!r}", str(axes))
    return g.sum_axes(node.inputs[0], node.attrs["axes"], node.attrs["keepdims"]).shape


def _batch_argmax(node: Node) -> Shape:
    (x,) = node.inputs
    if not x.has_batch:
        _fail(node, "an operand with a batch axis", str(x.shape))
    return g.batch_argmax(x, flat=node.attrs["flat"]).shape


def _epilogue(product: Callable[[Node], Shape], operands: int) -> Callable[[Node], Shape]:
    def derive(node: Node) -> Shape:
        shape = product(node)
        extra = node.inputs[operands:]
        _formula(node, 1 + len(extra))
        return g.broadcast((shape, *(x.shape for x in extra)), repr(node))

    return derive


def _equal(node: Node) -> Shape:
    """All operands have one shape, and so has the result."""
    first = node.inputs[0].shape
    for x in node.inputs[1:]:
        if x.shape != first:
            _fail(node, f"operands of shape {first}", str(x.shape))
    return first


def _sliced(node: Node) -> Shape:
    axis, start, stop = (node.attrs[key] for key in ("axis", "start", "stop"))
    return g.slice_axis(node.inputs[0], axis, start, stop).shape


def _padded(node: Node) -> Shape:
    axis, before, after = (node.attrs[key] for key in ("axis", "before", "after"))
    return g.pad_axis(node.inputs[0], axis, before, after).shape


def _take(node: Node) -> Shape:
    table, labels = node.inputs
    if table.has_batch or table.rank != 2:
        _fail(node, "a matrix without batch axis as table", str(table.shape))
    return (*labels.shape, *table.shape[1:])


def _take_gradient(node: Node) -> Shape:
    labels, grad = node.inputs
    if grad.shape != (*labels.shape, *node.shape[1:]) or not label_classes(node):
        _fail(node, f"a cotangent of shape {(*labels.shape, *node.shape[1:])}", str(grad.shape))
    return node.shape


def _per_row(node: Node) -> Shape:
    """Scores (…, c) against labels (…) or targets (…, c): one number a row."""
    z, target = node.inputs[:2]
    wanted = z.shape[:-1] if node.op in LABEL_OPS else z.shape
    if target.shape != wanted:
        _fail(node, f"targets of shape {wanted}", str(target.shape))
    return z.shape[:-1]


def _row_gradient(node: Node) -> Shape:
    rows, grad = _per_row(node), node.inputs[2]
    if grad.shape != rows:
        _fail(node, f"one cotangent a row, shape {rows}", str(grad.shape))
    return node.inputs[0].shape


SHAPES: dict[str, Callable[[Node], Shape]] = {
    "input": lambda n: _with_batch(n, "name"),
    "parameter": _parameter,
    "constant": _constant,
    **dict.fromkeys(RANDOM_OPS, _drawn),
    "pointwise": _pointwise,
    "item": _item,
    "broadcast": _broadcast,
    "matmul": _matmul,
    "matmul_each": _matmul_each,
    "matmul_map": _epilogue(_matmul, 2),
    "sum": _reduced,
    "sum_map": _epilogue(_reduced, 1),
    "max": _reduced,
    "prod": _reduced,
    "reshape": lambda n: g.reshape(n.inputs[0], n.shape).shape,
    "transpose": lambda n: g.transpose(n.inputs[0], n.attrs["perm"]).shape,
    "concatenate": lambda n: g.concatenate(n.inputs, n.attrs["axis"]).shape,
    "slice": _sliced,
    "pad": _padded,
    "stop_gradient": _equal,
    "argmax": lambda n: g.argmax(n.inputs[0]).shape,
    "batch_argmax": _batch_argmax,
    "top_k_mask": lambda n: g.top_k_mask(n.inputs[0], n.attrs["k"]).shape,
    "take": _take,
    "take_gradient": _take_gradient,
    "softmax": _equal,
    "softmax_gradient": _equal,
    "log_softmax": _equal,
    "log_softmax_gradient": _equal,
    "sparse_xent": _per_row,
    "sparse_xent_gradient": _row_gradient,
    "dense_xent": _per_row,
    "dense_xent_gradient": _row_gradient,
    "sparse_hit": _per_row,
    "dense_hit": _per_row,
    "one_hot": lambda n: (*n.inputs[0].shape, n.shape[-1]),
}
