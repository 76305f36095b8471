"""Run: what one training produced, in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn.cli._network import Design
from pronghorn.cli._problem import Problem

Array = NDArray[Any]


@dataclass(frozen=True)
class Run:
    """A problem, the network designed for it, and what came of it."""

    problem: Problem
    design: Design
    seed: int
    validation: float
    model: Any
    # Values per epoch, as History has them, with "epoch" left out.
    history: dict[str, list[float]]
    # Of the test rows, by name: loss and accuracy, or root_mean_squared_error, mae and r2.
    test: dict[str, float]
    # (n, c) probabilities, or (n,) values in the target's units.
    predictions: Array
    seconds: float

    @property
    def predicted_classes(self) -> Array:
        """(n,) class numbers of the test rows."""
        return np.asarray(self.predictions.argmax(axis=1))

    @property
    def steps_per_epoch(self) -> int:
        """Batches of one epoch, the short last one included."""
        n = int(len(self.problem.x_train) * (1.0 - self.validation))
        return -(-n // self.design.batch)


def measure_regression(y_true: Array, y_pred: Array) -> dict[str, float]:
    """Root mean squared error, mean absolute error, and R² = 1 - Σ(y-p)² / Σ(y-mean)².

    >>> import numpy as np
    >>> measure_regression(np.array([0.0, 2.0, 4.0]), np.array([1.0, 2.0, 3.0]))["r2"]
    0.75
    """
    residual = np.asarray(y_true, np.float64) - np.asarray(y_pred, np.float64)
    spread = np.sum((y_true - np.mean(y_true)) ** 2)
    return {
        "root_mean_squared_error": float(np.sqrt(np.mean(residual**2))),
        "mae": float(np.mean(np.abs(residual))),
        "r2": float(1.0 - np.sum(residual**2) / spread) if spread > 0 else float("nan"),
    }


def tell_test(test: dict[str, float]) -> str:
    """The test's numbers in one phrase: ``loss 0.3456, accuracy 0.8765``."""
    names = {"root_mean_squared_error": "root mean squared error", "mae": "mean absolute error"}
    names["r2"] = "R²"
    parts = []
    for name, value in test.items():
        text = f"{value:,.6g}" if name in ("root_mean_squared_error", "mae") else f"{value:.4f}"
        parts.append(f"{names.get(name, name)} {text}")
    return ", ".join(parts)
