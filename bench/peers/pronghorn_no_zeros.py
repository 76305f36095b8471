"""Pronghorn on the same images with every pixel of 0 made 1.

Half of the pixels are 0, and Pronghorn leaves out what they would add to a sum. This row says what
a step takes on data where there is nothing to leave out; other peers multiply zeros like all else.
"""

from dataclasses import replace

import numpy as np

from bench.data import Data
from bench.peers import pronghorn
from bench.peers.keras_shaped import KerasShapedSession
from bench.workloads import PIXELS, Workload

TITLE = "Pronghorn, no pixel is 0"
HOLDS = "as above, each 0 made 1"
PACKAGES = pronghorn.PACKAGES
ENVIRONMENT = pronghorn.ENVIRONMENT
IMPORTS = pronghorn.IMPORTS


def refuses(workload: Workload) -> str | None:
    return None if workload.inputs == PIXELS else "for images"


def start(workload: Workload, data: Data, seed: int) -> KerasShapedSession:
    without = replace(data, x_train=np.maximum(data.x_train, 1), x_test=np.maximum(data.x_test, 1))
    return pronghorn.start(workload, without, seed)
