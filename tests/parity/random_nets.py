"""Random nets as plain values, which either library builds: every layer, loss and optimizer.

A part is the name of a class and its arguments. A net has a way in, some blocks and a head. A
block is a Dense with a nonlinear activation and then something else: two linear layers in a row
would make sums of weights on which nothing depends, and then Adam and Lion step by the signs of
rounding errors.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from types import ModuleType
from typing import Any

import numpy as np

from parity.draws import draw_integers, draw_uniform, draw_weights

STEPS = 20
ROWS = 8
INPUTS = 6
CLASSES = 4
WORDS = 7


# What both libraries have and no net holds, by kind, and why.
_OF_TEXTS = "Keras needs TensorFlow for it; tools/gen_golden_texts.py compares its values"
LEFT_OUT = {
    "layer": {
        "GlobalAveragePooling1D": "it ends the steps of a row, which the blocks go on with",
        "GlobalMaxPooling1D": "it ends the steps of a row, which the blocks go on with",
        "Discretization": "it stands behind inputs, which a net has once",
        "HashedCrossing": _OF_TEXTS,
        "Hashing": _OF_TEXTS,
        "IntegerLookup": _OF_TEXTS,
        "StringLookup": _OF_TEXTS,
        "TextVectorization": _OF_TEXTS,
        "TimeDistributed": "it holds another layer, and the parts of a net are drawn one by one",
    },
    "activation": {
        "sparsemax": "the rows that Keras 3.15 gives do not sum to 1",
        "threshold": "it needs arguments, for which Dense and Activation have no place",
    },
}


@dataclass(frozen=True)
class Part:
    """A class of one of the folders, and its arguments."""

    name: str
    arguments: dict[str, Any] = field(default_factory=dict)
    folder: str = "layers"


@dataclass(frozen=True)
class Head:
    """The last layer's activation, a loss on it and the kind of targets that it wants."""

    loss: Part
    activation: str
    target: str


@dataclass(frozen=True)
class Net:
    way_in: str
    blocks: tuple[tuple[Part, str, Part], ...]
    head: Head
    optimizer: Part
    seed: int
    is_weighted: bool


ACTIVATIONS = [
    "linear", "relu", "sigmoid", "tanh", "softmax", "elu", "selu", "gelu", "softplus", "softsign",
    "exponential", "hard_sigmoid", "silu", "leaky_relu", "relu6", "mish", "log_softmax",
    "hard_silu", "hard_tanh", "celu", "log_sigmoid", "squareplus", "soft_shrink", "hard_shrink",
    "tanh_shrink", "sparse_plus", "sparse_sigmoid",
]  # fmt: skip
NONLINEAR = [name for name in ACTIVATIONS if name != "linear"]
SMOOTH = ["tanh", "sigmoid", "elu", "gelu", "softplus", "softsign", "silu", "mish", "celu", "selu"]


def penalty(name: str, **arguments: float) -> Part:
    return Part(name, arguments, "regularizers")


def bound(name: str, **arguments: Any) -> Part:
    return Part(name, arguments, "constraints")


PENALTIES = [
    None, penalty("L1", l1=0.01), penalty("L2", l2=0.02), penalty("L1L2", l1=0.01, l2=0.02),
    penalty("OrthogonalRegularizer", factor=0.01),
]  # fmt: skip
VECTOR_PENALTIES = PENALTIES[:4]
BOUNDS = [
    None, bound("MaxNorm", max_value=0.9), bound("NonNeg"), bound("UnitNorm"),
    bound("MinMaxNorm", min_value=0.5, max_value=0.9, rate=0.5),
]  # fmt: skip


def loss(name: str, activation: str, target: str, **arguments: Any) -> Head:
    return Head(Part(name, arguments, "losses"), activation, target)


