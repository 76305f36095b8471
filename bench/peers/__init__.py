"""One module a peer. Each has `TITLE`, `HOLDS`, `PACKAGES`, `refuses` and `start`; see `Peer`."""

from typing import Protocol

from bench.data import Data
from bench.workloads import Workload

# Module name below bench.peers, in the order of the table; the first is what ratios refer to.
PEERS = ("pronghorn", "jax_scan", "keras_jax", "keras_jax_tuned", "scikit_learn")


class Session(Protocol):
    """One network in training."""

    def train_epoch(self) -> None:
        """One shuffled pass over the training data; returns when the weights are there."""

    def measure_accuracy(self) -> float:
        """Share of the test images that are classified right."""


class Peer(Protocol):
    """What a module of this folder offers."""

    TITLE: str
    HOLDS: str  # how its users hold the images
    PACKAGES: tuple[str, ...]  # whose versions the table names

    def refuses(self, workload: Workload) -> str | None:
        """Why the peer cannot train this, or None."""

    def start(self, workload: Workload, data: Data, seed: int) -> Session: ...
