"""Pronghorn with float32 products as three of bfloat16 numbers, where that takes less time."""

from bench.data import Data
from bench.peers import pronghorn
from bench.peers.keras_shaped import KerasShapedSession
from bench.workloads import Workload

TITLE = 'Pronghorn, matmul precision "high"'
HOLDS = "as above"
PACKAGES = pronghorn.PACKAGES
ENVIRONMENT = pronghorn.ENVIRONMENT
IMPORTS = pronghorn.IMPORTS


def refuses(workload: Workload) -> str | None:
    from pronghorn import _native

    return None if _native.Plan(1).split_pays else "without tiles of bfloat16 (AMX)"


def start(workload: Workload, data: Data, seed: int) -> KerasShapedSession:
    from pronghorn import config

    config.set_matmul_precision("high")
    return pronghorn.start(workload, data, seed)
