"""The experiment: everything that makes a run what it is, as plain JSON with rules and defaults.

The same document is what the page sends, what a link holds and what a script is written from.
"""

from __future__ import annotations

import base64
import binascii
import inspect
import json
import zlib
from collections.abc import Mapping
from typing import Any

from pronghorn import datasets, utils
from pronghorn.errors import ParameterError
from pronghorn.lab._features import read_feature
from pronghorn.lab._schema import Choice, Fields, Items, Maybe, Number, Rule, Text, Whole, refuse
from pronghorn.lab._toys import MOST_CLASSES, MOST_POINTS, find_toy, toys

__all__ = [
    "LIMITS",
    "MOST_DROPOUT",
    "UPLOAD",
    "Config",
    "list_parameters",
    "pack_link",
    "parameters_of",
    "read_experiment",
    "unpack_link",
    "usable_names",
]

Config = dict[str, Any]

LIMITS = {
    "layers": 10,
    "units": 512,
    "batch_size": 1024,
    "classes": MOST_CLASSES,
    "points": MOST_POINTS,
    "drawn": 1000,
    "features": 16,
    "runs": 12,
    "upload_bytes": 20 * 1024 * 1024,
    "cells": 1_000_000,
}
MOST_DROPOUT = 0.9
_VERSION = 1
UPLOAD = "upload"
_MOST_LINK = 65536

# Arguments of optimizers that make no sense in steps that are watched, or that change nothing.
_HIDDEN = {
    *("name", "use_ema", "ema_momentum", "ema_overwrite_frequency", "loss_scale_factor"),
    *("seed", "input_axes", "output_axes", "reduction", "dtype", "axis", "kwargs"),
}


def parameters_of(target: Any) -> list[dict[str, Any]]:
    """Name, default and kind of each argument that can be set: what a form is built from."""
    found = []
    for parameter in inspect.signature(target).parameters.values():
        named = (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
        if parameter.kind not in named or parameter.name in _HIDDEN:
            continue
        has_default = parameter.default is not parameter.empty
        default = parameter.default if has_default else None
        hint = str(parameter.annotation)
        kind = "number"
        if "bool" in hint:
            kind = "flag"
        elif "Sequence" in hint:
            kind = "numbers"
        elif "int" in hint:
            kind = "whole"
        elif "str" in hint:
            kind = "text"
        found.append(
            {
                "name": parameter.name,
                "default": default if isinstance(default, int | float | str) else None,
                "kind": kind,
                "is_optional": has_default,
            }
        )
    return found


def list_parameters(kind: str) -> list[dict[str, Any]]:
    """Everything registered of a kind, with what can be set of it."""
    return [
        {"name": name, "parameters": parameters_of(target)}
        for name, target in utils.registered(kind).items()
    ]


def usable_names(kind: str) -> list[str]:
    """The names that work without further arguments: in a menu."""
    found = []
    for name, target in utils.registered(kind).items():
        required = [
            p
            for p in inspect.signature(target).parameters.values()
            if p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
        ]
        if len(required) <= (1 if kind == "activation" else 0):
            found.append(name)
    return found


class _Parameters:
    """Numbers, flags and lists of numbers by name: what constructors are called with."""

    def phrase(self) -> str:
        return "an object of numbers and flags by name"

    def read(self, value: Any, where: str) -> dict[str, Any]:
        if not isinstance(value, dict) or len(value) > 24:
            raise refuse(where, self.phrase(), value)
        return {
            Text(40).read(k, where): self._read_one(v, f"{where} {k}") for k, v in value.items()
        }

    def _read_one(self, value: Any, where: str) -> Any:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, list):
            return Items(Number(), 32).read(value, where)
        if isinstance(value, str):
            return Text(40).read(value, where)
        Number().read(value, where)
        return value


_CHOSEN: dict[str, Rule] = {"name": Text(60), "parameters": Maybe(_Parameters())}
_ACTIVATION = Choice(lambda: usable_names("activation"))
_POINT = Items(Number(-1e6, 1e6), most=3, fewest=2)

_DATA = Fields(
    {
        "name": Maybe(Choice(lambda: [*(t.name for t in toys()), *datasets.names(), UPLOAD])),
        "noise": Maybe(Number(0.0, 80.0), 0.0),
        "split": Maybe(Number(10.0, 90.0), 50.0),
        "seed": Maybe(Whole(0, 2**32 - 1), 0),
        "size": Maybe(Whole(10, MOST_POINTS)),
        "classes": Maybe(Whole(2, MOST_CLASSES), 3),
        "function": Maybe(Text(400)),
        "points": Maybe(Items(_POINT, LIMITS["drawn"])),
        "erased": Maybe(Items(Whole(0, MOST_POINTS), MOST_POINTS)),
    }
)
_LAYER = Fields(
    {
        "units": Maybe(Whole(1, LIMITS["units"]), 4),
        "activation": Maybe(_ACTIVATION, "tanh"),
        "dropout": Maybe(Number(0.0, MOST_DROPOUT), 0.0),
        "norm": Maybe(Choice(("none", "batch", "layer")), "none"),
    }
)
_EXPERIMENT = Fields(
    {
        "version": Maybe(Whole(_VERSION, _VERSION), _VERSION),
        "data": Maybe(_DATA),
        "features": Maybe(Items(Text(400), LIMITS["features"])),
        "layers": Maybe(Items(_LAYER, LIMITS["layers"])),
        "initializer": Maybe(Choice(lambda: usable_names("initializer")), "glorot_uniform"),
        "output_activation": Maybe(_ACTIVATION),
        "loss": Maybe(Choice(lambda: usable_names("loss"))),
        "optimizer": Maybe(Fields(_CHOSEN)),
        "schedule": Maybe(Fields(_CHOSEN)),
        "regularizer": Maybe(
            Fields({"name": Maybe(Text(60), "none"), "rate": Maybe(Number(0.0, 1e3), 0.0)})
        ),
        "batch_size": Maybe(Whole(1, LIMITS["batch_size"]), 10),
        "seed": Maybe(Whole(0, 2**32 - 1), 42),
    }
)
_USUAL_LAYERS = (4, 2)


