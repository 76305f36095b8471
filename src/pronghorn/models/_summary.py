"""The table that ``summary`` prints."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from rich.console import Console, JustifyMethod
from rich.markup import escape
from rich.table import Column, Table

from pronghorn._core.config import is_interactive_logging_enabled
from pronghorn._core.errors import ParameterError, compose, describe
from pronghorn.callbacks._console import write
from pronghorn.layers._base import Layer
from pronghorn.layers._tensor import Call
from pronghorn.layers._variable import Variable
from pronghorn.models._operations import name_kind
from pronghorn.models._sequential import Sequential

__all__ = ["print_summary"]

_JUSTIFY: dict[str, JustifyMethod] = {"Param #": "right", "Trainable": "center"}

_BYTES = 4


def print_summary(
    model: Any,
    line_length: int | None,
    positions: Any,
    print_fn: Callable[[str], Any] | None,
    expand_nested: bool,
    show_trainable: bool,
    layer_range: Any,
) -> None:
    """Print name, layers and parameter counts, as Keras 3 lays them out."""
    if print_fn is None and not is_interactive_logging_enabled():
        print_fn = write
    is_chain = _is_chain(model)
    header = ["Layer (type)", "Output Shape", "Param #"]
    shares = positions or ([0.45, 0.80, 1.0] if is_chain else [0.3, 0.56, 0.74, 1.0])
    width = 88 if is_chain else 108
    if not is_chain:
        header.append("Connected to")
    if show_trainable:
        header.append("Trainable")
        shares = [*(0.9 * share for share in shares[:-1]), 0.9, 1.0]
        width += 12
    width = line_length or min(width, shutil.get_terminal_size().columns - 4)
    table = _make_table(header, shares, width)
    for layer in _choose(model, layer_range):
        for fields in _rows_of(layer, model, is_chain, show_trainable, expand_nested, 0):
            table.add_row(*fields)
    if print_fn is None:
        console = Console(highlight=False)
    else:
        wide = max(width + 4, 44)
        console = Console(highlight=False, force_terminal=False, color_system=None, width=wide)
        console.begin_capture()
    console.print(f'[bold]Model: "{escape(model.name)}"[/]')
    console.print(table)
    for line in _count_lines(model):
        console.print(line)
    if print_fn is not None:
        print_fn(console.end_capture())


def _make_table(header: Sequence[str], shares: Sequence[float], width: int) -> Table:
    columns, used = [], 0
    for label, share in zip(header, shares, strict=True):
        size = int(share * width) - used
        if size < 4:
            raise ParameterError(
                compose(
                    "summary line_length",
                    expected="room for every column",
                    received=f"{width}",
                    remedy="Pass a larger line_length",
                )
            )
        used += size
        columns.append(Column(label, justify=_JUSTIFY.get(label, "left"), width=size))
    return Table(*columns, width=width, show_lines=True)


def _rows_of(
    layer: Layer, model: Any, is_chain: bool, show_trainable: bool, expand: bool, depth: int
) -> Iterable[list[str]]:
    prefix = "" if depth == 0 else "   " * depth + "└ "
    kind = escape(name_kind(layer))
    shape = _show_shapes(layer)
    count = _number(layer.count_params()) if layer.built else f"{_number(0)} (unbuilt)"
    fields = [f"{prefix}{escape(layer.name)} ([color(33)]{kind}[/])", shape, count]
    if not is_chain:
        fields.append(_show_connections(layer, model))
    if show_trainable:
        fields.append("-" if not layer.weights else "Y" if layer.trainable else "N")
    yield fields
    if expand:
        for inner in getattr(layer, "layers", ()):
            yield from _rows_of(inner, model, is_chain, show_trainable, expand, depth + 1)


def _show_shapes(layer: Layer) -> str:
    # Layers in a `call` of the user's own are in no call of their own.
    known = [t.shape for t in layer._uses[-1].outputs] if layer._uses else layer._emitted_shapes
    if not known:
        return "?"
    shapes = [
        f"({', '.join('[color(45)]None[/]' if s is None else _length(s) for s in shape)})"
        for shape in known
    ]
    return shapes[0] if len(shapes) == 1 else f"[{', '.join(shapes)}]"


def _show_connections(layer: Layer, model: Any) -> str:
    links = [
        f"{escape(tensor.producer.name)}[{_place(tensor.call, model)}][{_number(tensor.position)}]"
        for call in _calls_in(model)
        if call.layer is layer
        for tensor in call.inputs
    ]
    return ", ".join(links) or "-"


def _place(call: Call | None, model: Any) -> str:
    """Which of its layer's uses in the model a call is."""
    uses = [known for known in _calls_in(model) if call and known.layer is call.layer]
    return _number(uses.index(call) if call in uses else 0)


