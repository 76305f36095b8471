"""Write tests/golden/kinds/*.json: values of activations, losses, metrics, optimizers and configs.

Every number comes from real Keras 3 on JAX, in float64. Run it where Keras and JAX are installed:

    KERAS_BACKEND=jax python tools/gen_golden_kinds.py
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_ENABLE_X64"] = "1"

import jax
import jax.numpy as jnp
import keras
import numpy as np
from golden_callbacks import make_callbacks
from golden_layers import make_layers
from golden_metrics import make_metrics
from golden_optimizers import make_constraints, make_optimizers, make_schedules
from keras.src.backend.common import dtypes as keras_dtypes

SEED = 20240607
FOLDER = Path(__file__).resolve().parent.parent / "tests" / "golden" / "kinds"

keras.config.set_floatx("float64")

# On JAX, Keras promotes to float32 even from float64; its formulas are wanted in full.
promote = keras_dtypes.result_type


def promote_in_full(*types: Any) -> str:
    """Keras's type promotion, with float64 wherever it says float32."""
    return str(promote(*types)).replace("float32", "float64")


keras_dtypes.result_type = promote_in_full

POINTS = [
    *(-30.0, -5.0, -3.0, -1.5, -1.0, -0.5, -0.3, -1e-3, 0.0),
    *(1e-3, 0.4, 0.5, 1.0, 2.5, 3.0, 6.0, 6.5, 30.0),
]  # fmt: skip

ACTIVATIONS: list[tuple[str, dict[str, Any]]] = [
    ("linear", {}),
    ("relu", {}),
    ("relu", {"negative_slope": 0.1}),
    ("relu", {"max_value": 2.0}),
    ("relu", {"threshold": 0.5}),
    ("relu", {"negative_slope": 0.2, "max_value": 2.0, "threshold": 0.75}),
    ("sigmoid", {}),
    ("tanh", {}),
    ("elu", {}),
    ("elu", {"alpha": 0.5}),
    ("selu", {}),
    ("gelu", {}),
    ("gelu", {"approximate": True}),
    ("softplus", {}),
    ("softsign", {}),
    ("silu", {}),
    ("leaky_relu", {}),
    ("leaky_relu", {"negative_slope": 0.3}),
    ("exponential", {}),
    ("hard_sigmoid", {}),
    ("relu6", {}),
    ("mish", {}),
    ("hard_silu", {}),
    ("hard_tanh", {}),
    ("celu", {}),
    ("celu", {"alpha": 0.5}),
    ("log_sigmoid", {}),
    ("squareplus", {}),
    ("squareplus", {"b": 1.0}),
    ("soft_shrink", {}),
    ("soft_shrink", {"threshold": 1.0}),
    ("hard_shrink", {}),
    ("tanh_shrink", {}),
    ("threshold", {"threshold": 0.5, "default_value": -2.0}),
    ("sparse_plus", {}),
    ("sparse_sigmoid", {}),
]
OF_ROWS = ["softmax", "log_softmax"]


def make_activations() -> list[dict[str, Any]]:
    """Values and derivatives on a grid."""
    cases = []
    for name, kwargs in ACTIVATIONS:
        function = getattr(keras.activations, name)

        def apply(x: Any, function: Any = function, kwargs: Any = kwargs) -> Any:
            return function(x, **kwargs)

        x = jnp.asarray(POINTS)
        slope = jax.vmap(jax.grad(apply))(x)
        cases.append(
            {
                "name": name,
                "kwargs": kwargs,
                "x": POINTS,
                "y": listed(apply(x)),
                "slope": listed(slope),
            }
        )
    rng = np.random.default_rng(SEED)
    x = rng.normal(0, 3, (3, 5))
    for name in OF_ROWS:
        y = getattr(keras.activations, name)(jnp.asarray(x))
        cases.append({"name": name, "kwargs": {}, "x": listed(x), "y": listed(y)})
    return cases


