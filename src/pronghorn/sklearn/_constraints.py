"""What the parameters that both drop-ins add may be, in the form that scikit-learn checks."""

from __future__ import annotations

from numbers import Real
from typing import Any

from sklearn.utils._param_validation import Interval, StrOptions

__all__ = ["EXTRA_CONSTRAINTS"]

EXTRA_CONSTRAINTS: dict[str, Any] = {
    "activation": [str, list, tuple, callable],
    "learning_rate": [StrOptions({"constant", "invscaling", "adaptive"}), callable],
    "out_activation": [str, callable, None],
    "dropout": [Interval(Real, 0, 1, closed="left"), list, tuple],
    "batch_norm": ["boolean"],
    "layer_norm": ["boolean"],
    "l1": [Interval(Real, 0, None, closed="left")],
    "optimizer": "no_validation",
    "callbacks": "no_validation",
    "scoring": [str, callable, None],
    "init": "no_validation",
}
