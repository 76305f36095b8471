"""Bar: the text of a progress line, without clock and without output."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

_CELLS = 20


@dataclass(frozen=True)
class Style:
    """How the parts of a line are marked; plain text unless ``colours``."""

    colours: bool = False

    def mark(self, code: int, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colours and text else text

    def bold(self, text: str) -> str:
        return self.mark(1, text)

    def green(self, text: str) -> str:
        return self.mark(32, text)

    def white(self, text: str) -> str:
        return self.mark(37, text)


@dataclass(frozen=True)
class Line:
    """A marked head and a plain tail, and how many columns they fill together."""

    head: str
    head_width: int
    tail: str

    @property
    def text(self) -> str:
        return self.head + self.tail

    @property
    def width(self) -> int:
        return self.head_width + len(self.tail)

    def cut(self, columns: int) -> Line:
        """The line with its tail shortened to fit: a wrapped line cannot be drawn over."""
        return Line(self.head, self.head_width, self.tail[: max(columns - self.head_width, 0)])


class Bar:
    """Texts of one progress line over ``target`` units (None: not known), ``cells`` wide."""

    def __init__(
        self,
        target: int | None,
        style: Style | None = None,
        cells: int = _CELLS,
        unit: str = "step",
    ) -> None:
        self.target = target
        self.style = style or Style()
        self.cells = cells
        self.unit = unit

    def compose_running(self, step: int, elapsed: float, values: dict[str, Any]) -> Line:
        """``12/113 ━━━━ 9s 80ms/step - loss: 1.2015`` with the time that is left."""
        pace = elapsed / step if step else 0.0
        if not self.target:
            return self._join(step, f"{elapsed:.0f}s", pace, values)
        return self._join(step, format_remaining(pace * (self.target - step)), pace, values)

    def compose_final(
        self, elapsed: float, values: dict[str, Any], step: int | None = None
    ) -> Line:
        """``113/113 ━━━━ 9s 80ms/step - loss: 0.1913`` with the time that it took.

        ``step``: where it ended; default None: at the target.
        """
        steps = self.target or 0 if step is None else step
        return self._join(steps, f"{elapsed:.0f}s", elapsed / steps if steps else 0.0, values)

    def compose_terse(self, elapsed: float, values: dict[str, Any], step: int | None = None) -> str:
        """``113/113 - 9s - 80ms/step - loss: 0.1913``, the line of verbose=2."""
        target = self.target or 0
        steps = target if step is None else step
        pace = elapsed / steps if steps else 0.0
        # Keras prints negative values in this line, and in this line only, as exponents.
        parts = [f"{name}: {format_value(v, v > 1e-3)}" for name, v in values.items()]
        return " - ".join([f"{steps}/{target}", f"{elapsed:.0f}s", self._format_pace(pace), *parts])

    def _join(self, step: int, time: str, pace: float, values: dict[str, Any]) -> Line:
        bold, green, white = self.style.bold, self.style.green, self.style.white
        tail = f" {self._format_pace(pace)}" + "".join(
            f" - {name}: {format_value(v, abs(v) > 1e-3)}" for name, v in values.items()
        )
        if not self.target:
            count = f"{step:7d}/Unknown"
            return Line(f"{count} {bold(time)}", len(count) + 1 + len(time), tail)
        # Keras sizes the counter by the digits of the target.
        count = f"{step:{int(math.log10(self.target)) + 1}d}/{self.target}"
        full = min(int(self.cells * step / self.target), self.cells)
        cells = green("━" * full) + white("━" * (self.cells - full))
        head = f"{bold(count)} {cells} {bold(time)}"
        return Line(head, len(count) + self.cells + len(time) + 2, tail)

    def _format_pace(self, seconds: float) -> str:
        return f"{format_duration(seconds)}/{self.unit}"


def format_value(value: float, is_ordinary: bool) -> str:
    """Four decimals for an ordinary value, an exponent for one that they would not show."""
    return f"{value:.4f}" if is_ordinary else f"{value:.4e}"


def format_duration(seconds: float) -> str:
    """Seconds in the unit that shows them: ``3s``, ``67ms``, ``20us``."""
    if seconds >= 1 or seconds == 0:
        return f"{seconds:.0f}s"
    if seconds >= 1e-3:
        return f"{seconds * 1e3:.0f}ms"
    return f"{seconds * 1e6:.0f}us"


def format_remaining(seconds: float) -> str:
    """Whole seconds up to a minute, then minutes, then hours: ``9s``, ``1:21``, ``1:00:05``."""
    whole = int(seconds)
    if seconds > 3600:
        return f"{whole // 3600}:{whole % 3600 // 60:02d}:{whole % 60:02d}"
    if seconds > 60:
        return f"{whole // 60}:{whole % 60:02d}"
    return f"{whole}s"
