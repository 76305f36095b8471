"""First weights from a net that was fitted before."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from pronghorn import Model
from pronghorn.errors import ParameterError, ShapeError, compose, describe

__all__ = ["take_weights"]


def take_weights(source: Any, estimator: Any) -> None:
    """Copy the weights of ``source``, layer by layer from the input, for as long as they fit.

    ``source`` is a fitted estimator (also inside ``sklearn.frozen.FrozenEstimator``) or a
    Pronghorn model. A last layer of another width keeps its random weights. Raises
    NotFittedError, ParameterError for other objects, and ShapeError where not even the first
    layer fits.
    """
    source = getattr(source, "estimator", source)
    if isinstance(source, Model):
        pairs = _weights_of(source)
    elif hasattr(source, "hidden_layer_sizes"):
        check_is_fitted(source)
        pairs = list(zip(source.coefs_, source.intercepts_, strict=True))
    else:
        raise ParameterError(
            compose(
                "init",
                expected="a fitted MLPClassifier or MLPRegressor, or a model",
                received=describe(source),
            )
        )
    own = list(zip(estimator.coefs_, estimator.intercepts_, strict=True))
    for i, ((coef, bias), (to_coef, to_bias)) in enumerate(zip(pairs, own, strict=False)):
        if np.shape(coef) != to_coef.shape:
            if i == 0:
                raise ShapeError(
                    compose(
                        "init",
                        expected=f"a first layer of shape {to_coef.shape}",
                        received=f"{np.shape(coef)}",
                        remedy="Give the estimators the same features and hidden_layer_sizes",
                    )
                )
            break
        to_coef[...], to_bias[...] = coef, bias
    norms = getattr(source, "norms_", None)
    if norms is not None and estimator._extras is not None and estimator._extras.norm:
        widths = [len(bias) for _, bias in own[:-1]]
        if [len(arrays[0]) for arrays in norms] == widths:
            estimator.norms_ = [[array.copy() for array in arrays] for arrays in norms]


def _weights_of(model: Model) -> list[tuple[Any, Any]]:
    """Kernel and bias of each dense layer, in order; layers without weights between them."""
    arrays = [weight.numpy() for weight in model.weights]
    pairs = list(zip(arrays[0::2], arrays[1::2], strict=False))
    is_chain = len(arrays) % 2 == 0 and all(
        kernel.ndim == 2 and bias.shape == kernel.shape[1:] for kernel, bias in pairs
    )
    is_chain = is_chain and all(a.shape[1] == b.shape[0] for (a, _), (b, _) in pairwise(pairs))
    if not pairs or not is_chain:
        raise ParameterError(
            compose(
                "init",
                expected="a model that is a chain of dense layers with biases",
                received=f"{model.name!r}, whose weights have the shapes "
                f"{[a.shape for a in arrays]}",
            )
        )
    return pairs
