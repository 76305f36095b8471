"""Keras 3 on TensorFlow, as its users run it."""

import os
from typing import Any

from bench.data import Data
from bench.peers.keras_shaped import KerasShapedNet, KerasShapedSession
from bench.workloads import Workload

TITLE = "Keras on TensorFlow"
HOLDS = "float32 rows in [0, 1]"
PACKAGES = ("keras", "tensorflow-cpu")
ENVIRONMENT = "tensorflow"
IMPORTS = "keras"


def import_keras() -> Any:
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
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
