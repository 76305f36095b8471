"""Where parameters go: the build function, compile, what compile is given, fit, predict."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.metrics import accuracy_score

import tolerances
from pronghorn import Input, Model, Sequential, callbacks, layers, losses, metrics, optimizers
from pronghorn.errors import ParameterError
from pronghorn.sklearn import KerasClassifier, KerasRegressor

QUIET: dict[str, Any] = {"verbose": 0, "random_state": 0}


def test_defaults_of_fit_are_those_of_the_model() -> None:
    of_model = inspect.signature(Model.fit).parameters
    ours = inspect.signature(KerasClassifier).parameters
    shared = set(of_model) & set(ours) - {"verbose"}
    assert shared >= {"batch_size", "epochs", "callbacks", "validation_split", "shuffle"}
    assert {n: ours[n].default for n in shared} == {n: of_model[n].default for n in shared}


@pytest.mark.parametrize(
    "parameters",
    [{"n_neurons": 5}, {"model__n_neurons": 5}, {"n_hidden": 2, "model__n_neurons": 5}],
    ids=["plain", "prefix", "both"],
)
def test_build_function_gets_its_arguments(
    build: Any, blobs: Any, parameters: dict[str, Any]
) -> None:
    fitted = KerasClassifier(build, **parameters, **QUIET).fit(*blobs)
    hidden = [layer.units for layer in fitted.model_.layers if layer.units != 3]
    assert hidden == [5] * parameters.get("n_hidden", 1)


def test_build_fn_is_another_name_for_model(build: Any, blobs: Any) -> None:
    first = KerasClassifier(build_fn=build, n_neurons=5, **QUIET).fit(*blobs)
    second = KerasClassifier(build, n_neurons=5, **QUIET).fit(*blobs)
    np.testing.assert_array_equal(first.predict_proba(blobs[0]), second.predict_proba(blobs[0]))


@pytest.mark.parametrize(
    ("optimizer", "parameters", "rate"),
    [
        ("sgd", {"optimizer__learning_rate": 0.25}, 0.25),
        (optimizers.SGD, {"optimizer__learning_rate": 0.25}, 0.25),
        (optimizers.SGD(0.5, momentum=0.5), {"optimizer__learning_rate": 0.25}, 0.25),
        (optimizers.SGD(0.5), {}, 0.5),
        (None, {"optimizer__learning_rate": 0.25}, 0.25),
        ("sgd", {}, 0.01),
    ],
    ids=["name", "class", "object", "object as it is", "default", "name as it is"],
)
def test_optimizer_gets_its_arguments(
    build: Any, blobs: Any, optimizer: Any, parameters: dict[str, Any], rate: float
) -> None:
    fitted = KerasClassifier(build, optimizer=optimizer, **parameters, **QUIET).fit(*blobs)
    assert float(fitted.model_.optimizer.learning_rate) == pytest.approx(rate)
    assert fitted.model_.optimizer is not optimizer


def test_argument_may_be_a_class_with_arguments(build: Any, blobs: Any) -> None:
    fitted = KerasClassifier(
        build,
        optimizer="sgd",
        optimizer__learning_rate=optimizers.schedules.ExponentialDecay,
        optimizer__learning_rate__initial_learning_rate=0.5,
        optimizer__learning_rate__decay_steps=7,
        optimizer__learning_rate__decay_rate=0.9,
        **QUIET,
    ).fit(*blobs)
    config = fitted.model_.optimizer.get_config()["learning_rate"]["config"]
    assert (config["initial_learning_rate"], config["decay_steps"]) == (0.5, 7)


def test_loss_and_metrics_get_their_arguments(build: Any, blobs: Any) -> None:
    fitted = KerasClassifier(
        build,
        loss="categorical_crossentropy",
        loss__label_smoothing=0.25,
        metrics=["accuracy", metrics.TopKCategoricalAccuracy],
        metrics__1__k=2,
        **QUIET,
    ).fit(*blobs)
    assert fitted.model_.loss.label_smoothing == 0.25
    assert sorted(fitted.history_) == ["accuracy", "loss", "top_k_categorical_accuracy"]
    assert fitted.model_.get_compile_config()["metrics"][1]["config"]["k"] == 2


@pytest.mark.parametrize(
    ("given", "parameters"),
    [
        (callbacks.EarlyStopping(monitor="loss", patience=0), {}),
        (
            callbacks.EarlyStopping,
            {"callbacks__monitor": "loss", "callbacks__patience": 0},
        ),
        (
            ["early_stopping"],
            {
                "callbacks__0__monitor": "loss",
                "callbacks__0__patience": 0,
            },
        ),
        (
            {"stop": callbacks.EarlyStopping, "nan": "TerminateOnNaN"},
            {
                "callbacks__stop__monitor": "loss",
                "callbacks__stop__patience": 0,
            },
        ),
    ],
    ids=["object", "class", "name in a list", "dict"],
)
def test_callbacks_get_their_arguments(
    build: Any, blobs: Any, given: Any, parameters: dict[str, Any]
) -> None:
    # With learning rate 0 and rows in their order the second epoch's loss is that of the first.
    fitted = KerasClassifier(
        build,
        optimizer=optimizers.SGD(0.0),
        epochs=9,
        shuffle=False,
        callbacks=given,
        **parameters,
        **QUIET,
    ).fit(*blobs)
    assert len(fitted.history_["loss"]) == 2


def test_fit_and_predict_get_theirs(build: Any, blobs: Any) -> None:
    seen = []

    class Count(callbacks.Callback):
        def on_train_begin(self, logs: Any = None) -> None:
            seen.append(("train", self.params["epochs"], self.params["steps"]))

        def on_predict_begin(self, logs: Any = None) -> None:
            seen.append(("predict", self.params["steps"]))

    fitted = KerasClassifier(
        build,
        fit__callbacks=[Count()],
        fit__batch_size=40,
        epochs=2,
        predict__batch_size=60,
        predict__callbacks=[Count()],
        **QUIET,
    )
    fitted.fit(*blobs).predict(blobs[0])
    fitted.fit(*blobs, epochs=3, batch_size=30)
    assert seen == [("train", 2, 3), ("predict", 2), ("train", 3, 4)]


def test_weighted_metrics_go_to_compile(build: Any, blobs: Any) -> None:
    # With learning rate 0 the accuracy of the epoch is that of the predictions.
    weights = np.linspace(0.1, 2.0, 120)
    fitted = KerasClassifier(
        build,
        optimizer=optimizers.SGD(0.0),
        weighted_metrics=[metrics.SparseCategoricalAccuracy],
        **QUIET,
    ).fit(*blobs, sample_weight=weights)
    expected = accuracy_score(blobs[1], fitted.predict(blobs[0]), sample_weight=weights)
    found = fitted.history_["sparse_categorical_accuracy"][0]
    tolerances.WORKED_IN_FLOAT32.check(found, expected)


def test_loss_weights_go_to_compile(build: Any, blobs: Any) -> None:
    settings: dict[str, Any] = {"optimizer": optimizers.SGD(0.0), "batch_size": 120, **QUIET}
    once = KerasClassifier(build, **settings).fit(*blobs)
    twice = KerasClassifier(build, loss_weights=[2.0], **settings).fit(*blobs)
    found, expected = twice.history_["loss"][0], 2 * once.history_["loss"][0]
    tolerances.WORKED_IN_FLOAT32.check(found, expected)


def test_steps_and_batch_size_go_to_predict(build: Any, blobs: Any) -> None:
    estimator = KerasClassifier(build, batch_size=7, **QUIET).fit(*blobs)
    expected = estimator.predict_proba(blobs[0])[:14]
    found = estimator.set_params(steps=2).predict_proba(blobs[0])
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("name", ["sample_weight", "fit__sample_weight"])
def test_weights_of_rows_are_no_parameter(build: Any, name: str) -> None:
    with pytest.raises(ParameterError, match=rf"'{name}'\. Pass it to fit\(X, y, sample_weight"):
        KerasClassifier(build, **{name: np.ones(120)})


def test_batch_of_minus_one_is_all_rows(build: Any, blobs: Any) -> None:
    steps = []

    class Count(callbacks.Callback):
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            steps.append("train")

        def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
            steps.append("validate")

        def on_predict_batch_end(self, batch: int, logs: Any = None) -> None:
            steps.append("predict")

    estimator = KerasClassifier(
        build,
        batch_size=-1,
        validation_batch_size=-1,
        callbacks=[Count()],
        predict__callbacks=[Count()],
        **QUIET,
    )
    estimator.fit(*blobs, validation_data=blobs).predict(blobs[0])
    assert steps == ["train", "validate", "predict"]
    as_many = KerasClassifier(build, batch_size=120, **QUIET).fit(*blobs)
    np.testing.assert_array_equal(
        estimator.predict_proba(blobs[0]), as_many.predict_proba(blobs[0])
    )


def test_build_function_may_read_all_parameters(blobs: Any) -> None:
    def build(params: dict[str, Any]) -> Any:
        hidden = layers.Dense(params["width"] * params["epochs"])
        return Sequential([Input((6,)), hidden, layers.Dense(3, activation="softmax")])

    estimator = KerasClassifier(build, width=4, epochs=2, **QUIET)
    assert estimator.fit(*blobs).model_.layers[0].units == 8
    assert clone(estimator).set_params(width=5).fit(*blobs).model_.layers[0].units == 10


def test_params_may_be_an_argument_like_others(blobs: Any) -> None:
    def build(params: Any = None) -> Any:
        return Sequential([Input((6,)), layers.Dense(params, activation="softmax")])

    fitted = KerasClassifier(build, params=5, **QUIET).fit(*blobs)
    assert fitted.model_.output_shape == (None, 5)


def test_meta_says_what_the_data_is(blobs: Any) -> None:
    seen: dict[str, Any] = {}

    def build(meta: dict[str, Any]) -> Any:
        seen.update(meta)
        head = layers.Dense(meta["n_classes_"], activation="softmax")
        return Sequential([Input((meta["n_features_in_"],)), head])

    KerasClassifier(build, **QUIET).fit(*blobs)
    assert seen["X_shape_"] == (120, 6) and seen["X_dtype_"] == np.float32
    assert (seen["n_classes_"], seen["n_outputs_"], seen["y_ndim_"]) == (3, 1, 1)
    assert seen["n_outputs_expected_"] == 1
    assert seen["target_type_"] == "multiclass" and seen["classes_"].tolist() == [0, 1, 2]


@pytest.mark.parametrize(("kind", "n_expected"), [(KerasClassifier, 2), (KerasRegressor, 1)])
def test_meta_says_how_many_outputs_there_will_be(blobs: Any, kind: Any, n_expected: int) -> None:
    seen = []

    def build(meta: dict[str, Any]) -> Any:
        seen.append(meta["n_outputs_expected_"])
        front = Input((6,))
        if meta["n_outputs_expected_"] == 1:
            return Model(front, layers.Dense(2)(front))
        heads = [layers.Dense(n, activation="softmax") for n in meta["n_classes_"]]
        return Model(front, [head(front) for head in heads])

    y = np.stack([blobs[1], blobs[1] + 3], axis=1)
    fitted = kind(build, **QUIET).fit(blobs[0], y)
    assert seen == [n_expected] and fitted.n_outputs_expected_ == n_expected


def test_build_function_may_compile_with_what_was_given(blobs: Any) -> None:
    def build(compile_kwargs: dict[str, Any], units: int = 3) -> Any:
        model = Sequential([Input((6,)), layers.Dense(units, activation="softmax")])
        model.compile(**{**compile_kwargs, "metrics": ["accuracy"]})
        return model

    fitted = KerasClassifier(build, optimizer="sgd", optimizer__learning_rate=0.5, **QUIET).fit(
        *blobs
    )
    assert fitted.model_.optimizer.learning_rate == 0.5
    assert isinstance(fitted.model_.loss, losses.SparseCategoricalCrossentropy)
    assert "accuracy" in fitted.history_


def test_arguments_of_build_named_as_parameters_get_those(blobs: Any) -> None:
    seen = []

    def build(optimizer: Any = "adam", loss: Any = "unset") -> Any:
        seen.append((optimizer, loss))
        model = Sequential([Input((6,)), layers.Dense(3, activation="softmax")])
        model.compile(optimizer, "sparse_categorical_crossentropy")
        return model

    KerasClassifier(build, **QUIET).fit(*blobs)
    KerasClassifier(build, optimizer="sgd", **QUIET).fit(*blobs)
    assert seen == [("adam", "unset"), ("sgd", "unset")]


@pytest.mark.parametrize("is_compiled", [True, False])
def test_model_is_trained_as_a_copy(blobs: Any, is_compiled: bool) -> None:
    model = Sequential([Input((6,)), layers.Dense(3, activation="softmax")])
    if is_compiled:
        model.compile(optimizers.SGD(0.125), "sparse_categorical_crossentropy")
    before = model.get_weights()[0].copy()
    fitted = KerasClassifier(model, **QUIET).fit(*blobs)
    assert fitted.model is model and fitted.model_ is not model
    np.testing.assert_array_equal(model.get_weights()[0], before)
    expected = (optimizers.SGD, 0.125) if is_compiled else (optimizers.RMSprop, 0.001)
    made = fitted.model_.optimizer
    assert (type(made), float(made.learning_rate)) == (expected[0], pytest.approx(expected[1]))


def test_model_in_a_search_is_cloned(blobs: Any) -> None:
    model = Sequential([Input((6,)), layers.Dense(3, activation="softmax")])
    copy = clone(KerasClassifier(model, epochs=2))
    assert copy.model is not model and copy.fit(*blobs, verbose=0).predict(blobs[0]).shape == (120,)


# get_params, set_params, clone.


def test_parameters_are_those_given(build: Any) -> None:
    given = {"n_neurons": 7, "optimizer__learning_rate": 0.5, "callbacks__0__patience": 2}
    params = KerasClassifier(build, epochs=3, **given).get_params()
    assert {name: params[name] for name in given} == given
    assert params["epochs"] == 3 and "n_hidden" not in params


def test_parameter_that_only_the_build_function_knows_can_be_set(build: Any) -> None:
    estimator = KerasClassifier(build)
    assert estimator.set_params(n_hidden=3, epochs=2) is estimator
    copy = clone(estimator)
    assert (copy.n_hidden, copy.get_params()["n_hidden"], copy.epochs) == (3, 3, 2)


def test_model_may_be_set_together_with_its_arguments(build: Any) -> None:
    def other(width: int = 1) -> Any:
        raise NotImplementedError

    estimator = KerasClassifier(build, n_hidden=2).set_params(model=other, width=4)
    params = estimator.get_params()
    assert params["width"] == 4 and "n_hidden" not in params


@pytest.mark.parametrize(
    "name", ["n_hiden", "optimiser__learning_rate", "learning_rate", "sample_wait"]
)
def test_unknown_name_is_refused_and_changes_nothing(build: Any, name: str) -> None:
    with pytest.raises(ParameterError, match=name):
        KerasClassifier(build, **{name: 1})
    estimator = KerasClassifier(build, n_hidden=2)
    before = estimator.get_params()
    with pytest.raises(ParameterError, match=name):
        estimator.set_params(epochs=5, **{name: 1})
    assert estimator.get_params() == before


def test_build_function_with_open_arguments_takes_any_name(blobs: Any) -> None:
    seen: dict[str, Any] = {}

    def build(**settings: Any) -> Any:
        seen.update(settings)
        return Sequential([Input((6,)), layers.Dense(3, activation="softmax")])

    KerasClassifier(build, width=4, model__depth=2, epochs=2, **QUIET).fit(*blobs)
    assert seen == {"width": 4, "depth": 2}


# Refusals at fit.


def test_arguments_of_build_that_it_lacks_are_refused(build: Any, blobs: Any) -> None:
    with pytest.raises(ParameterError, match=r"n_hidden, n_neurons\), received n_layers"):
        KerasClassifier(build, model__n_layers=2).fit(*blobs)


@pytest.mark.parametrize(
    "parameters",
    [
        {"optimizer": "adam"},
        {"optimizer__learning_rate": 1.0},
        {"compile__run_eagerly": True},
        {"weighted_metrics": ["accuracy"]},
        {"loss_weights": [2.0]},
    ],
    ids=str,
)
def test_compile_parameters_of_a_compiled_model_are_refused(
    blobs: Any, parameters: dict[str, Any]
) -> None:
    def build() -> Any:
        model = Sequential([Input((6,)), layers.Dense(3, activation="softmax")])
        model.compile("sgd", "sparse_categorical_crossentropy")
        return model

    with pytest.raises(ParameterError, match=f"where {next(iter(parameters))} would change"):
        KerasClassifier(build, **parameters).fit(*blobs)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"model": 3}, "a function that gives a model"),
        ({"model": lambda: 3}, "a model from the build function, received 3"),
        ({"model": lambda: 3, "build_fn": lambda: 3}, "model or build_fn, received both"),
    ],
    ids=["not callable", "no model", "two"],
)
def test_what_is_no_model_is_refused(blobs: Any, parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        KerasClassifier(**parameters).fit(*blobs)


def test_function_as_loss_takes_no_arguments(build: Any, blobs: Any) -> None:
    estimator = KerasClassifier(build, loss=losses.mean_squared_error, loss__label_smoothing=0.1)
    with pytest.raises(ParameterError, match="loss__label_smoothing"):
        estimator.fit(*blobs)


def test_default_of_regression_is_the_squared_error(blobs: Any) -> None:
    fitted = KerasRegressor(**QUIET).fit(blobs[0], blobs[0][:, :2])
    assert isinstance(fitted.model_.loss, losses.MeanSquaredError)
    assert fitted.model_.output_shape == (None, 2)
