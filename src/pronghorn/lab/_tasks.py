"""What a loss is for: which problems it fits, how targets are written for it, and its output."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn import losses, utils
from pronghorn.errors import ParameterError

__all__ = ["TASKS", "Task", "losses_of", "make_task", "tasks_of"]

Array = NDArray[Any]
TASKS = ("binary", "multiclass", "regression")

# By the beginning of the name. What stands nowhere (a loss of the user's) is offered everywhere.
_FITS = {
    "binary_": ("binary",),
    "hinge": ("binary",),
    "squared_hinge": ("binary",),
    "categorical_": ("multiclass",),
    "sparse_categorical_": ("multiclass",),
    "kl_divergence": ("multiclass",),
    "cosine_similarity": ("multiclass",),
    # Of values above 0 only, whose logarithm they take.
    "poisson": ("regression",),
    "gamma": ("regression",),
    "tweedie": ("regression",),
    "mean_squared_logarithmic_error": ("regression",),
    "mean_absolute_percentage_error": ("regression",),
    "quantile_loss": ("regression",),
    "gaussian_nll": ("regression",),
}
_USUAL_LOSS = {
    "binary": "binary_crossentropy",
    "multiclass": "sparse_categorical_crossentropy",
    "regression": "mean_squared_error",
}
_POSITIVE = ("poisson", "gamma", "tweedie")


def tasks_of(loss: str) -> tuple[str, ...]:
    """The tasks that a loss fits."""
    found = [fits for start, fits in _FITS.items() if loss.startswith(start)]
    return found[0] if found else TASKS


def losses_of(task: str) -> list[str]:
    """The losses that fit a task."""
    return [name for name in utils.registered("loss") if task in tasks_of(name)]


@dataclass(frozen=True)
class Task:
    """A kind of problem with a loss chosen: what the last layer is and what targets look like."""

    kind: str
    loss: str
    classes: int
    output_activation: str
    #: Units of the output layer.
    units: int

    @property
    def metric(self) -> str:
        """What is shown beside the loss."""
        return "r2" if self.kind == "regression" else "accuracy"

    @property
    def low_target(self) -> float:
        """What the first of two classes is written as: 0 beside a probability, else -1."""
        return 0.0 if self.loss.startswith("binary_") else -1.0

    def encode(self, y: Array) -> Array:
        """Targets as the loss takes them, from class numbers or values (n,)."""
        if self.kind == "regression":
            return y.astype(np.float32)
        if self.kind == "binary":
            return np.where(y > 0, 1.0, self.low_target).astype(np.float32)
        if self.loss.startswith("sparse_"):
            return y.astype(np.int64)
        return np.eye(self.classes, dtype=np.float32)[y]

    def decide(self, outputs: Array) -> Array:
        """What outputs (n, units) are taken for: class numbers, or values (n,)."""
        if self.kind == "multiclass":
            return np.asarray(outputs.argmax(axis=1))
        if self.kind == "binary":
            return (outputs[:, 0] > self.threshold).astype(np.int64)
        return np.asarray(outputs[:, 0])

    @property
    def threshold(self) -> float:
        """Above it an output means the second class."""
        return 0.5 if self.output_activation == "sigmoid" else 0.0

    def score(self, outputs: Array, y: Array) -> float:
        """The share of hits, or R² = 1 - Σ(y - p)² / Σ(y - mean)²."""
        found = self.decide(outputs)
        if self.kind != "regression":
            return float(np.mean(found == y)) if len(y) else float("nan")
        # In float64: what a diverging network predicts has no square in float32.
        y, found = y.astype(np.float64), found.astype(np.float64)
        spread = float(np.sum((y - y.mean()) ** 2)) if len(y) else 0.0
        return 1.0 - float(np.sum((y - found) ** 2)) / spread if spread else float("nan")


def make_task(kind: str, loss: str | None, classes: int, output_activation: str | None) -> Task:
    """A task with its loss; None takes the usual one. Raises ParameterError where it fits not."""
    chosen = loss or _USUAL_LOSS[kind]
    if kind not in tasks_of(chosen):
        raise ParameterError(
            f"loss: expected one for a {kind} problem ({', '.join(losses_of(kind))}), "
            f"received {chosen!r}."
        )
    losses.get(chosen)  # an unknown name is refused here
    units = classes if kind == "multiclass" else 1
    if chosen == "gaussian_nll":
        units = 2  # mean and variance
    return Task(kind, chosen, classes, output_activation or _choose_activation(kind, chosen), units)


def _choose_activation(kind: str, loss: str) -> str:
    if kind == "binary":
        return "sigmoid" if loss.startswith("binary_") else "tanh"
    if kind == "multiclass":
        return "linear" if loss in ("categorical_hinge", "cosine_similarity") else "softmax"
    return "softplus" if loss in _POSITIVE else "linear"
