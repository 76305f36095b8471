"""The running values of loss and metrics: sums in, logs out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn.metrics import Mean, Metric
from pronghorn.training._measures import name_count, name_sum, summed_metrics
from pronghorn.training._objective import Target
from pronghorn.training._step import LOSS, ROWS

__all__ = ["Ledger", "Sums", "read_metrics"]

# Totals (float64 numbers) and tallies (float64 vectors) of programs, by name.
Sums = Mapping[str, Any]


class Ledger:
    """One metric object for each value of the logs, in the order of ``compile``.

    The losses of several outputs stand behind the metrics, as in Keras's ``evaluate``. ``own``
    are metrics that the model's own loss updates; one that is called like another takes its place.
    """

    def __init__(self, targets: Sequence[Target], own: Sequence[Metric] = ()) -> None:
        self._result: Callable[[], Mapping[str, Any]] = self.measure
        self._own_reset: Callable[[], None] | None = None
        # The sums that metrics had when the rows of now began: total, count, rows.
        self._before: dict[Metric, tuple[Any, float, float]] = {}
        self._shown: list[tuple[str, Metric]] = []
        # Name of the sum, name of the count, who takes them.
        self._summed: list[tuple[str, str, Metric]] = []
        self._added: dict[str, Any] = {}
        self._add_loss(LOSS)
        # Of several outputs Keras tells the metrics that go by their own names first, the others
        # behind all the losses, sorted.
        measures = [measure for target in targets for measure in target.measures]
        first = [m for m in measures if len(targets) == 1 or m.key == m.metric.name]
        self._shown += [(measure.key, measure.metric) for measure in first]
        goals = sorted((g for target in targets for g in target.goals), key=lambda g: g.place)
        for key in dict.fromkeys(goal.key for goal in goals if goal.key is not None):
            self._add_loss(key)
        rest = sorted((m for m in measures if m not in first), key=lambda m: m.key)
        self._shown += [(measure.key, measure.metric) for measure in rest]
        self.own = tuple(own)
        for metric in own:
            shown = dict(self._shown)
            self._shown = list({**shown, metric.name: metric}.items())
        for key, metric in summed_metrics(targets, own):
            self._summed.append((name_sum(key), name_count(key), metric))

    def _add_loss(self, name: str) -> None:
        mean = Mean(name=name)
        self._shown.append((name, mean))
        self._summed.append((name, ROWS, mean))

    def show(self, metrics: Sequence[Metric]) -> None:
        """Have these alone in the logs, in this order."""
        keys = {id(metric): key for key, metric in self._shown}
        self._shown = [(keys.get(id(metric), metric.name), metric) for metric in metrics]

    @property
    def metrics(self) -> list[Metric]:
        """The metric objects in the logs; the first is the loss."""
        return [metric for _, metric in self._shown]

    @property
    def names(self) -> list[str]:
        """The keys of the logs, in the order of ``evaluate``'s list."""
        return [key for key, _ in self._shown]

    def reset(self) -> None:
        """Begin a pass, which counts on from what a reset of the class leaves."""
        if self._own_reset is None:
            self.forget()
            return
        self._own_reset()
        self._added = {}
        known = {metric: metric._sums() for _, _, metric in self._summed}
        self._before = {metric: sums for metric, sums in known.items() if sums[2]}

    def reset_with(self, reset: Callable[[], None]) -> None:
        """Have a function reset the metrics, or some of them, when a pass begins."""
        self._own_reset = reset

    def forget(self) -> None:
        """Forget all rows."""
        self._added, self._before = {}, {}
        for metric in self.metrics:
            metric.reset_state()

    def add(self, sums: Sums) -> None:
        """Add the sums of programs to those added since ``reset``."""
        self._added = {name: self._added.get(name, 0.0) + value for name, value in sums.items()}
        self.replace(self._added)

    def replace(self, sums: Sums) -> None:
        """Take the sums of programs in place of those known."""
        for total, count, metric in self._summed:
            # A metric that only assigns its variables has nothing summed.
            if total in sums:
                # A metric without weights counts every row.
                metric.replace(sums[total], sums.get(count, sums[ROWS]), sums[ROWS])
                if metric in self._before:
                    metric.add(*self._before[metric])

    def answer_with(self, result: Callable[[], Mapping[str, Any]]) -> None:
        """Have a function make the logs, of metrics that know their rows by then."""
        self._result = result

    def read(self) -> dict[str, Any]:
        """The logs: floats, or arrays, by key."""
        return {key: _plain(value) for key, value in self._result().items()}

    def measure(self) -> dict[str, Any]:
        """The values of the metrics, in the order of ``names``.

        A metric whose result is a dict gives its keys instead of its own.
        """
        return read_metrics(self._shown)

    def variables(self) -> dict[str, NDArray[np.float32]]:
        """The numbers of the variables that metrics assign, by position."""
        return {str(i): v.numpy() for i, v in enumerate(self._held())}

    def set_variables(self, values: Mapping[str, NDArray[Any]]) -> None:
        """Take numbers that ``variables`` gave."""
        for i, variable in enumerate(self._held()):
            variable.assign(values[str(i)])

    def _held(self) -> list[Any]:
        return list(dict.fromkeys(v for metric in self.metrics for v in metric.assigned()))


def read_metrics(named: Iterable[tuple[str, Metric]]) -> dict[str, Any]:
    """The results by key: floats, or arrays; one that is a dict gives its keys instead."""
    values: dict[str, Any] = {}
    for key, metric in named:
        value = metric.result()
        if isinstance(value, Mapping):
            values.update({name: _plain(part) for name, part in value.items()})
        else:
            values[key] = _plain(value)
    return values


def _plain(value: Any) -> Any:
    """Single numbers as floats; arrays as they are."""
    array = np.asarray(value)
    return float(array) if array.ndim == 0 else array
