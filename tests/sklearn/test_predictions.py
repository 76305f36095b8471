"""Predictions follow the weights, whoever changes them, for every kind and number of rows."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest
from scipy import sparse
from sklearn import neural_network

import tolerances
from pronghorn.sklearn import MLPClassifier, MLPRegressor, _forward

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

rng = np.random.default_rng(7)
X = rng.normal(size=(1200, 6))
TARGETS: dict[str, Any] = {
    "two classes": (X[:, 0] > 0).astype(int),
    "two names": np.where(X[:, 0] > 0, "yes", "no"),
    "three classes": np.digitize(X[:, 0] + X[:, 1], [-0.5, 0.7]),
    "labels": np.column_stack([X[:, 0] > 0, X[:, 1] > 0.3]).astype(int),
}
VALUES: dict[str, Any] = {"one value": X[:, 0], "two values": X[:, :2] ** 2}
# Few, more than that, and less than, exactly and more than what the engine predicts.
NUMBERS = [1, _forward._FEW_ROWS, 17, _forward._LARGE, 1200]


def classify(y: Any, **parameters: Any) -> Any:
    return MLPClassifier((8,), max_iter=3, random_state=0, **parameters).fit(X, y)


def regress(y: Any, **parameters: Any) -> Any:
    return MLPRegressor(hidden_layer_sizes=(8,), max_iter=3, random_state=0, **parameters).fit(X, y)


@pytest.mark.parametrize("n", NUMBERS)
@pytest.mark.parametrize("target", TARGETS)
def test_classes_are_those_of_scikit_learn(target: str, n: int) -> None:
    mlp = classify(TARGETS[target])
    plain = mlp.to_sklearn()
    found, expected = mlp.predict_proba(X[:n]), plain.predict_proba(X[:n])
    assert found.dtype == expected.dtype
    tolerances.OUTPUTS_VS_SCIKIT_LEARN.check(found, expected)
    np.testing.assert_array_equal(mlp.predict(X[:n]), plain.predict(X[:n]))
    assert mlp.predict(X[:n]).dtype == plain.predict(X[:n]).dtype


@pytest.mark.parametrize("n", NUMBERS)
@pytest.mark.parametrize("target", VALUES)
@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
def test_values_are_those_of_scikit_learn(target: str, activation: str, n: int) -> None:
    mlp = regress(VALUES[target], activation=activation)
    tolerances.OUTPUTS_VS_SCIKIT_LEARN.check(mlp.predict(X[:n]), mlp.to_sklearn().predict(X[:n]))


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
def test_every_solver_predicts(solver: str) -> None:
    mlp = regress(VALUES["one value"], solver=solver)
    tolerances.OUTPUTS_VS_SCIKIT_LEARN.check(mlp.predict(X), mlp.to_sklearn().predict(X))


@pytest.mark.parametrize("n", NUMBERS)
def test_rows_of_float32(n: int) -> None:
    x = X.astype(np.float32)
    mlp = MLPRegressor(hidden_layer_sizes=(8,), max_iter=3, random_state=0).fit(x, x[:, 0])
    found = mlp.predict(x[:n])
    assert found.dtype == np.float32
    tolerances.OUTPUTS_VS_SCIKIT_LEARN.check(found, mlp.to_sklearn().predict(x[:n]))


@pytest.mark.parametrize("n", NUMBERS)
def test_sparse_rows(n: int) -> None:
    mlp = classify(TARGETS["three classes"])
    x = np.where(X > 0.5, X, 0.0)[:n]
    tolerances.OUTPUTS_VS_SCIKIT_LEARN.check(
        mlp.predict_proba(sparse.csr_matrix(x)), mlp.predict_proba(x)
    )


@pytest.mark.parametrize("n", NUMBERS)
@pytest.mark.parametrize("way", ["in place", "replaced", "of another dtype"])
def test_changed_weights_count_at_once(way: str, n: int) -> None:
    mlp = regress(VALUES["one value"])
    before = mlp.predict(X[:n])
    # Twice the last layer is twice the output.
    if way == "in place":
        mlp.coefs_[-1] *= 2.0
        mlp.intercepts_[-1] *= 2.0
    elif way == "replaced":
        mlp.coefs_ = [*mlp.coefs_[:-1], 2.0 * mlp.coefs_[-1]]
        mlp.intercepts_ = [*mlp.intercepts_[:-1], 2.0 * mlp.intercepts_[-1]]
    else:
        mlp.coefs_[-1] = (2.0 * mlp.coefs_[-1]).astype(np.float32)
        mlp.intercepts_[-1] = (2.0 * mlp.intercepts_[-1]).astype(np.float32)
    tolerances.OUTPUTS_VS_SCIKIT_LEARN.check(mlp.predict(X[:n]), 2.0 * before)


def test_training_goes_on_from_changed_weights() -> None:
    made = []
    for module in (MLPRegressor, neural_network.MLPRegressor):
        mlp = module(hidden_layer_sizes=(8,), max_iter=3, random_state=0, warm_start=True).fit(
            X, X[:, 0]
        )
        mlp.coefs_[0][...] = 0.25
        made.append(mlp.fit(X, X[:, 0]))
    for a, b in zip(made[0].coefs_, made[1].coefs_, strict=True):
        tolerances.WEIGHTS_VS_SCIKIT_LEARN.check(a, b)


BAD: dict[str, Any] = {
    "nan": np.full((1, 6), np.nan),
    "infinity": np.full((1, 6), np.inf),
    "opposite infinities": np.array([[np.inf, -np.inf, 0.0, 0.0, 0.0, 0.0]]),
    "columns": np.zeros((1, 5)),
    "one axis": np.zeros(6),
    "no rows": np.zeros((0, 6)),
    "complex": np.zeros((1, 6), complex),
}


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("method", ["predict", "predict_proba", "predict_log_proba"])
def test_bad_rows_are_refused_as_scikit_learn_does(method: str, bad: str) -> None:
    mlp = classify(TARGETS["three classes"])
    with pytest.raises(ValueError) as expected, np.errstate(invalid="ignore"):
        getattr(mlp.to_sklearn(), method)(BAD[bad])
    with pytest.raises(ValueError) as found, np.errstate(invalid="ignore"):
        getattr(mlp, method)(BAD[bad])
    assert str(found.value) == str(expected.value)


def test_names_of_columns_are_minded() -> None:
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(X, columns=list("abcdef"))
    mlp = MLPRegressor(hidden_layer_sizes=(8,), max_iter=3, random_state=0).fit(frame, X[:, 0])
    with pytest.warns(UserWarning, match="X does not have valid feature names"):
        mlp.predict(X[:1])


def test_threads_predict_together() -> None:
    mlp = classify(TARGETS["three classes"])
    expected = mlp.predict_proba(X)
    found: list[Any] = []
    threads = [
        threading.Thread(target=lambda: found.extend(mlp.predict_proba(X) for _ in range(20)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    assert len(found) == 80
    for outputs in found:
        tolerances.OUTPUTS_VS_SCIKIT_LEARN.check(outputs, expected)


MEMORY = """
import resource, warnings
import numpy as np
from pronghorn.sklearn import MLPClassifier

