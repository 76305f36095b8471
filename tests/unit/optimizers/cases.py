"""Golden cases of optimizers: the optimizer, its weights and its state, made as in Keras."""

from __future__ import annotations

from typing import Any

import numpy as np

from pronghorn import constraints, optimizers
from pronghorn.layers._variable import Variable

NAMES = ("kernel", "bias")


def make_optimizer(case: dict[str, Any]) -> optimizers.Optimizer:
    optimizer: optimizers.Optimizer = getattr(optimizers, case["name"]).from_config(case["kwargs"])
    if "undecayed" in case["setting"]:
        optimizer.exclude_from_weight_decay(var_names=case["setting"]["undecayed"])
    return optimizer


def make_weights(case: dict[str, Any]) -> list[Variable]:
    weights = [
        Variable(np.asarray(w), name=name) for w, name in zip(case["start"], NAMES, strict=True)
    ]
    weights[0].constraint = constraints.get(case["setting"].get("constraint"))
    return weights
