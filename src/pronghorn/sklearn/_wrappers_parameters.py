"""Parameters of a wrapper: its own, those under a route, and those of the build function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from sklearn.base import BaseEstimator, clone

from pronghorn.errors import ParameterError, compose
from pronghorn.sklearn._parameters import PREFIXES, is_known, library_parameters, takes_any

__all__ = ["RoutedParameters"]


class RoutedParameters(BaseEstimator):  # type: ignore[misc]
    """An estimator whose constructor takes further names, which a build function gives meaning."""

    model: Any
    build_fn: Any

    @property
    def _build(self) -> Any:
        """What makes the model, or None; a derived class may have a method for it."""
        given = self.build_fn if self.model is None else self.model
        return getattr(self, "_keras_build_fn", None) if given is None else given

    def _set_routed(self, parameters: Mapping[str, Any]) -> None:
        unknown = [name for name in parameters if not is_known(name, self._build)]
        if unknown:
            prefixes = ", ".join(f"{prefix}__" for prefix in PREFIXES)
            raise ParameterError(
                compose(
                    type(self).__name__,
                    expected="its own parameters, arguments of the build function, or names that "
                    f"begin with {prefixes}",
                    received=", ".join(map(repr, unknown)),
                    remedy="Pass it to fit(X, y, sample_weight=...)"
                    if any(name.endswith("sample_weight") for name in unknown)
                    else None,
                )
            )
        self.__dict__.update(parameters)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The estimator's own parameters, and every other one that was given.

        Arguments of the build function that nobody gave are not among them; ``set_params`` takes
        them all the same. ``deep`` is accepted: there are no estimators inside.
        """
        # A derived class may leave one of its arguments to the build function's default.
        own = {n: getattr(self, n) for n in self._get_param_names() if hasattr(self, n)}
        if not takes_any(type(self).__init__):
            return own
        library = library_parameters(self)
        others = {
            name: value
            for name, value in vars(self).items()
            if name not in own
            and not name.startswith("_")
            and not name.endswith("_")
            and (name in library or is_known(name, self._build))
        }
        return {**own, **others}

    def __sklearn_clone__(self) -> Self:
        """A new estimator with these parameters, also those that the constructor leaves unset."""
        given = self.get_params(deep=False)
        made = type(self)(**given)
        unset = {name: value for name, value in given.items() if not hasattr(made, name)}
        # What scikit-learn copies is looked for in the copy.
        rest = object.__new__(type(self))
        rest.__dict__.update({n: v for n, v in vars(self).items() if n not in unset})
        copy: Self = super(RoutedParameters, rest).__sklearn_clone__()
        return copy.set_params(**{n: clone(v, safe=False) for n, v in unset.items()})

    def set_params(self, **params: Any) -> Self:
        """Set parameters, also those that only the build function knows.

        Raises ParameterError for names that belong nowhere, changing nothing.
        """
        own = {name: params.pop(name) for name in self._get_param_names() if name in params}
        before = dict(self.__dict__)
        self.__dict__.update(own)
        try:
            self._set_routed(params)
        except ParameterError:
            # Those that a derived class had left unset are unset again.
            self.__dict__.clear()
            self.__dict__.update(before)
            raise
        return self
