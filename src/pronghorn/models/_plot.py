"""Pictures of models: a box for each layer, an arrow for each connection."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pronghorn._core.calls import refuse_arguments
from pronghorn._core.errors import NotBuiltError, ParameterError, compose, describe
from pronghorn._core.params import Interval, OneOf, check
from pronghorn.activations import serialize
from pronghorn.layers._base import Layer
from pronghorn.layers._input import InputLayer
from pronghorn.layers._tensor import map_leaves
from pronghorn.models._model import Model
from pronghorn.models._operations import name_kind
from pronghorn.models._plot_drawing import Arrow, Drawing, Rect, Text, measure
from pronghorn.models._plot_layout import arrange
from pronghorn.models._sequential import Sequential

__all__ = [
    "Picture",
    "Shown",
    "describe_layer",
    "draw_model",
    "find_edges",
    "plot_model",
    "read_resolution",
]

_PADDING, _MARGIN = 10.0, 12.0
_HEAD_SIZE, _CELL_SIZE = 16.0, 14.0


class Picture:
    """What ``plot_model`` returns: notebooks show it."""

    def __init__(self, svg: str) -> None:
        self.svg = svg

    def _repr_svg_(self) -> str:
        return self.svg


@dataclass(frozen=True)
class Shown:
    """What the boxes tell, by the names of ``plot_model``'s arguments."""

    shapes: bool
    dtype: bool
    layer_names: bool
    layer_activations: bool
    trainable: bool
    expand_nested: bool
    rankdir: str


@dataclass(frozen=True)
class _Cell:
    label: str
    value: str
    fill: str = "white"
    color: str = "black"
    size: float = _CELL_SIZE

    @property
    def words(self) -> tuple[tuple[str, bool], ...]:
        return ((self.label, False), (self.value, True)) if self.label else ((self.value, True),)

    @property
    def width(self) -> float:
        return measure(self.words, self.size) + 2 * _PADDING

    @property
    def height(self) -> float:
        return self.size + 2 * _PADDING


def plot_model(
    model: Any,
    to_file: Any = "model.png",
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = False,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int | None = 200,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
    **kwargs: Any,
) -> Picture:
    """Draw the layers of a model and how they are connected.

    Args:
        model: A model whose input shape is known.
        to_file: Where the picture goes: a name that ends in ``.png`` (needs matplotlib) or
            ``.svg``. Default "model.png"; None writes no file.
        show_shapes: Whether boxes show the shapes of input and output. Default False.
        show_dtype: Whether they show the dtype of the output. Default False.
        show_layer_names: Whether they show names beside classes. Default False.
        rankdir: "TB" (default) from top to bottom, or "BT", "LR", "RL".
        expand_nested: Whether models within the model are drawn layer by layer. Default False.
        dpi: Dots an inch of a PNG file. Default 200.
        show_layer_activations: Whether boxes show activations. Default False.
        show_trainable: Whether boxes of layers with weights show if they train. Default False.
        splines: Accepted for Keras's sake; arrows are smooth lines.

    Returns: the picture, which a notebook shows.

    Errors: NotBuiltError for a model without shapes; ParameterError for another ending or an
    unknown argument.

    Source: keras.utils.plot_model. Neither Graphviz nor pydot is needed.

    >>> from pronghorn import Input, Sequential, layers, utils
    >>> model = Sequential([Input((3,)), layers.Dense(2, activation="relu")])
    >>> utils.plot_model(model, to_file=None, show_layer_activations=True).svg.count("<rect")
    3
    """
    resolution = read_resolution(plot_model, model, rankdir, dpi, kwargs)
    shown = Shown(
        show_shapes,
        show_dtype,
        show_layer_names,
        show_layer_activations,
        show_trainable,
        expand_nested,
        rankdir,
    )
    drawing = draw_model(model, shown)
    svg = drawing.to_svg()
    if to_file is not None:
        _write(Path(to_file), drawing, svg, resolution)
    return Picture(svg)


def read_resolution(
    function: Callable[..., Any], model: Any, rankdir: Any, dpi: Any, further: Mapping[str, Any]
) -> float:
    """Dots an inch, after the checks that all functions which draw a model begin with.

    Errors: NotBuiltError for a model without shapes; ParameterError for another direction or an
    unknown argument.
    """
    what = function.__name__
    # Keras takes this one as None only.
    given = {k: v for k, v in further.items() if k != "layer_range" or v is not None}
    refuse_arguments(function, given)
    if not isinstance(model, Model) or not model.built:
        raise NotBuiltError(
            compose(
                what,
                expected="a model whose input shape is known",
                received=describe(model),
                remedy="Begin it with Input(shape), or call fit or build(input_shape) first",
            )
        )
    direction: OneOf[str] = OneOf("TB", "BT", "LR", "RL")
    check(what, "rankdir", rankdir, direction)
    return check(what, "dpi", 200 if dpi is None else dpi, Interval(low=1))


def _write(path: Path, drawing: Drawing, svg: str, dpi: float) -> None:
    ending = path.suffix.lower()
    if ending == ".svg":
        path.write_text(svg, encoding="utf-8")
    elif ending == ".png":
        path.write_bytes(drawing.to_png(dpi))
    else:
        raise ParameterError(
            compose(
                "plot_model to_file",
                expected="a name that ends in .png or .svg",
                received=repr(path.name),
            )
        )


