"""Pictures of models for Graphviz: its text, and the pictures themselves where it is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pronghorn._core.errors import ParameterError, compose
from pronghorn.layers._base import Layer
from pronghorn.models._model import Model
from pronghorn.models._plot import (
    Picture,
    Shown,
    describe_layer,
    draw_model,
    find_edges,
    read_resolution,
)
from pronghorn.models._plot_drawing import Drawing

__all__ = ["Dot", "model_to_dot"]


class Dot(Picture):
    """What ``model_to_dot`` returns: the part of pydot's graph that notebooks use.

    Pictures are those of ``plot_model``; Graphviz is not asked.
    """

    def __init__(self, text: str, drawing: Drawing, dpi: float) -> None:
        super().__init__(drawing.to_svg())
        self._text, self._drawing, self._dpi = text, drawing, dpi

    def to_string(self) -> str:
        """The graph in Graphviz's language."""
        return self._text

    def create(self, prog: Any = None, format: str = "png") -> bytes:
        """The bytes of a picture "svg" or "png" (the default; needs matplotlib), or of the text.

        ``prog`` is Graphviz's program in pydot, and accepted. ParameterError for other formats.
        """
        kinds: dict[str, Callable[[], bytes]] = {
            "svg": lambda: self.svg.encode(),
            "png": lambda: self._drawing.to_png(self._dpi),
            "dot": self._text.encode,
            "raw": self._text.encode,
        }
        if format not in kinds:
            raise ParameterError(
                compose("Dot.create format", expected=" or ".join(kinds), received=repr(format))
            )
        return kinds[format]()

    def create_svg(self, prog: Any = None) -> bytes:
        """``create`` of the format "svg"."""
        return self.create(prog, "svg")

    def create_png(self, prog: Any = None) -> bytes:
        """``create`` of the format "png"."""
        return self.create(prog, "png")

    def write(self, path: Any, prog: Any = None, format: str = "raw") -> bool:
        """Write what ``create`` gives to a file; the default is the text."""
        Path(path).write_bytes(self.create(prog, format))
        return True

    def write_svg(self, path: Any, prog: Any = None) -> bool:
        """``write`` of the format "svg"."""
        return self.write(path, prog, "svg")

    def write_png(self, path: Any, prog: Any = None) -> bool:
        """``write`` of the format "png"."""
        return self.write(path, prog, "png")

    def __str__(self) -> str:
        return self._text


def model_to_dot(
    model: Any,
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = True,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int | None = 200,
    subgraph: bool = False,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
    **kwargs: Any,
) -> Dot:
    """The layers of a model and how they are connected, for Graphviz.

    Args: those of ``plot_model``; names are shown by default. ``subgraph``: whether the text is
    that of a cluster in another graph. Default False.

    Returns: an object with ``to_string()``, and ``create(prog="dot", format="svg")`` as pydot's,
    which draws as ``plot_model`` does: neither Graphviz nor pydot is needed.

    Errors: those of ``plot_model``.

    Source: keras.utils.model_to_dot.

    >>> from pronghorn import Input, Sequential, layers, utils
    >>> model = Sequential([Input((3,)), layers.Dense(2, name="out")], name="net")
    >>> print(utils.model_to_dot(model).to_string())
    digraph "net" {
      graph [rankdir=TB, dpi=200, splines=ortho, compound=true];
      node [shape=box];
      "net/out" [label="out (Dense)"];
    }
    """
    resolution = read_resolution(model_to_dot, model, rankdir, dpi, kwargs)
    shown = Shown(
        show_shapes,
        show_dtype,
        show_layer_names,
        show_layer_activations,
        show_trainable,
        expand_nested,
        rankdir,
    )
    name = _quote("cluster_" + model.name if subgraph else model.name)
    head = f"{'subgraph' if subgraph else 'digraph'} {name}"
    lines = [f"{head} {{"]
    if not subgraph:
        settings = f"rankdir={rankdir}, dpi={resolution:g}, splines={splines}, compound=true"
        lines += [f"  graph [{settings}];", "  node [shape=box];"]
    lines += [f"  {line}" for line in _tell(model, model.name, shown)]
    return Dot("\n".join([*lines, "}"]), draw_model(model, shown), resolution)


def _tell(model: Model, path: str, shown: Shown) -> Iterator[str]:
    """The lines of a model; a node is called by the path of its layer."""
    if not model._is_functional:
        yield _node(model, path, shown)
        return
    layers, edges = find_edges(model)
    for layer in layers:
        place = f"{path}/{layer.name}"
        if not _is_expanded(layer, shown):
            yield _node(layer, place, shown)
            continue
        assert isinstance(layer, Model)
        yield f"subgraph {_quote('cluster_' + place)} {{"
        yield f"  label={_quote(layer.name)};"
        yield from (f"  {line}" for line in _tell(layer, place, shown))
        yield "}"
    for start, stop in edges:
        tail, from_cluster = _end_of(layers[start], path, shown, -1)
        head, to_cluster = _end_of(layers[stop], path, shown, 0)
        clusters = {"ltail": from_cluster, "lhead": to_cluster}
        ends = ", ".join(f"{key}={value}" for key, value in clusters.items() if value)
        yield f"{tail} -> {head}{ends and f' [{ends}]'};"


def _end_of(layer: Layer, path: str, shown: Shown, which: int) -> tuple[str, str]:
    """The node that an arrow meets, and the cluster at whose border it ends, or nothing."""
    place = f"{path}/{layer.name}"
    cluster = _quote("cluster_" + place) if _is_expanded(layer, shown) else ""
    while _is_expanded(layer, shown):
        assert isinstance(layer, Model)
        layer = layer._operations()[which]
        place = f"{place}/{layer.name}"
    return _quote(place), cluster


def _is_expanded(layer: Layer, shown: Shown) -> bool:
    return shown.expand_nested and isinstance(layer, Model) and layer._is_functional


def _node(layer: Layer, place: str, shown: Shown) -> str:
    rows = describe_layer(layer, shown)
    text = "\n".join(" | ".join(cell.label + cell.value for cell in row) for row in rows)
    return f"{_quote(place)} [label={_quote(text)}];"


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
