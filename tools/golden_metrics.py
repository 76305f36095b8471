"""The table of tools/gen_golden_kinds.py for metrics.

Imported by that script, which sets Keras to float64 before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

SEED = 20240607
WEIGHTS = [1.0, 2.0, 0.0, 0.5, 1.5, 3.0, 1.0]

# Kind of problem → targets and predictions, seven rows.
Draw = Callable[[str], tuple[Any, Any]]

METRICS: list[tuple[str, str, dict[str, Any]]] = [
    ("Accuracy", "equal", {}),
    ("BinaryAccuracy", "binary", {}),
    ("BinaryAccuracy", "binary", {"threshold": 0.3}),
    ("CategoricalAccuracy", "categorical", {}),
    ("SparseCategoricalAccuracy", "sparse", {}),
    ("MeanSquaredError", "regression", {}),
    ("MeanAbsoluteError", "regression", {}),
    ("RootMeanSquaredError", "regression", {}),
    ("BinaryCrossentropy", "binary", {"label_smoothing": 0.1}),
    ("BinaryCrossentropy", "binary_logits", {"from_logits": True}),
    ("CategoricalCrossentropy", "categorical_logits", {"from_logits": True}),
    ("CategoricalCrossentropy", "categorical", {"label_smoothing": 0.1}),
    ("SparseCategoricalCrossentropy", "sparse", {}),
    ("SparseCategoricalCrossentropy", "sparse_logits", {"from_logits": True}),
    ("MeanAbsolutePercentageError", "regression", {}),
    ("MeanSquaredLogarithmicError", "counts", {}),
    ("LogCoshError", "regression", {}),
    ("CosineSimilarity", "regression", {}),
    ("Hinge", "signs", {}),
    ("Hinge", "binary", {}),
    ("SquaredHinge", "binary", {}),
    ("CategoricalHinge", "categorical", {}),
    ("KLDivergence", "distributions", {}),
    ("Poisson", "counts", {}),
    ("TopKCategoricalAccuracy", "categorical", {"k": 2}),
    ("SparseTopKCategoricalAccuracy", "sparse", {"k": 2}),
    *(
        (name, kind, {"thresholds": thresholds})
        for name in ("TruePositives", "FalsePositives", "TrueNegatives", "FalseNegatives")
        for kind, thresholds in (("column", None), ("binary", 0.3), ("edges", [0.25, 0.8]))
    ),
    *(
        (name, kind, kwargs)
        for name in ("Precision", "Recall")
        for kind, kwargs in (
            ("column", {}),
            ("edges", {"thresholds": [0.0, 0.5, 1.0]}),
            ("binary", {"thresholds": [0.1, 0.6]}),
            ("categorical", {"top_k": 2}),
            ("categorical", {"class_id": 1, "thresholds": 0.2}),
            ("categorical", {"class_id": 2, "top_k": 2}),
        )
    ),
    ("AUC", "column", {}),
    ("AUC", "edges", {"num_thresholds": 5}),
    ("AUC", "binary", {"thresholds": [0.2, 0.7, 0.4]}),
    ("AUC", "binary_logits", {"from_logits": True, "num_thresholds": 20}),
    *(
        ("AUC", "binary", {"curve": curve, "summation_method": method, "num_thresholds": 10})
        for curve in ("ROC", "PR", "PRGAIN")
        for method in ("interpolation", "minoring", "majoring")
    ),
    ("AUC", "binary", {"multi_label": True, "num_thresholds": 10}),
    ("AUC", "binary", {"multi_label": True, "num_labels": 2, "label_weights": [1.0, 3.0]}),
    ("AUC", "binary", {"multi_label": True, "curve": "PR", "thresholds": [0.25, 0.5]}),
    ("AUC", "binary", {"label_weights": [1.0, 3.0], "num_thresholds": 10}),
    ("SensitivityAtSpecificity", "column", {"specificity": 0.5}),
    ("SpecificityAtSensitivity", "binary", {"sensitivity": 0.6, "num_thresholds": 10}),
    ("PrecisionAtRecall", "categorical", {"recall": 0.4, "class_id": 1}),
    ("RecallAtPrecision", "binary", {"precision": 0.5, "num_thresholds": 1}),
    *(
        ("F1Score", kind, {"average": average, "threshold": threshold})
        for average in (None, "micro", "macro", "weighted")
        for kind, threshold in (("categorical", None), ("binary", 0.4))
    ),
    ("FBetaScore", "binary", {"beta": 2.0, "threshold": 0.5}),
    ("R2Score", "regression", {}),
    ("R2Score", "column", {}),
    ("R2Score", "regression", {"class_aggregation": None}),
    ("R2Score", "regression", {"class_aggregation": "variance_weighted_average"}),
    ("R2Score", "regression", {"num_regressors": 2}),
]


def make_metrics(draw_pairs: Draw) -> list[dict[str, Any]]:
    """Results after a first batch of four rows and after a second one of three."""
    cases = []
    for name, kind, kwargs in METRICS:
        if kind == "equal":
            rng = np.random.default_rng(SEED)
            t, p = rng.integers(0, 3, (7, 2)), rng.integers(0, 3, (7, 2))
        else:
            t, p = draw_pairs(kind)
        results: dict[str, list[Any]] = {}
        for label, weights in (("plain", None), ("weighted", np.asarray(WEIGHTS))):
            metric = getattr(keras.metrics, name)(dtype="float64", **kwargs)
            results[label] = []
            for rows in (slice(0, 4), slice(4, 7)):
                w = None if weights is None else weights[rows]
                metric.update_state(t[rows], p[rows], sample_weight=w)
                results[label].append(np.asarray(metric.result()).tolist())
        cases.append(
            {
                "name": name,
                "kwargs": kwargs,
                "y_true": t.tolist(),
                "y_pred": p.tolist(),
                "weights": WEIGHTS,
                "results": results,
            }
        )
    return cases