warnings.simplefilter("ignore")
rng = np.random.default_rng(0)
x, y = rng.normal(size=(600, 20)), rng.integers(0, 3, 600)
mlp = MLPClassifier((30,), max_iter=2).fit(x, y)
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
extended = MLPClassifier((30,), max_iter=2, layer_norm=True).fit(x, y)
for i in range(2_000):
    mlp.predict(x[:1]), mlp.predict(x), extended.predict(x[:1])
before = peak()
for i in range(98_000):
    mlp.predict(x[:1])
for i in range(2_000):
    mlp.predict(x)
for i in range(20_000):
    extended.predict(x[:1])
print(peak() - before)
"""


@pytest.mark.slow
def test_memory_stays_flat() -> None:
    import subprocess
    import sys

    run = subprocess.run(
        [sys.executable, "-c", MEMORY], capture_output=True, text=True, timeout=600, check=True
    )
    # In kilobytes: what one prediction of 600 rows holds for a moment is 50 of them.
    assert int(run.stdout) < 2_000


@pytest.mark.parametrize("n", NUMBERS)
def test_numbers_beyond_float32_are_taken_as_scikit_learn_does(n: int) -> None:
    net = classify(TARGETS["three classes"])
    plain = net.to_sklearn()
    rows = X[:n].copy()
    rows[-1, 0] = 1e39
    tolerances.OUTPUTS_VS_SCIKIT_LEARN.check(
        net.predict_proba(rows), plain.predict_proba(rows), "probabilities"
    )