HEADS = [
    loss("MeanSquaredError", "linear", "real"),
    loss("MeanSquaredError", "tanh", "real", reduction="sum"),
    loss("MeanAbsoluteError", "linear", "real"),
    loss("MeanAbsolutePercentageError", "linear", "positive"),
    loss("MeanSquaredLogarithmicError", "softplus", "positive"),
    loss("CosineSimilarity", "linear", "real"),
    loss("Huber", "linear", "real", delta=0.3),
    loss("LogCosh", "linear", "real"),
    loss("Poisson", "softplus", "positive"),
    loss("KLDivergence", "softmax", "share"),
    loss("Hinge", "linear", "sign"),
    loss("SquaredHinge", "tanh", "bits"),
    loss("CategoricalHinge", "linear", "one_hot"),
    loss("BinaryCrossentropy", "sigmoid", "bits", label_smoothing=0.1),
    loss("BinaryCrossentropy", "linear", "bits", from_logits=True),
    loss("BinaryFocalCrossentropy", "sigmoid", "bits", apply_class_balancing=True),
    loss("BinaryFocalCrossentropy", "linear", "bits", from_logits=True, gamma=1.5),
    loss("CategoricalCrossentropy", "softmax", "one_hot", label_smoothing=0.1),
    loss("CategoricalCrossentropy", "linear", "one_hot", from_logits=True),
    loss("CategoricalFocalCrossentropy", "softmax", "one_hot", gamma=1.5),
    loss("SparseCategoricalCrossentropy", "softmax", "label"),
    loss("SparseCategoricalCrossentropy", "linear", "label", from_logits=True),
    loss("SparseCategoricalCrossentropy", "softmax", "label", ignore_class=1),
]


def update(name: str, **arguments: Any) -> Part:
    return Part(name, arguments, "optimizers")


def schedule(name: str, **arguments: Any) -> Part:
    return Part(name, arguments, "optimizers.schedules")


