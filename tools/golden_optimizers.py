"""The tables of tools/gen_golden_kinds.py for optimizers, schedules and constraints.

Imported by that script, which sets Keras to float64 before.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import keras
import numpy as np

SEED = 20240607
STEPS = 10

_SGD = {"learning_rate": 0.1}
_ADAM = {"learning_rate": 0.01}
_SCHEDULE = {
    "module": "keras.optimizers.schedules",
    "class_name": "ExponentialDecay",
    "config": {"initial_learning_rate": 0.1, "decay_steps": 3, "decay_rate": 0.5},
    "registered_name": None,
}
_MOVED = {"use_ema": True, "ema_momentum": 0.8}

# Class, arguments, and what is set besides: "constraint" of the first weight, "undecayed" names.
OPTIMIZERS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("SGD", _SGD, {}),
    ("SGD", {**_SGD, "momentum": 0.9}, {}),
    ("SGD", {**_SGD, "momentum": 0.9, "nesterov": True}, {}),
    ("SGD", {**_SGD, "weight_decay": 0.05, "clipvalue": 0.5}, {}),
    ("SGD", {**_SGD, "clipnorm": 0.75}, {}),
    ("SGD", {**_SGD, "global_clipnorm": 1.5, "momentum": 0.9}, {}),
    ("SGD", {**_SGD, **_MOVED}, {}),
    ("SGD", {**_SGD, **_MOVED, "ema_overwrite_frequency": 3, "momentum": 0.9}, {}),
    ("SGD", {**_SGD, "gradient_accumulation_steps": 2}, {}),
    ("SGD", {**_SGD, "gradient_accumulation_steps": 3, "clipnorm": 0.5, "momentum": 0.9}, {}),
    ("SGD", {**_SGD, "loss_scale_factor": 4.0, "global_clipnorm": 0.25}, {}),
    ("SGD", {"learning_rate": _SCHEDULE}, {}),
    ("SGD", {"learning_rate": _SCHEDULE, "gradient_accumulation_steps": 2}, {}),
    ("SGD", _SGD, {"constraint": {"class_name": "MaxNorm", "config": {"max_value": 1.0}}}),
    (
        "SGD",
        {**_SGD, **_MOVED, "ema_overwrite_frequency": 2},
        {"constraint": {"class_name": "UnitNorm", "config": {"axis": 1}}},
    ),
    ("RMSprop", {"learning_rate": 0.01}, {}),
    ("RMSprop", {"learning_rate": 0.01, "rho": 0.8, "momentum": 0.5, "epsilon": 1e-3}, {}),
    ("RMSprop", {"learning_rate": 0.01, "centered": True}, {}),
    ("RMSprop", {"learning_rate": 0.01, "centered": True, "momentum": 0.5}, {}),
    (
        "RMSprop",
        {
            "learning_rate": 0.01,
            "centered": True,
            "momentum": 0.5,
            **_MOVED,
            "gradient_accumulation_steps": 2,
        },
        {},
    ),
    ("Adam", _ADAM, {}),
    ("Adam", {**_ADAM, "beta_1": 0.8, "beta_2": 0.9, "epsilon": 1e-2}, {}),
    ("Adam", {**_ADAM, "amsgrad": True}, {}),
    ("Adam", {**_ADAM, "weight_decay": 0.05}, {}),
    ("Adam", {**_ADAM, "clipnorm": 0.5}, {}),
    ("Adam", {**_ADAM, "global_clipnorm": 0.5}, {}),
    ("Adam", {**_ADAM, **_MOVED}, {}),
    ("Adam", {**_ADAM, "gradient_accumulation_steps": 3}, {}),
    ("Adam", {"learning_rate": _SCHEDULE}, {}),
    (
        "Adam",
        {
            **_ADAM,
            **_MOVED,
            "amsgrad": True,
            "weight_decay": 0.05,
            "global_clipnorm": 0.5,
            "gradient_accumulation_steps": 2,
            "ema_overwrite_frequency": 2,
            "loss_scale_factor": 2.0,
        },
        {"undecayed": ["bias"], "constraint": {"class_name": "NonNeg", "config": {}}},
    ),
    ("AdamW", {"learning_rate": 0.1}, {}),
    ("AdamW", {"learning_rate": 0.1, "weight_decay": 0.1}, {"undecayed": ["bias", "gamma"]}),
    ("Adamax", {"learning_rate": 0.01}, {}),
    ("Adamax", {"learning_rate": 0.01, "beta_1": 0.8, "beta_2": 0.9, "epsilon": 1e-2}, {}),
    ("Nadam", {"learning_rate": 0.01}, {}),
    ("Nadam", {"learning_rate": 0.01, "beta_1": 0.8, "beta_2": 0.9, "epsilon": 1e-2}, {}),
    ("Nadam", {"learning_rate": 0.01, "gradient_accumulation_steps": 2}, {}),
    ("Adagrad", {"learning_rate": 0.1}, {}),
    ("Adagrad", {"learning_rate": 0.1, "initial_accumulator_value": 0.5, "epsilon": 1e-2}, {}),
    ("Adadelta", {"learning_rate": 1.0}, {}),
    ("Adadelta", {"learning_rate": 0.5, "rho": 0.8, "epsilon": 1e-3}, {}),
    ("Ftrl", {"learning_rate": 0.1}, {}),
    (
        "Ftrl",
        {
            "learning_rate": 0.1,
            "initial_accumulator_value": 0.2,
            "l1_regularization_strength": 0.05,
            "l2_regularization_strength": 0.1,
            "l2_shrinkage_regularization_strength": 0.2,
            "beta": 0.3,
        },
        {},
    ),
    ("Ftrl", {"learning_rate": 0.1, "learning_rate_power": -0.75}, {}),
    ("Lion", {"learning_rate": 0.01}, {}),
    ("Lion", {"learning_rate": 0.01, "beta_1": 0.8, "beta_2": 0.9, "weight_decay": 0.5}, {}),
]

SCHEDULES: list[tuple[str, dict[str, Any]]] = [
    ("ExponentialDecay", {"decay_steps": 7, "decay_rate": 0.5}),
    ("ExponentialDecay", {"decay_steps": 7, "decay_rate": 0.5, "staircase": True}),
    ("InverseTimeDecay", {"decay_steps": 7, "decay_rate": 0.5}),
    ("InverseTimeDecay", {"decay_steps": 7, "decay_rate": 0.5, "staircase": True}),
    ("PiecewiseConstantDecay", {"boundaries": [3, 10, 30], "values": [0.5, 0.25, 0.1, 0.05]}),
    ("PolynomialDecay", {"decay_steps": 20}),
    ("PolynomialDecay", {"decay_steps": 20, "end_learning_rate": 0.01, "power": 0.5}),
    ("PolynomialDecay", {"decay_steps": 15, "power": 2.0, "cycle": True}),
    ("CosineDecay", {"decay_steps": 30}),
    ("CosineDecay", {"decay_steps": 30, "alpha": 0.1}),
    ("CosineDecay", {"decay_steps": 30, "warmup_target": 0.7, "warmup_steps": 10, "alpha": 0.2}),
    ("CosineDecayRestarts", {"first_decay_steps": 9}),
    ("CosineDecayRestarts", {"first_decay_steps": 10, "t_mul": 1.0, "m_mul": 0.5}),
    ("CosineDecayRestarts", {"first_decay_steps": 9, "t_mul": 1.5, "m_mul": 0.8, "alpha": 0.1}),
]
SCHEDULE_STEPS = [0, 1, 2, 3, 4, 5, 7, 9, 10, 11, 14, 15, 16, 20, 25, 29, 31, 40, 64, 100]

CONSTRAINTS: list[tuple[str, dict[str, Any]]] = [
    ("NonNeg", {}),
    ("MaxNorm", {}),
    ("MaxNorm", {"max_value": 0.5, "axis": 1}),
    ("MaxNorm", {"max_value": 1.0, "axis": [0, 1]}),
    ("UnitNorm", {}),
    ("UnitNorm", {"axis": 1}),
    ("MinMaxNorm", {}),
    ("MinMaxNorm", {"min_value": 0.5, "max_value": 1.0, "rate": 0.25, "axis": 1}),
]


def make_optimizers() -> list[dict[str, Any]]:
    """Ten steps of a matrix and a vector, gradients drawn once; every variable at the end."""
    rng = np.random.default_rng(SEED)
    shapes = [(3, 2), (2,)]
    start = [rng.normal(size=shape) for shape in shapes]
    gradients = [[rng.normal(size=shape) for shape in shapes] for _ in range(STEPS)]
    gradients[3] = [np.zeros(shape) for shape in shapes]
    gradients[6][1] *= 0.01
    cases = []
    for name, kwargs, setting in OPTIMIZERS:
        optimizer = getattr(keras.optimizers, name).from_config(dict(kwargs))
        variables = [
            keras.Variable(value, dtype="float64", name=own)
            for value, own in zip(start, ("kernel", "bias"), strict=True)
        ]
        if "constraint" in setting:
            variables[0].constraint = keras.constraints.get(setting["constraint"])
        if "undecayed" in setting:
            optimizer.exclude_from_weight_decay(var_names=setting["undecayed"])
        optimizer.build(variables)
        steps, averages = [], []
        for gradient in gradients:
            optimizer.apply([jnp.asarray(g) for g in gradient], variables)
            steps.append([listed(v) for v in variables])
        found = [[v.name, listed(v)] for v in optimizer.variables]
        if kwargs.get("use_ema"):
            optimizer.finalize_variable_values(variables)
            averages = [listed(v) for v in variables]
        cases.append(
            {
                "name": name,
                "kwargs": kwargs,
                "setting": setting,
                "start": [listed(w) for w in start],
                "gradients": [[listed(g) for g in gradient] for gradient in gradients],
                "weights": steps,
                "variables": found,
                "finalized": averages,
            }
        )
    return cases


def make_schedules() -> list[dict[str, Any]]:
    """Rates at twenty steps."""
    cases = []
    for name, kwargs in SCHEDULES:
        first = {} if "values" in kwargs else {"initial_learning_rate": 0.5}
        arguments: dict[str, Any] = first | kwargs
        schedule = getattr(keras.optimizers.schedules, name)(**arguments)
        cases.append(
            {
                "name": name,
                "kwargs": arguments,
                "steps": SCHEDULE_STEPS,
                "rates": [float(schedule(step)) for step in SCHEDULE_STEPS],
            }
        )
    return cases


def make_constraints() -> list[dict[str, Any]]:
    """A matrix with long, short and zero rows."""
    w = np.random.default_rng(SEED).normal(size=(5, 3)) * np.array(
        [[3.0], [0.1], [1.0], [0.0], [1]]
    )
    cases = []
    for name, kwargs in CONSTRAINTS:
        found = getattr(keras.constraints, name)(**kwargs)(jnp.asarray(w))
        cases.append({"name": name, "kwargs": kwargs, "w": listed(w), "found": listed(found)})
    return cases


def listed(array: Any) -> Any:
    """Nested lists of numbers, which JSON writes in full."""
    return np.asarray(array).tolist()
