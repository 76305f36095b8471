"""PyTorch as a careful user writes it: whole tensors indexed by a permutation, no DataLoader.

The optimizer is fused where PyTorch has a fused one for the processor (Adam, SGD). It adds epsilon
outside RMSprop's root, Keras inside: the same work.
"""

from collections.abc import Callable
from typing import Any

from bench.data import Data, float_rows
from bench.workloads import Workload

TITLE = "PyTorch, fused optimizer"
HOLDS = "float32 tensor in [0, 1], no DataLoader"
PACKAGES = ("torch",)
ENVIRONMENT = "torch"
IMPORTS = "torch"


def refuses(workload: Workload) -> str | None:
    return None


def make_layers(workload: Workload) -> Any:
    """The net up to its logits, drawn as Keras draws."""
    from torch import nn

    layers: list[Any] = []
    for k, m in zip(workload.widths[:-1], workload.widths[1:], strict=True):
        if layers:
            layers.append(nn.ReLU())
            if workload.dropout:
                layers.append(nn.Dropout(workload.dropout))
        dense = nn.Linear(k, m)
        nn.init.xavier_uniform_(dense.weight)
        nn.init.zeros_(dense.bias)
        layers.append(dense)
    return nn.Sequential(*layers)


def make_optimizer(name: str, parameters: Any) -> Any:
    """With Keras's default hyper-parameters."""
    from torch import optim

    if name == "adam":
        return optim.Adam(parameters, lr=0.001, eps=1e-7, fused=True)
    if name == "sgd":
        return optim.SGD(parameters, lr=0.01, fused=True)
    return optim.RMSprop(parameters, lr=0.001, alpha=0.9, eps=1e-7)


class TorchSession:
    """``compiled``: the loss, and with it its gradient, goes through `torch.compile`."""

    def __init__(self, workload: Workload, data: Data, seed: int, compiled: bool = False) -> None:
        import torch
        from torch.nn import functional

        torch.manual_seed(seed)
        self.batch, self.data = workload.batch, data
        self.x = torch.from_numpy(float_rows(data.x_train))
        self.y = torch.from_numpy(data.y_train)
        self.net = make_layers(workload)
        self.optimizer = make_optimizer(workload.optimizer, self.net.parameters())

        def classes_loss(x: Any, y: Any) -> Any:
            return functional.cross_entropy(self.net(x), y)

        def binary_loss(x: Any, y: Any) -> Any:
            logits = self.net(x)[:, 0]
            return functional.binary_cross_entropy_with_logits(logits, y.to(logits.dtype))

        loss = binary_loss if workload.is_binary else classes_loss
        self.loss: Any = torch.compile(loss, dynamic=False) if compiled else loss

    def train_epoch(self) -> None:
        import torch

        self.net.train()
        for rows in torch.randperm(len(self.x)).split(self.batch):
            self.optimizer.zero_grad(set_to_none=True)
            self.loss(self.x[rows], self.y[rows]).backward()
            self.optimizer.step()

    def measure_accuracy(self) -> float:
        import torch

        self.net.eval()
        with torch.inference_mode():
            logits = self.net(torch.from_numpy(float_rows(self.data.x_test))).numpy()
        classes = logits[:, 0] > 0 if logits.shape[1] == 1 else logits.argmax(axis=1)
        return float((classes == self.data.y_test).mean())


def start(workload: Workload, data: Data, seed: int) -> TorchSession:
    return TorchSession(workload, data, seed)


class TorchNet:
    def __init__(self) -> None:
        from torch import nn

        self.net = make_layers(Workload((128,), "adam", 32))
        self.softmax = nn.Sequential(self.net, nn.Softmax(dim=1))
        self.optimizer = make_optimizer("adam", self.net.parameters())

    def train_on_batch(self, x: Any, y: Any) -> Any:
        import torch

        self.optimizer.zero_grad(set_to_none=True)
        logits = self.net(torch.from_numpy(x))
        loss = torch.nn.functional.cross_entropy(logits, torch.from_numpy(y))
        loss.backward()
        self.optimizer.step()
        return float(loss.detach())

    def calls(self, x: Any, y: Any, many: Any) -> dict[str, Callable[[], Any]]:
        import torch

        row = torch.from_numpy(x[:1])

        def call(x: Any) -> Any:
            with torch.inference_mode():
                return self.softmax(x).numpy()

        return {
            "model(x), 1 row": lambda: call(row),
            "predict, 1 row": lambda: call(torch.from_numpy(x[:1])),
            "predict, 32 rows": lambda: call(torch.from_numpy(x)),
            "predict, 10,000 rows": lambda: call(torch.from_numpy(many)),
            "train_on_batch, 32 rows": lambda: self.train_on_batch(x, y),
        }


def make_net() -> TorchNet:
    return TorchNet()
