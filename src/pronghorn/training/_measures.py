"""Metrics inside a step: traced on symbolic values, their sums added up by the program."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pronghorn._core.errors import GraphError, ParameterError, ShapeError, compose
from pronghorn.ir import graph as g
from pronghorn.ir.formula import Formula
from pronghorn.ir.graph import Node
from pronghorn.ir.scalar import input_expr, lift, rows
from pronghorn.layers import Variable
from pronghorn.layers._emission import Emission
from pronghorn.metrics import Metric
from pronghorn.training._objective import Measure, Target

__all__ = ["name_count", "name_sum", "summed_metrics", "total_sums", "trace_measure"]

# Terms without rows count once for each row: divided by the rows, once for each batch.
_PER_BATCH = Formula(1, (input_expr(0) / rows(),))
_ONE_PER_BATCH = Formula(0, (lift(1.0) / rows(),))
_ONE = Formula(0, (lift(1.0),))

Totals = dict[str, tuple[Node, ...]]


def name_sum(key: str) -> str:
    """The name of the total or the tally of a metric's values."""
    return f"metric:{key}"


def name_count(key: str) -> str:
    """The name of the total of a metric's weights."""
    return f"count:{key}"


def summed_metrics(
    targets: Sequence[Target], own: Sequence[Metric] = ()
) -> Iterator[tuple[str, Metric]]:
    """Every metric of the targets, and of the model's own, once, parts behind the whole: key,
    metric."""
    seen: set[int] = set()

    def walk(key: str, metric: Metric) -> Iterator[tuple[str, Metric]]:
        if id(metric) in seen:
            return
        seen.add(id(metric))
        yield key, metric
        for i, part in enumerate(metric.held_metrics()):
            yield from walk(f"{key}/{i}", part)

    for target in targets:
        for measure in target.measures:
            yield from walk(measure.key, measure.metric)
    for metric in own:
        yield from walk(f"own {metric.name}", metric)


def trace_measure(measure: Measure, y: Node, p: Node, w: Node | None, emission: Emission) -> None:
    """Call ``update_state`` on symbolic values; what it adds up and assigns is in the emission.

    Raises GraphError, naming the metric, where that cannot be done.
    """
    metric = measure.metric
    before = _fingerprint(emission)
    where = f"metric {measure.key!r}: {type(metric).__name__}.update_state"
    try:
        try:
            metric.update_state(y, p, sample_weight=w)
        except GraphError:
            if y.rank != 1 or before != _fingerprint(emission):
                raise
            # Metrics that are written for targets (n, 1) meet them as Keras 2 gave them.
            metric.update_state(g.reshape(y, (None, 1)), p, sample_weight=w)
    except (ParameterError, ShapeError):
        raise
    except (GraphError, TypeError, AttributeError, NotImplementedError) as error:
        raise GraphError(
            compose(
                where,
                expected="operations on symbolic values, since the engine runs it",
                received=f"{type(error).__name__}: {error}",
                remedy="Write it with pronghorn.ops",
            )
        ) from error
    if before == _fingerprint(emission):
        raise GraphError(
            compose(
                where,
                expected="an assignment to one of its variables",
                received="none that the engine could repeat",
                remedy="Make variables with add_weight and assign ops of y_true and y_pred",
            )
        )


def _fingerprint(emission: Emission) -> tuple[dict[Variable, int], dict[Metric, int]]:
    """What tells whether something was assigned or added up: nodes by number."""
    updates = {variable: node.number for variable, node in emission.updates.items()}
    return updates, {metric: len(terms) for metric, terms in emission.sums.items()}


def total_sums(named: Mapping[str, Metric], emission: Emission) -> tuple[Totals, dict[str, Node]]:
    """Totals and tallies for what the metrics want added up, weights multiplied in.

    A count is left out where every row counts once.
    """
    totals: Totals = {}
    tallies: dict[str, Node] = {}
    for key, metric in named.items():
        terms = emission.sums.get(metric, [])
        if not terms:
            continue
        summands = [_weigh(metric, values, weights) for values, weights, _ in terms]
        if summands[0].rank > 1:
            tallies[name_sum(key)] = sum(summands[1:], summands[0])
        else:
            totals[name_sum(key)] = tuple(summands)
        if len(terms) > 1 or any(
            w is not None or c is not None or not v.has_batch for v, w, c in terms
        ):
            totals[name_count(key)] = tuple(_count(v, w if c is None else c) for v, w, c in terms)
    return totals, tallies


def _weigh(metric: Metric, values: Node, weights: Node | None) -> Node:
    if values.rank > 2 or (values.rank > 0 and not values.has_batch):
        raise GraphError(
            compose(
                f"metric {metric.name!r}",
                expected="values of shape (n,), (n, k) or ()",
                received=str(values.shape),
                remedy="Reduce the inner axes, for instance with ops.mean(…, axis=-1)",
            )
        )
    if not values.has_batch:
        if weights is not None:
            raise ParameterError(
                compose(
                    f"weighted metric {metric.name!r}",
                    expected="one value a row, to be weighed",
                    received="one value a batch",
                    remedy="Name it in metrics=, or reduce over axis=-1 only",
                )
            )
        return g.pointwise(_PER_BATCH, values)
    if weights is None:
        return values
    if weights.rank > 1:
        raise ShapeError(
            compose(
                f"weighted metric {metric.name!r}",
                expected="one weight a row, since it gives one value a row",
                received=f"weights of shape {weights.shape}",
                remedy="Name it in metrics=, or pass weights of shape (n,)",
            )
        )
    return values * (g.reshape(weights, (None, 1)) if values.rank > 1 else weights)


def _count(values: Node, weights: Node | None) -> Node:
    if weights is not None:
        return weights
    if not values.has_batch:
        return g.pointwise(_ONE_PER_BATCH)
    return g.broadcast_to(g.pointwise(_ONE), (None,))