def draw_pairs(kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Targets and predictions of a kind of problem, seven rows."""
    rng = np.random.default_rng(SEED)
    if kind == "regression":
        return rng.normal(size=(7, 3)), rng.normal(size=(7, 3))
    if kind == "binary":
        return rng.integers(0, 2, (7, 2)).astype(float), rng.uniform(0.02, 0.98, (7, 2))
    if kind == "binary_logits":
        return rng.integers(0, 2, (7, 2)).astype(float), rng.normal(0, 4, (7, 2))
    if kind == "column":
        return rng.integers(0, 2, (7, 1)).astype(float), rng.uniform(0.0, 1.0, (7, 1))
    if kind == "edges":  # predictions on thresholds
        return rng.integers(0, 2, (7, 2)).astype(float), rng.choice([0, 0.25, 0.5, 0.75, 1], (7, 2))
    if kind == "signs":
        return rng.choice([-1.0, 1.0], (7, 2)), rng.normal(size=(7, 2))
    if kind == "counts":
        return rng.poisson(2.0, (7, 3)).astype(float), rng.uniform(0.1, 4.0, (7, 3))
    if kind == "distributions":
        t, p = rng.dirichlet(np.ones(4), 7), rng.dirichlet(np.ones(4), 7)
        t[0] = np.eye(4)[0]  # zeros, which are clipped
        return t, p
    labels = rng.integers(0, 4, 7)
    scores = rng.normal(0, 2, (7, 4))
    if not kind.endswith("logits"):
        scores = np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)
    return (labels if kind.startswith("sparse") else np.eye(4)[labels]), scores


LOSSES: list[tuple[str, str, dict[str, Any]]] = [
    ("MeanSquaredError", "regression", {}),
    ("MeanAbsoluteError", "regression", {}),
    ("BinaryCrossentropy", "binary", {}),
    ("BinaryCrossentropy", "binary", {"label_smoothing": 0.1}),
    ("BinaryCrossentropy", "binary_logits", {"from_logits": True}),
    ("BinaryCrossentropy", "binary_logits", {"from_logits": True, "label_smoothing": 0.2}),
    ("CategoricalCrossentropy", "categorical", {}),
    ("CategoricalCrossentropy", "categorical", {"label_smoothing": 0.1}),
    ("CategoricalCrossentropy", "categorical_logits", {"from_logits": True}),
    (
        "CategoricalCrossentropy",
        "categorical_logits",
        {"from_logits": True, "label_smoothing": 0.2},
    ),
    ("SparseCategoricalCrossentropy", "sparse", {}),
    ("SparseCategoricalCrossentropy", "sparse_logits", {"from_logits": True}),
    ("SparseCategoricalCrossentropy", "sparse", {"ignore_class": 1}),
    ("SparseCategoricalCrossentropy", "sparse_logits", {"from_logits": True, "ignore_class": 0}),
    ("MeanAbsolutePercentageError", "regression", {}),
    ("MeanSquaredLogarithmicError", "regression", {}),
    ("MeanSquaredLogarithmicError", "counts", {}),
    ("CosineSimilarity", "regression", {}),
    ("Huber", "regression", {}),
    ("Huber", "regression", {"delta": 0.5}),
    ("LogCosh", "regression", {}),
    ("Poisson", "counts", {}),
    ("KLDivergence", "distributions", {}),
    ("Hinge", "signs", {}),
    ("Hinge", "binary_logits", {}),
    ("Hinge", "regression", {}),
    ("SquaredHinge", "signs", {}),
    ("SquaredHinge", "binary_logits", {}),
    ("CategoricalHinge", "categorical_logits", {}),
    ("BinaryFocalCrossentropy", "binary", {}),
    ("BinaryFocalCrossentropy", "binary", {"gamma": 1.5, "label_smoothing": 0.1}),
    ("BinaryFocalCrossentropy", "binary", {"apply_class_balancing": True, "alpha": 0.75}),
    ("BinaryFocalCrossentropy", "binary_logits", {"from_logits": True, "gamma": 0.5}),
    ("CategoricalFocalCrossentropy", "categorical", {}),
    ("CategoricalFocalCrossentropy", "categorical", {"alpha": 0.5, "label_smoothing": 0.1}),
    ("CategoricalFocalCrossentropy", "categorical_logits", {"from_logits": True, "gamma": 1.5}),
]
REDUCTIONS = ["sum_over_batch_size", "sum", "mean", "mean_with_sample_weight"]
WEIGHTS = [1.0, 2.0, 0.0, 0.5, 1.5, 3.0, 1.0]


def make_losses() -> list[dict[str, Any]]:
    """Values of every row, their gradients, and every reduction with and without weights."""
    cases = []
    for name, kind, kwargs in LOSSES:
        t, p = draw_pairs(kind)
        cls = getattr(keras.losses, name)
        total = cls(reduction="sum", dtype="float64", **kwargs)
        gradient = jax.grad(lambda p, t=t, total=total: total(t, p))(jnp.asarray(p))
        reduced = {}
        for reduction in REDUCTIONS:
            loss = cls(reduction=reduction, dtype="float64", **kwargs)
            reduced[reduction] = [
                float(loss(t, jnp.asarray(p))),
                float(loss(t, jnp.asarray(p), sample_weight=np.asarray(WEIGHTS))),
            ]
        rows = cls(reduction="none", dtype="float64", **kwargs)(t, jnp.asarray(p))
        cases.append(
            {
                "name": name,
                "kwargs": kwargs,
                "y_true": listed(t),
                "y_pred": listed(p),
                "rows": listed(rows),
                "gradient": listed(gradient),
                "weights": WEIGHTS,
                "reduced": reduced,
            }
        )
    return cases


SCHEDULE = {"initial_learning_rate": 0.5, "decay_steps": 9, "decay_rate": 0.25}
CONFIGS: list[tuple[str, str, dict[str, Any]]] = [
    ("losses", "MeanSquaredError", {}),
    ("losses", "MeanAbsoluteError", {"reduction": "sum"}),
    ("losses", "BinaryCrossentropy", {"from_logits": True, "label_smoothing": 0.25}),
    ("losses", "CategoricalCrossentropy", {"name": "mine"}),
    ("losses", "SparseCategoricalCrossentropy", {"from_logits": True}),
    ("losses", "SparseCategoricalCrossentropy", {"ignore_class": -1}),
    ("losses", "MeanAbsolutePercentageError", {}),
    ("losses", "MeanSquaredLogarithmicError", {}),
    ("losses", "CosineSimilarity", {}),
    ("losses", "Huber", {}),
    ("losses", "LogCosh", {}),
    ("losses", "Poisson", {}),
    ("losses", "KLDivergence", {}),
    ("losses", "Hinge", {}),
    ("losses", "SquaredHinge", {}),
    ("losses", "CategoricalHinge", {}),
    ("losses", "BinaryFocalCrossentropy", {"apply_class_balancing": True, "gamma": 1.5}),
    ("losses", "CategoricalFocalCrossentropy", {"alpha": 0.5, "from_logits": True}),
    ("metrics", "Mean", {}),
    ("metrics", "Accuracy", {}),
    ("metrics", "BinaryAccuracy", {"threshold": 0.25}),
    ("metrics", "CategoricalAccuracy", {}),
    ("metrics", "SparseCategoricalAccuracy", {"name": "acc"}),
    ("metrics", "MeanSquaredError", {}),
    ("metrics", "MeanAbsoluteError", {}),
    ("metrics", "RootMeanSquaredError", {}),
    ("metrics", "BinaryCrossentropy", {"from_logits": True}),
    ("metrics", "CategoricalCrossentropy", {"label_smoothing": 0.25}),
    ("metrics", "SparseCategoricalCrossentropy", {}),
    ("optimizers", "SGD", {"learning_rate": 0.25, "momentum": 0.5, "name": "mine"}),
    ("optimizers", "RMSprop", {"learning_rate": 0.25, "centered": True, "name": "mine"}),
    ("optimizers", "Adam", {"learning_rate": 0.25, "clipvalue": 2.0, "name": "mine"}),
    ("optimizers", "AdamW", {"learning_rate": 0.25, "clipnorm": 2.0, "name": "mine"}),
    ("optimizers", "Adamax", {"learning_rate": 0.25, "global_clipnorm": 2.0, "name": "mine"}),
    ("optimizers", "Nadam", {"learning_rate": 0.25, "use_ema": True, "name": "mine"}),
    ("optimizers", "Adagrad", {"learning_rate": 0.25, "loss_scale_factor": 2.0, "name": "mine"}),
    ("optimizers", "Adadelta", {"learning_rate": 0.25, "weight_decay": 0.5, "name": "mine"}),
    ("optimizers", "Ftrl", {"learning_rate": 0.25, "ema_momentum": 0.5, "name": "mine"}),
    (
        "optimizers",
        "Lion",
        {"learning_rate": 0.25, "gradient_accumulation_steps": 3, "name": "mine"},
    ),
    ("optimizers.schedules", "ExponentialDecay", SCHEDULE),
    ("optimizers.schedules", "InverseTimeDecay", {**SCHEDULE, "staircase": True}),
    ("optimizers.schedules", "PiecewiseConstantDecay", {"boundaries": [3], "values": [0.5, 0.25]}),
    ("optimizers.schedules", "PolynomialDecay", {"initial_learning_rate": 0.5, "decay_steps": 9}),
    ("optimizers.schedules", "CosineDecay", {"initial_learning_rate": 0.5, "decay_steps": 9}),
    (
        "optimizers.schedules",
        "CosineDecayRestarts",
        {"initial_learning_rate": 0.5, "first_decay_steps": 9, "m_mul": 0.5},
    ),
    ("constraints", "MaxNorm", {"max_value": 3.0}),
    ("constraints", "NonNeg", {}),
    ("constraints", "UnitNorm", {"axis": 1}),
    ("constraints", "MinMaxNorm", {"rate": 0.5, "axis": [0, 1]}),
    ("initializers", "Zeros", {}),
    ("initializers", "Ones", {}),
    ("initializers", "Constant", {"value": 0.5}),
    ("initializers", "RandomNormal", {"stddev": 0.5, "seed": 3}),
    ("initializers", "RandomUniform", {"minval": -0.5, "maxval": 0.5}),
    ("initializers", "TruncatedNormal", {"mean": 0.25}),
    ("initializers", "VarianceScaling", {"scale": 2.0, "mode": "fan_out", "seed": 1}),
    ("initializers", "GlorotUniform", {}),
    ("initializers", "GlorotNormal", {"seed": 7}),
    ("initializers", "HeUniform", {}),
    ("initializers", "HeNormal", {}),
    ("initializers", "LecunUniform", {}),
    ("initializers", "LecunNormal", {}),
    ("initializers", "Orthogonal", {"gain": 2.0, "seed": 5}),
    ("initializers", "Identity", {}),
    ("regularizers", "L1", {"l1": 0.25}),
    ("regularizers", "L2", {"l2": 0.25}),
    ("regularizers", "L1L2", {"l1": 0.25, "l2": 0.5}),
    ("regularizers", "OrthogonalRegularizer", {"factor": 0.25, "mode": "columns"}),
]


def make_configs() -> list[dict[str, Any]]:
    """What keras.<kind>.serialize writes; floatx is float32 here, as for every user."""
    keras.config.set_floatx("float32")
    cases = []
    for module, name, kwargs in CONFIGS:
        package = import_module(f"keras.{module}")
        written = package.serialize(getattr(package, name)(**kwargs))
        cases.append({"kind": module, "name": name, "kwargs": kwargs, "serialized": written})
    return cases


def make_penalties() -> list[dict[str, Any]]:
    """Regularizers on one weight."""
    w = np.random.default_rng(SEED).normal(size=(4, 3))
    cases = []
    for name, kwargs in [
        ("L1", {}),
        ("L2", {}),
        ("L1L2", {"l1": 0.1, "l2": 0.2}),
        ("L1L2", {}),
        ("L1", {"l1": 0.3}),
        ("L1L2", {"l1": 0.5}),
        ("OrthogonalRegularizer", {}),
        ("OrthogonalRegularizer", {"factor": 0.5, "mode": "columns"}),
    ]:
        value = getattr(keras.regularizers, name)(**kwargs)(jnp.asarray(w))
        cases.append({"name": name, "kwargs": kwargs, "w": listed(w), "value": float(value)})
    return cases


def listed(array: Any) -> Any:
    """Nested lists of floats (or ints), which JSON writes in full."""
    return np.asarray(array).tolist()


def write(name: str, make: Callable[[], list[dict[str, Any]]]) -> None:
    """Write one file whole, with its provenance."""
    provenance = {
        "script": "tools/gen_golden_kinds.py",
        "seed": SEED,
        "keras": keras.__version__,
        "jax": jax.__version__,
        "precision": "float64",
    }
    cases = make()
    rows = ",\n".join("  " + json.dumps(case) for case in cases)
    text = f'{{"provenance": {json.dumps(provenance)},\n "cases": [\n{rows}\n]}}\n'
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=FOLDER, delete=False, encoding="utf-8") as file:
        file.write(text)
    Path(file.name).chmod(0o644)
    os.replace(file.name, FOLDER / f"{name}.json")


def main() -> None:
    """Write all files."""
    write("activations", make_activations)
    write("losses", make_losses)
    write("metrics", lambda: make_metrics(draw_pairs))
    write("callbacks", make_callbacks)
    write("optimizers", make_optimizers)
    write("schedules", make_schedules)
    write("constraints", make_constraints)
    write("regularizers", make_penalties)
    write("layers", make_layers)
    write("configs", make_configs)


if __name__ == "__main__":
    main()
