"""Keras 3 on TensorFlow by a user who knows `jit_compile` and `steps_per_execution`."""

from bench.data import Data
from bench.peers import keras_tensorflow
from bench.peers.keras_shaped import KerasShapedSession
from bench.workloads import Workload

STEPS = 32
TITLE = f"Keras on TensorFlow, jit_compile, steps_per_execution={STEPS}"
HOLDS = keras_tensorflow.HOLDS
PACKAGES = keras_tensorflow.PACKAGES
ENVIRONMENT = keras_tensorflow.ENVIRONMENT
IMPORTS = keras_tensorflow.IMPORTS
refuses = keras_tensorflow.refuses


def start(workload: Workload, data: Data, seed: int) -> KerasShapedSession:
    return keras_tensorflow.start(workload, data, seed, jit_compile=True, steps_per_execution=STEPS)
