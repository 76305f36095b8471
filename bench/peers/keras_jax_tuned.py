"""Keras 3 on JAX by a user who knows `steps_per_execution`.

32 steps a call take two thirds off the net without hidden layers and nothing off the others;
more make compiling longer and the steps no shorter.
"""

from bench.data import Data
from bench.peers import keras_jax
from bench.peers.keras_shaped import KerasShapedSession
from bench.workloads import Workload

STEPS = 32
TITLE = f"Keras on JAX, steps_per_execution={STEPS}"
HOLDS = keras_jax.HOLDS
PACKAGES = keras_jax.PACKAGES
ENVIRONMENT = keras_jax.ENVIRONMENT
IMPORTS = keras_jax.IMPORTS
refuses = keras_jax.refuses


def start(workload: Workload, data: Data, seed: int) -> KerasShapedSession:
    return keras_jax.start(workload, data, seed, steps_per_execution=STEPS)
