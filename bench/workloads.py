"""What is trained: five multilayer perceptrons on the 60,000 images of Fashion-MNIST."""

from dataclasses import asdict, dataclass
from typing import Any

INPUTS = 784
CLASSES = 10


@dataclass(frozen=True)
class Workload:
    """Relu hidden layers, softmax, sparse categorical crossentropy; Keras's default rates."""

    hidden: tuple[int, ...]
    optimizer: str  # "adam" | "rmsprop" | "sgd"
    batch: int
    dropout: float = 0.0

    @property
    def name(self) -> str:
        net = "-".join(str(width) for width in self.widths)
        dropout = f" dropout {self.dropout}" if self.dropout else ""
        return f"{net}{dropout} {self.optimizer} {self.batch}"

    @property
    def widths(self) -> tuple[int, ...]:
        return (INPUTS, *self.hidden, CLASSES)

    def steps(self, rows: int) -> int:
        return -(-rows // self.batch)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> "Workload":
        return cls(**{**fields, "hidden": tuple(fields["hidden"])})


WORKLOADS = (
    Workload((), "adam", 32),
    Workload((128,), "adam", 32),
    Workload((512,), "rmsprop", 128),
    Workload((512, 512), "rmsprop", 128, dropout=0.2),
    Workload((300, 100), "sgd", 32),
)
# Trained once more as a user's script would, in a process of its own: import, read, train, test.
WHOLE = WORKLOADS[:2]
