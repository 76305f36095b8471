"""Pickles of fitted estimators: small, with a version and a checksum; and plain scikit-learn."""

from __future__ import annotations

import zlib
from copy import deepcopy
from typing import Any

import numpy as np
import sklearn
from sklearn import neural_network

from pronghorn.errors import FileError

__all__ = ["pack", "to_sklearn", "unpack"]

_FORMAT, _SUM = "_pronghorn_format", "_pronghorn_checksum"
_VERSION = 1


def pack(state: dict[str, Any], estimator: Any) -> dict[str, Any]:
    """The state of an estimator without what can be made again, with format and checksum.

    The engine's models stay behind. So do the copies of the weights that only a stop by the
    validation score has use for.
    """
    kept = {name: value for name, value in state.items() if name != "_network"}
    if not estimator.early_stopping:
        kept.pop("_best_coefs", None)
        kept.pop("_best_intercepts", None)
    if "coefs_" in kept:
        kept[_SUM] = _checksum(kept)
    return {**kept, _FORMAT: _VERSION, "_sklearn_version": sklearn.__version__}


def unpack(state: dict[str, Any], name: str) -> dict[str, Any]:
    """The state that ``pack`` was given.

    Raises FileError for a format that is not known here, and for weights that are not those that
    were packed.
    """
    state = dict(state)
    version = state.pop(_FORMAT, None)
    state.pop("_sklearn_version", None)
    if version != _VERSION:
        raise FileError(
            f"pickle of {name}: expected format {_VERSION}, received "
            f"{'none' if version is None else version!r}. "
            "Install the version of Pronghorn that wrote it, or fit again."
        )
    if "coefs_" in state:
        expected = state.pop(_SUM, None)
        found = _checksum(state)
        if found != expected:
            raise FileError(
                f"pickle of {name}: expected weights with the checksum {expected}, received "
                f"{found}. The file is damaged: take a copy of it, or fit again."
            )
    return state


def _checksum(state: dict[str, Any]) -> int:
    total = 0
    for name in ("coefs_", "intercepts_"):
        for array in state[name]:
            values = np.ascontiguousarray(array)
            total = zlib.crc32(repr((values.shape, values.dtype.str)).encode(), total)
            total = zlib.crc32(values.tobytes(), total)
    return total


def to_sklearn(estimator: Any) -> Any:
    """An object of the scikit-learn class that ``estimator`` derives from, equal to it."""
    target: Any = next(
        base for base in type(estimator).__mro__ if base.__module__.startswith("sklearn.neural_")
    )
    assert target in (neural_network.MLPClassifier, neural_network.MLPRegressor)
    plain: Any = object.__new__(target)
    left = {"_network", *estimator._get_param_names()} - {*target._get_param_names()}
    attributes = {name: value for name, value in vars(estimator).items() if name not in left}
    vars(plain).update(deepcopy(attributes))
    return plain
