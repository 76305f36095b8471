"""Gradients as arrays, and training loops written by hand."""

from __future__ import annotations

import json
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import pronghorn as keras
import tolerances
from parity import peers
from parity.draws import draw_integers, draw_uniform, draw_weights
from pronghorn import callbacks, layers, metrics, optimizers
from pronghorn.errors import (
    DataError,
    GraphError,
    NotBuiltError,
    NumericsError,
    ParameterError,
    ShapeError,
)

X, LABELS, W = draw_uniform(91, 12, 4), draw_integers(92, 3, 12), draw_uniform(93, 12)


def make(k: Any = keras, rate: float = 0.0) -> Any:
    hidden = k.layers.Dense(5, activation="tanh", kernel_regularizer="l2", name="hidden")
    out = k.layers.Dense(3, activation="softmax", name="out")
    model = k.Sequential([k.Input((4,)), hidden, k.layers.Dropout(rate, seed=1), out])
    model.set_weights(draw_weights(94, [w.shape for w in model.get_weights() if w.ndim]))
    return model


def differentiate_with_jax(k: ModuleType, weights: Any) -> tuple[float, list[Any]]:
    import jax

    model = make(k)
    model.compile(loss="sparse_categorical_crossentropy")

    def loss(trainable: Any) -> Any:
        p, _, penalties = model.stateless_call(
            trainable, model.non_trainable_variables, X, return_losses=True
        )
        each = k.losses.sparse_categorical_crossentropy(LABELS, p)
        return k.ops.mean(each if weights is None else each * weights) + sum(penalties)

    value, slopes = jax.value_and_grad(loss)([v.value for v in model.trainable_variables])
    return float(value), [np.asarray(slope) for slope in slopes]


@pytest.mark.filterwarnings(r"ignore::DeprecationWarning:keras\..*")
@pytest.mark.parametrize("weights", [None, W], ids=["plain", "weighted"])
def test_loss_and_gradients_are_those_of_jax(weights: Any, engine: str) -> None:
    model = make()
    model.compile("sgd", "sparse_categorical_crossentropy")
    loss, gradients = model.compute_gradients(X, LABELS, weights)
    expected, slopes = differentiate_with_jax(peers.import_keras(), weights)
    tolerances.LOSS_VS_KERAS.check(loss, expected)
    assert list(gradients) == [v.path for v in model.trainable_variables]
    for slope, (path, gradient) in zip(slopes, gradients.items(), strict=True):
        tolerances.OP_SLOPES_VS_KERAS.check(gradient, slope, path)


def test_loop_by_hand_is_train_on_batch(engine: str) -> None:
    """Dropout included: both draw the masks of the step that comes."""
    whole, by_hand = make(rate=0.4), make(rate=0.4)
    for model in (whole, by_hand):
        keras.utils.set_random_seed(7)
        model.compile(optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    for _ in range(4):
        expected = whole.train_on_batch(X, LABELS)
        loss, gradients = by_hand.compute_gradients(X, LABELS)
        by_hand.optimizer.apply(gradients.values(), by_hand.trainable_variables)
        tolerances.LOSS_VS_REFERENCE.check(loss, expected)
    for a, b in zip(by_hand.get_weights(), whole.get_weights(), strict=True):
        tolerances.WEIGHTS_VS_REFERENCE.check(a, b)


def test_weights_stay_as_they_are(engine: str) -> None:
    model = make()
    before = model.get_weights()
    model.compute_gradients(X, LABELS, loss="sparse_categorical_crossentropy")
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


def test_another_loss_than_that_of_compile(engine: str) -> None:
    """d/dp of Σ p / n, by the bias behind it: 1 for each of the linear outputs."""
    model = keras.Sequential([keras.Input((4,)), layers.Dense(2)])
    model.compile("sgd", "mse")
    y = np.zeros((12, 2))
    _, gradients = model.compute_gradients(X, y, loss=lambda t, p: keras.ops.sum(p - t, axis=-1))
    tolerances.WORKED_IN_FLOAT32.check(list(gradients.values())[1], [1.0, 1.0])


@pytest.mark.parametrize("seed", [None, 1], ids=["of the model", "of the layer"])
def test_without_an_optimizer_every_call_draws_anew(seed: int | None, engine: str) -> None:
    layers = [keras.Input((4,)), keras.layers.Dropout(0.5, seed=seed), keras.layers.Dense(2)]
    model = keras.Sequential(layers)
    losses = {model.compute_gradients(X, X[:, :2], loss="mse")[0] for _ in range(4)}
    assert len(losses) == 4


def test_inference_form_drops_nothing(engine: str) -> None:
    model = make(rate=0.5)
    one = model.compute_gradients(X, LABELS, loss="sparse_categorical_crossentropy", training=False)
    two = make().compute_gradients(X, LABELS, loss="sparse_categorical_crossentropy")
    tolerances.LOSS_VS_REFERENCE.check(one[0], two[0])


def test_frozen_weights_have_no_gradient() -> None:
    model = make()
    model.get_layer("hidden").trainable = False
    _, gradients = model.compute_gradients(X, LABELS, loss="sparse_categorical_crossentropy")
    assert list(gradients) == ["out/kernel", "out/bias"]


def test_weights_of_one_path_stay_apart() -> None:
    parts = [
        keras.Sequential([keras.Input((4,)), layers.Dense(4, name="same")], name=name)
        for name in ("first", "second")
    ]
    model = keras.Sequential([keras.Input((4,)), *parts])
    _, gradients = model.compute_gradients(X, X, loss="mse")
    assert list(gradients) == ["same/kernel", "same/bias", "same/kernel_1", "same/bias_1"]


def test_weight_that_the_loss_does_not_reach(engine: str) -> None:
    x = keras.Input((4,))
    used, unused = layers.Dense(1, name="used")(x), layers.Dense(1, name="unused")(x)
    model = keras.Model(x, [used, unused])
    model.compile("sgd", loss=["mse", None])
    _, gradients = model.compute_gradients(X, [W, W])
    assert {path: g is None for path, g in gradients.items()} == {
        "used/kernel": False,
        "used/bias": False,
        "unused/kernel": True,
        "unused/bias": True,
    }


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ({"loss": None}, NotBuiltError, "Pass loss="),
        ({"x": X[:, :3]}, ShapeError, "3"),
        ({"y": LABELS + 1}, DataError, "3"),
        ({"x": X * np.inf}, (DataError, NumericsError), "row 0"),
    ],
    ids=["no loss", "shape", "labels", "not finite"],
)
def test_refused(arguments: dict[str, Any], error: Any, says: str) -> None:
    given = {"x": X, "y": LABELS, "loss": "sparse_categorical_crossentropy", **arguments}
    with pytest.raises(error, match=says), np.errstate(invalid="ignore"):
        make().compute_gradients(**given)


