"""Parts of the net: dropout, normalization, activations, hidden outputs, first weights."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from scipy import sparse, special
from sklearn import model_selection, neural_network
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline

import tolerances
from pronghorn import Input, Sequential, layers, optimizers
from pronghorn.errors import ParameterError, ShapeError
from pronghorn.sklearn import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

rng = np.random.default_rng(41)
X = rng.normal(size=(240, 5))
Y = np.digitize(X[:, 0] * X[:, 1] + X[:, 2], [-0.5, 0.7])
VALUE = np.sin(2.0 * X[:, 0]) + X[:, 1]
SETTINGS: dict[str, Any] = {"learning_rate_init": 0.02, "max_iter": 30, "random_state": 0}
EXTRAS: dict[str, dict[str, Any]] = {
    "dropout": {"dropout": 0.2},
    "dropout of one layer": {"dropout": [0.0, 0.3]},
    "batch_norm": {"batch_norm": True, "batch_size": 40},
    "layer_norm": {"layer_norm": True},
    "activations": {"activation": ["gelu", "tanh"]},
    "optimizer": {"optimizer": optimizers.AdamW},
    "schedule": {"learning_rate": optimizers.schedules.CosineDecay(0.05, 300)},
    "all": {
        "dropout": 0.1, "batch_norm": True, "batch_size": 40, "activation": "mish", "l1": 0.01,
        "optimizer": "nadam", "label_smoothing": 0.1, "early_stopping": True,
    },
}  # fmt: skip


def fit(**parameters: Any) -> Any:
    return MLPClassifier((12, 8), **{**SETTINGS, **parameters}).fit(X, Y)


def forward(net: Any, activation: Any, normalize: Any = None, depth: int = 3) -> Any:
    """The net in NumPy: z of layer ``depth``, or the activations of a hidden one."""
    a = X
    for i in range(depth):
        a = a @ net.coefs_[i] + net.intercepts_[i]
        if i < 2:
            a = activation(a if normalize is None else normalize(a, *net.norms_[i]))
    return a


def relu(z: Any) -> Any:
    return np.maximum(z, 0.0)


@pytest.mark.parametrize("name", EXTRAS)
def test_it_learns_and_repeats(name: str) -> None:
    nets = [fit(**EXTRAS[name], **({} if name == "all" else {"max_iter": 150})) for _ in range(2)]
    np.testing.assert_array_equal(*(net.predict_proba(X) for net in nets))
    assert name == "all" or nets[0].score(X, Y) > 0.85


@pytest.mark.parametrize("name", EXTRAS)
def test_pickles_predict_and_train_on(name: str) -> None:
    parameters = {**EXTRAS[name], "early_stopping": False}
    net = fit(**parameters)
    copied = pickle.loads(pickle.dumps(net))
    np.testing.assert_array_equal(copied.predict_proba(X), net.predict_proba(X))
    for estimator in (net, copied):
        estimator.partial_fit(X, Y).partial_fit(X, Y)
    np.testing.assert_array_equal(copied.predict_proba(X), net.predict_proba(X))


@pytest.mark.parametrize("name", EXTRAS)
def test_epochs_one_by_one_are_epochs(name: str) -> None:
    parameters = {**EXTRAS[name], "early_stopping": False, "shuffle": False}
    whole = fit(**parameters, max_iter=3)
    net = MLPClassifier((12, 8), **{**SETTINGS, **parameters})
    for _ in range(3):
        net.partial_fit(X, Y, classes=[0, 1, 2])
    np.testing.assert_array_equal(net.coefs_[0], whole.coefs_[0])
    assert net.loss_curve_ == whole.loss_curve_


@pytest.mark.parametrize("seeds", [(0, 0), (0, 1)], ids=["same", "other"])
def test_masks_follow_the_random_state(seeds: tuple[int, int]) -> None:
    curves = [fit(dropout=0.5, random_state=seed).loss_curve_ for seed in seeds]
    assert (curves[0] == curves[1]) == (seeds[0] == seeds[1])


def test_dropout_drops_in_training_only() -> None:
    net, plain = fit(dropout=0.5), fit(activation=["relu", "relu"])
    assert net.loss_curve_[-1] > 1.2 * plain.loss_curve_[-1]
    tolerances.OUTPUTS_VS_SCIKIT_LEARN.check(
        net.predict_proba(X), special.softmax(forward(net, relu), axis=1)
    )


def gelu(z: Any) -> Any:
    return z * special.ndtr(z)


def elu(z: Any) -> Any:
    return np.where(z > 0.0, z, np.expm1(z))


@pytest.mark.parametrize(("name", "function"), [("gelu", gelu), ("elu", elu)])
def test_activations(name: str, function: Any) -> None:
    net = fit(activation=name)
    tolerances.OUTPUTS_VS_SCIKIT_LEARN.check(
        net.predict_proba(X), special.softmax(forward(net, function), axis=1)
    )


def by_batch(z: Any, gamma: Any, beta: Any, mean: Any, variance: Any) -> Any:
    return gamma * (z - mean) / np.sqrt(variance + 1e-3) + beta


def by_layer(z: Any, gamma: Any, beta: Any) -> Any:
    centred = z - z.mean(axis=1, keepdims=True)
    return gamma * centred / np.sqrt(z.var(axis=1, keepdims=True) + 1e-3) + beta


NORMS = {"batch_norm": by_batch, "layer_norm": by_layer}


@pytest.mark.parametrize("norm", NORMS)
def test_normalization(norm: str) -> None:
    net = fit(**{norm: True}, batch_size=40)
    expected = special.softmax(forward(net, relu, NORMS[norm]), axis=1)
    tolerances.OUTPUTS_VS_SCIKIT_LEARN.check(net.predict_proba(X), expected)
    assert [len(arrays[0]) for arrays in net.norms_] == [12, 8]


@pytest.mark.parametrize("norm", NORMS)
def test_best_weights_hold_their_normalization(norm: str) -> None:
    settings = {**SETTINGS, "early_stopping": True, "max_iter": 80, "tol": 0.0}
    net = MLPClassifier((12, 8), **settings, n_iter_no_change=3, **{norm: True})
    net.fit(X[:160], Y[:160], X_val=X[160:], y_val=Y[160:])
    assert net.validation_scores_[-1] < net.best_validation_score_ == net.score(X[160:], Y[160:])


# Hidden activations.


@pytest.mark.parametrize("parameters", [{}, {"layer_norm": True}], ids=["plain", "extras"])
@pytest.mark.parametrize("layer", [0, 1, -1, -2])
def test_transform_gives_a_hidden_layer(layer: int, parameters: Any) -> None:
    net = fit(**parameters)
    normalize = by_layer if parameters else None
    expected = forward(net, relu, normalize, depth=layer % 2 + 1)
    tolerances.OUTPUTS_VS_SCIKIT_LEARN.check(net.transform(X, layer), expected)


@pytest.mark.parametrize("layer", [2, -3, 0.5, "last"])
def test_transform_of_no_layer(layer: Any) -> None:
    with pytest.raises(ParameterError, match="one of 2 hidden layers, 0 to 1"):
        fit().transform(X, layer)


@pytest.mark.parametrize("parameters", [{}, {"activation": "gelu"}], ids=["plain", "extras"])
def test_sparse_rows(parameters: Any) -> None:
    x = np.where(X > 0.5, X, 0.0)
    net = MLPClassifier((12, 8), **SETTINGS, **parameters).fit(sparse.csr_matrix(x), Y)
    for method in ("predict_proba", "transform"):
        found = getattr(net, method)(sparse.csr_matrix(x))
        tolerances.OUTPUTS_VS_SCIKIT_LEARN.check(found, getattr(net, method)(x))


# First weights.


def first(source: Any, **parameters: Any) -> Any:
    """An estimator after one step of size 0: its weights are its first ones."""
    settings = {"hidden_layer_sizes": (12, 8), "solver": "sgd", "learning_rate_init": 1e-30}
    return MLPClassifier(**{**settings, "max_iter": 1, "init": source, **parameters})


@pytest.mark.parametrize("module", [neural_network, None], ids=["scikit-learn's", "ours"])
def test_first_weights_from_an_estimator(module: Any) -> None:
    kind = MLPClassifier if module is None else module.MLPClassifier
    source = kind((12, 8), **SETTINGS).fit(X, Y)
    net = first(source).fit(X, Y)
    for a, b in zip([*net.coefs_, *net.intercepts_], [*source.coefs_, *source.intercepts_],
                    strict=True):  # fmt: skip
        tolerances.SCIKIT_LEARN_TRAINS_ON.check(a, b)


def test_other_classes_get_a_last_layer_of_their_own() -> None:
    source = fit()
    net = first(source, random_state=0).fit(X, Y > 0)
    tolerances.SCIKIT_LEARN_TRAINS_ON.check(net.coefs_[1], source.coefs_[1])
    assert net.coefs_[2].shape == (8, 1)


def test_first_weights_from_a_model() -> None:
    hidden = [layers.Dense(12, "relu"), layers.Dropout(0.5), layers.Dense(8, "relu")]
    model = Sequential([Input((5,)), *hidden, layers.Dense(3)])
    net = first(model).fit(X, Y)
    tolerances.SCIKIT_LEARN_TRAINS_ON.check(net.coefs_[2], model.layers[-1].get_weights()[0])


def test_first_weights_in_a_search() -> None:
    from sklearn.frozen import FrozenEstimator

    source = fit(max_iter=200)
    search = model_selection.GridSearchCV(first(FrozenEstimator(source)), {"alpha": [0.0]}, cv=2)
    assert search.fit(X, Y).best_score_ == pytest.approx(source.score(X, Y))


@pytest.mark.parametrize(
    ("source", "error", "message"),
    [
        (MLPClassifier(), NotFittedError, "not fitted"),
        (3, ParameterError, "init: expected a fitted"),
        (make_pipeline(MLPClassifier()), ParameterError, "init: expected a fitted"),
        (neural_network.MLPClassifier((7,)), ShapeError, r"shape \(5, 12\), received \(5, 7\)"),
        (Sequential([Input((5,)), layers.LayerNormalization(), layers.Dense(3)]), ParameterError,
         "a chain of dense layers"),
    ],
    ids=["unfitted", "a number", "a pipeline", "another width", "another model"],
)  # fmt: skip
def test_first_weights_refused(source: Any, error: type[Exception], message: str) -> None:
    if error is ShapeError:
        source.set_params(max_iter=1).fit(X, Y)
    with pytest.raises(error, match=message):
        first(source).fit(X, Y)


# scikit-learn's own object.


@pytest.mark.parametrize("name", ["dropout", "optimizer", "schedule"])
def test_to_sklearn_predicts_the_same(name: str) -> None:
    net = fit(**EXTRAS[name])
    plain = net.to_sklearn()
    assert b"pronghorn" not in pickle.dumps(plain)
    tolerances.OUTPUTS_VS_SCIKIT_LEARN.check(plain.predict_proba(X), net.predict_proba(X))
    plain.partial_fit(X, Y)


@pytest.mark.parametrize("loss", ["huber", "gamma"])
def test_to_sklearn_of_a_regression(loss: str) -> None:
    net = MLPRegressor(loss, (12,), **SETTINGS).fit(X, np.exp(VALUE))
    tolerances.OUTPUTS_VS_SCIKIT_LEARN.check(net.to_sklearn().predict(X), net.predict(X))


@pytest.mark.parametrize("name", ["batch_norm", "layer_norm", "activations", "all"])
def test_to_sklearn_refuses_what_it_cannot_compute(name: str) -> None:
    with pytest.raises(ParameterError, match="to_sklearn: expected a net"):
        fit(**EXTRAS[name]).to_sklearn()


# Parameters that do not go together.

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "both norms": ({"batch_norm": True, "layer_norm": True}, "expected batch_norm or layer_norm"),
    "three activations": ({"activation": ["relu"] * 3}, "one for each of 2 hidden layers"),
    "no such activation": ({"activation": "rellu"}, "Did you mean 'relu'?"),
    "a layer as activation": ({"activation": layers.PReLU()}, "a name or a function"),
    "no such output": ({"out_activation": "softmx"}, "Did you mean 'softmax'?"),
    "three rates": ({"dropout": [0.1] * 3}, "dropout: expected one rate for all of 2"),
    "a rate of 1": ({"dropout": [0.1, 1.0]}, "dropout: expected one rate"),
    "no such optimizer": ({"optimizer": "sgdd"}, "Did you mean 'sgd'?"),
    "adaptive optimizer": ({"optimizer": "adam", "learning_rate": "adaptive"}, "learning_rate"),
    "two schedules": (
        {"optimizer": optimizers.SGD(), "learning_rate": lambda step: 0.1},
        "beside an optimizer that is an object",
    ),
    "lbfgs of steps": ({"solver": "lbfgs", "dropout": 0.1}, "solver 'lbfgs': expected no param"),
    "lbfgs with a schedule": (
        {"solver": "lbfgs", "learning_rate": lambda step: 0.1}, "received learning_rate",
    ),
    "negative l1": ({"l1": -1.0}, "l1"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused_and_nothing_changed(name: str) -> None:
    parameters, message = REFUSED[name]
    net = fit()
    before = net.predict_proba(X)
    with pytest.raises(ValueError, match=message):
        net.set_params(**parameters).fit(X[:, :3], Y)
    net.set_params(**{name: MLPClassifier().get_params()[name] for name in parameters})
    np.testing.assert_array_equal(net.predict_proba(X), before)


def test_hidden_softmax() -> None:
    one, several = (
        MLPClassifier((6,), max_iter=2, random_state=0, activation=given).fit(X, Y)
        for given in ("softmax", ["softmax"])
    )
    np.testing.assert_array_equal(one.predict_proba(X), several.predict_proba(X))
    hidden = special.softmax(X @ one.coefs_[0] + one.intercepts_[0], axis=1)
    tolerances.OUTPUTS_VS_SCIKIT_LEARN.check(one.transform(X), hidden, "hidden outputs")


def test_a_rate_of_numpy_is_a_rate() -> None:
    nets = [
        MLPClassifier((6,), max_iter=2, random_state=0, dropout=rate).fit(X, Y)
        for rate in (0.25, np.float32(0.25))
    ]
    np.testing.assert_array_equal(nets[0].coefs_[0], nets[1].coefs_[0])


def test_lbfgs_takes_parameters_that_say_nothing() -> None:
    plain = MLPClassifier((6,), max_iter=5, random_state=0, solver="lbfgs").fit(X, Y)
    said = MLPClassifier(
        (6,), max_iter=5, random_state=0, solver="lbfgs", callbacks=[], dropout=[0.0]
    ).fit(X, Y)
    np.testing.assert_array_equal(said.coefs_[0], plain.coefs_[0])
