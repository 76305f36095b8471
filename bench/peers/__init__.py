"""One module a peer. All have `TITLE`, `HOLDS`, `PACKAGES`, `ENVIRONMENT`, `IMPORTS`; see `Peer`.

Those that train have `refuses` and `start` (`Trainer`), those whose calls are timed have
`make_net` (`Caller`). Modules import their library when they are asked, not before.
"""

import importlib
from collections.abc import Callable
from typing import Any, Protocol, cast, runtime_checkable

from bench.data import Data
from bench.workloads import Workload

# Module name below bench.peers, in the order of the table; the first is what ratios refer to.
PEERS = (
    "pronghorn",
    "pronghorn_no_zeros",
    "pronghorn_bfloat16",
    "pronghorn_high",
    "jax_scan",
    "keras_jax",
    "keras_jax_tuned",
    "torch_eager",
    "torch_compiled",
    "keras_tensorflow",
    "keras_tensorflow_tuned",
    "scikit_learn",
    "onnx_runtime",
)


class Session(Protocol):
    """One network in training."""

    def train_epoch(self) -> None:
        """One shuffled pass over the training data; returns when the weights are there."""

    def measure_accuracy(self) -> float:
        """Share of the test rows that are classified right."""


class Net(Protocol):
    """A 784-128-10 net; arrays in and out are NumPy's."""

    def calls(self, x: Any, y: Any, many: Any) -> dict[str, Callable[[], Any]]:
        """Name of `bench.latency.CALLS` → what is timed; x (32, k), y (32,), many (n, k)."""


@runtime_checkable
class TrainingNet(Net, Protocol):
    """One that can be trained too, with Adam."""

    def train_on_batch(self, x: Any, y: Any) -> Any: ...


class Peer(Protocol):
    """What every module of this folder says."""

    TITLE: str
    HOLDS: str  # how its users hold the rows
    PACKAGES: tuple[str, ...]  # whose versions the table names
    ENVIRONMENT: str  # of `bench.environments`; "" is the one that the benchmark runs in
    IMPORTS: str  # the module that a program of its users imports


@runtime_checkable
class Trainer(Peer, Protocol):
    def refuses(self, workload: Workload) -> str | None:
        """Why the peer cannot train this, or None."""

    def start(self, workload: Workload, data: Data, seed: int) -> Session: ...


@runtime_checkable
class Caller(Peer, Protocol):
    def make_net(self) -> Net: ...


def load_peer(name: str) -> Peer:
    return cast(Peer, importlib.import_module(f"bench.peers.{name}"))


def trainers() -> list[str]:
    return [name for name in PEERS if isinstance(load_peer(name), Trainer)]


def callers() -> list[str]:
    return [name for name in PEERS if isinstance(load_peer(name), Caller)]