# Names of Keras 2.


def test_predict_classes_and_probabilities() -> None:
    model = make()
    p = model.predict(X, verbose=0)
    assert np.array_equal(model.predict_proba(X), p)
    assert np.array_equal(model.predict_classes(X), p.argmax(axis=1))


def test_classes_of_one_output_are_a_column() -> None:
    model = keras.Sequential([keras.Input((1,)), layers.Dense(1, kernel_initializer="ones")])
    assert model.predict_classes(np.array([[0.4], [0.6]])).tolist() == [[0], [1]]


def test_generators_of_keras_2() -> None:
    def batches() -> Any:
        while True:
            yield X, LABELS

    one, two = make(), make()
    for model in (one, two):
        model.compile("sgd", "sparse_categorical_crossentropy")
    old = one.fit_generator(batches(), 2, epochs=2, workers=4, verbose=0, max_queue_size=3)
    new = two.fit(batches(), steps_per_epoch=2, epochs=2, verbose=0)
    assert old.history == new.history
    assert one.evaluate_generator(batches(), 2) == two.evaluate(batches(), steps=2, verbose=0)
    found = one.predict_generator((X for _ in range(3)), 2)
    assert found.shape == (24, 3)


def test_a_number_of_samples_is_no_number_of_batches() -> None:
    with pytest.raises(ParameterError, match="samples_per_epoch"):
        make().fit_generator(iter([]), samples_per_epoch=9)


def test_yaml_is_the_json() -> None:
    assert json.loads(make().to_yaml())["class_name"] == "Sequential"


def test_fit_takes_the_arguments_of_keras_1() -> None:
    model = make()
    model.compile("sgd", "sparse_categorical_crossentropy")
    assert model.fit(X=X, y=LABELS, nb_epoch=2, verbose=0).epoch == [0, 1]
    with pytest.raises(ParameterError, match="one of epochs and nb_epoch"):
        model.fit(X, LABELS, epochs=1, nb_epoch=2)


def test_shapes_of_a_layer_are_those_of_its_first_use() -> None:
    model = make()
    hidden = model.get_layer("hidden")
    assert (hidden.input_shape, hidden.output_shape) == ((None, 4), (None, 5))
    assert not hasattr(layers.Dense(2), "input_shape")
    joined = layers.Concatenate()
    joined([keras.Input((2,)), keras.Input((3,))])
    assert joined.input_shape == [(None, 2), (None, 3)]


def test_a_tensor_between_layers_is_a_term_of_the_loss() -> None:
    x = keras.Input((4,))
    hidden = layers.Dense(3, kernel_initializer="ones")(x)
    model = keras.Model(x, layers.Dense(1)(hidden))
    squares = keras.ops.square(hidden)
    model.add_loss([keras.ops.mean(squares), 0.5 * keras.ops.mean(squares)])
    model.compile("sgd")
    # Three units that are the sum of a row.
    expected = 1.5 * np.mean(X.sum(axis=1) ** 2)
    found = model.evaluate(X, verbose=0, batch_size=len(X))
    tolerances.WORKED_IN_FLOAT32.check(found, expected)
    before = model.get_weights()
    model.fit(X, verbose=0, batch_size=len(X))
    assert not np.array_equal(model.get_weights()[0], before[0])
    assert np.array_equal(model.get_weights()[2], before[2])


