"""Every formula that the native engine will ask for, found by lowering small nets.

The nets walk the registry: each activation in a hidden layer (with bias, without, before a
dropout), each loss and metric behind each kind of output, each optimizer in the variants that
change its formula, each regularizer, each layer of rows. An engine that records stands in for the
native one; what the passes leave in its graphs is collected.
"""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

import pronghorn as keras
from pronghorn._core import registry
from pronghorn.engines.base import Program, Store
from pronghorn.engines.reference import ENGINE as REFERENCE
from pronghorn.ir.formula import Canonical, Formula
from pronghorn.ir.graph import Graph
from pronghorn.ir.passes import prepare
from pronghorn.ir.scalar import input_expr
from pronghorn.sklearn._network import Design, Network
from pronghorn.training import _programs

FEATURES, HIDDEN, CLASSES, ROWS = 4, 5, 3, 6

# Arguments that change the structure of an update, not only its numbers.
VARIANTS: dict[str, list[dict[str, Any]]] = {
    "sgd": [
        {},
        {"momentum": 0.9},
        {"momentum": 0.9, "nesterov": True},
        {"weight_decay": 0.1},
        {"momentum": 0.9, "weight_decay": 0.1},
        {"clipnorm": 1.0},
        {"momentum": 0.9, "clipnorm": 1.0},
        {"clipvalue": 1.0},
    ],
    "rmsprop": [{}, {"momentum": 0.9}, {"centered": True}, {"momentum": 0.9, "centered": True}],
    "adam": [{}, {"amsgrad": True}, {"clipnorm": 1.0}, {"clipvalue": 1.0}],
    "adamw": [{}, {"amsgrad": True}, {"clipnorm": 1.0}],
}
# Layers that need arguments, or whose arguments change their formulas.
LAYERS: dict[str, list[dict[str, Any]]] = {
    "AlphaDropout": [{"rate": 0.5}],
    "BatchNormalization": [{}, {"center": False}, {"scale": False}],
    "GaussianDropout": [{"rate": 0.5}],
    "GaussianNoise": [{"stddev": 0.1}],
    "LayerNormalization": [{}, {"center": False}, {"scale": False}],
    "ReLU": [{}, {"max_value": 6.0}, {"negative_slope": 0.1}],
    "Softmax": [{}, {"temperature": 2.0}, {"temperature": "learned"}],
}
OUTPUTS = ("linear", "sigmoid", "softmax")
# Updates of the scikit-learn estimators.
SOLVERS: list[tuple[str, dict[str, Any]]] = [
    ("adam", {"learning_rate": 1e-6}),
    ("sgd", {"learning_rate": 1e-6}),
    ("sgd", {"learning_rate": 1e-6, "momentum": 0.9}),
    ("sgd", {"learning_rate": 1e-6, "momentum": 0.9, "nesterov": True}),
]
# Losses that take the logarithm of a prediction as it is.
OF_POSITIVE = ("poisson", "gamma", "tweedie")
# Losses that want a mean and a variance for each target.
OF_PAIRS = ("gaussian_nll",)


class Recorder:
    """The reference engine, and the formulas of every graph it is given.

    ``summed``: the keys of those of one parameter whose results are added up, as a penalty's are.
    """

    name = "recorder"

    def __init__(self) -> None:
        self.found: dict[str, Canonical] = {}
        self.summed: set[str] = set()

    def hold(self, rows: Any) -> Any:
        return rows

    def store(self, shape: tuple[int, ...]) -> Store:
        return REFERENCE.store(shape)

    def lower(self, graph: Graph, stores: Mapping[str, Store], batch: int) -> Program:
        nodes = prepare(graph).nodes()
        summed = {node.inputs[0] for node in nodes if node.op == "sum" and node.shape == ()}
        for node in nodes:
            if "formula" in node.attrs:
                form: Canonical = node.attrs["formula"].canonical
                self.found[form.key] = form
                if len(node.inputs) == 1 and not node.has_batch and node in summed:
                    self.summed.add(form.key)
        return REFERENCE.lower(graph, stores, batch)


def collect() -> Recorder:
    """The recorder, after everything that the engine will be asked for."""
    recorder = Recorder()
    identity = Formula(1, (input_expr(0),)).canonical  # of products without an epilogue
    recorder.found[identity.key] = identity
    _programs.engine_named = lambda name: recorder
    keras.utils.set_random_seed(0)
    for model, x, y in nets():
        model.fit(x, y, batch_size=4, epochs=1, verbose=0)
        model.evaluate(x, y, verbose=0)
        model.predict(x, verbose=0)
    train_estimators()
    return recorder


def nets() -> Iterator[tuple[Any, Any, Any]]:
    yield from activation_nets()
    yield from loss_nets()
    yield from optimizer_nets()
    yield from layer_nets()


def data(sparse: bool) -> tuple[Any, Any]:
    x = np.linspace(-1.0, 1.0, ROWS * FEATURES, dtype=np.float32).reshape(ROWS, FEATURES)
    labels = np.arange(ROWS) % CLASSES
    return x, labels if sparse else np.eye(CLASSES, dtype=np.float32)[labels]


def activation_nets() -> Iterator[tuple[Any, Any, Any]]:
    dense = keras.layers.Dense
    for name in registry.names("activation"):
        if count_required(registry.lookup("activation", name)) > 1:
            continue  # not an activation without its arguments
        for use_bias in (True, False):
            for drops in (False, True):
                layers = [keras.Input((FEATURES,)), keras.layers.Rescaling(0.5)]
                for _ in range(2):
                    layers.append(dense(HIDDEN, activation=name, use_bias=use_bias))
                    layers += [keras.layers.Dropout(0.5)] if drops else []
                model = keras.Sequential([*layers, dense(CLASSES, use_bias=use_bias)])
                model.compile(keras.optimizers.SGD(1e-6), "mse")
                yield (model, *data(sparse=False))


