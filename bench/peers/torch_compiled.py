"""PyTorch with `torch.compile` over forward pass, loss and gradient; the optimizer is fused."""

from bench.data import Data
from bench.peers import torch_eager
from bench.peers.torch_eager import TorchSession
from bench.workloads import Workload

TITLE = "PyTorch, compiled"
HOLDS = torch_eager.HOLDS
PACKAGES = torch_eager.PACKAGES
ENVIRONMENT = torch_eager.ENVIRONMENT
IMPORTS = torch_eager.IMPORTS
refuses = torch_eager.refuses


def start(workload: Workload, data: Data, seed: int) -> TorchSession:
    return TorchSession(workload, data, seed, compiled=True)
