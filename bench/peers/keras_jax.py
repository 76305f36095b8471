"""Keras 3 on JAX, as its users run it."""

import os
from typing import Any

import numpy as np

from bench.data import Data
from bench.peers.keras_shaped import KerasShapedSession
from bench.workloads import Workload

TITLE = "Keras on JAX"
HOLDS = "float32 rows in [0, 1]"
PACKAGES = ("keras", "jax", "jaxlib")


def refuses(workload: Workload) -> str | None:
    return None


def start(workload: Workload, data: Data, seed: int, **compile_options: Any) -> KerasShapedSession:
    os.environ["KERAS_BACKEND"] = "jax"
    import keras

    keras.utils.set_random_seed(seed)
    x_train, x_test = (x.astype(np.float32) / 255 for x in (data.x_train, data.x_test))
    arrays = (x_train, data.y_train, x_test, data.y_test)
    return KerasShapedSession(keras, workload, arrays, scale=1.0, **compile_options)
