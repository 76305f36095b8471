"""Models of several inputs and outputs, nested, shared, frozen and subclassed: Keras's numbers."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tolerances
from parity.draws import draw_integers, draw_uniform, draw_weights

N = 20
A, B = draw_uniform(81, N, 2), draw_uniform(82, N, 3)
KIND, SIZE = draw_integers(83, 3, N), draw_uniform(84, N, 1)
W, W2 = draw_uniform(85, N, low=0.0, high=2.0), draw_uniform(86, N, low=0.0, high=2.0)
LOSSES = {"kind": "sparse_categorical_crossentropy", "size": "mse"}
BY_NAME = {"a": A, "b": B}
TARGETS = {"kind": KIND, "size": SIZE}


def fix(model: Any) -> Any:
    model.set_weights(draw_weights(87, [tuple(w.shape) for w in model.get_weights()]))
    return model


def fit(model: Any, x: Any, y: Any, **options: Any) -> Any:
    return model.fit(x, y, batch_size=8, shuffle=False, verbose=0, **options).history


def two_ways(k: ModuleType, inputs: type = list, outputs: type = list, **compiled: Any) -> Any:
    a, b = k.Input((2,), name="a"), k.Input((3,), name="b")
    both = k.layers.concatenate([k.layers.Dense(4, activation="relu", name="deep")(a), b])
    kind = k.layers.Dense(3, activation="softmax", name="kind")(both)
    size = k.layers.Dense(1, name="size")(both)
    model = k.Model(
        {"a": a, "b": b} if inputs is dict else [a, b],
        {"kind": kind, "size": size} if outputs is dict else [kind, size],
    )
    model.compile(**{"optimizer": "sgd", "loss": LOSSES, **compiled})
    return fix(model)


def loss_weights(k: ModuleType, given: Any) -> Any:
    losses = list(LOSSES.values()) if isinstance(given, list) else LOSSES
    return fit(two_ways(k, loss=losses, loss_weights=given), [A, B], [KIND, SIZE], epochs=2)


def weights_by_output(k: ModuleType, form: type) -> Any:
    metrics = {"kind": ["accuracy"], "size": ["mae"]}
    if form is dict:
        model = two_ways(k, dict, dict, weighted_metrics=metrics, metrics=metrics)
        return fit(model, BY_NAME, TARGETS, sample_weight={"kind": W, "size": W2})
    model = two_ways(k, weighted_metrics=list(metrics.values()))
    return fit(model, [A, B], [KIND, SIZE], sample_weight=[W, W2])


def validation(k: ModuleType) -> Any:
    return fit(two_ways(k), [A, B], [KIND, SIZE], validation_data=([A, B], [KIND, SIZE], [W, W2]))


def split(k: ModuleType) -> Any:
    return fit(two_ways(k), BY_NAME, TARGETS, validation_split=0.3, epochs=2)


def scores(k: ModuleType) -> Any:
    model = two_ways(k, metrics=[["accuracy"], ["mae"]])
    data = ([A, B], [KIND, SIZE])
    return [
        model.evaluate(*data, batch_size=8, verbose=0),
        model.evaluate(*data, batch_size=8, verbose=0, return_dict=True),
        model.evaluate(*data, batch_size=8, verbose=0, sample_weight=[W, W2]),
    ]


def single_batches(k: ModuleType) -> Any:
    model = two_ways(k, metrics={"size": "mae"})
    first = model.train_on_batch(BY_NAME, TARGETS, return_dict=True)
    model.reset_metrics()
    second = model.test_on_batch([A, B], [KIND, SIZE], sample_weight=[W, W2])
    return [first, second, model.predict_on_batch([A, B])]


def one_loss(k: ModuleType) -> Any:
    model = two_ways(k, loss=["sparse_categorical_crossentropy", None])
    return fit(model, [A, B], [KIND, SIZE])


def one_loss_for_both(k: ModuleType) -> Any:
    return fit(two_ways(k, loss="mse"), [A, B], [np.eye(3)[KIND], SIZE])


def class_weights(k: ModuleType) -> Any:
    model = k.Sequential([k.Input((3,)), k.layers.Dense(3, activation="softmax")])
    model.compile(
        "sgd", "sparse_categorical_crossentropy", metrics=["acc"], weighted_metrics=["acc"]
    )
    return fit(fix(model), B, KIND, class_weight={0: 1.0, 1: 2.0, 2: 0.5})


def outputs_by_key(k: ModuleType) -> Any:
    """Lists of losses and weights meet the outputs of a dict in the order of its keys."""
    a = k.Input((2,))
    outputs = {name: k.layers.Dense(1)(a) for name in ("q", "p")}
    model = fix(k.Model(a, outputs))
    model.compile("sgd", ["mse", "mae"], loss_weights=[1.0, 2.0])
    history = fit(model, A, {"p": SIZE, "q": 2 * SIZE}, epochs=2)
    return history, model.evaluate(A, {"p": SIZE, "q": 2 * SIZE}, verbose=0)


def nested_outputs(k: ModuleType) -> Any:
    x = k.Input((2,))
    first = k.layers.Dense(2, name="first")(x)
    rest = [k.layers.Dense(1, name="left")(first), k.layers.Dense(1, name="right")(first)]
    return fix(k.Model(x, {"p": first, "q": rest})).predict(A, verbose=0)


def frozen_model_inside(k: ModuleType) -> Any:
    inner = k.Sequential([k.Input((2,)), k.layers.Dense(3, name="deep")], name="inner")
    x = k.Input((2,))
    model = fix(k.Model(x, k.layers.Dense(1)(inner(x))))
    inner.trainable = False
    model.compile("sgd", "mse")
    before = inner.get_weights()
    history, frozen = fit(model, A, SIZE), len(model.trainable_weights)
    kept = [np.array_equal(p, q) for p, q in zip(before, inner.get_weights(), strict=True)]
    inner.trainable = True
    model.compile("sgd", "mse")
    return [history, frozen, kept, len(model.trainable_weights), fit(model, A, SIZE)]


def shared(k: ModuleType) -> Any:
    layer = k.layers.Dense(2)
    a, b = k.Input((2,)), k.Input((2,))
    model = fix(k.Model([a, b], k.layers.Dense(1)(k.layers.add([layer(a), layer(b)]))))
    model.compile("sgd", "mse")
    return [fit(model, [A, A[::-1].copy()], SIZE, epochs=3), len(model.weights)]


def subclass(k: ModuleType) -> Any:
    class Own(k.Model):  # type: ignore[name-defined,misc]
        def __init__(self) -> None:
            super().__init__()
            self.branches = [k.layers.Dense(4), k.layers.Dense(4)]
            self.kind, self.size = k.layers.Dense(3, activation="softmax"), k.layers.Dense(1)

        def call(self, inputs: Any, training: bool = False) -> Any:
            both = self.branches[0](inputs["a"]) + self.branches[1](inputs["b"])
            return {"kind": self.kind(both), "size": self.size(both)}

    model = Own()
    model(BY_NAME)
    model.compile("sgd", LOSSES)
    return [fit(fix(model), BY_NAME, TARGETS), model.predict(BY_NAME, verbose=0)]


def subclass_inside(k: ModuleType) -> Any:
    class Own(k.Model):  # type: ignore[name-defined,misc]
        def __init__(self) -> None:
            super().__init__()
            self.one, self.two = k.layers.Dense(4, activation="tanh"), k.layers.Dense(2)

        def call(self, x: Any) -> Any:
            return self.two(self.one(x))

    x = k.Input((2,))
    model = fix(k.Model(x, k.layers.Dense(1)(Own()(x))))
    model.compile("sgd", "mse")
    return [fit(model, A, SIZE), model.count_params()]


def from_the_middle(k: ModuleType) -> Any:
    x = k.Input((2,))
    middle = k.layers.Dense(3, activation="tanh", name="middle")(x)
    whole = fix(k.Model(x, k.layers.Dense(1, name="last")(middle)))
    half = k.Model(middle, whole.output)
    return [half.predict(B, verbose=0), half.count_params(), whole.predict(A, verbose=0)]


def order_of_weights(k: ModuleType) -> Any:
    """Two branches of different length: the layers farthest from the output come first."""
    a, b = k.Input((2,), name="a"), k.Input((3,), name="b")
    short = k.layers.Dense(5, name="short")(a)
    long = k.layers.Dense(5, name="long_2")(k.layers.Dense(6, name="long_1")(b))
    model = k.Model([a, b], k.layers.Dense(1, name="end")(k.layers.add([short, long])))
    return [tuple(w.shape) for w in model.get_weights()]


def losses_and_weights(k: ModuleType, loss: Any, given: Any = None) -> Any:
    model = two_ways(k, loss=loss, loss_weights=given)
    return [fit(model, [A, B], [np.eye(3)[KIND], SIZE], epochs=2), model.get_weights()]


def no_names(k: ModuleType, loss: Any, **compiled: Any) -> Any:
    class Own(k.Model):  # type: ignore[name-defined,misc]
        def __init__(self) -> None:
            super().__init__()
            self.one, self.two = k.layers.Dense(1), k.layers.Dense(1)

        def call(self, x: Any) -> Any:
            return self.one(x), self.two(x)

    model = Own()
    model(A)
    model.compile("sgd", loss, **compiled)
    weights = {"sample_weight": [W, W2]}
    history = fit(fix(model), A, [SIZE, SIZE + 1], epochs=2, **weights)
    return [history, model.evaluate(A, [SIZE, SIZE + 1], verbose=0, return_dict=True)]


def own_result(k: ModuleType) -> Any:
    """The logs are what ``get_metrics_result`` makes of the metrics."""

    class Own(k.Model):  # type: ignore[name-defined,misc]
        def get_metrics_result(self) -> dict[str, Any]:
            result = super().get_metrics_result()
            return {**result, "root": k.ops.sqrt(result["mse"])}

    x = k.Input((2,))
    model = fix(Own(x, k.layers.Dense(1)(x)))
    model.compile("sgd", "mae", metrics=["mse"])
    history = fit(model, A, SIZE, epochs=2, validation_data=(A, SIZE))
    scores = model.evaluate(A, SIZE, verbose=0, return_dict=True)
    return history, scores, model.train_on_batch(A, SIZE, return_dict=True)


def own_metrics(
    k: ModuleType, shown: Callable[[Any], Any] | None, *, tracks: bool, **compiled: Any
) -> Any:
    class Own(k.Model):  # type: ignore[name-defined,misc]
        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            self.kept = [k.metrics.Mean(name="first"), {"a": k.metrics.Mean(name="second")}]

        def compute_loss(self, x, y, y_pred, sample_weight=None, training=True):  # type: ignore
            loss = k.ops.mean(k.ops.square(y - y_pred))
            if tracks:
                self.kept[0].update_state(loss)
                self.kept[1]["a"].update_state(2 * loss)
            return loss

        metrics = k.Model.metrics if shown is None else property(shown)

    x = k.Input((2,))
    model = fix(Own(x, k.layers.Dense(1)(x)))
    model.compile("sgd", **compiled)
    history = fit(model, A, SIZE, epochs=2, validation_data=(A, SIZE))
    scores = [model.evaluate(A, SIZE, verbose=0), model.test_on_batch(A, SIZE, return_dict=True)]
    return [history, *scores, model.get_metrics_result()]


def nothing_to_learn(k: ModuleType, loss: Any, *, trainable: bool, **layer: Any) -> Any:
    model = k.Sequential([k.Input((2,)), k.layers.Dense(1, **layer)])
    fix(model).trainable = trainable
    model.compile("adam", loss, metrics=["mae"])
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*nothing is learned")
        history = fit(model, A, SIZE, epochs=2, validation_data=(A, SIZE))
        return [history, model.train_on_batch(A, SIZE), model.get_weights()]


def loss_beside_none(k: ModuleType) -> Any:
    class Own(k.Model):  # type: ignore[name-defined,misc]
        # Before Keras 3.3 there was no `training`.
        def compute_loss(self, x, y, y_pred, w):  # type: ignore[no-untyped-def]
            return super().compute_loss(x, y, y_pred, w) + k.ops.mean(k.ops.abs(y - y_pred))

    x = k.Input((2,))
    model = fix(Own(x, k.layers.Dense(1)(x)))
    model.compile("sgd")
    return [fit(model, A, SIZE, epochs=2), model.evaluate(A, SIZE, verbose=0)]


def description(k: ModuleType) -> Any:
    model = two_ways(k)
    shapes = [model.input_shape, model.output_shape]
    names = [model.output_names, model.get_layer("deep").name, model.get_layer(index=1).name]
    counts = [model.count_params(), len(model.trainable_variables), len(model.layers)]
    return [*map(str, shapes), *names, *counts]


CASES: dict[str, Callable[[ModuleType], Any]] = {
    "loss weights in a list": lambda k: loss_weights(k, [0.5, 2.0]),
    "loss weights by name": lambda k: loss_weights(k, {"kind": 0.5, "size": 2.0}),
    "row weights in a list": lambda k: weights_by_output(k, list),
    "row weights by name": lambda k: weights_by_output(k, dict),
    "one row weight for all": lambda k: fit(two_ways(k), [A, B], [KIND, SIZE], sample_weight=W),
    "tuples": lambda k: fit(two_ways(k), (A, B), (KIND, SIZE)),
    "validation with weights": validation,
    "validation split": split,
    "scores": scores,
    "single batches": single_batches,
    "one loss of two": one_loss,
    "one loss for both": one_loss_for_both,
    "losses in lists": lambda k: losses_and_weights(k, [["mse"], "mae"]),
    "several losses of one output": lambda k: losses_and_weights(
        k, {"kind": ["mse", "mae"], "size": "mae"}
    ),
    "losses of the first output alone": lambda k: losses_and_weights(k, [["mse", "mae"], None]),
    "weights of several losses": lambda k: losses_and_weights(
        k, [["mse", "mae"], "mae"], [0.5, 2.0, 3.0]
    ),
    "outputs without names": lambda k: no_names(k, ["mse", "mae"]),
    "outputs without names, losses of one name": lambda k: no_names(
        k,
        "mse",
        metrics=[["mae"], ["mae"]],
        weighted_metrics=[["mae"], ["mae", "mse"]],
    ),
    "outputs without names, losses as objects": lambda k: no_names(
        k,
        [k.losses.Huber(name="bent"), lambda y, p: k.ops.mean(k.ops.abs(y - p), axis=-1)],
        metrics=[None, ["mae"]],
    ),
    "metrics of the class": lambda k: own_metrics(
        k, lambda self: self.kept[:1], tracks=True, metrics=["mae"]
    ),
    "no metrics": lambda k: own_metrics(k, lambda self: [], tracks=True),
    "metrics kept in a list and a dict": lambda k: own_metrics(
        k, None, tracks=True, metrics=["mae"]
    ),
    "metrics that nothing updates": lambda k: own_metrics(k, None, tracks=False),
    "no loss": lambda k: nothing_to_learn(k, None, trainable=True),
    "no loss but a penalty": lambda k: nothing_to_learn(
        k, None, trainable=True, kernel_regularizer="l2"
    ),
    "all frozen": lambda k: nothing_to_learn(k, "mse", trainable=False, kernel_regularizer="l2"),
    "own loss beside none": loss_beside_none,
    "class weights": class_weights,
    "predictions by name": lambda k: two_ways(k, dict, dict).predict(BY_NAME, verbose=0),
    "nested outputs": nested_outputs,
    "outputs by key": outputs_by_key,
    "own result of the metrics": own_result,
    "frozen model inside": frozen_model_inside,
    "shared layer": shared,
    "subclass": subclass,
    "subclass inside": subclass_inside,
    "from the middle": from_the_middle,
    "order of weights": order_of_weights,
    "description": description,
}


def check(actual: Any, expected: Any, where: str) -> None:
    """The same structure, in the same order, and the same numbers."""
    if isinstance(expected, dict):
        assert list(actual) == list(expected), where
        for key, part in expected.items():
            check(actual[key], part, f"{where}/{key}")
    elif isinstance(expected, list | tuple):
        assert isinstance(actual, list | tuple), where
        assert len(actual) == len(expected), where
        for i, part in enumerate(expected):
            check(actual[i], part, f"{where}/{i}")
    elif isinstance(expected, str | bool | int):
        assert actual == expected, where
    else:
        tolerances.OUTPUTS_VS_KERAS.check(actual, expected, where)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_whole_model_does_as_in_keras(
    case: Callable[[ModuleType], Any], keras: ModuleType, subject: ModuleType
) -> None:
    check(case(subject), case(keras), "")
