"""What the playground offers: every data set and every name of the registry, with parameters."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from pronghorn import __version__, activations, datasets
from pronghorn.lab._desk import Desk
from pronghorn.lab._experiment import (
    LIMITS,
    UPLOAD,
    list_parameters,
    parameters_of,
    usable_names,
)
from pronghorn.lab._expression import FUNCTIONS
from pronghorn.lab._features import FEATURES
from pronghorn.lab._parts import PARTS
from pronghorn.lab._protocol import command
from pronghorn.lab._tasks import tasks_of
from pronghorn.lab._toys import make_data, toys

__all__ = ["hello"]

# Batches a frame; 0: as many as time allows.
_SPEEDS = (0, 1, 5, 25, 100)
# Points of a data set's small picture.
_SAMPLE = 120


@command("hello")
def hello(desk: Desk) -> dict[str, Any]:
    """What there is to choose from."""
    return {
        "version": __version__,
        "registry": {
            "activations": [_describe_activation(name) for name in usable_names("activation")],
            "losses": [{"name": n, "tasks": tasks_of(n)} for n in usable_names("loss")],
            "optimizers": list_parameters("optimizer"),
            "schedules": list_parameters("schedule"),
            "initializers": [{"name": name} for name in usable_names("initializer")],
            "regularizers": list_parameters("regularizer"),
        },
        "datasets": _list_datasets(),
        "features": list(FEATURES),
        "functions": sorted(FUNCTIONS),
        "limits": LIMITS,
        "parts": PARTS,
        "speeds": _SPEEDS,
    }


def _list_datasets() -> list[dict[str, Any]]:
    made = [
        {
            "name": toy.name,
            "title": toy.title,
            "task": toy.task,
            "columns": toy.columns,
            "is_image": False,
            "needs": toy.needs,
            "size": toy.usual_size,
            "function": toy.usual_function,
            "sample": _draw_sample(toy.name),
        }
        for toy in toys()
    ]
    for name in datasets.names():
        found = datasets.get(name)
        made.append(
            {
                "name": name,
                "title": found.title,
                "task": "multiclass",
                "columns": int(np.prod(found.sample_shape)),
                "is_image": True,
                "picture": list(found.sample_shape[:2]),
                "classes": list(found.class_names),
                "needs": (),
            }
        )
    made.append(
        {"name": UPLOAD, "title": "Your own table", "is_image": False, "needs": ("upload",)}
    )
    return made


def _draw_sample(name: str) -> list[list[float]]:
    """A few points of a data set without noise, for a picture of it."""
    (x, y), _ = make_data(name, size=_SAMPLE, split=90.0)
    points: list[list[float]] = np.column_stack([x, y]).round(2).tolist()
    return points


def _describe_activation(name: str) -> dict[str, Any]:
    """Name, arguments, and its graph with its slope; none where it looks at several units."""
    function = activations.get(name)
    x = np.linspace(-5.0, 5.0, 101)
    h = 1e-3
    described: dict[str, Any] = {"name": name, "curve": None}
    described["parameters"] = parameters_of(function)[1:] if inspect.isfunction(function) else []
    pair = np.asarray(function(np.array([[0.5, 1.0]], np.float32)))
    alone = np.asarray(function(np.array([[0.5]], np.float32)))
    if pair[0, 0] == alone[0, 0]:
        y, up, down = (
            np.asarray(function(v[:, None]), np.float64)[:, 0] for v in (x, x + h, x - h)
        )
        described["curve"] = {"x": x, "y": y, "slope": (up - down) / (2.0 * h)}
    return described
