"""Metrics: ``compile(metrics=["accuracy", "mae"])`` and the classes behind the names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pronghorn._core import lazy
from pronghorn.metrics._resolve import (
    deserialize,
    get,
    resolve,
    resolve_accuracy,
    resolve_crossentropy,
    serialize,
)

if TYPE_CHECKING:
    from pronghorn.losses import (
        BCE,
        KLD,
        MAE,
        MAPE,
        MSE,
        MSLE,
        bce,
        binary_crossentropy,
        categorical_crossentropy,
        categorical_hinge,
        hinge,
        kl_divergence,
        kld,
        kullback_leibler_divergence,
        log_cosh,
        logcosh,
        mae,
        mape,
        mean_absolute_error,
        mean_absolute_percentage_error,
        mean_squared_error,
        mean_squared_logarithmic_error,
        mse,
        msle,
        poisson,
        sparse_categorical_crossentropy,
        squared_hinge,
    )
    from pronghorn.metrics._accuracy import Accuracy
    from pronghorn.metrics._auc import AUC
    from pronghorn.metrics._base import Metric
    from pronghorn.metrics._best_at import (
        PrecisionAtRecall,
        RecallAtPrecision,
        SensitivityAtSpecificity,
        SpecificityAtSensitivity,
    )
    from pronghorn.metrics._binary_accuracy import BinaryAccuracy, binary_accuracy
    from pronghorn.metrics._binary_crossentropy import BinaryCrossentropy
    from pronghorn.metrics._categorical_accuracy import CategoricalAccuracy, categorical_accuracy
    from pronghorn.metrics._categorical_crossentropy import CategoricalCrossentropy
    from pronghorn.metrics._categorical_hinge import CategoricalHinge
    from pronghorn.metrics._cosine_similarity import CosineSimilarity
    from pronghorn.metrics._counts import (
        FalseNegatives,
        FalsePositives,
        TrueNegatives,
        TruePositives,
    )
    from pronghorn.metrics._f1_score import F1Score
    from pronghorn.metrics._f_beta_score import FBetaScore
    from pronghorn.metrics._hinge import Hinge
    from pronghorn.metrics._kl_divergence import KLDivergence
    from pronghorn.metrics._log_cosh_error import LogCoshError
    from pronghorn.metrics._mean import Mean
    from pronghorn.metrics._mean_absolute_error import MeanAbsoluteError
    from pronghorn.metrics._mean_absolute_percentage_error import MeanAbsolutePercentageError
    from pronghorn.metrics._mean_metric_wrapper import MeanMetricWrapper
    from pronghorn.metrics._mean_squared_error import MeanSquaredError
    from pronghorn.metrics._mean_squared_logarithmic_error import MeanSquaredLogarithmicError
    from pronghorn.metrics._poisson import Poisson
    from pronghorn.metrics._precision import Precision
    from pronghorn.metrics._r2_score import R2Score
    from pronghorn.metrics._recall import Recall
    from pronghorn.metrics._root_mean_squared_error import RootMeanSquaredError
    from pronghorn.metrics._sparse_categorical_accuracy import (
        SparseCategoricalAccuracy,
        sparse_categorical_accuracy,
    )
    from pronghorn.metrics._sparse_categorical_crossentropy import SparseCategoricalCrossentropy
    from pronghorn.metrics._sparse_top_k_categorical_accuracy import (
        SparseTopKCategoricalAccuracy,
        sparse_top_k_categorical_accuracy,
    )
    from pronghorn.metrics._squared_hinge import SquaredHinge
    from pronghorn.metrics._sum import Sum
    from pronghorn.metrics._top_k_categorical_accuracy import (
        TopKCategoricalAccuracy,
        top_k_categorical_accuracy,
    )
else:
    __getattr__, __dir__ = lazy.attach(__name__, "metric")

__all__ = [
    "AUC",
    "BCE",
    "KLD",
    "MAE",
    "MAPE",
    "MSE",
    "MSLE",
    "Accuracy",
    "BinaryAccuracy",
    "BinaryCrossentropy",
    "CategoricalAccuracy",
    "CategoricalCrossentropy",
    "CategoricalHinge",
    "CosineSimilarity",
    "F1Score",
    "FBetaScore",
    "FalseNegatives",
    "FalsePositives",
    "Hinge",
    "KLDivergence",
    "LogCoshError",
    "Mean",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanMetricWrapper",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Metric",
    "Poisson",
    "Precision",
    "PrecisionAtRecall",
    "R2Score",
    "Recall",
    "RecallAtPrecision",
    "RootMeanSquaredError",
    "SensitivityAtSpecificity",
    "SparseCategoricalAccuracy",
    "SparseCategoricalCrossentropy",
    "SparseTopKCategoricalAccuracy",
    "SpecificityAtSensitivity",
    "SquaredHinge",
    "Sum",
    "TopKCategoricalAccuracy",
    "TrueNegatives",
    "TruePositives",
    "bce",
    "binary_accuracy",
    "binary_crossentropy",
    "categorical_accuracy",
    "categorical_crossentropy",
    "categorical_hinge",
    "deserialize",
    "get",
    "hinge",
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
    "resolve",
    "resolve_accuracy",
    "resolve_crossentropy",
    "serialize",
    "sparse_categorical_accuracy",
    "sparse_categorical_crossentropy",
    "sparse_top_k_categorical_accuracy",
    "squared_hinge",
    "top_k_categorical_accuracy",
]
