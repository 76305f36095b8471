"""The drop-ins inside what scikit-learn builds from estimators."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn import (
    calibration,
    compose,
    ensemble,
    inspection,
    metrics,
    model_selection,
    multioutput,
    pipeline,
    preprocessing,
)

from pronghorn.sklearn import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

rng = np.random.default_rng(2)
X = rng.normal(size=(300, 4))
Y = (X[:, 0] + 0.5 * X[:, 1] > 0).astype(int)


def classifier(**parameters: Any) -> Any:
    settings = {"learning_rate_init": 0.02, "max_iter": 30, "random_state": 0, **parameters}
    return MLPClassifier((16,), **settings)


def test_calibration() -> None:
    calibrated = calibration.CalibratedClassifierCV(classifier(), cv=3).fit(X, Y)
    proba = calibrated.predict_proba(X)
    np.testing.assert_allclose(proba.sum(axis=1), 1.0)
    assert calibrated.score(X, Y) > 0.95


def test_permutation_importance() -> None:
    found = inspection.permutation_importance(classifier().fit(X, Y), X, Y, random_state=0)
    assert list(np.argsort(found.importances_mean)[:1:-1]) == [0, 1]


def test_learning_curve() -> None:
    sizes, train, test = model_selection.learning_curve(
        classifier(), X, Y, cv=3, train_sizes=[0.1, 1.0]
    )
    assert list(sizes) == [20, 200] and train.shape == test.shape == (2, 3)
    assert test[1].mean() > test[0].mean()


def test_validation_curve() -> None:
    train, _ = model_selection.validation_curve(
        classifier(), X, Y, param_name="alpha", param_range=[1e-4, 1e3], cv=3
    )
    assert train[0].mean() > train[1].mean()


def test_pipeline_and_its_parameters() -> None:
    steps = pipeline.make_pipeline(preprocessing.StandardScaler(), classifier())
    steps.set_params(mlpclassifier__alpha=0.5)
    assert steps.fit(X * 1000.0, Y).score(X * 1000.0, Y) > 0.9
    assert steps[-1].alpha == 0.5


def test_columns_of_a_frame() -> None:
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"a": X[:, 0], "b": X[:, 1], "kind": np.where(X[:, 2] > 0, "x", "y")})
    columns = compose.make_column_transformer(
        (preprocessing.StandardScaler(), ["a", "b"]), (preprocessing.OneHotEncoder(), ["kind"])
    )
    fitted = pipeline.make_pipeline(columns, classifier()).fit(frame, Y)
    assert fitted.score(frame, Y) > 0.9


def test_output_as_frames() -> None:
    pytest.importorskip("pandas")
    steps = pipeline.make_pipeline(preprocessing.StandardScaler(), classifier())
    fitted = steps.set_output(transform="pandas").fit(X, Y)
    assert list(fitted[-1].feature_names_in_) == ["x0", "x1", "x2", "x3"]
    assert fitted.score(X, Y) > 0.9


def test_sample_weights_are_routed() -> None:
    import sklearn

    with sklearn.config_context(enable_metadata_routing=True):
        weighted = classifier().set_fit_request(sample_weight=True)
        weights = (Y == 1).astype(float) + 1e-6
        search = model_selection.GridSearchCV(weighted, {"alpha": [1e-4]}, cv=2)
        search.set_params(estimator=weighted.set_score_request(sample_weight=False))
        found = search.fit(X, Y, sample_weight=weights).best_estimator_
    assert found.predict(X).mean() > 0.9


@pytest.mark.parametrize("scoring", ["accuracy", "neg_log_loss", "roc_auc"])
def test_scorers(scoring: str) -> None:
    score = metrics.get_scorer(scoring)(classifier().fit(X, Y), X, Y)
    assert score > {"accuracy": 0.95, "neg_log_loss": -0.2, "roc_auc": 0.98}[scoring]


def test_ensembles() -> None:
    bagged = ensemble.BaggingClassifier(classifier(), n_estimators=3, random_state=0).fit(X, Y)
    voted = ensemble.VotingClassifier([("a", classifier()), ("b", classifier(alpha=1.0))])
    assert bagged.score(X, Y) > 0.9 and voted.fit(X, Y).score(X, Y) > 0.9


def test_multi_output_by_one_net_each() -> None:
    values = np.column_stack([X[:, 0], X[:, 1] - X[:, 2]])
    net = MLPRegressor(hidden_layer_sizes=(16,), learning_rate_init=0.02, random_state=0)
    assert multioutput.MultiOutputRegressor(net).fit(X, values).score(X, values) > 0.95


def test_regression_with_transformed_target() -> None:
    target = np.exp(X[:, 0])
    net = MLPRegressor(hidden_layer_sizes=(16,), learning_rate_init=0.02, random_state=0)
    fitted = compose.TransformedTargetRegressor(net, func=np.log, inverse_func=np.exp)
    assert fitted.fit(X, target).score(X, target) > 0.9
