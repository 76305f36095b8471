"""The progress line of ``fit``, for loops of one's own."""

from __future__ import annotations

from collections.abc import Iterable
from time import monotonic
from typing import Any

import numpy as np

from pronghorn._core.errors import ParameterError, compose
from pronghorn.callbacks._bar import Bar, Style
from pronghorn.callbacks._console import is_redrawable, width, write

__all__ = ["Progbar"]


class Progbar:
    """A progress line over ``target`` units, with running means of values.

    Args:
        target: How many units there are; None where nobody knows.
        width: Cells of the bar; default 20.
        verbose: 1 (default) draws the line over and over, 2 prints it once at the end, 0 nothing.
        interval: Seconds between two drawings; default 0.05.
        stateful_metrics: Names of values that are shown as they are; all others are averaged.
        stateless_metrics: Names of values that are averaged; all others are shown as they are.
            Only one of the two may be given.
        unit_name: What a unit is called; default "step".

    Where standard output is a file or a pipe, the line is printed once, when it is complete.

    Source: keras.utils.Progbar.

    >>> bar = Progbar(2, verbose=2)
    >>> bar.update(1, [("loss", 0.5)])
    >>> bar.update(2, [("loss", 0.25)])    # doctest: +ELLIPSIS
    2/2 - 0s - ...s/step - loss: 0.2500
    """

    def __init__(
        self,
        target: int | None,
        width: int = 20,
        verbose: int = 1,
        interval: float = 0.05,
        stateful_metrics: Iterable[str] | None = None,
        stateless_metrics: Iterable[str] | None = None,
        unit_name: str = "step",
    ) -> None:
        if stateful_metrics is not None and stateless_metrics is not None:
            raise ParameterError(
                compose(
                    "Progbar",
                    expected="stateful_metrics or stateless_metrics",
                    received="both",
                    remedy="Each implies the other: pass the shorter list",
                )
            )
        self.target = target
        self.width = width
        self.verbose = verbose
        self.interval = interval
        self.unit_name = unit_name
        self.stateful_metrics = set(stateful_metrics or ())
        self.stateless_metrics = None if stateless_metrics is None else set(stateless_metrics)
        self._seen = 0
        self._sums: dict[str, float] = {}
        self._counts: dict[str, int] = {}
        self._begun_at = monotonic()
        self._drawn_at = float("-inf")
        self._drawn_width = 0

    def update(
        self,
        current: int,
        values: Iterable[tuple[str, Any]] | None = None,
        finalize: bool | None = None,
    ) -> None:
        """So many units are done; ``values`` are those of the units since the last update.

        ``finalize`` ends the line; default None: at the target. The values that come with the
        end are shown as they are.
        """
        if finalize is None:
            finalize = self.target is not None and current >= self.target
        for name, value in values or ():
            self._note(name, float(np.mean(value)), 0 if finalize else current - self._seen)
        self._seen = current
        means = {name: total / self._counts[name] for name, total in self._sums.items()}
        elapsed = monotonic() - self._begun_at
        if finalize:
            self._finish(current, elapsed, means)
        elif self.verbose == 1 and elapsed - self._drawn_at >= self.interval and is_redrawable():
            self._drawn_at = elapsed
            line = self._bar(True).compose_running(current, elapsed, means)
            self._draw(line.cut(width() - 1))

    def add(self, n: int, values: Iterable[tuple[str, Any]] | None = None) -> None:
        """``n`` more units are done; see ``update``."""
        self.update(self._seen + n, values)

    def _note(self, name: str, value: float, units: int) -> None:
        averaged = self.stateless_metrics
        is_mean = name in averaged if averaged is not None else name not in self.stateful_metrics
        if not is_mean or units == 0 or name not in self._sums:
            self._sums[name], self._counts[name] = 0.0, 0
        units = max(units, 1) if is_mean else 1
        self._sums[name] += value * units
        self._counts[name] += units

    def _bar(self, is_coloured: bool) -> Bar:
        return Bar(self.target, Style(is_coloured), self.width, self.unit_name)

    def _finish(self, current: int, elapsed: float, means: dict[str, float]) -> None:
        if self.verbose == 1:
            can_redraw = is_redrawable()
            line = self._bar(can_redraw).compose_final(elapsed, means, current)
            if can_redraw:
                self._draw(line, end="\n")
            else:
                write(f"{line.text}\n")
        elif self.verbose == 2 and self.target:
            write(self._bar(False).compose_terse(elapsed, means, current) + "\n")

    def _draw(self, line: Any, end: str = "") -> None:
        write(f"\r{line.text}{' ' * (self._drawn_width - line.width)}{end}")
        self._drawn_width = line.width
