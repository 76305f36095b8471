"""Losses: ``compile(loss="mse")``, the classes behind the names, and their function forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pronghorn._core import lazy
from pronghorn.losses._base import Loss, LossFunctionWrapper
from pronghorn.losses._resolve import (
    deserialize,
    get,
    resolve,
    resolve_crossentropy,
    serialize,
)

if TYPE_CHECKING:
    from pronghorn.losses._binary_crossentropy import BinaryCrossentropy, binary_crossentropy
    from pronghorn.losses._binary_crossentropy import binary_crossentropy as BCE
    from pronghorn.losses._binary_crossentropy import binary_crossentropy as bce
    from pronghorn.losses._binary_focal_crossentropy import (
        BinaryFocalCrossentropy,
        binary_focal_crossentropy,
    )
    from pronghorn.losses._categorical_crossentropy import (
        CategoricalCrossentropy,
        categorical_crossentropy,
    )
    from pronghorn.losses._categorical_focal_crossentropy import (
        CategoricalFocalCrossentropy,
        categorical_focal_crossentropy,
    )
    from pronghorn.losses._categorical_hinge import CategoricalHinge, categorical_hinge
    from pronghorn.losses._cosine_similarity import CosineSimilarity, cosine_similarity
    from pronghorn.losses._cosine_similarity import cosine_similarity as cosine
    from pronghorn.losses._cosine_similarity import cosine_similarity as cosine_proximity
    from pronghorn.losses._gamma import Gamma, gamma
    from pronghorn.losses._gaussian_nll import GaussianNLL, gaussian_nll
    from pronghorn.losses._hinge import Hinge, hinge
    from pronghorn.losses._huber import Huber, huber
    from pronghorn.losses._kl_divergence import KLDivergence, kl_divergence
    from pronghorn.losses._kl_divergence import kl_divergence as KLD
    from pronghorn.losses._kl_divergence import kl_divergence as kld
    from pronghorn.losses._kl_divergence import kl_divergence as kullback_leibler_divergence
    from pronghorn.losses._log_cosh import LogCosh, log_cosh
    from pronghorn.losses._log_cosh import log_cosh as logcosh
    from pronghorn.losses._mean_absolute_error import MeanAbsoluteError, mean_absolute_error
    from pronghorn.losses._mean_absolute_error import mean_absolute_error as MAE
    from pronghorn.losses._mean_absolute_error import mean_absolute_error as mae
    from pronghorn.losses._mean_absolute_percentage_error import (
        MeanAbsolutePercentageError,
        mean_absolute_percentage_error,
    )
    from pronghorn.losses._mean_absolute_percentage_error import (
        mean_absolute_percentage_error as MAPE,
    )
    from pronghorn.losses._mean_absolute_percentage_error import (
        mean_absolute_percentage_error as mape,
    )
    from pronghorn.losses._mean_squared_error import MeanSquaredError, mean_squared_error
    from pronghorn.losses._mean_squared_error import mean_squared_error as MSE
    from pronghorn.losses._mean_squared_error import mean_squared_error as mse
    from pronghorn.losses._mean_squared_logarithmic_error import (
        MeanSquaredLogarithmicError,
        mean_squared_logarithmic_error,
    )
    from pronghorn.losses._mean_squared_logarithmic_error import (
        mean_squared_logarithmic_error as MSLE,
    )
    from pronghorn.losses._mean_squared_logarithmic_error import (
        mean_squared_logarithmic_error as msle,
    )
    from pronghorn.losses._poisson import Poisson, poisson
    from pronghorn.losses._quantile import QuantileLoss, quantile_loss
    from pronghorn.losses._reduction import Reduction
    from pronghorn.losses._sparse_categorical_crossentropy import (
        SparseCategoricalCrossentropy,
        sparse_categorical_crossentropy,
    )
    from pronghorn.losses._squared_hinge import SquaredHinge, squared_hinge
    from pronghorn.losses._tweedie import Tweedie, tweedie
else:
    __getattr__, __dir__ = lazy.attach(__name__, "loss")

__all__ = [
    "BCE",
    "KLD",
    "MAE",
    "MAPE",
    "MSE",
    "MSLE",
    "BinaryCrossentropy",
    "BinaryFocalCrossentropy",
    "CategoricalCrossentropy",
    "CategoricalFocalCrossentropy",
    "CategoricalHinge",
    "CosineSimilarity",
    "Gamma",
    "GaussianNLL",
    "Hinge",
    "Huber",
    "KLDivergence",
    "LogCosh",
    "Loss",
    "LossFunctionWrapper",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Poisson",
    "QuantileLoss",
    "Reduction",
    "SparseCategoricalCrossentropy",
    "SquaredHinge",
    "Tweedie",
    "bce",
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_hinge",
    "cosine",
    "cosine_proximity",
    "cosine_similarity",
    "deserialize",
    "gamma",
    "gaussian_nll",
    "get",
    "hinge",
    "huber",
    "kl_divergence",
    "kld",
    "kullback_leibler_divergence",
    "log_cosh",
    "logcosh",
    "mae",
    "mape",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "mse",
    "msle",
    "poisson",
    "quantile_loss",
    "resolve",
    "resolve_crossentropy",
    "serialize",
    "sparse_categorical_crossentropy",
    "squared_hinge",
    "tweedie",
]
