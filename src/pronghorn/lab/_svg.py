"""A network as a drawing: units in columns, weights as lines, sizes in words."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn.lab._network import dense_layers
from pronghorn.lab._run import Run

__all__ = ["draw_network"]

# Okabe and Ito's blue and orange; negative weights are dashed as well.
_BLUE, _ORANGE, _GREY = "#0072B2", "#D55E00", "#555555"
_MOST_UNITS = 16
_ACROSS, _DOWN, _RADIUS, _TOP = 170, 30, 9, 56
_THICKEST = 4.0


def draw_network(run: Run) -> str:
    """An SVG of the inputs, every Dense layer and the weights between the units drawn.

    Up to 16 units of a layer are drawn; the words below give the true count.
    """
    layers = dense_layers(run.model)
    sizes = [len(run.problem.inputs), *(layer.units for layer in layers)]
    shown = [min(size, _MOST_UNITS) for size in sizes]
    height = _TOP + max(shown) * _DOWN + 70
    width = _ACROSS * len(sizes) + 40
    places = [_column(i, count, max(shown)) for i, count in enumerate(shown)]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" font-family="sans-serif" font-size="12">',
        f"<title>{escape(_title(sizes))}</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    for i, layer in enumerate(layers):
        parts += _lines(layer.kernel.numpy(), places[i], places[i + 1])
    for i, column in enumerate(places):
        parts += [
            f'<circle cx="{x}" cy="{y}" r="{_RADIUS}" fill="#ffffff" stroke="{_GREY}"/>'
            for x, y in column
        ]
        parts += _words(run, i, sizes[i], layers, height)
    parts.append("</svg>")
    return "\n".join(parts)


def _title(sizes: list[int]) -> str:
    return "Network " + "-".join(map(str, sizes))


def _column(number: int, count: int, most: int) -> list[tuple[float, float]]:
    x = 20 + _ACROSS * (number + 0.5)
    first = _TOP + (most - count) * _DOWN / 2 + _DOWN / 2
    return [(x, first + i * _DOWN) for i in range(count)]


def _lines(
    kernel: NDArray[np.float32], left: list[tuple[float, float]], right: list[tuple[float, float]]
) -> list[str]:
    drawn = kernel[: len(left), : len(right)]
    largest = float(np.abs(drawn).max()) or 1.0
    parts = []
    for (i, j), weight in np.ndenumerate(drawn):
        (x1, y1), (x2, y2) = left[i], right[j]
        colour, dash = (_BLUE, "") if weight >= 0 else (_ORANGE, ' stroke-dasharray="5 3"')
        thickness = max(0.3, _THICKEST * abs(float(weight)) / largest)
        parts.append(
            f'<line x1="{x1 + _RADIUS}" y1="{y1}" x2="{x2 - _RADIUS}" y2="{y2}" '
            f'stroke="{colour}" stroke-width="{thickness:.2f}" stroke-opacity="0.75"{dash}>'
            f"<title>{float(weight):.6g}</title></line>"
        )
    return parts


def _words(run: Run, column: int, size: int, layers: list[Any], height: int) -> list[str]:
    x = 20 + _ACROSS * (column + 0.5)
    if column == 0:
        head, below = "inputs", f"{size} inputs"
    else:
        layer = layers[column - 1]
        name = getattr(layer.activation, "__name__", "")
        head, below = layer.name.replace("_", " "), f"{size} × {name}"
    lines = [(28, head), (height - 40, below)]
    if size > _MOST_UNITS:
        lines.append((height - 24, f"({_MOST_UNITS} drawn)"))
    if column:
        lines.append((height - 8, f"{layers[column - 1].count_params():,} parameters"))
    return [
        f'<text x="{x}" y="{y}" text-anchor="middle" fill="#222222">{escape(text)}</text>'
        for y, text in lines
    ]