def read_experiment(given: Mapping[str, Any]) -> Config:
    """The complete experiment; raises ParameterError that names the field.

    >>> config = read_experiment({"layers": [{"units": 8}]})
    >>> config["data"]["name"], config["layers"][0]["activation"], config["batch_size"]
    ('circle', 'tanh', 10)
    """
    config: Config = _EXPERIMENT.read(dict(given), "config")
    if config["data"] is None:
        config["data"] = _DATA.read({}, "data")
    data = config["data"]
    data["name"] = data["name"] or "circle"
    data["points"], data["erased"] = data["points"] or [], data["erased"] or []
    if config["layers"] is None:
        config["layers"] = [_LAYER.read({"units": units}, "layer") for units in _USUAL_LAYERS]
    columns = columns_of(data["name"])
    if columns:
        texts = config["features"] or columns
        config["features"] = [read_feature(text, columns) for text in texts]
        width = len(columns) + 1
        if any(len(point) != width for point in data["points"]):
            raise ParameterError(f"data points: expected {width} numbers in each, received others.")
    else:
        config["features"] = []
        data["points"], data["erased"] = [], []
    optimizer = config["optimizer"] or {"name": "sgd", "parameters": {"learning_rate": 0.03}}
    config["optimizer"] = _read_chosen("optimizer", optimizer)
    if config["schedule"] is not None:
        schedule = _read_chosen("schedule", config["schedule"])
        config["schedule"] = _complete_schedule(schedule, _rate_of(config["optimizer"]))
    config["regularizer"] = _read_regularizer(config["regularizer"])
    return config


def columns_of(name: str) -> list[str]:
    """The coordinates of a generated data set; none for pictures and tables."""
    if name == UPLOAD or name in datasets.names():
        return []
    return [f"x{i + 1}" for i in range(find_toy(name).columns)]


def _read_chosen(kind: str, chosen: Config) -> Config:
    known = utils.registered(kind)
    Choice(list(known)).read(chosen["name"], f"{kind} name")
    allowed = [entry["name"] for entry in parameters_of(known[chosen["name"]])]
    given = {k: v for k, v in (chosen["parameters"] or {}).items() if v is not None}
    for name in given:
        Choice(allowed).read(name, f"{kind} parameters")
    return {"name": chosen["name"], "parameters": given}


def _rate_of(optimizer: Config) -> float:
    """The learning rate that was given, else the optimizer's own."""
    entries = parameters_of(utils.registered("optimizer")[optimizer["name"]])
    usual = next((e["default"] for e in entries if e["name"] == "learning_rate"), None)
    return float(optimizer["parameters"].get("learning_rate", usual) or 0.01)


def _complete_schedule(schedule: Config, rate: float) -> Config:
    """A schedule with everything it cannot do without: it begins at the rate that was there.

    Of boundaries and the values between them, the values are as many as there must be.
    """
    usual = {
        "initial_learning_rate": rate,
        "decay_steps": 1000,
        "first_decay_steps": 500,
        "decay_rate": 0.5,
        "boundaries": [500, 1000],
        "values": [rate, rate / 4, rate / 16],
    }
    given = schedule["parameters"]
    entries = parameters_of(utils.registered("schedule")[schedule["name"]])
    needed = [e["name"] for e in entries if not e["is_optional"] and e["name"] in usual]
    complete = {**{name: usual[name] for name in needed}, **given}
    if {"boundaries", "values"} <= complete.keys() and complete["values"]:
        values, count = list(complete["values"]), len(complete["boundaries"]) + 1
        while len(values) < count:
            values.append(values[-1] / 4)
        complete["values"] = values[:count]
    return {"name": schedule["name"], "parameters": complete}


def _read_regularizer(given: Config | None) -> Config:
    chosen = given or {"name": "none", "rate": 0.0}
    Choice(["none", *utils.registered("regularizer")]).read(chosen["name"], "regularizer name")
    return chosen


def pack_link(config: Config) -> str:
    """An experiment as the hash of an address: URL-safe, compressed, never with a secret.

    Drawn points and seeds are in it; uploaded tables and trained weights are not.
    """
    text = json.dumps(config, separators=(",", ":"), sort_keys=True)
    packed = base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")
    return f"v{_VERSION}.{packed}"


def unpack_link(text: str) -> Config:
    """The experiment in a hash; raises ParameterError for what ``pack_link`` never made."""
    version, dot, packed = text.lstrip("#").partition(".")
    if version != f"v{_VERSION}" or not dot or len(packed) > _MOST_LINK:
        raise ParameterError(
            f"link: expected one that begins with v{_VERSION}., received {text[:20]!r}."
        )
    try:
        content = base64.b64decode(packed + "=" * (-len(packed) % 4), altchars=b"-_", validate=True)
        inflater = zlib.decompressobj()
        plain = inflater.decompress(content, 16 * _MOST_LINK)
        if inflater.unconsumed_tail:
            raise ValueError("too long")
        config = json.loads(plain)
    except (ValueError, binascii.Error, zlib.error, RecursionError):
        raise ParameterError(
            "link: expected a whole link of the lab, received a damaged one."
        ) from None
    if not isinstance(config, dict):
        raise ParameterError("link: expected a whole link of the lab, received another value.")
    return read_experiment(config)
