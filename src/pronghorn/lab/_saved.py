"""Models from files: what they hold, and what of them is a network of the playground."""

from __future__ import annotations

import math
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn import utils
from pronghorn.errors import FileError, ParameterError, PronghornError, UnknownNameError
from pronghorn.lab._experiment import LIMITS, MOST_DROPOUT, usable_names
from pronghorn.lab._network import dense_layers
from pronghorn.saving import load_model

__all__ = ["Plan", "Saved", "name_of", "read_saved", "write_saved"]

Array = NDArray[Any]

_BINS = 24
_MOST_LAYERS, _MOST_WEIGHTS = 200, 400
# Layers that only apply a function of one argument, and its name.
_FUNCTIONS = {"ReLU": "relu", "Softmax": "softmax", "ELU": "elu", "LeakyReLU": "leaky_relu"}
_NORMS = {"BatchNormalization": "batch", "LayerNormalization": "layer"}


@dataclass
class Plan:
    """A saved network as the playground builds networks: Dense, its norm, its dropout, and so on.

    ``sources``: of each Dense the layers of the file that its weights come from.
    """

    width: int
    layers: list[dict[str, Any]] = field(default_factory=list)
    sources: list[tuple[Any, Any]] = field(default_factory=list)
    #: Whether a Rescaling of the file stands before everything else.
    is_rescaled: bool = False

    @property
    def units(self) -> int:
        """Units of the output."""
        return int(self.layers[-1]["units"])

    def fill(self, model: Any) -> None:
        """Give a network of the playground the weights of the file."""
        norms = [layer for layer in model.layers if type(layer).__name__ in _NORMS]
        for dense, (source, norm) in zip(dense_layers(model), self.sources, strict=True):
            _copy(source, dense, ("kernel", "bias"))
            if norm is not None:
                _copy(norm, norms.pop(0), ("gamma", "beta", "moving_mean", "moving_variance"))


def _copy(source: Any, target: Any, names: tuple[str, ...]) -> None:
    """Weights by name; what the source has none of keeps its usual value: 0 added, 1 multiplied."""
    for name in names:
        given, variable = getattr(source, name, None), getattr(target, name, None)
        if given is not None and variable is not None:
            variable.assign(given.numpy())


@dataclass(frozen=True, eq=False)
class Saved:
    """A model that was read from a file called ``name``."""

    name: str
    model: Any

    def describe(self) -> dict[str, Any]:
        """Layers with their shapes, and of every weight its numbers in short."""
        model = self.model
        layers = model.layers[:_MOST_LAYERS]
        optimizer = getattr(model, "optimizer", None)
        return {
            "name": self.name,
            "parameters": int(model.count_params()),
            "inputs": _say_shape(model.input_shape),
            "outputs": _say_shape(model.output_shape),
            "loss": name_of("loss", getattr(model, "loss", None)),
            "optimizer": name_of("optimizer", optimizer),
            "steps": 0 if optimizer is None else int(optimizer.steps_taken),
            "layers": [_describe_layer(layer) for layer in layers],
            "more": len(model.layers) - len(layers),
            "weights": [
                _describe_weight(layer.name, weight) for layer in layers for weight in layer.weights
            ][:_MOST_WEIGHTS],
        }

    def plan(self) -> Plan:
        """The network as the playground has them; ParameterError names what it has not."""
        model = self.model
        if len(model.inputs) != 1 or len(model.outputs) != 1:
            raise _not_drawn("one input and one output", "several")
        if None in model.input_shape[1:] or len(model.output_shape) != 2:
            raise _not_drawn("rows of numbers of one length", _say_shape(model.input_shape))
        plan = Plan(math.prod(model.input_shape[1:]))
        for layer in model.layers:
            _add_layer(plan, layer)
        if not plan.layers:
            raise _not_drawn("at least one Dense layer", "none")
        if plan.layers[-1]["norm"] != "none" or plan.layers[-1]["dropout"]:
            raise _not_drawn("a Dense layer at the end", "one with more behind it")
        _check_sizes(plan)
        return plan

    def predict(self, rows: Array) -> Array:
        """Outputs for rows (n, k) of numbers, whatever shape the model takes them in."""
        return np.asarray(
            self.model.predict_on_batch(rows.reshape(-1, *self.model.input_shape[1:]))
        )


