"""Keras 3 on JAX, as its users run it."""

import os
from typing import Any

from bench.data import Data
from bench.peers.keras_shaped import KerasShapedNet, KerasShapedSession
from bench.workloads import Workload

TITLE = "Keras on JAX"
HOLDS = "float32 rows in [0, 1]"
PACKAGES = ("keras", "jax", "jaxlib")
ENVIRONMENT = ""
IMPORTS = "keras"


def import_keras() -> Any:
    os.environ["KERAS_BACKEND"] = "jax"
    import keras

    return keras


def refuses(workload: Workload) -> str | None:
    return None


def start(workload: Workload, data: Data, seed: int, **compile_options: Any) -> KerasShapedSession:
    keras = import_keras()
    keras.utils.set_random_seed(seed)
    return KerasShapedSession(keras, workload, data, **compile_options)


def make_net() -> KerasShapedNet:
    return KerasShapedNet(import_keras())
