"""What every metric is: one number a row, averaged over many rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from pronghorn import ops
from pronghorn._core import config
from pronghorn._core.configurable import Configurable
from pronghorn._core.errors import DataError, compose
from pronghorn._core.params import OfType, Optional, check
from pronghorn._core.registry import to_snake_case


class Metric(Configurable):
    """finish(Σ_i w_i · call(y_i, p_i), Σ_i w_i) over all rows since ``reset_state``.

    ``call(y_true, y_pred)`` gives one value a row, (n, …) → (n,), written with
    ``pronghorn.ops``, so that an engine can add it up; ``finish(total, count)`` turns the sums
    into the result and is total / count unless a metric says otherwise (0 before any row).
    Sums are float64.

    Source: keras.metrics.Metric.

    >>> class LargestError(Metric):
    ...     def call(self, y_true, y_pred):
    ...         return ops.max(ops.absolute(y_true - y_pred), axis=-1)
    >>> metric = LargestError()
    >>> metric.update_state(np.zeros((2, 2)), np.array([[1.0, 3.0], [0.0, 2.0]]))
    >>> metric.result()  # (3 + 2) / 2
    2.5
    """

    #: The function form of the class, where there is one.
    fn: ClassVar[Callable[..., Any] | None] = None
    # Whether more is better: "up", "down", or None where that is not known (Keras's name).
    _direction: str | None = None

    def __init__(self, dtype: str | None = None, name: str | None = None) -> None:
        owner = type(self).__name__
        self.name = check(owner, "name", name, Optional(OfType(str))) or to_snake_case(owner)
        self.dtype = check(owner, "dtype", dtype, Optional(OfType(str))) or config.floatx()
        self.reset_state()

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """One value a row; defined by each metric."""
        raise NotImplementedError(f"{type(self).__name__} must define call(y_true, y_pred)")

    def finish(self, total: float, count: float) -> float:
        """The result from the two sums."""
        return total / count if count else 0.0

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add rows, each with its weight (1 by default)."""
        self._add_rows(self.call(y_true, y_pred), sample_weight)

    def add(self, total: float, count: float) -> None:
        """Add sums that an engine has formed over rows of its own."""
        self._total += float(total)
        self._count += float(count)

    def result(self) -> float:
        """The value over all rows since the last reset."""
        return float(self.finish(self._total, self._count))

    def reset_state(self) -> None:
        """Forget all rows."""
        self._total = 0.0
        self._count = 0.0

    @property
    def total(self) -> float:
        """Σ w · value."""
        return self._total

    @property
    def count(self) -> float:
        """Σ w."""
        return self._count

    def __call__(self, *args: Any, **kwargs: Any) -> float:
        """``update_state`` followed by ``result``."""
        self.update_state(*args, **kwargs)
        return self.result()

    def _add_rows(self, values: Any, sample_weight: Any) -> None:
        rows = np.asarray(values, np.float64).reshape(-1)
        if sample_weight is None:
            self.add(float(rows.sum()), float(rows.size))
            return
        weights = np.asarray(sample_weight, np.float64).reshape(-1)
        if weights.size not in (1, rows.size):
            raise DataError(
                compose(
                    f"{self.name} sample_weight",
                    expected=f"one weight for each of {rows.size} rows",
                    received=f"{weights.size}",
                )
            )
        weights = np.broadcast_to(weights, rows.shape)
        self.add(float((rows * weights).sum()), float(weights.sum()))


def mean_rows(values: Any) -> Any:
    """(n, …) → (n,): the mean over all axes but the first.

    >>> mean_rows(np.array([[1.0, 3.0], [5.0, 7.0]])).tolist()
    [2.0, 6.0]
    """
    axes = tuple(range(1, len(values.shape)))
    return ops.mean(values, axis=axes) if axes else values