def _length(value: int) -> str:
    """Of an axis, beside commas that part the axes."""
    return f"[color(34)]{value}[/]"


def _number(value: int) -> str:
    return f"[color(34)]{value:,}[/]"


def _calls_in(model: Any) -> list[Call]:
    return [] if model._network is None else model._network.calls


def _is_chain(model: Any) -> bool:
    """Whether every layer is used once, on one input: the column of connections says nothing."""
    if isinstance(model, Sequential) or not model._is_functional:
        return True
    calls = _calls_in(model)
    return all(len(call.inputs) == 1 for call in calls) and (
        len({id(call.layer) for call in calls}) == len(calls)
        and len({id(tensor) for call in calls for tensor in call.inputs}) == len(calls)
    )


def _choose(model: Any, layer_range: Any) -> list[Layer]:
    layers: list[Layer] = model._operations()
    if layer_range is None:
        return layers
    if not isinstance(layer_range, list | tuple) or len(layer_range) != 2:
        raise ParameterError(
            compose(
                "summary layer_range",
                expected="the names of the first and the last layer",
                received=describe(layer_range),
            )
        )
    first, last = layer_range
    begins = [i for i, layer in enumerate(layers) if re.match(str(first), layer.name)]
    ends = [i for i, layer in enumerate(layers) if re.match(str(last), layer.name)]
    if not begins or not ends or begins[0] > ends[-1]:
        raise ParameterError(
            compose(
                "summary layer_range",
                expected=f"layers among {', '.join(layer.name for layer in layers)}",
                received=describe(layer_range),
            )
        )
    return layers[begins[0] : ends[-1] + 1]


def _count_lines(model: Any) -> Iterable[str]:
    """Parameters in all, trained and not; the optimizer's state counts once it exists."""
    trainable = _count(model.trainable_weights)
    fixed = _count(model.non_trainable_weights)
    optimizer = getattr(model, "optimizer", None)  # none of what cannot be compiled
    is_built = optimizer is not None and optimizer.built
    # Keras counts the iteration and the learning rate as well.
    state = _count(model._slot_variables()) + 2 if is_built else 0
    yield (
        f"[bold] Total params: [/]{_number(trainable + fixed + state)} "
        f"({_size(trainable + fixed + state)})"
    )
    yield f"[bold] Trainable params: [/]{_number(trainable)} ({_size(trainable)})"
    yield f"[bold] Non-trainable params: [/]{_number(fixed)} ({_size(fixed)})"
    if state:
        yield f"[bold] Optimizer params: [/]{_number(state)} ({_size(state)})"


def _count(variables: Iterable[Variable]) -> int:
    return sum(variable.size for variable in variables)


def _size(count: int) -> str:
    """Bytes of float32 numbers in a unit that reads well."""
    size = float(count * _BYTES)
    for unit in ("B", "KB", "MB", "GB", "TB"):
        if size < 1024.0 or unit == "TB":
            break
        size /= 1024.0
    return f"{size:.2f} {unit}"