def _add_layer(plan: Plan, layer: Any) -> None:
    kind = type(layer).__name__
    last = plan.layers[-1] if plan.layers else None
    if kind in ("InputLayer", "Flatten"):
        return
    if kind == "Rescaling" and last is None and not plan.is_rescaled:
        plan.is_rescaled = True
    elif kind == "Dense":
        expected = plan.width if last is None else last["units"]
        if layer.kernel.shape[0] != expected:
            raise _not_drawn("layers one after the other", f"another way to {layer.name!r}")
        activation = layer.get_config()["activation"]
        plan.layers.append(
            {"units": int(layer.units), "activation": activation, "dropout": 0.0, "norm": "none"}
        )
        plan.sources.append((layer, None))
        _check_activation(activation, layer.name)
    elif last is None or last["dropout"]:
        raise _not_drawn("Dense layers, each with norm and dropout behind it", f"{kind} first")
    elif kind in _NORMS and last["norm"] == "none":
        last["norm"] = _NORMS[kind]
        plan.sources[-1] = (plan.sources[-1][0], layer)
    elif kind == "Dropout":
        last["dropout"] = float(layer.rate)
    elif last["activation"] == "linear" and last["norm"] == "none":
        function = layer.get_config()["activation"] if kind == "Activation" else None
        last["activation"] = function or _FUNCTIONS.get(kind)
        _check_activation(last["activation"], f"{kind} {layer.name}")
    else:
        raise _not_drawn("Dense, Activation, normalization and Dropout in that order", kind)


def _check_sizes(plan: Plan) -> None:
    """Refuse what the playground's own networks may not have; the output is its data's matter."""
    hidden = plan.layers[:-1]
    if len(hidden) > LIMITS["layers"]:
        raise _not_drawn(f"at most {LIMITS['layers']} hidden layers", str(len(hidden)))
    limits = {
        "units": (LIMITS["units"], "units in a hidden layer"),
        "dropout": (MOST_DROPOUT, "dropout behind a layer"),
    }
    for entry, (dense, _) in zip(hidden, plan.sources, strict=False):
        for name, (most, words) in limits.items():
            if entry[name] > most:
                raise _not_drawn(f"at most {most} {words}", f"{entry[name]} with {dense.name!r}")


def _check_activation(activation: Any, where: str) -> None:
    if not isinstance(activation, str) or activation not in usable_names("activation"):
        raise _not_drawn("layers and activations of its menus", where)


def _not_drawn(expected: str, received: str) -> ParameterError:
    return ParameterError(
        f"model: the playground draws networks with {expected}, received {received}."
    )


def _describe_layer(layer: Any) -> dict[str, Any]:
    config = layer.get_config()
    activation = config.get("activation")
    return {
        "name": layer.name,
        "kind": type(layer).__name__,
        "activation": activation if isinstance(activation, str) else None,
        "output": _say_shape(getattr(layer.output, "shape", None)),
        "parameters": int(layer.count_params()),
    }


def _describe_weight(layer: str, weight: Any) -> dict[str, Any]:
    """Shape, moments, range and a histogram; of numbers that are not finite their count."""
    values = np.asarray(weight.numpy(), np.float64).ravel()
    finite = values[np.isfinite(values)]
    described: dict[str, Any] = {
        "name": f"{layer}/{weight.name}",
        "shape": list(weight.shape),
        "odd": int(values.size - finite.size),
        "zeros": float(np.mean(values == 0.0)) if values.size else 0.0,
    }
    if finite.size:
        low, high = float(finite.min()), float(finite.max())
        span = (low, high) if high > low else (low - 0.5, high + 0.5)
        described.update(mean=finite.mean(), std=finite.std(), low=low, high=high)
        described["counts"] = np.histogram(finite, _BINS, span)[0]
    return described


def _say_shape(shape: Any) -> str:
    if not isinstance(shape, tuple | list):
        return "several" if shape else "–"
    if any(not isinstance(size, int | None) for size in shape):
        return "several"
    return " × ".join("rows" if size is None else str(size) for size in shape)


def name_of(kind: str, thing: Any) -> str | None:
    """How the registry calls what a loss or an optimizer is an instance of; None where it does not.

    >>> from pronghorn import optimizers
    >>> name_of("optimizer", optimizers.Adam()), name_of("optimizer", None)
    ('adam', None)
    """
    if isinstance(thing, str):
        return thing
    return next((n for n, known in utils.registered(kind).items() if type(thing) is known), None)


def read_saved(content: bytes, name: str) -> Saved:
    """The model in the bytes of a file; raises FileError and UnknownNameError, naming the file.

    Loss and optimizer of a file that nobody knows here are left out: what is looked at is the
    network.
    """
    shown = Path(name).name or "model"
    with tempfile.TemporaryDirectory(prefix="pronghorn-lab-") as folder:
        path = Path(folder) / f"model{''.join(Path(shown).suffixes[-1:])}"
        path.write_bytes(content)
        try:
            try:
                model = load_model(path)
            except UnknownNameError:
                model = load_model(path, compile=False)
        except PronghornError as error:
            raise FileError(str(error).replace(str(path), shown)) from error
    return Saved(shown, model)


def write_saved(model: Any) -> bytes:
    """The bytes of a model as a .keras file."""
    with tempfile.TemporaryDirectory(prefix="pronghorn-lab-") as folder:
        path = Path(folder) / "model.keras"
        model.save(path)
        return path.read_bytes()
