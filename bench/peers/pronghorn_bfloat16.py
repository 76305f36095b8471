"""Pronghorn with products of bfloat16 numbers, where the processor has a unit for them."""

from bench.data import Data
from bench.peers import pronghorn
from bench.peers.keras_shaped import KerasShapedSession
from bench.workloads import Workload

TITLE = "Pronghorn, mixed_bfloat16"
HOLDS = "as above"
PACKAGES = pronghorn.PACKAGES
ENVIRONMENT = pronghorn.ENVIRONMENT
IMPORTS = pronghorn.IMPORTS


def refuses(workload: Workload) -> str | None:
    from pronghorn import _native

    has_unit = not _native.units()[0].startswith("emulated")
    return None if has_unit else "without a unit for bfloat16 (AMX, AVX-512 BF16)"


def start(workload: Workload, data: Data, seed: int) -> KerasShapedSession:
    from pronghorn import mixed_precision

    mixed_precision.set_global_policy("mixed_bfloat16")
    return pronghorn.start(workload, data, seed)
