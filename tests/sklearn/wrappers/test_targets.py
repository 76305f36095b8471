"""Targets: labels of any dtype, in the form that the model's loss compares; and outputs back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import sparse
from scipy.special import expit
from sklearn.metrics import accuracy_score, r2_score

import tolerances
from pronghorn import Input, Model, Sequential, callbacks, layers, losses
from pronghorn.errors import DataError, ParameterError, ShapeError
from pronghorn.sklearn import KerasClassifier, KerasRegressor
from pronghorn.utils import to_categorical, use_random_seed

QUIET: dict[str, Any] = {"verbose": 0, "random_state": 0}
NAMES = np.array(["tree", "ash", "oak"])


def net(units: int, activation: str = "softmax") -> Any:
    def build() -> Any:
        return Sequential([Input((6,)), layers.Dense(units, activation=activation)])

    return build


def by_hand(build: Any, loss: Any, x: Any, target: Any, epochs: int = 3) -> np.ndarray:
    """The outputs of a plain model, trained on targets that were encoded by hand."""
    seed = int(np.random.RandomState(0).randint(2**31 - 1))
    with use_random_seed(seed):
        model = build()
        model.compile("rmsprop", loss)
        model.fit(x, target, epochs=epochs, verbose=0)
    return np.asarray(model.predict(x, verbose=0))


@pytest.mark.parametrize(
    "labels",
    [
        np.array([3, 1, 7]),
        np.array([1.5, -2.0, 0.0]),
        NAMES,
        NAMES.astype(object),
        np.array([2, 0, 1], np.uint8),
    ],
    ids=["int", "float", "str", "object", "uint8"],
)
def test_labels_of_any_dtype(blobs: Any, labels: np.ndarray) -> None:
    x, numbers = blobs
    y = labels[numbers]
    if labels.dtype.kind == "f":
        y = y.astype(np.int64).astype(np.float64)  # scikit-learn takes whole numbers as classes
    fitted = KerasClassifier(net(3), epochs=3, **QUIET).fit(x, y)
    classes, encoded = np.unique(y, return_inverse=True)
    expected = by_hand(net(3), "sparse_categorical_crossentropy", x, encoded)
    np.testing.assert_array_equal(fitted.classes_, classes)
    np.testing.assert_array_equal(fitted.predict_proba(x), expected)
    np.testing.assert_array_equal(fitted.predict(x), classes[expected.argmax(axis=1)])
    assert fitted.predict(x).dtype == y.dtype
    assert fitted.score(x, y) == accuracy_score(y, classes[expected.argmax(axis=1)])


@pytest.mark.parametrize(
    ("loss", "is_one_hot"),
    [
        ("sparse_categorical_crossentropy", False),
        (losses.SparseCategoricalCrossentropy(), False),
        ("crossentropy", False),
        ("categorical_crossentropy", True),
        (losses.CategoricalCrossentropy(label_smoothing=0.1), True),
        (losses.categorical_crossentropy, True),
        ("mse", True),
        ("kl_divergence", True),
        ("binary_crossentropy", True),
    ],
    ids=lambda value: getattr(value, "name", getattr(value, "__name__", value)),
)
def test_loss_decides_the_form(blobs: Any, loss: Any, is_one_hot: bool) -> None:
    x, y = blobs
    fitted = KerasClassifier(net(3), loss=loss, epochs=3, **QUIET).fit(x, NAMES[y])
    numbers = np.searchsorted(np.sort(NAMES), NAMES[y])
    target = np.eye(3, dtype=np.float32)[numbers] if is_one_hot else numbers
    np.testing.assert_array_equal(fitted.predict_proba(x), by_hand(net(3), loss, x, target))


def test_loss_of_your_own_compares_class_numbers(blobs: Any) -> None:
    x, y = blobs

    def own(y_true: Any, y_pred: Any) -> Any:
        return losses.sparse_categorical_crossentropy(y_true, y_pred)

    fitted = KerasClassifier(net(3), loss=own, epochs=3, **QUIET).fit(x, y)
    expected = by_hand(net(3), "sparse_categorical_crossentropy", x, y)
    tolerances.WORKED_IN_FLOAT32.check(fitted.predict_proba(x), expected)


@pytest.mark.parametrize("units", [1, 2])
def test_two_classes(blobs: Any, units: int) -> None:
    x, y = blobs[0], np.where(blobs[1] > 0, "yes", "no")
    activation = "sigmoid" if units == 1 else "softmax"
    fitted = KerasClassifier(net(units, activation), epochs=3, **QUIET).fit(x, y)
    loss = "binary_crossentropy" if units == 1 else "sparse_categorical_crossentropy"
    outputs = by_hand(net(units, activation), loss, x, (y == "yes").astype(int))
    expected = np.hstack([1 - outputs, outputs]) if units == 1 else outputs
    np.testing.assert_array_equal(fitted.predict_proba(x), expected)
    is_yes = outputs[:, -1] > 0.5
    np.testing.assert_array_equal(fitted.predict(x), np.where(is_yes, "yes", "no"))


@pytest.mark.parametrize("units", [1, 3])
def test_logits_become_probabilities(blobs: Any, units: int) -> None:
    x, y = blobs[0], blobs[1] if units == 3 else blobs[1] > 0
    kind = losses.BinaryCrossentropy if units == 1 else losses.SparseCategoricalCrossentropy
    fitted = KerasClassifier(net(units, "linear"), loss=kind, loss__from_logits=True, **QUIET)
    found = fitted.fit(x, y).predict_proba(x)
    logits = fitted.model_.predict(x, verbose=0).astype(np.float64)
    if units == 1:
        logits = np.hstack([np.zeros_like(logits), logits])
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    tolerances.PROBABILITIES_VS_FLOAT64.check(found, expected)
    np.testing.assert_array_equal(fitted.predict(x), fitted.classes_[expected.argmax(axis=1)])


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix], ids=["dense", "sparse"])
def test_multilabel(blobs: Any, form: Any) -> None:
    x = blobs[0]
    y = (x[:, :4] > 0).astype(int)
    fitted = KerasClassifier(net(4, "sigmoid"), epochs=3, **QUIET).fit(x, form(y))
    expected = by_hand(net(4, "sigmoid"), "binary_crossentropy", x, y)
    np.testing.assert_array_equal(fitted.predict_proba(x), expected)
    np.testing.assert_array_equal(fitted.predict(x), (expected > 0.5).astype(int))
    assert (fitted.n_outputs_, fitted.classes_.tolist()) == (4, [0, 1, 2, 3])


def compiled(build: Any, loss: Any) -> Any:
    def build_compiled() -> Any:
        model = build()
        model.compile("rmsprop", loss)
        return model

    return build_compiled


@pytest.mark.parametrize(
    ("loss", "parameters"),
    [
        (None, {"loss": "binary_crossentropy", "loss__from_logits": True}),
        (None, {"loss": losses.BinaryFocalCrossentropy(from_logits=True)}),
        (losses.BinaryCrossentropy(from_logits=True), {}),
    ],
    ids=["by name", "focal", "compiled"],
)
def test_logits_of_labels_become_probabilities(
    blobs: Any, loss: Any, parameters: dict[str, Any]
) -> None:
    x = blobs[0]
    y = (x[:, :4] > 0).astype(int)
    build = net(4, "linear") if loss is None else compiled(net(4, "linear"), loss)
    fitted = KerasClassifier(build, **parameters, **QUIET).fit(x, y)
    logits = fitted.model_.predict(x, verbose=0).astype(np.float64)
    tolerances.PROBABILITIES_VS_FLOAT64.check(fitted.predict_proba(x), expit(logits))
    np.testing.assert_array_equal(fitted.predict(x), (logits > 0).astype(int))


@pytest.mark.parametrize("is_multilabel", [True, False])
def test_targets_decide_what_logits_of_your_own_loss_are(blobs: Any, is_multilabel: bool) -> None:
    class Own(losses.Loss):
        from_logits = True

        def call(self, y_true: Any, y_pred: Any) -> Any:
            return losses.mean_squared_error(y_true, y_pred)

    x, numbers = blobs
    y = (x[:, :3] > 0).astype(int) if is_multilabel else to_categorical(numbers)
    fitted = KerasClassifier(net(3, "linear"), loss=Own(), **QUIET).fit(x, y)
    logits = fitted.model_.predict(x, verbose=0).astype(np.float64)
    grown = np.exp(logits)
    expected = expit(logits) if is_multilabel else grown / grown.sum(axis=1, keepdims=True)
    tolerances.PROBABILITIES_VS_FLOAT64.check(fitted.predict_proba(x), expected)


@pytest.mark.parametrize("dtype", [np.float32, np.int64, bool], ids=["float32", "int64", "bool"])
@pytest.mark.parametrize(
    ("activation", "loss"),
    [("softmax", "categorical_crossentropy"), ("sigmoid", "binary_crossentropy")],
)
def test_one_hot_rows(blobs: Any, activation: str, loss: str, dtype: Any) -> None:
    x, numbers = blobs
    y = to_categorical(numbers).astype(dtype)
    fitted = KerasClassifier(net(3, activation), epochs=3, **QUIET).fit(x, y)
    expected = by_hand(net(3, activation), loss, x, to_categorical(numbers))
    np.testing.assert_array_equal(fitted.predict_proba(x), expected)
    # Among these are rows without an output above 0.5.
    assert (expected.max(axis=1) < 0.5).any()
    found = fitted.predict(x)
    np.testing.assert_array_equal(found, np.eye(3)[expected.argmax(axis=1)])
    assert found.dtype == dtype
    assert fitted.score(x, y) == accuracy_score(numbers, expected.argmax(axis=1))
    assert (fitted.n_classes_, fitted.classes_.tolist()) == (3, [0, 1, 2])
    assert fitted.target_type_ == "multilabel-indicator"


@pytest.mark.parametrize(("units", "activation"), [(1, "sigmoid"), (2, "softmax")])
def test_one_hot_rows_of_two_classes(blobs: Any, units: int, activation: str) -> None:
    x, numbers = blobs[0], (blobs[1] > 0).astype(int)
    rows = KerasClassifier(net(units, activation), **QUIET).fit(x, np.eye(2)[numbers])
    labels = KerasClassifier(net(units, activation), **QUIET).fit(x, numbers)
    tolerances.OUTPUTS_VS_KERAS.check(rows.predict_proba(x), labels.predict_proba(x))
    np.testing.assert_array_equal(rows.predict(x), np.eye(2)[labels.predict(x)])


def test_sparse_loss_is_given_the_numbers_of_one_hot_rows(blobs: Any) -> None:
    x, numbers = blobs
    settings: dict[str, Any] = {"loss": "sparse_categorical_crossentropy", **QUIET}
    rows = KerasClassifier(net(3), **settings).fit(x, to_categorical(numbers))
    labels = KerasClassifier(net(3), **settings).fit(x, numbers)
    np.testing.assert_array_equal(rows.predict_proba(x), labels.predict_proba(x))


def test_default_model_of_one_hot_rows_is_that_of_their_classes(blobs: Any) -> None:
    fitted = KerasClassifier(**QUIET).fit(blobs[0], to_categorical(blobs[1]))
    total = fitted.predict_proba(blobs[0]).astype(np.float64).sum(axis=1)
    tolerances.WORKED_IN_FLOAT32.check(total, np.ones(120))


def test_labels_may_happen_to_be_one_hot(blobs: Any) -> None:
    x, y = blobs[0], (blobs[0][:, :3] > 0).astype(int)
    chunk = y.sum(axis=1) == 1
    estimator = KerasClassifier(net(3, "sigmoid"), **QUIET)
    estimator.partial_fit(x[chunk], y[chunk], classes=[[0, 1]] * 3).partial_fit(x, y)
    outputs = estimator.model_.predict(x, verbose=0)
    np.testing.assert_array_equal(estimator.predict(x), (outputs > 0.5).astype(int))


def test_labels_after_one_hot_rows_are_refused(blobs: Any) -> None:
    x, y = blobs[0], (blobs[0][:, :3] > 0).astype(int)
    chunk = y.sum(axis=1) == 1
    estimator = KerasClassifier(net(3, "sigmoid"), **QUIET).partial_fit(x[chunk], y[chunk])
    with pytest.raises(DataError, match=r"one-hot rows of 3 classes.*classes=\[\[0, 1\]\] \* 3"):
        estimator.partial_fit(x, y)


def test_columns_of_classes_may_happen_to_be_one_hot(blobs: Any) -> None:
    x, numbers = blobs
    y = np.stack([numbers, 1 - (numbers > 0)], axis=1)
    chunk = (numbers < 2) & (y.sum(axis=1) == 1)

    def build() -> Any:
        front = Input((6,))
        return Model(front, [layers.Dense(n, activation="softmax")(front) for n in (3, 2)])

    estimator = KerasClassifier(build, **QUIET)
    estimator.partial_fit(x[chunk], y[chunk], classes=[[0, 1, 2], [0, 1]])
    assert estimator.target_type_ == "multiclass-multioutput"
    assert estimator.partial_fit(x, y).n_classes_ == [3, 2]


def test_classes_of_each_column_are_asked_for(blobs: Any) -> None:
    y = np.stack([blobs[1], blobs[1]], axis=1)
    with pytest.raises(ParameterError, match=r"2 lists of classes, one for each column of y"):
        KerasClassifier(net(3), **QUIET).partial_fit(blobs[0], y, classes=[0, 1, 2])


# The loss where none is given.


def build_and_compile(units: int, activation: str) -> Any:
    def build(compile_kwargs: dict[str, Any]) -> Any:
        model = net(units, activation)()
        model.compile(**compile_kwargs)
        return model

    return build


def test_first_part_without_all_classes_is_multiclass(blobs: Any) -> None:
    x, y = blobs
    first = y < 2
    estimator = KerasClassifier(build_and_compile(3, "softmax"), **QUIET)
    estimator.partial_fit(x[first], y[first], classes=[0, 1, 2])
    assert estimator.target_type_ == "multiclass"
    assert isinstance(estimator.model_.loss, losses.SparseCategoricalCrossentropy)
    expected = by_hand(net(3), "sparse_categorical_crossentropy", x[first], y[first], epochs=1)
    np.testing.assert_array_equal(estimator.predict_proba(x[first]), expected)


@pytest.mark.parametrize(
    ("units", "activation", "loss"),
    [(1, "sigmoid", "binary_crossentropy"), (2, "softmax", "sparse_categorical_crossentropy")],
)
def test_loss_handed_to_the_build_function_fits_its_model(
    blobs: Any, units: int, activation: str, loss: str
) -> None:
    x, y = blobs[0], (blobs[1] > 0).astype(int)
    settings: dict[str, Any] = {"metrics": ["accuracy"], "epochs": 3, "shuffle": False, **QUIET}
    fitted = KerasClassifier(build_and_compile(units, activation), **settings).fit(x, y)
    given = KerasClassifier(net(units, activation), loss=loss, **settings).fit(x, y)
    np.testing.assert_array_equal(fitted.predict_proba(x), given.predict_proba(x))
    assert fitted.model_.loss.reduction == "mean_with_sample_weight"
    assert sorted(fitted.history_) == ["accuracy", "loss"]


def test_loss_that_was_given_stays(blobs: Any) -> None:
    x, y = blobs[0], (blobs[1] > 0).astype(int)
    build = build_and_compile(2, "softmax")
    fitted = KerasClassifier(build, loss="binary_crossentropy", **QUIET).fit(x, y)
    assert fitted.model_.loss == "binary_crossentropy"


def test_each_output_gets_the_loss_that_fits_it(blobs: Any) -> None:
    x, numbers = blobs
    y = np.stack([numbers, numbers > 1], axis=1)

    def build() -> Any:
        front = Input((6,))
        heads = [layers.Dense(3, activation="softmax"), layers.Dense(1, activation="sigmoid")]
        return Model(front, [head(front) for head in heads])

    names = ["sparse_categorical_crossentropy", "binary_crossentropy"]
    chosen = KerasClassifier(build, epochs=2, **QUIET).fit(x, y)
    given = KerasClassifier(build, loss=names, epochs=2, **QUIET).fit(x, y)
    for found, expected in zip(chosen.predict_proba(x), given.predict_proba(x), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_several_columns_of_classes(blobs: Any) -> None:
    x, numbers = blobs
    y = np.stack([numbers + 5, numbers > 1, (x[:, 0] > 0) * 4], axis=1)

    def build() -> Any:
        front = Input((6,))
        heads = [(3, "softmax"), (2, "softmax"), (1, "sigmoid")]
        hidden = layers.Dense(50, activation="relu")(front)
        return Model(front, [layers.Dense(n, activation=a)(hidden) for n, a in heads])

    names = ["sparse_categorical_crossentropy", "categorical_crossentropy", "binary_crossentropy"]
    fitted = KerasClassifier(build, loss=names, epochs=60, optimizer="adam", **QUIET)
    fitted.set_params(optimizer__learning_rate=0.05).fit(x, y)
    assert [c.tolist() for c in fitted.classes_] == [[5, 6, 7], [0, 1], [0, 4]]
    assert (fitted.n_outputs_, fitted.n_outputs_expected_) == (3, 3)
    assert [p.shape for p in fitted.predict_proba(x)] == [(120, 3), (120, 2), (120, 2)]
    assert ((fitted.predict(x) == y).mean(axis=0) > 0.9).all()


def test_class_that_a_fold_lacks_has_no_column(blobs: Any) -> None:
    x, y = blobs
    kept = y != 1
    fitted = KerasClassifier(net(3), epochs=3, **QUIET).fit(x[kept], y[kept])
    outputs = fitted.model_.predict(x, verbose=0)[:, :2].astype(np.float64)
    found = fitted.predict_proba(x)
    tolerances.WORKED_IN_FLOAT32.check(found, outputs / outputs.sum(axis=1, keepdims=True))
    np.testing.assert_array_equal(fitted.predict(x), np.array([0, 2])[outputs.argmax(axis=1)])


@pytest.mark.parametrize(("units", "activation"), [(1, "sigmoid"), (2, "softmax")])
def test_too_few_units_are_refused(blobs: Any, units: int, activation: str) -> None:
    with pytest.raises(ShapeError, match=rf"3 units, .* received one of {units}.*n_classes_"):
        KerasClassifier(net(units, activation), **QUIET).fit(*blobs)


def test_too_few_outputs_are_refused(blobs: Any) -> None:
    y = np.stack([blobs[1], blobs[1] + 3], axis=1)
    with pytest.raises(ShapeError, match="2 outputs, one for each column of y, received 1"):
        KerasClassifier(net(3), **QUIET).fit(blobs[0], y)


def test_validation_targets_are_encoded(blobs: Any) -> None:
    x, y = blobs[0], NAMES[blobs[1]]
    estimator = KerasClassifier(
        net(3), loss="categorical_crossentropy", metrics=["accuracy"], epochs=2, **QUIET
    )
    estimator.fit(x, y, validation_data=(x, y))
    found = estimator.history_["val_accuracy"][-1]
    assert found == pytest.approx(accuracy_score(y, estimator.predict(x)))


def test_unseen_class_in_the_validation_is_named(blobs: Any) -> None:
    x, y = blobs[0], NAMES[blobs[1]]
    estimator = KerasClassifier(net(3), **QUIET)
    with pytest.raises(DataError, match="'ash', 'oak', 'tree', received 'elm' in row 1"):
        estimator.fit(x, y, validation_data=(x[:2], np.array(["oak", "elm"])))


# Regression.


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64], ids=str)
@pytest.mark.parametrize("shape", [(-1,), (-1, 1), (-1, 2)], ids=str)
def test_predictions_have_the_shape_of_y(blobs: Any, dtype: Any, shape: tuple[int, ...]) -> None:
    x = blobs[0]
    y = (10 * x[:, :2]).astype(dtype).reshape(shape)[: len(x)]
    units = 1 if y.ndim == 1 else y.shape[1]
    fitted = KerasRegressor(net(units, "linear"), epochs=3, **QUIET).fit(x, y)
    expected = by_hand(net(units, "linear"), "mse", x, y)
    found = fitted.predict(x)
    np.testing.assert_array_equal(found, expected.reshape(y.shape))
    assert found.dtype == (np.float32 if dtype is np.float32 else np.float64)
    assert fitted.score(x, y) == pytest.approx(r2_score(y, found))


def test_several_outputs_get_a_column_each(blobs: Any) -> None:
    x = blobs[0]

    def build() -> Any:
        front = Input((6,))
        return Model(front, [layers.Dense(1)(front), layers.Dense(1)(front)])

    fitted = KerasRegressor(build, optimizer="adam", epochs=200, batch_size=120, **QUIET)
    fitted.set_params(optimizer__learning_rate=0.1).fit(x, x[:, :2])
    assert fitted.predict(x).shape == (120, 2)
    assert fitted.score(x, x[:, :2]) > 0.99


def test_images_are_taken_as_they_are() -> None:
    images = np.random.default_rng(0).integers(0, 256, (40, 5, 4)).astype(np.uint8)
    seen = []

    class Look(callbacks.Callback):
        def on_train_begin(self, logs: Any = None) -> None:
            seen.append(self.model.input_shape)

    fitted = KerasClassifier(callbacks=[Look()], **QUIET).fit(images, np.arange(40) % 2)
    assert fitted.predict(images).shape == (40,) and seen == [(None, 5, 4)]
