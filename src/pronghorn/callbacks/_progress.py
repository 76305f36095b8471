"""ProgbarLogger: the progress line of ``fit``, ``evaluate`` and ``predict``."""

from __future__ import annotations

from time import monotonic
from typing import Any

import numpy as np

from pronghorn._core.registry import register
from pronghorn.callbacks._bar import Bar, Line, Style
from pronghorn.callbacks._base import Callback, Logs
from pronghorn.callbacks._console import is_redrawable, width, write

# Seconds between two drawings: faster than this nobody reads, and a notebook suffers.
_INTERVAL = 0.1


@register("callback", "ProgbarLogger")
class ProgbarLogger(Callback):
    """Print the progress line; ``fit``, ``evaluate`` and ``predict`` add one unless verbose=0.

    verbose=1 draws a line that is drawn over while the batches run and stays at the end of the
    epoch, verbose=2 prints one line at the end of each epoch. ``Epoch 1/5`` is printed only
    where there are several epochs. Values are running means over the epoch. The line is drawn
    at most ten times a second; where standard output is a file or a pipe, it is printed once,
    when it is complete, without colours.

    It subscribes to no batch hook: it draws in ``on_progress``.

    Source: ``keras.callbacks.ProgbarLogger``, whose line it prints to the letter.

    >>> bar = ProgbarLogger()
    >>> bar.set_params({"verbose": 2, "epochs": 1, "steps": 10})
    >>> bar.on_epoch_begin(0)
    >>> bar.on_epoch_end(0, {"loss": 0.5})    # doctest: +ELLIPSIS
    10/10 - 0s - ...s/step - loss: 0.5000
    """

    def __init__(self) -> None:
        super().__init__()
        self.verbose = 1
        self.epochs = 1
        self.target: int | None = None
        self._in_fit = False
        self._is_muted = False
        self._drawn_at = float("-inf")
        self._start()

    def set_params(self, params: dict[str, Any]) -> None:
        self.params = params
        verbose = params.get("verbose", 1)
        self.verbose = 1 if verbose == "auto" else int(verbose)
        self.epochs = params.get("epochs") or 1
        self.target = params.get("steps")

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._in_fit = True

    def on_train_end(self, logs: Logs | None = None) -> None:
        self._in_fit = False

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._start()
        if self.verbose and self.epochs > 1:
            write(f"Epoch {epoch + 1}/{self.epochs}\n")

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self._finish(logs)

    def on_test_begin(self, logs: Logs | None = None) -> None:
        # The validation of an epoch is silent: its results come with the epoch's line.
        self._is_muted = self._in_fit
        if not self._is_muted:
            self._start()

    def on_test_end(self, logs: Logs | None = None) -> None:
        if not self._is_muted:
            self._finish(logs)
        self._is_muted = False

    def on_predict_begin(self, logs: Logs | None = None) -> None:
        self._start()

    def on_predict_end(self, logs: Logs | None = None) -> None:
        self._finish(None)

    def on_progress(self, step: int, logs: Logs | None = None) -> None:
        if self._is_muted:
            return
        self._seen = step
        if self.verbose != 1:
            return
        self._values.update(_as_shown(logs))
        now: float = monotonic()
        if now - self._drawn_at < _INTERVAL or not is_redrawable():
            return
        self._drawn_at = now
        line = Bar(self.target, Style(colours=True)).compose_running(
            step, now - self._begun_at, self._values
        )
        self._draw(line.cut(width() - 1))

    def _start(self) -> None:
        self._begun_at = monotonic()
        self._drawn_at = float("-inf")
        self._seen = 0
        self._drawn_width = 0
        # In the order in which they were first reported: the means of the epoch, then val_.
        self._values: dict[str, Any] = {}

    def _finish(self, logs: Logs | None) -> None:
        if self.target is None:
            self.target = self._seen
        self._values.update(_as_shown(logs))
        elapsed = monotonic() - self._begun_at
        if self.verbose == 1:
            can_redraw = is_redrawable()
            bar = Bar(self.target, Style(colours=can_redraw))
            line = bar.compose_final(elapsed, self._values)
            if can_redraw:
                self._draw(line, end="\n")
            else:
                write(f"{line.text}\n")
        elif self.verbose == 2 and self.target > 0:
            write(Bar(self.target).compose_terse(elapsed, self._values) + "\n")

    def _draw(self, line: Line, end: str = "") -> None:
        padding = " " * (self._drawn_width - line.width)
        write(f"\r{line.text}{padding}{end}")
        self._drawn_width = line.width


def _as_shown(logs: Logs | None) -> Logs:
    """A single number for each value: arrays are shown by their mean, as in Keras."""
    return {name: float(np.mean(v)) if np.ndim(v) else v for name, v in (logs or {}).items()}
