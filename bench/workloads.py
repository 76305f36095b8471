"""What is trained: five nets on the 60,000 images of Fashion-MNIST, and a tiny one on two moons."""

from dataclasses import asdict, dataclass
from typing import Any

PIXELS = 784


@dataclass(frozen=True)
class Workload:
    """Relu hidden layers; softmax, or sigmoid of one output; crossentropy; Keras's default rates.

    The data follows from the inputs, see `bench.data.SOURCES`.
    """

    hidden: tuple[int, ...]
    optimizer: str  # "adam" | "rmsprop" | "sgd"
    batch: int
    dropout: float = 0.0
    inputs: int = PIXELS
    outputs: int = 10

    @property
    def name(self) -> str:
        net = "-".join(str(width) for width in self.widths)
        dropout = f" dropout {self.dropout}" if self.dropout else ""
        return f"{net}{dropout} {self.optimizer} {self.batch}"

    @property
    def widths(self) -> tuple[int, ...]:
        return (self.inputs, *self.hidden, self.outputs)

    @property
    def is_binary(self) -> bool:
        """One sigmoid and binary crossentropy, instead of a softmax over classes."""
        return self.outputs == 1

    @property
    def row_bytes(self) -> int:
        """Of one row as it lies in memory: pixels are bytes, other inputs float32."""
        return self.inputs if self.inputs == PIXELS else 4 * self.inputs

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
    Workload((300, 100), "sgd", 32),
    Workload((512,), "rmsprop", 128),
    Workload((512, 512), "rmsprop", 128, dropout=0.2),
    Workload((8, 8), "adam", 10, inputs=2, outputs=1),
)
# Trained once more as a user's script would, in a process of its own: import, read, train, test.
WHOLE = WORKLOADS[:2]
