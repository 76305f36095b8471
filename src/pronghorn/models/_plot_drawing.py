"""Drawings made of boxes, lines of text and arrows; written as SVG, or as PNG by matplotlib."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, NamedTuple

from pronghorn._core.errors import ParameterError, compose

__all__ = ["Arrow", "Drawing", "Rect", "Text", "measure"]

_FONTS = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"
# Lengths are printer's points, of which an inch has 72.
_PER_INCH = 72.0
_HEAD, _HEAD_WIDTH = 9.0, 3.5

Point = tuple[float, float]
Words = tuple[tuple[str, bool], ...]
"""Pieces of a line of text, each with whether it is bold."""


class Rect(NamedTuple):
    """A rectangle by its upper left corner."""

    x: float
    y: float
    width: float
    height: float
    fill: str
    line: str = "black"


class Text(NamedTuple):
    """A line of text around its middle."""

    x: float
    y: float
    words: Words
    size: float
    color: str = "black"


class Arrow(NamedTuple):
    """A smooth line through points with a head at its end."""

    points: tuple[Point, ...]


@dataclass
class Drawing:
    """What is drawn within ``width`` × ``height``, from the upper left corner."""

    width: float
    height: float
    parts: list[Rect | Text | Arrow] = field(default_factory=list)

    def paste(self, other: Drawing, x: float, y: float) -> None:
        """Draw another drawing with its upper left corner at (x, y)."""
        for part in other.parts:
            if isinstance(part, Arrow):
                self.parts.append(Arrow(tuple((a + x, b + y) for a, b in part.points)))
            else:
                self.parts.append(part._replace(x=part.x + x, y=part.y + y))

    def to_svg(self) -> str:
        """The drawing as the text of an SVG file."""
        width, height = _number(self.width), _number(self.height)
        lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}pt" height="{height}pt" '
            f'viewBox="0 0 {width} {height}" font-family="{_FONTS}">',
            f'<rect width="{width}" height="{height}" fill="white"/>',
            *(_to_svg(part) for part in self.parts),
            "</svg>",
        ]
        return "\n".join(lines) + "\n"

    def to_png(self, dpi: float) -> bytes:
        """The drawing as the bytes of a PNG file; raises ParameterError without matplotlib."""
        try:
            from matplotlib.figure import Figure
        except ImportError as error:
            raise ParameterError(
                compose(
                    "plot_model to_file",
                    expected="matplotlib, which makes PNG files",
                    received="an installation without it",
                    remedy="pip install matplotlib, or write an .svg file",
                )
            ) from error
        figure = Figure(figsize=(self.width / _PER_INCH, self.height / _PER_INCH), dpi=dpi)
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set_xlim(0, self.width)
        axes.set_ylim(self.height, 0)
        axes.axis("off")
        for part in self.parts:
            _paint(axes, part)
        content = io.BytesIO()
        figure.savefig(content, format="png", dpi=dpi)
        return content.getvalue()


def measure(words: Words, size: float) -> float:
    """How wide a line of text is at most, in the usual sans-serif fonts."""
    return (
        sum(
            (_width_of(letter) * (1.1 if is_bold else 1.0))
            for text, is_bold in words
            for letter in text
        )
        * size
    )


def _width_of(letter: str) -> float:
    if letter in "ijlI.,:;'|![]":
        return 0.33
    if letter in "frt() -/":
        return 0.4
    return 0.95 if letter in "mwMW@%" else 0.7 if letter.isupper() else 0.63


def _curve(points: Sequence[Point]) -> list[tuple[Point, Point, Point]]:
    """Bézier pieces through the points, by Catmull and Rom: two control points and an end."""
    pieces = []
    for i in range(len(points) - 1):
        before, start = points[max(i - 1, 0)], points[i]
        end, after = points[i + 1], points[min(i + 2, len(points) - 1)]
        first = (start[0] + (end[0] - before[0]) / 6, start[1] + (end[1] - before[1]) / 6)
        second = (end[0] - (after[0] - start[0]) / 6, end[1] - (after[1] - start[1]) / 6)
        pieces.append((first, second, end))
    return pieces


def _head(points: Sequence[Point]) -> tuple[Point, tuple[Point, Point, Point]]:
    """Where the line ends, and the triangle from there to the last point."""
    (x0, y0), (x, y) = points[-2], points[-1]
    length = max(((x - x0) ** 2 + (y - y0) ** 2) ** 0.5, 1e-9)
    dx, dy = (x - x0) / length, (y - y0) / length
    base = (x - dx * _HEAD, y - dy * _HEAD)
    left = (base[0] - dy * _HEAD_WIDTH, base[1] + dx * _HEAD_WIDTH)
    right = (base[0] + dy * _HEAD_WIDTH, base[1] - dx * _HEAD_WIDTH)
    return base, ((x, y), left, right)


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _pair(point: Point) -> str:
    return f"{_number(point[0])},{_number(point[1])}"


def _to_svg(part: Rect | Text | Arrow) -> str:
    if isinstance(part, Rect):
        place = f'x="{_number(part.x)}" y="{_number(part.y)}"'
        size = f'width="{_number(part.width)}" height="{_number(part.height)}"'
        return f'<rect {place} {size} fill="{part.fill}" stroke="{part.line}"/>'
    if isinstance(part, Text):
        words = "".join(
            f'<tspan font-weight="bold">{escape(text)}</tspan>' if is_bold else escape(text)
            for text, is_bold in part.words
        )
        return (
            f'<text x="{_number(part.x)}" y="{_number(part.y)}" font-size="{_number(part.size)}" '
            f'fill="{part.color}" text-anchor="middle" dominant-baseline="central" '
            f'xml:space="preserve">{words}</text>'
        )
    end, head = _head(part.points)
    pieces = _curve([*part.points[:-1], end])
    line = f"M{_pair(part.points[0])}" + "".join(
        f"C{_pair(a)} {_pair(b)} {_pair(c)}" for a, b, c in pieces
    )
    triangle = " ".join(_pair(point) for point in head)
    return f'<path d="{line}" fill="none" stroke="black"/><polygon points="{triangle}"/>'


def _paint(axes: Any, part: Rect | Text | Arrow) -> None:
    from matplotlib.patches import PathPatch, Polygon, Rectangle
    from matplotlib.path import Path

    if isinstance(part, Rect):
        axes.add_patch(
            Rectangle((part.x, part.y), part.width, part.height, fc=part.fill, ec=part.line, lw=1.0)
        )
    elif isinstance(part, Text):
        # Each piece stands behind the one before, the whole around the middle.
        x = part.x - measure(part.words, part.size) / 2
        for text, is_bold in part.words:
            width = measure(((text, is_bold),), part.size)
            axes.text(
                x + width / 2,
                part.y,
                text,
                size=part.size,
                color=part.color,
                weight="bold" if is_bold else "normal",
                ha="center",
                va="center",
                parse_math=False,
            )
            x += width
    else:
        end, head = _head(part.points)
        curve = _curve([*part.points[:-1], end])
        points = [part.points[0], *(point for piece in curve for point in piece)]
        codes = [Path.MOVETO] + [Path.CURVE4] * (len(points) - 1)
        axes.add_patch(PathPatch(Path(points, codes), fc="none", lw=1.0))
        axes.add_patch(Polygon(head, closed=True, fc="black", ec="none"))