def count_required(target: Any) -> int:
    """How many arguments it cannot do without."""
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    parameters = inspect.signature(target).parameters.values()
    return sum(p.kind in named and p.default is p.empty for p in parameters)


def loss_nets() -> Iterator[tuple[Any, Any, Any]]:
    losses = [registry.lookup("loss", name) for name in registry.names("loss")]
    for target in [t for t in losses if inspect.isclass(t)]:
        entry = registry.find_entry(target, "loss")
        name = registry.to_snake_case(target.__name__) if entry is None else entry.name
        sparse = "sparse" in name
        accepts_logits = "from_logits" in inspect.signature(target).parameters
        for output in OUTPUTS[1:] if name in OF_POSITIVE else OUTPUTS:
            for arguments in [{}, *([{"from_logits": True}] if accepts_logits else [])]:
                for width in (CLASSES, *([] if "categorical" in name else [1])):
                    units = 2 * width if name in OF_PAIRS else width
                    # One metric alone shares a formula with nothing else.
                    metrics = [metrics_for(sparse, width), ["accuracy"], None]
                    for tried in metrics if units == width else [None]:
                        model = keras.Sequential(
                            [keras.Input((FEATURES,)), keras.layers.Dense(units, activation=output)]
                        )
                        model.compile(
                            keras.optimizers.SGD(1e-6), target(**arguments), metrics=tried
                        )
                        x, y = data(sparse)
                        yield model, x, y if sparse else y[:, :width]


def metrics_for(sparse: bool, width: int) -> list[Any]:
    """The metrics that take such targets; classes are told apart in two columns or more."""
    by_name = [n for n in registry.names("metric") if ("sparse" in n) == sparse]
    takes_targets = [
        n
        for n in by_name
        if n not in ("mean", "sum") and not count_required(registry.lookup("metric", n))
    ]
    return ["accuracy", *(n for n in takes_targets if width > 1 or "categorical" not in n)]


def optimizer_nets() -> Iterator[tuple[Any, Any, Any]]:
    penalties: list[Any] = [None, *(registry.lookup("regularizer", n) for n in ("l1", "l2"))]
    penalties.append(registry.lookup("regularizer", "l1_l2"))
    for name in registry.names("optimizer"):
        target = registry.lookup("optimizer", name)
        for arguments in VARIANTS.get(name, [{}]):
            for penalty in penalties:
                regularizer = None
                if penalty is not None:
                    both = "l1" in inspect.signature(penalty).parameters
                    both &= "l2" in inspect.signature(penalty).parameters
                    regularizer = penalty(l1=0.1, l2=0.2) if both else penalty(0.1)
                model = keras.Sequential(
                    [
                        keras.Input((FEATURES,)),
                        keras.layers.Dense(
                            CLASSES, kernel_regularizer=regularizer, bias_regularizer=regularizer
                        ),
                    ]
                )
                model.compile(target(**arguments), "mse")
                yield (model, *data(sparse=False))


def layer_nets() -> Iterator[tuple[Any, Any, Any]]:
    """Every layer that takes rows of numbers, behind a Dense layer and before another."""
    dense = keras.layers.Dense
    for name in registry.names("layer"):
        target = registry.lookup("layer", name)
        for arguments in LAYERS.get(name, [{}]):
            if name not in LAYERS and (count_required(target) or not takes_rows(target)):
                continue
            for before in (dense(HIDDEN), dense(HIDDEN, activation="relu")):
                layers = [target(**arguments), dense(CLASSES)]
                model = keras.Sequential([keras.Input((FEATURES,)), before, *layers])
                model.compile(keras.optimizers.SGD(1e-6), "mse")
                yield (model, *data(sparse=False))


def takes_rows(target: Any) -> bool:
    """Whether a layer takes rows of numbers, also those that layers give, and gives such rows."""
    if not (inspect.isclass(target) and issubclass(target, keras.layers.Layer)):
        return False
    if issubclass(target, keras.Model) or target is keras.layers.InputLayer:
        return False
    try:
        shape = target()(keras.layers.Dense(HIDDEN)(keras.Input((FEATURES,)))).shape
    except (keras.PronghornError, TypeError):
        return False
    return isinstance(shape, tuple) and len(shape) == 2


def train_estimators() -> None:
    """The nets of pronghorn.sklearn: each loss and solver, with weights of the rows and without."""
    x, one_hot = data(sparse=False)
    outputs = [("log_loss", "softmax"), ("log_loss", "logistic")]
    outputs += [("squared_error", "identity"), ("poisson", "exp")]
    each = itertools.product(outputs, SOLVERS, (None, np.arange(1.0, ROWS + 1.0)))
    for (loss, out_activation), (solver, arguments), weights in each:
        network = Network(
            Design(
                widths=(FEATURES, HIDDEN, CLASSES),
                activations=("relu",),
                out_activation=out_activation,
                loss=loss,
                alpha=0.1,
                solver=solver,
                update=tuple(arguments.items()),
                dtype="float32",
                is_weighted=weights is not None,
            )
        )
        inputs = network.inputs(x, weights)
        network.trained.fit(inputs, one_hot, sample_weight=weights, batch_size=4, verbose=0)
        network.trained.compute_gradients(inputs, one_hot, weights)
        network.predictor.predict(x, verbose=0)
