"""The drop-ins give scikit-learn's numbers for the same random state, up to float32's rounding."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from scipy import sparse
from sklearn import datasets, neural_network
from sklearn.exceptions import ConvergenceWarning

import tolerances
from pronghorn import optimizers
from pronghorn import sklearn as ours

pytestmark = [
    pytest.mark.usefixtures("every_fit_on_the_engine"),
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
]

rng = np.random.default_rng(5)
X = rng.normal(size=(61, 6))
TWO = (X[:, 0] + X[:, 1] > 0).astype(int)
THREE = np.array(["a", "b", "c"])[np.digitize(X[:, 0] + X[:, 1], [-0.5, 0.7])]
LABELS = np.column_stack([X[:, 0] > 0, X[:, 1] > 0.3, X[:, 2] > -1.0]).astype(int)
VALUE = np.sin(X[:, 0]) + X[:, 1]
VALUES = np.column_stack([VALUE, X[:, 2] * X[:, 3], X[:, 4]])
COUNTS = rng.poisson(np.exp(0.5 * X[:, 0]))
WEIGHTS = rng.uniform(0.2, 3.0, size=61)

SHORT: dict[str, Any] = {"hidden_layer_sizes": (7, 5), "max_iter": 8, "random_state": 3}
SGD = {"solver": "sgd", "learning_rate_init": 0.05}
# name: (task, targets, parameters, weights)
CASES: dict[str, tuple[str, Any, dict[str, Any], Any]] = {
    "two classes": ("Classifier", TWO, {}, None),
    "three classes": ("Classifier", THREE, {}, None),
    "labels": ("Classifier", LABELS, {}, None),
    "one value": ("Regressor", VALUE, {}, None),
    "several values": ("Regressor", VALUES, {}, None),
    "counts": ("Regressor", COUNTS, {"loss": "poisson"}, None),
    "weights, two classes": ("Classifier", TWO, {}, WEIGHTS),
    "weights, three classes": ("Classifier", THREE, {}, WEIGHTS),
    "weights, labels": ("Classifier", LABELS, {}, WEIGHTS),
    "weights, several values": ("Regressor", VALUES, {}, WEIGHTS),
    "weights, counts": ("Regressor", COUNTS, {"loss": "poisson"}, WEIGHTS),
    "identity": ("Classifier", THREE, {"activation": "identity"}, None),
    "logistic": ("Classifier", THREE, {"activation": "logistic"}, None),
    "tanh": ("Classifier", THREE, {"activation": "tanh"}, None),
    "strong penalty": ("Regressor", VALUES, {"alpha": 5.0}, None),
    "strong penalty, weights": ("Regressor", VALUES, {"alpha": 5.0}, WEIGHTS),
    "no penalty": ("Classifier", THREE, {"alpha": 0.0}, None),
    "batches of 7": ("Classifier", THREE, {"batch_size": 7}, None),
    "batches of 7, weights": ("Regressor", VALUE, {"batch_size": 7, "alpha": 1.0}, WEIGHTS),
    "batches in order": ("Classifier", THREE, {"batch_size": 7, "shuffle": False}, None),
    "adam's numbers": (
        "Classifier",
        THREE,
        {"beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-4, "batch_size": 16},
        None,
    ),
    "adam without momentum": ("Classifier", THREE, {"beta_1": 0.0, "batch_size": 16}, None),
    "adam, signs": ("Regressor", VALUE, {"beta_1": 0.0, "beta_2": 0.0, "batch_size": 16}, None),
    # Without an epsilon of this size steps of m / |g| go anywhere, in scikit-learn too.
    "adam, forgetful": (
        "Classifier",
        THREE,
        {"beta_2": 0.0, "epsilon": 0.01, "batch_size": 16},
        None,
    ),
    "adam, least epsilon": ("Classifier", THREE, {"epsilon": 1e-50, "alpha": 0.1}, None),
    "sgd": ("Classifier", THREE, {**SGD, "batch_size": 16}, None),
    "sgd, plain": ("Classifier", THREE, {**SGD, "momentum": 0.0, "batch_size": 16}, None),
    "sgd, no nesterov": ("Regressor", VALUE, {**SGD, "nesterovs_momentum": False}, None),
    "invscaling": (
        "Classifier",
        THREE,
        {**SGD, "learning_rate": "invscaling", "power_t": 0.3, "batch_size": 16},
        None,
    ),
    "adaptive": (
        "Classifier",
        TWO,
        {**SGD, "learning_rate": "adaptive", "tol": 0.5, "n_iter_no_change": 1, "max_iter": 200},
        None,
    ),
    "stops": ("Classifier", TWO, {"tol": 0.05, "n_iter_no_change": 2, "max_iter": 200}, None),
    "early stopping": ("Classifier", THREE, {"early_stopping": True, "batch_size": 16}, None),
    "early stopping, weights": ("Regressor", VALUE, {"early_stopping": True}, WEIGHTS),
    "lbfgs": ("Classifier", THREE, {"solver": "lbfgs"}, None),
    "lbfgs, weights": ("Regressor", VALUES, {"solver": "lbfgs"}, WEIGHTS),
}
ATTRIBUTES = (
    "n_iter_", "n_layers_", "n_outputs_", "out_activation_", "n_features_in_", "t_",
    "_no_improvement_count",
)  # fmt: skip


def fit(module: Any, case: str, x: Any = X) -> Any:
    task, y, parameters, weights = CASES[case]
    estimator = getattr(module, f"MLP{task}")(**{**SHORT, **parameters})
    return estimator.fit(x, y, sample_weight=weights)


def check_alike(found: Any, expected: Any) -> None:
    for name in (name for name in ATTRIBUTES if hasattr(expected, name)):
        assert getattr(found, name) == getattr(expected, name), name
    for name in ("coefs_", "intercepts_"):
        for a, b in zip(getattr(found, name), getattr(expected, name), strict=True):
            assert a.dtype == b.dtype
            tolerances.WEIGHTS_VS_SCIKIT_LEARN.check(a, b, name)
    for name in ("loss_", "loss_curve_", "best_loss_", "validation_scores_"):
        if getattr(expected, name, None) is not None:
            assert type(getattr(found, name)) is type(getattr(expected, name)), name
            tolerances.LOSS_VS_SCIKIT_LEARN.check(
                getattr(found, name), getattr(expected, name), name
            )


@pytest.mark.parametrize("case", CASES)
def test_fit(case: str) -> None:
    check_alike(fit(ours, case), fit(neural_network, case))


# One activation for each layer says the same as one for all, in the net that takes extras.
@pytest.mark.parametrize("case", [name for name in CASES if name != "lbfgs"])
def test_fit_of_a_net_with_extras(case: str) -> None:
    task, y, parameters, weights = CASES[case]
    settings = {**SHORT, **parameters}
    settings["activation"] = [settings.get("activation", "relu")] * 2
    made = getattr(ours, f"MLP{task}")(**settings).fit(X, y, sample_weight=weights)
    assert made._extras is not None
    check_alike(made, fit(neural_network, case))


def test_optimizer_in_place_of_the_solver() -> None:
    adam = optimizers.Adam(0.001, epsilon=1e-8)
    made = ours.MLPClassifier(**SHORT, solver="sgd", optimizer=adam, batch_size=16).fit(X, THREE)
    check_alike(made, neural_network.MLPClassifier(**SHORT, batch_size=16).fit(X, THREE))


def test_optimizer_by_name_takes_the_rate() -> None:
    made = ours.MLPRegressor(**SHORT, optimizer="sgd", learning_rate_init=0.05).fit(X, VALUE)
    plain = {"solver": "sgd", "momentum": 0.0, "learning_rate_init": 0.05}
    check_alike(made, neural_network.MLPRegressor(**SHORT, **plain).fit(X, VALUE))


def test_schedule_of_a_solver() -> None:
    # Four steps an epoch, and after each epoch "invscaling" divides by (rows seen + 1)^0.5.
    def rate(step: Any) -> Any:
        return 0.05 / (np.asarray(step) // 4 * len(X) + 1) ** 0.5

    settings = {**SHORT, "solver": "sgd", "learning_rate_init": 0.05, "batch_size": 16}
    made = ours.MLPClassifier(**settings, learning_rate=rate).fit(X, THREE)
    plain = neural_network.MLPClassifier(**settings, learning_rate="invscaling").fit(X, THREE)
    for a, b in zip(made.coefs_, plain.coefs_, strict=True):
        tolerances.WEIGHTS_VS_SCIKIT_LEARN.check(a, b)


@pytest.mark.parametrize("case", ["three classes", "several values", "batches of 7, weights"])
def test_fit_float32(case: str) -> None:
    x = X.astype(np.float32)
    check_alike(fit(ours, case, x), fit(neural_network, case, x))


@pytest.mark.parametrize("form", ["csr_matrix", "csc_matrix", "csr_array"])
@pytest.mark.parametrize("case", ["batches of 7", "batches of 7, weights", "early stopping"])
def test_fit_sparse(case: str, form: str) -> None:
    x = np.where(X > 0.5, X, 0.0)
    check_alike(fit(ours, case, getattr(sparse, form)(x)), fit(neural_network, case, x))


@pytest.mark.parametrize("solver", ["adam", "sgd"])
def test_partial_fit_goes_on(solver: str) -> None:
    made = []
    for module in (ours, neural_network):
        mlp = module.MLPClassifier(**SHORT, solver=solver, batch_size=16)
        for _ in range(3):
            mlp.partial_fit(X, THREE, classes=["a", "b", "c", "d"])
        made.append(mlp.partial_fit(X[:20], THREE[:20]))
    check_alike(*made)


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
def test_warm_start_goes_on(solver: str) -> None:
    made = []
    for module in (ours, neural_network):
        mlp = module.MLPRegressor(**SHORT, solver=solver, warm_start=True)
        made.append(mlp.fit(X, VALUES).set_params(max_iter=12).fit(X, VALUES))
    check_alike(*made)


def test_partial_fit_after_fit_keeps_the_optimizer() -> None:
    made = [
        module.MLPClassifier(**SHORT, batch_size=16).fit(X, THREE).partial_fit(X, THREE)
        for module in (ours, neural_network)
    ]
    check_alike(*made)


@pytest.mark.parametrize("parameters", [{}, {"early_stopping": True}, {**SGD, "tol": 0.5}], ids=str)
def test_what_is_printed(parameters: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    texts = []
    for module in (ours, neural_network):
        module.MLPClassifier(**SHORT | parameters, verbose=True).fit(X, THREE)
        texts.append(capsys.readouterr().out.splitlines())
    # The losses have more digits than float32.
    cut = [[line.split("=")[0] + line.partition("=")[2][:6] for line in text] for text in texts]
    assert cut[0] == cut[1] and len(cut[0]) > 2


@pytest.mark.parametrize(
    "parameters",
    [{"max_iter": 2}, {"batch_size": 100}, {"solver": "lbfgs", "max_iter": 2}],
    ids=str,
)
def test_what_is_warned_of(parameters: dict[str, Any]) -> None:
    texts = []
    for module in (ours, neural_network):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            module.MLPClassifier(**SHORT | parameters).fit(X, THREE)
        texts.append([(w.category, str(w.message)) for w in caught])
    assert texts[0] == texts[1] and texts[0]


def test_ctrl_c_leaves_a_fitted_estimator(monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupted(ours.MLPClassifier):  # type: ignore[misc]
        def _update_no_improvement_count(self, *args: Any) -> None:
            super()._update_no_improvement_count(*args)
            if self.n_iter_ == 3:
                raise KeyboardInterrupt

    mlp = Interrupted.__new__(Interrupted)
    vars(mlp).update(vars(ours.MLPClassifier(**SHORT)))
    with pytest.warns(UserWarning, match="^Training interrupted by user.$"):
        mlp._fit(X, THREE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        three = neural_network.MLPClassifier(**{**SHORT, "max_iter": 3}).fit(X, THREE)
    assert mlp.n_iter_ == 3
    for a, b in zip(mlp.coefs_, three.coefs_, strict=True):
        tolerances.WEIGHTS_VS_SCIKIT_LEARN.check(a, b)


def test_an_average_that_forgets_keeps_small_gradients() -> None:
    """Pixels at the rim have gradients a thousandth of what others have, or of the step before."""
    x, y = datasets.load_digits(return_X_y=True)
    settings = {"random_state": 0, "max_iter": 2, "beta_1": 0.0, "beta_2": 0.0}
    made = [
        module.MLPClassifier(**settings).fit(x / 16, y).loss_curve_
        for module in (ours, neural_network)
    ]
    tolerances.LOSS_VS_SCIKIT_LEARN.check(*made)


@pytest.mark.parametrize("scale", [1e4, 1e9, 1e12])
@pytest.mark.parametrize("y", [TWO, THREE, LABELS], ids=["two", "three", "labels"])
def test_a_huge_loss_is_reported_as_its_limit(y: Any, scale: float) -> None:
    settings = {**SHORT, "max_iter": 1, "learning_rate_init": 1e-15}
    made = [
        module.MLPClassifier(**settings).fit(X * scale, y).loss_
        for module in (ours, neural_network)
    ]
    tolerances.LOSS_VS_SCIKIT_LEARN.check(*made)


@pytest.mark.parametrize("solver", ["adam", "sgd"])
@pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix], ids=["dense", "sparse"])
def test_a_batch_without_weights_is_refused(form: Any, solver: str) -> None:
    weights = np.where((np.arange(61) >= 16) & (np.arange(61) < 32), 0.0, 1.0)
    for module in (ours, neural_network):
        mlp = module.MLPClassifier(**SHORT, solver=solver, batch_size=16, shuffle=False)
        with pytest.raises(ZeroDivisionError, match=r"[Ww]eights (add up|sum) to (0|zero)"):
            mlp.fit(form(X), THREE, sample_weight=weights)
        larger = mlp.set_params(batch_size=32).fit(form(X), THREE, sample_weight=weights)
        assert np.isfinite(larger.loss_)


def test_lbfgs_where_many_rows_have_no_weight(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are taken in parts, whose mean loss a part without weights does not have."""
    monkeypatch.setattr("pronghorn.sklearn._lbfgs._ROWS", 10)
    weights = np.where((np.arange(61) < 31), 0.0, WEIGHTS)
    made = [
        module.MLPRegressor(**SHORT, solver="lbfgs", alpha=0.1).fit(
            X, VALUES, sample_weight=weights
        )
        for module in (ours, neural_network)
    ]
    check_alike(*made)


def test_digits_by_default() -> None:
    x, y = datasets.load_digits(return_X_y=True)
    made = [
        module.MLPClassifier(random_state=0, max_iter=10).fit(x, y)
        for module in (ours, neural_network)
    ]
    check_alike(*made)