RATES: list[Any] = [
    0.01, 0.003,
    schedule("ExponentialDecay", initial_learning_rate=0.02, decay_steps=6, decay_rate=0.5),
    schedule("InverseTimeDecay", initial_learning_rate=0.02, decay_steps=5, decay_rate=0.5),
    schedule("PiecewiseConstantDecay", boundaries=[4, 11], values=[0.01, 0.02, 0.003]),
    schedule("PolynomialDecay", initial_learning_rate=0.02, decay_steps=15, power=2.0),
    schedule(
        "CosineDecay", initial_learning_rate=0.0, decay_steps=12, warmup_target=0.02,
        warmup_steps=4,
    ),
    schedule("CosineDecayRestarts", initial_learning_rate=0.02, first_decay_steps=6),
]  # fmt: skip
OPTIMIZERS = [
    update("SGD"),
    update("SGD", momentum=0.9),
    update("SGD", momentum=0.8, nesterov=True),
    update("RMSprop"),
    update("RMSprop", rho=0.8, momentum=0.5, centered=True),
    update("Adam"),
    update("Adam", beta_2=0.9, amsgrad=True),
    update("AdamW", weight_decay=0.1),
    update("Adamax"),
    update("Nadam"),
    update("Adagrad"),
    update("Adadelta", epsilon=1e-4),
    # Without the l1 that makes weights 0: see draw_penalty.
    update("Ftrl", l2_regularization_strength=0.01, beta=0.1),
    update("Lion"),
]
SETTINGS: list[dict[str, Any]] = [
    {}, {}, {}, {"clipnorm": 0.3}, {"global_clipnorm": 0.5}, {"clipvalue": 0.05},
    {"weight_decay": 0.05}, {"use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 3},
    {"gradient_accumulation_steps": 3}, {"loss_scale_factor": 64.0},
]  # fmt: skip


# What may follow a Dense of any width, one layer on rows (n, units).
AFTER = [
    Part("Identity"),
    *(Part("Activation", {"activation": name}) for name in ACTIVATIONS),
    Part("ReLU", {"max_value": 0.6, "negative_slope": 0.1, "threshold": 0.05}),
    Part("LeakyReLU"),
    Part("ELU", {"alpha": 0.5}),
    Part("PReLU"),
    Part("Softmax"),
    Part("BatchNormalization", {"momentum": 0.8}),
    Part("BatchNormalization", {"momentum": 0.8, "scale": False, "trainable": False}),
    Part("LayerNormalization", {"gamma_regularizer": penalty("L2", l2=0.02)}),
    Part("RMSNormalization"),
    Part("UnitNormalization"),
    Part("Rescaling", {"scale": 0.5, "offset": 0.25}),
    Part("Normalization", {"mean": 0.25, "variance": 0.5}),
    Part("ActivityRegularization", {"l1": 0.01, "l2": 0.02}),
    Part("Dropout", {"rate": 0.0}),
    Part("AlphaDropout", {"rate": 0.0}),
    Part("GaussianDropout", {"rate": 0.0}),
    Part("GaussianNoise", {"stddev": 0.0}),
    Part("Lambda"),
]
MERGES = ["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate"]
# What rows of columns (n, 2, units) go through.
COLUMNS = [
    Part("Permute", {"dims": (2, 1)}),
    Part("Softmax", {"axis": 1}),
    Part("LayerNormalization", {"axis": [1, 2]}),
    Part("PReLU", {"shared_axes": [1]}),
    Part("Dense", {"units": 3, "activation": "tanh"}),
    Part("Reshape", {"target_shape": (-1,)}),
]
WAYS_IN = ["table", "picture", "words", "normalized"]

# The names by which the tables are compared with the registry.
USED = {
    "layer": {
        *(part.name for part in AFTER + COLUMNS), *MERGES, "Dense", "Dot", "RepeatVector",
        "Flatten", "Embedding", "CategoryEncoding", "InputLayer", "Sequential", "Functional",
    },
    "loss": {head.loss.name for head in HEADS},
    "optimizer": {part.name for part in OPTIMIZERS},
    "schedule": {rate.name for rate in RATES if isinstance(rate, Part)},
    "regularizer": {part.name for part in PENALTIES if part is not None},
    "constraint": {part.name for part in BOUNDS if part is not None},
    "activation": set(ACTIVATIONS),
}  # fmt: skip


def draw_penalty(rng: Random, choices: list[Part | None], constraint: Part | None) -> Part | None:
    """A regularizer; a smooth one of weights that are 0, where JAX says that |w|' is 1."""
    is_zero = constraint is not None and constraint.name == "NonNeg"
    return rng.choice([None, penalty("L2", l2=0.02)] if is_zero else choices)


def draw_block(rng: Random) -> tuple[Part, str, Part]:
    """A nonlinear Dense, how it goes on, and with what."""
    form = rng.choice(["after", "after", "merge", "dot", "columns", "nested"])
    follower = rng.choice(AFTER)
    # A normalization of what is nearly constant would divide rounding errors.
    is_plain = form == "after" and "Normalization" not in follower.name
    activation = rng.choice(NONLINEAR if is_plain else SMOOTH)
    if form == "merge":
        follower = Part(rng.choice(MERGES))
    elif form == "columns":
        follower = rng.choice(COLUMNS)
    kernel_constraint, bias_constraint = rng.choice(BOUNDS), rng.choice(BOUNDS)
    dense = {
        "units": rng.randrange(3, 10),
        "activation": activation,
        "use_bias": rng.random() < 0.75,
        "kernel_regularizer": draw_penalty(rng, PENALTIES, kernel_constraint),
        "bias_regularizer": draw_penalty(rng, VECTOR_PENALTIES, bias_constraint),
        "activity_regularizer": rng.choice(VECTOR_PENALTIES),
        "kernel_constraint": kernel_constraint,
        "bias_constraint": bias_constraint,
    }
    return Part("Dense", dense), form, follower


def draw_net(seed: int) -> Net:
    """The net of a seed. Seeds in a row take the losses, optimizers and ways in by turns."""
    rng = Random(seed)
    optimizer = OPTIMIZERS[seed % len(OPTIMIZERS)]
    drawn = {"learning_rate": rng.choice(RATES), **rng.choice(SETTINGS)}
    return Net(
        rng.choice(WAYS_IN),
        tuple(draw_block(rng) for _ in range(rng.randrange(4))),
        HEADS[seed % len(HEADS)],
        Part(optimizer.name, {**drawn, **optimizer.arguments}, "optimizers"),
        seed,
        rng.random() < 0.5,
    )


def build(k: ModuleType, net: Net) -> Any:
    """The compiled model of a net, its weights drawn by the net's seed."""
    x, h = enter(k, net.way_in)
    for dense, form, follower in net.blocks:
        h = connect(k, dense, form, follower, h)
    output = k.layers.Dense(CLASSES, activation=net.head.activation)(h)
    model = k.Model(x, output)
    set_drawn_weights(model, net.seed)
    model.compile(optimizer=make_part(k, net.optimizer), loss=make_part(k, net.head.loss))
    return model


def find_folder(k: ModuleType, dotted: str) -> Any:
    """A folder of a library, "optimizers.schedules" for instance."""
    found: Any = k
    for name in dotted.split("."):
        found = getattr(found, name)
    return found


def make_part(k: ModuleType, part: Part) -> Any:
    """The object of a part."""
    arguments = {
        name: make_part(k, value) if isinstance(value, Part) else value
        for name, value in part.arguments.items()
    }
    if part.name == "Lambda":
        arguments["function"] = lambda x: k.ops.sin(x) * 0.5 + x
    return getattr(find_folder(k, part.folder), part.name)(**arguments)


def enter(k: ModuleType, way_in: str) -> tuple[Any, Any]:
    """The input of a net, and rows of numbers made of it."""
    layers = k.layers
    if way_in == "words":
        x = k.Input((4,), dtype="int32")
        rows = layers.Flatten()(layers.Embedding(WORDS, 3, embeddings_regularizer="l2")(x))
        counts = layers.CategoryEncoding(WORDS, output_mode="count")(x)
        return x, layers.Concatenate()([rows, counts])
    if way_in == "picture":
        x = k.Input((2, INPUTS // 2))
        return x, layers.Flatten()(layers.Rescaling(0.5, offset=[0.1, 0.2, -0.3])(x))
    x = k.Input((INPUTS,))
    if way_in == "normalized":
        return x, layers.Normalization(mean=[0.1] * INPUTS, variance=[0.5] * INPUTS)(x)
    return x, x


def connect(k: ModuleType, dense: Part, form: str, follower: Part, h: Any) -> Any:
    """One block on the rows h."""
    layers = k.layers
    first = make_part(k, dense)
    a = first(h)
    units = int(dense.arguments["units"])
    if form == "merge":
        b = layers.Dense(units, activation="tanh")(h)
        return make_part(k, follower)([a, b])
    if form == "dot":
        b = layers.Dense(units, activation="tanh")(h)
        return layers.Concatenate()([layers.Dot(axes=1, normalize=units % 2 == 0)([a, b]), b])
    if form == "columns":
        columns = make_part(k, follower)(layers.RepeatVector(2)(a))
        return layers.Flatten()(columns)
    if form == "nested":
        inside = k.Input((units,))
        chain = k.Sequential([k.Input((units,)), layers.Dense(4, activation="tanh")])
        return k.Model(inside, chain(inside))(a)
    return make_part(k, follower)(a)


def set_drawn_weights(model: Any, seed: int) -> None:
    """Kernels of Glorot's width; factors near 1; variances well above 0."""
    drawn = draw_weights(seed, [tuple(w.shape) for w in model.weights])
    for variable, numbers in zip(model.weights, drawn, strict=True):
        if variable.name in ("gamma", "scale", "moving_variance", "variance"):
            numbers = numbers + np.float32(1.0)
        variable.assign(numbers)


def draw_data(net: Net) -> dict[str, Any]:
    """x, y and perhaps sample_weight of all steps, one after the other."""
    seed, n = 10 * net.seed, STEPS * ROWS
    data: dict[str, Any] = {
        "x": draw_inputs(net.way_in, seed, n),
        "y": draw_targets(net.head.target, seed + 1, n),
    }
    if net.is_weighted:
        data["sample_weight"] = draw_uniform(seed + 2, n, low=0.0, high=2.0)
    return data


def draw_inputs(way_in: str, seed: int, n: int) -> Any:
    if way_in == "words":
        return draw_integers(seed, WORDS, n, 4)
    return draw_uniform(seed, n, *((2, INPUTS // 2) if way_in == "picture" else (INPUTS,)))


def draw_targets(kind: str, seed: int, n: int) -> Any:
    if kind == "label":
        return draw_integers(seed, CLASSES, n)
    if kind == "one_hot":
        return np.eye(CLASSES, dtype=np.float32)[draw_integers(seed, CLASSES, n)]
    if kind in ("bits", "sign"):
        bits = draw_integers(seed, 2, n, CLASSES).astype(np.float32)
        return bits if kind == "bits" else 2 * bits - 1
    if kind == "real":
        return draw_uniform(seed, n, CLASSES)
    positive = draw_uniform(seed, n, CLASSES, low=0.1, high=2.0)
    return positive if kind == "positive" else positive / positive.sum(axis=1, keepdims=True)


def train(k: ModuleType, net: Net) -> Any:
    """The loss of each step of one fit.

    One call, because at the end of each one weight averages take the place of the weights.
    """
    running: list[float] = []
    watcher = k.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: running.append(float(logs["loss"]))
    )
    build(k, net).fit(
        **draw_data(net), batch_size=ROWS, shuffle=False, verbose=0, callbacks=[watcher]
    )
    # Logs are means over the steps so far.
    return np.diff(np.array(running) * np.arange(1, STEPS + 1), prepend=0.0)
