"""Pronghorn through its public, Keras-shaped API."""

from collections.abc import Callable
from typing import Any

from bench.data import Data
from bench.peers.keras_shaped import KerasShapedNet, KerasShapedSession
from bench.workloads import Workload

TITLE = "Pronghorn"
HOLDS = "uint8 rows, Rescaling(1/255) in the model"
PACKAGES = ("pronghorn", "numpy")
ENVIRONMENT = ""
IMPORTS = "pronghorn"


def refuses(workload: Workload) -> str | None:
    return None


def start(workload: Workload, data: Data, seed: int) -> KerasShapedSession:
    import pronghorn as keras

    keras.utils.set_random_seed(seed)
    return KerasShapedSession(keras, workload, data, hold=lambda x: x)


class PronghornNet(KerasShapedNet):
    def calls(self, x: Any, y: Any, many: Any) -> dict[str, Callable[[], Any]]:
        function, row = self.model.make_predict_function(), x[:1]
        return {"predict function, 1 row": lambda: function(row), **super().calls(x, y, many)}


def make_net() -> PronghornNet:
    import pronghorn as keras

    return PronghornNet(keras)
