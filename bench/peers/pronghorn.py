"""Pronghorn through its public, Keras-shaped API."""

from bench.data import Data
from bench.peers.keras_shaped import KerasShapedSession
from bench.workloads import Workload

TITLE = "Pronghorn"
HOLDS = "uint8 rows, Rescaling(1/255) in the model"
PACKAGES = ("pronghorn", "numpy")


def refuses(workload: Workload) -> str | None:
    return None


def start(workload: Workload, data: Data, seed: int) -> KerasShapedSession:
    import pronghorn as keras

    keras.utils.set_random_seed(seed)
    arrays = (data.x_train, data.y_train, data.x_test, data.y_test)
    return KerasShapedSession(keras, workload, arrays, scale=1 / 255)
