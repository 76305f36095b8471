"""The running values of loss and metrics: totals in, logs out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pronghorn.metrics import Mean, Metric
from pronghorn.training._objective import Target
from pronghorn.training._step import LOSS, ROWS

__all__ = ["Ledger"]


class Ledger:
    """One metric object for each value of the logs, in the order of ``compile``.

    The losses of several outputs stand behind the metrics, as in Keras's ``evaluate``.
    """

    def __init__(self, targets: Sequence[Target]) -> None:
        self._sums: list[tuple[str, Metric, str, str]] = []
        self._add(LOSS, Mean(name=LOSS), LOSS, ROWS)
        with_loss = [target.output for target in targets if target.loss is not None]
        if len(with_loss) > 1:
            for name in with_loss:
                self._add(f"{name}_loss", Mean(name=f"{name}_loss"), f"{name}_loss", ROWS)
        # Of several outputs Keras names the metrics of each behind all the losses, sorted.
        measures = [measure for target in targets for measure in target.measures]
        for measure in sorted(measures, key=lambda m: m.key) if len(targets) > 1 else measures:
            count = f"count:{measure.key}"
            self._add(measure.key, measure.metric, f"metric:{measure.key}", count)

    def _add(self, key: str, metric: Metric, total: str, count: str) -> None:
        self._sums.append((key, metric, total, count))

    @property
    def metrics(self) -> list[Metric]:
        """The metric objects; the first is the loss."""
        return [metric for _, metric, _, _ in self._sums]

    @property
    def names(self) -> list[str]:
        """The keys of the logs, in the order of ``evaluate``'s list."""
        return [key for key, _, _, _ in self._sums]

    def reset(self) -> None:
        """Forget all rows."""
        for metric in self.metrics:
            metric.reset_state()

    def add(self, totals: Mapping[str, float]) -> None:
        """Add the totals of a program."""
        for _, metric, total, count in self._sums:
            # A metric without weights counts every row.
            metric.add(totals[total], totals.get(count, totals[ROWS]))

    def replace(self, totals: Mapping[str, float]) -> None:
        """Take the totals of a program in place of what was known."""
        self.reset()
        self.add(totals)

    def read(self) -> dict[str, float]:
        """The values by key, in the order of ``names``."""
        return {key: metric.result() for key, metric, _, _ in self._sums}
