"""scikit-learn's multilayer perceptrons, replaced by the drop-ins under their own names."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from inspect import signature
from types import ModuleType
from typing import Any

__all__ = ["replace_estimators"]

_NAMES = ("MLPClassifier", "MLPRegressor")
# The module that programs import from, and the one that pickles name.
_PLACES = ("sklearn.neural_network", "sklearn.neural_network._multilayer_perceptron")


def replace_estimators(module: ModuleType) -> Callable[[], None]:
    """Put the drop-ins in place of the originals; returns what puts the originals back.

    ``module``: sklearn.neural_network, as it was just imported.
    """
    changed: list[tuple[ModuleType, str, Any]] = []
    for name in _NAMES:
        original = getattr(module, name)
        replacement = _make(original)
        for place in _PLACES:
            holder = sys.modules.get(place)
            if holder is not None and vars(holder).get(name) is original:
                setattr(holder, name, replacement)
                changed.append((holder, name, original))

    def restore() -> None:
        for holder, name, original in changed:
            setattr(holder, name, original)

    return restore


def _make(original: Any) -> type:
    """The drop-in as programs know the original: same name, module, parameters and pickles."""
    from sklearn.base import BaseEstimator

    from pronghorn import sklearn as drop_ins
    from pronghorn.training import recorded_fit, tell_engine

    base: Any = getattr(drop_ins, original.__name__)
    # What the drop-ins have on top stays at its default. Some of it scikit-learn sets itself.
    own = {"self", *vars(original())}
    added = {
        name: parameter.default
        for name, parameter in signature(base.__init__).parameters.items()
        if name not in own
    }

    def fit(self: Any, X: Any, y: Any, *args: Any, **kwargs: Any) -> Any:
        with recorded_fit(self, (X, y), epochs=self.max_iter):
            found = base._fit(self, X, y, *args, **kwargs)
            tell_engine(None, _why_not(self, X))
        return found

    @wraps(original.__init__)
    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        original.__init__(self, *args, **kwargs)
        vars(self).update(added)

    def is_subclass(cls: type, other: type) -> Any:
        # An object that was made before the names changed is one of these as well.
        return True if cls is made and original in other.__mro__ else NotImplemented

    # A pickle holds what scikit-learn's own does, under the name of its class, so that it opens
    # with and without Pronghorn.
    def get_state(self: Any) -> dict[str, Any]:
        state: dict[str, Any] = self.to_sklearn().__getstate__()
        return {name: value for name, value in state.items() if name not in added}

    def set_state(self: Any, state: dict[str, Any]) -> None:
        BaseEstimator.__setstate__(self, {**state, **added})

    namespace = {
        "__module__": original.__module__,
        "__qualname__": original.__qualname__,
        "__doc__": original.__doc__,
        "__init__": init,
        "_fit": fit,
        "__subclasshook__": classmethod(is_subclass),
        "__getstate__": get_state,
        "__setstate__": set_state,
        "_parameter_constraints": original._parameter_constraints,
    }
    made: type = type(base)(original.__name__, (base,), namespace)
    return made


def _why_not(estimator: Any, X: Any) -> str:
    """Why scikit-learn's own code trained the estimator, if it did."""
    if estimator.solver != "lbfgs":
        return "so small that scikit-learn's own loop runs"
    is_sparse = hasattr(X, "tocsr")
    return f"lbfgs {'on sparse rows' if is_sparse else 'on few rows or with a small tol'}"
