"""Rows that a fit is judged by: those that the caller gives, or a share of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import is_classifier
from sklearn.metrics import check_scoring
from sklearn.model_selection import train_test_split
from sklearn.utils import assert_all_finite
from sklearn.utils.validation import check_consistent_length

from pronghorn.errors import DataError, ParameterError, ShapeError, compose, describe
from pronghorn.sklearn._validation import read_weights, refuse_too_large

__all__ = ["HeldOut", "encode_held_out", "read_given", "score", "split_held_out"]


@dataclass(frozen=True)
class HeldOut:
    """Rows x with their targets: ``y`` as the loss compares them, ``labels`` as a score does."""

    x: Any
    y: NDArray[Any]
    labels: Any
    weights: NDArray[Any] | None


def read_given(X_val: Any, y_val: Any, sample_weight_val: Any, eval_set: Any) -> Any:
    """(X, y, weights or None) as the caller of ``fit`` wrote it; None where there is nothing.

    ``eval_set`` is the pair (X, y), the triple (X, y, weights) or a list of one of them. Raises
    ParameterError for halves and for both spellings at once.
    """
    if eval_set is not None:
        if X_val is not None or y_val is not None or sample_weight_val is not None:
            raise ParameterError(
                compose("fit", expected="X_val and y_val, or eval_set", received="both")
            )
        rows = eval_set[0] if isinstance(eval_set, list) and len(eval_set) == 1 else eval_set
        is_rows = isinstance(rows, tuple | list) and len(rows) in (2, 3)
        if not is_rows or isinstance(rows[0], tuple):
            raise ParameterError(
                compose(
                    "eval_set",
                    expected="(X, y), (X, y, sample_weight) or a list of one of them",
                    received=describe(eval_set),
                )
            )
        X_val, y_val, sample_weight_val = (*rows, None)[:3]
    if X_val is None and y_val is None and sample_weight_val is None:
        return None
    if X_val is None or y_val is None:
        missing = "X_val" if X_val is None else "y_val"
        raise ParameterError(compose("fit", expected="X_val and y_val", received=f"no {missing}"))
    return X_val, y_val, sample_weight_val


def encode_held_out(estimator: Any, given: Any, dtype: Any, columns: int) -> HeldOut:
    """What ``read_given`` gave, checked as X and y of the fit are.

    ``dtype`` is that of X, ``columns`` the number of those of the encoded y.
    """
    X, y, weights = given
    x = estimator._read_X(X).astype(dtype, copy=False)
    y = np.asarray(y)
    check_consistent_length(x, y)
    weights = read_weights(weights, x)
    refuse_too_large(X_val=x, sample_weight_val=weights)
    if estimator._weighs_classes():
        weights = estimator._weigh_classes(y, weights, is_part=True)
    if not is_classifier(estimator):
        if y.dtype.kind in "SU":
            raise DataError(compose("y_val", expected="numbers", received=describe(y)))
        values = y.astype(dtype).reshape(len(y), -1)
        if values.shape[1] != columns:
            raise ShapeError(
                compose(
                    "y_val",
                    expected=f"{columns} values a row, as in y",
                    received=str(values.shape[1]),
                )
            )
        assert_all_finite(values, input_name="y_val")
        refuse_too_large(y_val=values)
        estimator._outcome.check_targets(values, "y_val")
        return HeldOut(x, values, values[:, 0] if values.shape[1] == 1 else values, weights)
    binarizer = estimator._label_binarizer
    if binarizer.y_type_ != "multilabel-indicator":
        known = set(binarizer.classes_.tolist())
        unseen = [label for label in y.ravel().tolist() if label not in known]
        if unseen:
            raise DataError(
                compose(
                    "y_val",
                    expected=f"classes of y ({', '.join(map(repr, binarizer.classes_.tolist()))})",
                    received=repr(unseen[0]),
                )
            )
    elif y.ndim != 2 or y.shape[1] != columns or not np.isin(y, (0, 1)).all():
        raise DataError(
            compose(
                "y_val",
                expected=f"{columns} labels of 0 and 1 a row, as in y",
                received=describe(y),
            )
        )
    return HeldOut(x, binarizer.transform(y).astype(bool), y, weights)


def split_held_out(
    estimator: Any, x: Any, y: Any, sample_weight: Any
) -> tuple[tuple[Any, Any, Any], HeldOut]:
    """(rows to train on, rows to stop by), the first with targets and weights."""
    is_stratified = is_classifier(estimator) and estimator.n_outputs_ == 1
    arrays = [x, y] if sample_weight is None else [x, y, sample_weight]
    parts = train_test_split(
        *arrays,
        random_state=estimator._random_state,
        test_size=estimator.validation_fraction,
        stratify=y if is_stratified else None,
    )
    train, rest = [*parts[0::2], None][:3], [*parts[1::2], None][:3]
    if rest[0].shape[0] < 2:
        raise ValueError(
            "The validation set is too small. Increase 'validation_fraction' "
            "or the size of your dataset."
        )
    labels = rest[1]
    if is_classifier(estimator):
        labels = estimator._label_binarizer.inverse_transform(labels)
    return (train[0], train[1], train[2]), HeldOut(rest[0], rest[1], labels, rest[2])


def score(estimator: Any, held_out: HeldOut, scoring: Any) -> float:
    """What a scorer of scikit-learn says of these rows; weighted where they are."""
    scorer = check_scoring(estimator, scoring=scoring)
    weights = {} if held_out.weights is None else {"sample_weight": held_out.weights}
    return float(scorer(estimator, held_out.x, held_out.labels, **weights))
