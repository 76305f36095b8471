"""What the last layer of an estimator means: its loss, its units, and what is predicted of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn import losses
from pronghorn.errors import (
    DataError,
    ParameterError,
    ShapeError,
    UnknownNameError,
    compose,
    describe,
    suggest,
)
from pronghorn.sklearn._extras import name_output

__all__ = ["MEDIAN", "Outcome", "outcome_of"]

Array = NDArray[Any]

MEDIAN = 0.5
# What scikit-learn has itself: losses of z whose derivative is activation(z) − y.
_OWN = {"squared_error": "identity", "poisson": "exp"}


@dataclass(frozen=True)
class _Kind:
    """A loss by the name that scikit-learn has for it elsewhere.

    ``arguments``: parameters of the estimator that the loss takes. ``least``: the targets must be
    at least 0, or "above" it.
    """

    loss: str
    activation: str = "identity"
    arguments: tuple[str, ...] = ()
    least: str | None = None


_KINDS: Mapping[str, _Kind] = {
    "absolute_error": _Kind("MeanAbsoluteError"),
    "huber": _Kind("Huber", arguments=("delta",)),
    "quantile": _Kind("QuantileLoss", arguments=("quantile",)),
    "gamma": _Kind("Gamma", "exp", least="above"),
    "tweedie": _Kind("Tweedie", "exp", ("power",), least="at least"),
    "gaussian": _Kind("GaussianNLL"),
    "poisson": _Kind("Poisson", "exp", least="at least"),
}
_BY_CLASS = {kind.loss: kind for kind in _KINDS.values()}


@dataclass(frozen=True)
class Outcome:
    """What a loss makes of the outputs of a regression.

    ``loss``: a name of scikit-learn's, the name of a class of ``pronghorn.losses``, or an object.
    ``arguments``: those of that class, as pairs. ``activation``: of the outputs. ``quantiles``:
    where there is one output for each. ``is_normal``: means, then raw variances. ``least``: see
    ``_Kind``.
    """

    loss: Any
    activation: Any
    arguments: tuple[tuple[str, Any], ...] = ()
    quantiles: tuple[float, ...] = ()
    is_normal: bool = False
    least: str | None = None

    def units(self, targets: int) -> int:
        """The outputs for so many columns of y."""
        if len(self.quantiles) > 1 and targets > 1:
            raise ShapeError(
                compose(
                    "MLPRegressor",
                    expected="one column of y for several quantiles",
                    received=f"{targets} columns",
                    remedy="Fit one estimator a column: sklearn.multioutput.MultiOutputRegressor",
                )
            )
        if self.is_normal:
            return 2 * targets
        return max(len(self.quantiles), 1) * targets

    def suits(self, y: Array) -> bool:
        """Whether the loss has a deviance for all of these values."""
        if self.least is None:
            return True
        return bool(y.min() > 0.0 if self.least == "above" else y.min() >= 0.0)

    def check_targets(self, y: Array, name: str = "y") -> None:
        """Raise DataError for values that the loss has no deviance for."""
        if not self.suits(y):
            bad = y <= 0.0 if self.least == "above" else y < 0.0
            row = int(np.argmax(bad.reshape(len(y), -1).any(axis=1)))
            raise DataError(
                compose(
                    f"{name} for loss {str(self.loss).lower()!r}",
                    expected=f"values {self.least} 0",
                    received=f"{y[row]} in row {row}",
                    remedy="Use loss 'squared_error' or 'absolute_error' for such targets",
                )
            )

    def choose(self, outputs: Array) -> Array:
        """(n, targets): the mean, or the quantile nearest to the median."""
        if self.is_normal:
            return outputs[:, : outputs.shape[1] // 2]
        if len(self.quantiles) > 1:
            nearest = int(np.argmin(np.abs(np.asarray(self.quantiles) - MEDIAN)))
            return outputs[:, nearest : nearest + 1]
        return outputs

    def deviations(self, outputs: Array) -> Array:
        """(n, targets): the standard deviations that were predicted."""
        if not self.is_normal:
            raise ParameterError(
                compose(
                    "return_std",
                    expected="loss='gaussian', which predicts a variance",
                    received=f"loss {describe(self.loss)}",
                )
            )
        raw = outputs[:, outputs.shape[1] // 2 :]
        eps = dict(self.arguments).get("eps", losses.GaussianNLL().eps)
        return np.asarray(np.sqrt(np.logaddexp(0.0, raw) + eps), outputs.dtype)

    def find_quantiles(self, outputs: Array, q: Array) -> Array:
        """(n, len(q)), or (n, targets, len(q)): quantiles of what is predicted for each row."""
        if self.is_normal:
            from scipy.special import ndtri

            mean, deviation = self.choose(outputs), self.deviations(outputs)
            found = mean[..., None] + deviation[..., None] * ndtri(q)
        elif self.loss == "poisson":
            from scipy.stats import poisson

            found = poisson.ppf(q, outputs[..., None])
        elif len(self.quantiles) > 1:
            return self._read_between(outputs, q)
        else:
            raise ParameterError(
                compose(
                    "predict_quantiles",
                    expected="an estimator with loss='quantile' and several values as quantile, "
                    "with loss='gaussian' or with loss='poisson'",
                    received=f"loss {describe(self.loss)}",
                )
            )
        found = np.asarray(found, outputs.dtype)
        return found[:, 0] if found.shape[1] == 1 else found

    def _read_between(self, outputs: Array, q: Array) -> Array:
        """Quantiles between those that were trained; the outputs are put in order first."""
        known = np.asarray(self.quantiles)
        low, high = known.min(), known.max()
        # Two quantiles of an interval are computed from its coverage, with a rounding.
        q = np.where(np.isclose(q, low), low, np.where(np.isclose(q, high), high, q))
        if ((q < low) | (q > high)).any():
            raise ParameterError(
                compose(
                    "q, or the ends of an interval",
                    expected=f"quantiles from {low:g} to {high:g}, which were trained",
                    received=", ".join(f"{one:g}" for one in q),
                    remedy="Fit with quantile=(…) that holds them, or ask for less coverage",
                )
            )
        # Of crossing quantiles the sorted ones are never worse (Chernozhukov et al. 2010).
        ordered = np.sort(outputs, axis=1)
        places = np.interp(q, np.sort(known), np.arange(len(known)))
        left = np.floor(places).astype(int)
        right = np.minimum(left + 1, len(known) - 1)
        share = places - left
        found = ordered[:, left] * (1.0 - share) + ordered[:, right] * share
        return np.asarray(found, outputs.dtype)


def outcome_of(estimator: Any) -> Outcome:
    """What the parameters ``loss``, ``out_activation`` and those of the loss come to.

    Raises ParameterError or UnknownNameError for losses that there are not, and for arguments
    outside their values.
    """
    given, activation = estimator.loss, name_output(estimator.out_activation)
    if isinstance(given, str) and given in _OWN:
        least = "at least" if given == "poisson" else None
        return Outcome(given, activation or _OWN[given], least=least)
    kind = _KINDS.get(given) if isinstance(given, str) else None
    if kind is not None:
        arguments = tuple((name, _freeze(getattr(estimator, name))) for name in kind.arguments)
        made = getattr(losses, kind.loss)(**dict(arguments))
        return _describe(kind.loss, activation or kind.activation, arguments, made, kind.least)
    try:
        made = losses.resolve(given)
    except UnknownNameError:
        known = [*_OWN, *_KINDS]
        raise UnknownNameError(
            compose(
                "loss",
                expected=f"one of {', '.join(dict.fromkeys(known))}, or a name of pronghorn.losses",
                received=repr(given),
                remedy=suggest(given, known),
            )
        ) from None
    kind = _BY_CLASS.get(type(made).__name__, _Kind("", least=None))
    arguments = (("eps", made.eps),) if isinstance(made, losses.GaussianNLL) else ()
    return _describe(given, activation or kind.activation, arguments, made, kind.least)


def _describe(
    loss: Any, activation: Any, arguments: tuple[Any, ...], made: Any, least: str | None
) -> Outcome:
    quantile = getattr(made, "quantile", None)
    quantiles = tuple(quantile) if isinstance(quantile, list) else ()
    if isinstance(quantile, list) and (not quantiles or len(set(quantiles)) < len(quantiles)):
        raise ParameterError(
            compose("quantile", expected="different values", received=describe(quantile))
        )
    is_normal = isinstance(made, losses.GaussianNLL)
    if is_normal and activation != "identity":
        raise ParameterError(
            compose(
                "out_activation",
                expected="None for loss='gaussian', whose outputs are means and raw variances",
                received=describe(activation),
            )
        )
    return Outcome(loss, activation, arguments, quantiles, is_normal, least)


def _freeze(value: Any) -> Any:
    return tuple(float(v) for v in value) if isinstance(value, list | tuple | np.ndarray) else value