def test_a_tensor_of_other_layers_is_no_term_of_the_loss() -> None:
    x = keras.Input((4,))
    model = keras.Model(x, layers.Dense(1)(x))
    with pytest.raises(GraphError, match="'aside'"):
        model.add_loss(keras.ops.mean(layers.Dense(1, name="aside")(x)))
    with pytest.raises(GraphError, match="follow from"):
        model.add_loss(keras.ops.mean(keras.Input((2,))))
    assert not model._known_network.added_losses


def test_how_batches_are_fetched_plays_no_part() -> None:
    fetching = {"max_queue_size": 5, "workers": 2, "use_multiprocessing": True}
    one, two = make(), make()
    for model, options in ((one, fetching), (two, {})):
        model.compile("sgd", "sparse_categorical_crossentropy")
        model.fit(X, LABELS, shuffle=False, verbose=0, **options)
    assert np.array_equal(one.predict(X, verbose=0, **fetching), two.predict(X, verbose=0))
    loss = one.evaluate(X, LABELS, verbose=0, **fetching)
    assert loss == two.evaluate(X, LABELS, verbose=0)


def test_a_model_has_input_and_output() -> None:
    x = keras.Input((2,))
    y = layers.Dense(1)(x)
    model = keras.Model(input=x, output=y)
    assert (model.input, model.output) == (x, y)
    with pytest.raises(ParameterError, match="one of inputs and input"):
        keras.Model(inputs=x, input=x, output=y)


def test_names_of_metrics_hold_for_every_output() -> None:
    x = keras.Input((2,))
    model = keras.Model(x, [layers.Dense(1, name="a")(x), layers.Dense(1, name="b")(x)])
    model.compile("sgd", "mse", metrics=["mae"])
    y = np.zeros((3, 1))
    found = model.evaluate(np.ones((3, 2)), [y, y], verbose=0, return_dict=True)
    assert sorted(found) == ["a_loss", "a_mae", "b_loss", "b_mae", "loss"]


METRICS_IN_THE_THIRD_PLACE = {
    "a list": ["accuracy"],
    "one": "accuracy",
    "an object": [metrics.SparseCategoricalAccuracy(name="accuracy")],
    "by output": {"out": ["accuracy"]},
}


@pytest.mark.parametrize(
    "third", METRICS_IN_THE_THIRD_PLACE.values(), ids=METRICS_IN_THE_THIRD_PLACE
)
def test_metrics_may_come_third(third: Any) -> None:
    model = make()
    model.compile("sgd", "sparse_categorical_crossentropy", third)
    old = model.evaluate(X, LABELS, verbose=0, return_dict=True)
    assert sorted(old) == ["accuracy", "loss"]
    model.compile("sgd", "sparse_categorical_crossentropy", third, [0.5])
    halved = model.evaluate(X, LABELS, verbose=0, return_dict=True)
    assert halved["loss"] < old["loss"]


class Shown(callbacks.Callback):
    """What each fit shows to a callback."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[Any] = []

    def on_train_begin(self, logs: Any = None) -> None:
        self.seen.append(self.validation_data)


def test_callbacks_see_the_arrays_that_validate() -> None:
    model = make()
    model.compile("sgd", "sparse_categorical_crossentropy")
    shown, own = Shown(), Shown()
    own.validation_data = ("of the program",)
    for validating in [{"validation_data": (X[:3], LABELS[:3], W[:3])}, {"validation_split": 0.25}]:
        model.fit(X, LABELS, verbose=0, callbacks=[shown, own], **validating)
    assert own.seen == [("of the program",)] * 2
    given, split = shown.seen
    for found, expected in zip(given, (X[:3], LABELS[:3], W[:3]), strict=True):
        assert np.array_equal(np.ravel(found), np.ravel(expected))
    # The last quarter; rows without weights count once.
    for found, expected in zip(split, (X[9:], LABELS[9:], np.ones(3)), strict=True):
        assert np.array_equal(np.ravel(found), np.ravel(expected))


@pytest.mark.parametrize("name", ["train_step", "compute_metrics", "make_train_function"])
def test_what_would_never_be_called_is_refused_by_name(name: str) -> None:
    # On JAX Keras's train_step takes a state too.
    kind = type("Own", (keras.Sequential,), {name: lambda self, state, data: None})
    model = kind([keras.Input((4,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(ParameterError, match=rf"Own\.{name}"):
        model.fit(X, W, verbose=0)