def draw_model(model: Model, shown: Shown) -> Drawing:
    """The layers of a model as boxes, with a margin around them all."""
    inner = _draw(model, shown)
    framed = Drawing(inner.width + 2 * _MARGIN, inner.height + 2 * _MARGIN)
    framed.paste(inner, _MARGIN, _MARGIN)
    return framed


def _draw(model: Model, shown: Shown) -> Drawing:
    """The layers of a model as boxes; a class with a call() of its own is one box."""
    if not model._is_functional:
        return _draw_layer(model, shown)
    layers, edges = find_edges(model)
    boxes = [
        _frame(layer, shown)
        if shown.expand_nested and isinstance(layer, Model) and layer._is_functional
        else _draw_layer(layer, shown)
        for layer in layers
    ]
    is_upright = shown.rankdir in ("TB", "BT")
    sizes = [(box.width, box.height) if is_upright else (box.height, box.width) for box in boxes]
    layout = arrange(sizes, edges)
    is_reversed = shown.rankdir in ("BT", "RL")

    def turn(across: float, along: float) -> tuple[float, float]:
        along = layout.along - along if is_reversed else along
        return (across, along) if is_upright else (along, across)

    drawing = Drawing(*turn(layout.across, 0.0 if is_reversed else layout.along))
    for box, middle in zip(boxes, layout.boxes, strict=True):
        x, y = turn(*middle)
        drawing.paste(box, x - box.width / 2, y - box.height / 2)
    drawing.parts += [Arrow(tuple(turn(*point) for point in path)) for path in layout.edges]
    return drawing


def find_edges(model: Model) -> tuple[list[Layer], list[tuple[int, int]]]:
    """The layers, and pairs of places in that list: from, to."""
    layers = model._operations()
    if isinstance(model, Sequential):
        return layers, [(i, i + 1) for i in range(len(layers) - 1)]
    place = {layer: i for i, layer in enumerate(layers)}
    pairs = [
        (place[tensor.producer], place[call.layer])
        for call in model._known_network.calls
        if call.layer in place  # not what leads to losses alone
        for tensor in call.inputs
    ]
    return layers, list(dict.fromkeys(pairs))


def _frame(model: Model, shown: Shown) -> Drawing:
    """A model within a model: its layers in a box with its name."""
    inner = _draw(model, shown)
    title = _Cell("", model.name, fill="none", size=_HEAD_SIZE)
    width = max(inner.width, title.width) + 2 * _MARGIN
    framed = Drawing(width, inner.height + title.height + _MARGIN)
    framed.parts.append(Rect(0, 0, width, framed.height, "#f2f2f2", "#888888"))
    framed.parts.append(Text(width / 2, title.height / 2, title.words, title.size))
    framed.paste(inner, (width - inner.width) / 2, title.height)
    return framed


def _draw_layer(layer: Layer, shown: Shown) -> Drawing:
    rows = describe_layer(layer, shown)
    width = max(sum(cell.width for cell in row) for row in rows)
    drawing = Drawing(width, sum(row[0].height for row in rows))
    top = 0.0
    for row in rows:
        # Cells share what the widest row leaves over.
        extra = (width - sum(cell.width for cell in row)) / len(row)
        left = 0.0
        for cell in row:
            drawing.parts.append(Rect(left, top, cell.width + extra, cell.height, cell.fill))
            middle = left + (cell.width + extra) / 2, top + cell.height / 2
            drawing.parts.append(Text(*middle, cell.words, cell.size, cell.color))
            left += cell.width + extra
        top += row[0].height
    return drawing


def describe_layer(layer: Layer, shown: Shown) -> list[list[_Cell]]:
    """The rows of a layer's box: class, activation, and what else was asked for."""
    kind = name_kind(layer)
    title = f"{layer.name} ({kind})" if shown.layer_names else kind
    rows = [[_Cell("", title, fill="black", color="white", size=_HEAD_SIZE)]]
    activation = getattr(layer, "activation", None)
    if shown.layer_activations and activation is not None:
        rows.append([_Cell("Activation: ", _name_activation(activation))])
    call = layer._uses[0] if layer._uses else None
    cells: list[_Cell] = []
    if shown.shapes:
        if not isinstance(layer, InputLayer):
            cells.append(_Cell("Input shape: ", _show(None if call is None else call.structure)))
        cells.append(_Cell("Output shape: ", _show(None if call is None else call.result)))
    if shown.dtype:
        cells.append(_Cell("Output dtype: ", call.outputs[0].dtype if call else "float32"))
    if shown.trainable and layer.weights:
        is_on = layer.trainable
        label, fill = ("Trainable", "forestgreen") if is_on else ("Non-trainable", "firebrick")
        cells.append(_Cell("", label, fill=fill, color="white"))
    return [*rows, cells] if cells else rows


def _name_activation(activation: Any) -> str:
    name = serialize(activation)
    return name if isinstance(name, str) else getattr(activation, "__name__", "custom")


def _show(structure: Any) -> str:
    if structure is None:
        return "?"
    shapes = map_leaves(structure, lambda tensor: tensor.shape)
    if isinstance(shapes, Mapping):
        return ", ".join(f"{name}: {shape}" for name, shape in shapes.items())
    return str(shapes)
