"""What every loss is: one number a row, reduced to one number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np

from pronghorn import ops
from pronghorn._core.config import floatx
from pronghorn._core.configurable import Configurable
from pronghorn._core.errors import ParameterError, compose, describe
from pronghorn._core.params import OfType, OneOf, Optional, check
from pronghorn._core.registry import find_entry, to_snake_case
from pronghorn.losses._align import as_floats, as_tensor, match_ranks

_REDUCTIONS = OneOf(
    "sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none", None, "auto"
)


class Loss(Configurable):
    """L = Σ_i w_i · call(y_i, p_i) / (number of rows), with w_i the sample weights (default 1).

    ``call(y_true, y_pred)`` gives one value a row, written with ``pronghorn.ops`` so that it
    serves arrays and models alike. ``reduction``: "sum_over_batch_size" (default; "mean" is the
    same) as above, "sum" without the division, "mean_with_sample_weight" divides by Σ w_i,
    "none" or None keeps one value a row, "auto" (of tf.keras 2) is the default.

    Source: keras.losses.Loss.

    >>> class Quartic(Loss):
    ...     def call(self, y_true, y_pred):
    ...         return ops.mean(ops.square(ops.square(y_true - y_pred)), axis=-1)
    >>> import numpy as np
    >>> float(Quartic()(np.zeros((2, 1)), np.array([[1.0], [2.0]])))  # (1 + 16) / 2
    8.5
    """

    #: The function form of the class, where there is one.
    fn: ClassVar[Callable[..., Any] | None] = None

    def __init__(
        self,
        name: str | None = None,
        reduction: str | None = "sum_over_batch_size",
        dtype: str | None = None,
    ) -> None:
        owner = type(self).__name__
        self.name = check(owner, "name", name, Optional(OfType(str))) or to_snake_case(owner)
        chosen = check(owner, "reduction", reduction, _REDUCTIONS)
        self.reduction = "sum_over_batch_size" if chosen == "auto" else chosen
        self.dtype = read_dtype(owner, dtype)
        self._has_own_dtype = dtype is not None

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """One value a row; defined by each loss."""
        raise NotImplementedError(f"{type(self).__name__} must define call(y_true, y_pred)")

    def weigh(self, y_true: Any, sample_weight: Any) -> Any:
        """The weights of the values: those given, unless a loss leaves some of the values out."""
        return sample_weight

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """The reduced loss of arrays (or of symbolic values), optionally weighted by row."""
        values = as_tensor(self.call(_widen(y_true), _widen(y_pred)))
        weights = self.weigh(y_true, sample_weight)
        if weights is None:
            return self._reduce(values, None)
        values, weights = match_ranks(values, weights)
        return self._reduce(ops.multiply(values, weights), weights)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments; ``dtype`` only where it was given."""
        config = super().get_config()
        if not self._has_own_dtype:
            config.pop("dtype", None)
        return config

    def _reduce(self, values: Any, weights: Any) -> Any:
        # One value for the whole batch is the loss already.
        if self.reduction in ("none", None) or len(values.shape) == 0:
            return values
        if self.reduction == "sum":
            return ops.sum(values)
        if self.reduction == "mean_with_sample_weight" and weights is not None:
            total = ops.sum(weights)
            # All weights 0 make the loss 0, not 0 / 0.
            return ops.where(ops.equal(total, 0.0), 0.0, ops.divide(ops.sum(values), total))
        return ops.mean(values)


def _widen(value: Any) -> Any:
    """Arrays as floats of at least float32, in which Keras's losses compute; all else as it is."""
    if not isinstance(value, np.ndarray):
        return value
    floats = as_floats(value)
    return floats.astype(np.float32) if floats.dtype == np.float16 else floats


def read_dtype(owner: str, dtype: Any) -> str:
    """The type of the numbers by name: that given, or that of a policy, or ``config.floatx()``."""
    name = getattr(dtype, "compute_dtype", dtype)
    return check(owner, "dtype", name, Optional(OfType(str))) or floatx()


class LossFunctionWrapper(Loss):
    """A loss from a function ``fn(y_true, y_pred, **kwargs)`` that gives one value a row.

    Source: keras.losses.LossFunctionWrapper.

    >>> def bias(y_true, y_pred):
    ...     return ops.mean(y_pred - y_true, axis=-1)
    >>> import numpy as np
    >>> float(LossFunctionWrapper(bias)(np.zeros((2, 1)), np.array([[1.0], [2.0]])))
    1.5
    """

    def __init__(
        self,
        fn: Callable[..., Any],
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: str | None = None,
        **kwargs: Any,
    ) -> None:
        if not callable(fn):
            raise ParameterError(
                compose("LossFunctionWrapper fn", expected="a callable", received=describe(fn))
            )
        super().__init__(name or getattr(fn, "__name__", None), reduction, dtype)
        self.function = fn
        self.kwargs = kwargs

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The function's values."""
        return self.function(y_true, y_pred, **self.kwargs)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> LossFunctionWrapper:
        """A new wrapper; keys that are no arguments of its own go to the function."""
        return cls(**config)

    def get_config(self) -> dict[str, Any]:
        """The function by its registered name (itself where it has none), and its arguments."""
        entry = find_entry(self.function, "loss")
        return {
            "fn": self.function if entry is None else entry.name,
            "reduction": self.reduction,
            "name": self.name,
            **self.kwargs,
        }
