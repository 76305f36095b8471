"""Commands on single weights: change one, hold it, cut a unit off, list them."""

from __future__ import annotations

from typing import Any

from pronghorn.errors import ParameterError
from pronghorn.lab._network import dense_layers, find_layer
from pronghorn.lab._playground import Playground
from pronghorn.lab._schema import Flag, Maybe, Number, Whole
from pronghorn.lab._session import action, change

__all__ = ["edit_weight", "give_table", "kill_unit"]


@change(
    "weight",
    layer=Whole(0, 64),
    row=Whole(-1, 1_000_000),
    column=Whole(0, 1_000_000),
    value=Maybe(Number(-1e6, 1e6)),
    frozen=Maybe(Flag()),
)
def edit_weight(
    playground: Playground,
    layer: int,
    row: int,
    column: int,
    value: float | None,
    frozen: bool | None,
) -> None:
    run = playground.run
    dense = find_layer(playground.run.model, layer)
    rows, columns = dense.kernel.shape
    if row >= rows or column >= columns:
        raise ParameterError(
            f"weight: expected a place in {rows} rows and {columns} columns, "
            f"received {row}, {column}."
        )
    place = (layer, row, column)
    if value is not None:
        run.edit(layer, row, column, value)
        run.note(f"weight of {dense.name} set to {value:g}")
    is_pinned = place in run.pins if frozen is None else frozen
    if is_pinned or place in run.pins:
        numbers = dense.bias.numpy() if row < 0 else dense.kernel.numpy()[row]
        pins = {k: v for k, v in run.pins.items() if k != place}
        if is_pinned:
            pins[place] = float(numbers[column])
        if pins != run.pins:
            run.change(run.config, pins)
    run.record()


@change("kill", layer=Whole(0, 64), unit=Whole(0, 1_000_000), is_dead=Maybe(Flag(), True))
def kill_unit(playground: Playground, layer: int, unit: int, is_dead: bool) -> None:
    """Cut a unit off: what goes out of it is 0 and stays so; or let it learn again."""
    run = playground.run
    units = find_layer(playground.run.model, layer).units
    following = layer + 1
    if unit >= units or following >= len(dense_layers(run.model)):
        raise ParameterError(f"kill: expected a unit of a hidden layer, received {layer}, {unit}.")
    columns = find_layer(playground.run.model, following).units
    places = [(following, unit, column) for column in range(columns)]
    pins = {k: v for k, v in run.pins.items() if k not in places}
    if is_dead:
        for place in places:
            run.edit(*place, 0.0)
            pins[place] = 0.0
    run.change(run.config, pins)
    run.note(f"unit {unit + 1} of layer {layer + 1} {'cut off' if is_dead else 'free'}")
    run.record()


@action("table", layer=Whole(0, 64), first=Maybe(Whole(), 0), count=Maybe(Whole(1, 512), 64))
def give_table(playground: Playground, layer: int, first: int, count: int) -> dict[str, Any]:
    dense = find_layer(playground.run.model, layer)
    kernel = dense.kernel.numpy()
    rows = slice(first, first + count)
    pins = playground.run.pins
    return {
        "name": dense.name,
        "rows": kernel.shape[0],
        "columns": kernel.shape[1],
        "first": first,
        "weights": kernel[rows],
        "bias": dense.bias.numpy(),
        "frozen": [[r, c] for (of, r, c) in pins if of == layer],
    }
