"""Why the engine stopped, in words: which row, which label, which layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

import numpy as np

from pronghorn import data
from pronghorn._core.errors import DataError, NumericsError, compose
from pronghorn.engines.base import Feed, RunResult
from pronghorn.ir.graph import Graph, Node
from pronghorn.layers._emission import emit
from pronghorn.training._programs import Job, Programs
from pronghorn.training._step import LOSS, Step, Trainable, input_nodes

__all__ = ["refuse_run"]

_REMEDY = "Lower the learning rate, scale the inputs, or look for outliers in the data"


def refuse_run(
    result: RunResult,
    feed: Feed,
    model: Trainable,
    programs: Programs,
    job: Job,
    *,
    where: str,
    seed: int,
    iteration: int,
) -> NoReturn:
    """Raise DataError for a bad row, NumericsError for a loss that is not finite.

    ``where`` names the call ("fit", "evaluate"), for training with epoch and step.
    """
    if result.status == "nonfinite_input":
        name = _show_source(result.name)
        raise DataError(
            compose(
                f"{where}: {name}",
                expected="finite values",
                received=_show_value(result, feed),
                remedy="Fill it or drop the row, for instance with np.nan_to_num",
            )
        )
    if result.status == "label":
        count, is_input = job.step.labels[result.name], result.name.startswith("x:")
        since = f", since {data.INPUT_LIMIT} {count}" if is_input else ""
        raise DataError(
            compose(
                f"{where}: {_show_source(result.name)}",
                expected=f"{'whole' if is_input else 'class'} numbers in [0, {count}){since}",
                received=_show_label(result, feed),
                remedy=data.INPUT_REMEDY
                if is_input
                else "Correct the label or give the last layer more units",
            )
        )
    begin = result.steps * feed.batch
    batch = feed.index[begin : begin + feed.batch]
    source = _find_source(Feed(feed.sources, batch, feed.batch), model, programs, seed, iteration)
    raise NumericsError(
        compose(
            f"{where}: {result.name if result.name != LOSS else 'loss'}",
            expected="a finite number",
            received=f"NaN or infinity; {source}; the weights are those before this step",
            remedy=_REMEDY,
        )
    )


def _show_source(name: str) -> str:
    kind, _, label = name.partition(":")
    role = {"x": "input", "y": "targets of", "w": "sample_weight of"}.get(kind, kind)
    return f"{role} {label!r}"


def _show_value(result: RunResult, feed: Feed) -> str:
    row = np.asarray(feed.sources[result.name][result.row], dtype=np.float64).reshape(-1)
    # What overflows float32 is infinite to the engine.
    column = int(np.argmax(~(np.abs(row) <= np.finfo(np.float32).max)))
    return f"{row[column]} in row {result.row}, column {column}"


def _show_label(result: RunResult, feed: Feed) -> str:
    value = np.asarray(feed.sources[result.name][result.row])
    return f"{value.tolist()!r} in row {result.row}"


def _find_source(
    feed: Feed, model: Trainable, programs: Programs, seed: int, iteration: int
) -> str:
    """The first layer whose output is not finite on a batch."""
    # Outputs of every layer, in the order of the calls, in the training form of the step.
    with emit(training=True) as emission:
        model.forward(input_nodes(model))
    named = [(layer.name, node) for layer, node in emission.results]
    outputs: dict[str, Node] = {str(i): node for i, (_, node) in enumerate(named)}
    step = Step(Graph(outputs=outputs), emission.variables)
    job = programs.job(("trace", len(feed.index)), lambda: step, feed.batch)
    values = job.program.trace(feed, scalars={}, step=iteration, seed=seed)
    bad = [name for i, (name, _) in enumerate(named) if not _is_finite(values[str(i)])]
    if bad:
        return f"the first layer whose output is not finite is {bad[0]!r}"
    return f"every layer's output is finite, up to {_largest(named, values)}"


def _is_finite(array: object) -> bool:
    return bool(np.isfinite(np.asarray(array)).all())


def _largest(named: Sequence[tuple[str, Node]], values: object) -> str:
    sizes = [
        (float(np.abs(np.asarray(values[str(i)])).max()), name)  # type: ignore[index]
        for i, (name, _) in enumerate(named)
    ]
    size, name = max(sizes)
    return f"{size:.3g} in {name!r}"
