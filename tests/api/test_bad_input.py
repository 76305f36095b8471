"""What cannot be right is refused in one line, before anything is changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from parity.draws import draw_integers, draw_uniform, draw_weights

K, C, N = 6, 3, 20
X, LABELS = draw_uniform(1, N, K), draw_integers(2, C, N)
ONE_HOT = np.eye(C, dtype=np.float32)[LABELS]


def build(k: ModuleType, loss: str = "sparse_categorical_crossentropy", rate: float = 0.01) -> Any:
    model = k.Sequential(
        [
            k.layers.Input((K,)),
            k.layers.Dense(5, activation="relu", name="hidden"),
            k.layers.Dense(C, activation="softmax", name="classes"),
        ]
    )
    model.set_weights(draw_weights(3, [(K, 5), (5,), (5, C), (C,)]))
    model.compile(optimizer=k.optimizers.Adam(rate), loss=loss, metrics=["accuracy"])
    return model


def replace(array: Any, place: Any, value: float) -> Any:
    changed = np.array(array)
    changed[place] = value
    return changed


def fit(x: Any, y: Any, **arguments: Any) -> Callable[[Any], Any]:
    return lambda model: model.fit(x, y, **{"batch_size": 8, "verbose": 0, **arguments})


@dataclass(frozen=True)
class Refusal:
    """A call that must be refused, and the facts that its message must name."""

    call: Callable[[Any], Any]
    names: list[str]
    loss: str = "sparse_categorical_crossentropy"


REFUSALS = {
    "x_of_another_width": Refusal(fit(X[:, :5], LABELS), ["6", "5"]),
    "x_of_another_rank": Refusal(fit(X.reshape(N, 2, 3), LABELS), ["6", "(20, 2, 3)|(2, 3)"]),
    "x_without_rows_axis": Refusal(lambda m: m.predict(X[0], verbose=0), [r"\(6,\)"]),
    "predict_of_another_width": Refusal(lambda m: m.predict(X[:, :4], verbose=0), ["6", "4"]),
    "evaluate_of_another_width": Refusal(
        lambda m: m.evaluate(X[:, :4], LABELS, verbose=0), ["6", "4"]
    ),
    "train_on_batch_of_another_width": Refusal(
        lambda m: m.train_on_batch(X[:, :4], LABELS), ["6", "4"]
    ),
    "validation_of_another_width": Refusal(
        fit(X, LABELS, validation_data=(X[:, :4], LABELS)), ["6", "4", "validation"]
    ),
    "x_of_strings": Refusal(fit(X.astype(str), LABELS), ["numeric|number", "str|<U"]),
    "x_of_objects": Refusal(
        fit(np.full_like(X, None, object), LABELS), ["numeric|number", "object"]
    ),
    "x_of_complex_numbers": Refusal(fit(X.astype(complex), LABELS), ["complex"]),
    "x_of_dates": Refusal(fit(np.zeros((N, K), "datetime64[s]"), LABELS), ["datetime64"]),
    "labels_of_strings": Refusal(fit(X, LABELS.astype(str)), ["str|<U"]),
    "label_too_large": Refusal(
        fit(X, replace(LABELS, 13, 3)), [r"\b3\b", "13", r"\b2\b|3 classes|0, 3"]
    ),
    "label_negative": Refusal(fit(X, replace(LABELS, 4, -1)), ["-1", "4"]),
    "label_not_whole": Refusal(fit(X, replace(LABELS.astype("f4"), 7, 1.5)), [r"1\.5", "7"]),
    "labels_one_hot_for_sparse": Refusal(fit(X, ONE_HOT), ["categorical_crossentropy"]),
    "labels_sparse_for_one_hot": Refusal(
        fit(X, LABELS), ["sparse_categorical_crossentropy"], "categorical_crossentropy"
    ),
    "targets_of_another_width": Refusal(fit(X, ONE_HOT[:, :2]), ["3", "2"], "mse"),
    "validation_label_too_large": Refusal(
        fit(X, LABELS, validation_data=(X, replace(LABELS, 5, 9))), ["9", "5", "validation"]
    ),
    "nan_in_x": Refusal(fit(replace(X, (11, 2), np.nan), LABELS), ["(?i)nan", "11", "2"]),
    "infinity_in_x": Refusal(fit(replace(X, (3, 1), np.inf), LABELS), ["(?i)inf", "3", "1"]),
    "nan_in_targets": Refusal(fit(X, replace(ONE_HOT, (6, 0), np.nan)), ["(?i)nan", "6"], "mse"),
    "nan_in_sample_weight": Refusal(
        fit(X, LABELS, sample_weight=replace(np.ones(N), 9, np.nan)), ["(?i)nan", "9"]
    ),
    "nan_in_validation": Refusal(
        fit(X, LABELS, validation_data=(replace(X, (2, 5), np.nan), LABELS)),
        ["(?i)nan", "2", "5", "validation"],
    ),
    "nan_in_batch": Refusal(
        lambda m: m.train_on_batch(replace(X, (11, 2), np.nan), LABELS), ["(?i)nan", "11", "2"]
    ),
    "lengths_of_x_and_y": Refusal(fit(X, LABELS[:17]), ["20", "17"]),
    "lengths_of_x_and_weights": Refusal(
        fit(X, LABELS, sample_weight=np.ones(19)), ["20", "19", "sample_weight"]
    ),
    "lengths_of_validation": Refusal(
        fit(X, LABELS, validation_data=(X, LABELS[:4])), ["20", "4", "validation"]
    ),
    "lengths_in_evaluate": Refusal(lambda m: m.evaluate(X, LABELS[:3], verbose=0), ["20", "3"]),
    "no_rows": Refusal(fit(X[:0], LABELS[:0]), ["(?i)row|sample|empty"]),
    "no_rows_to_predict": Refusal(lambda m: m.predict(X[:0], verbose=0), ["(?i)row|sample|empty"]),
    "no_targets": Refusal(lambda m: m.fit(X, verbose=0), ["(?i)target|y"]),
    "two_inputs_for_one": Refusal(fit([X, X], LABELS), ["1|one", "2|two"]),
    "batch_size_zero": Refusal(fit(X, LABELS, batch_size=0), ["batch_size", "0"]),
    "batch_size_broken": Refusal(fit(X, LABELS, batch_size=2.5), ["batch_size", r"2\.5"]),
    "epochs_negative": Refusal(fit(X, LABELS, epochs=-1), ["epochs", "-1"]),
    "validation_split_of_all": Refusal(
        fit(X, LABELS, validation_split=1.0), ["validation_split", r"1(\.0)?"]
    ),
    "validation_split_of_nothing_left": Refusal(
        fit(X[:2], LABELS[:2], validation_split=0.9), ["validation_split", r"0\.9"]
    ),
    "class_weight_of_a_word": Refusal(
        fit(X, LABELS, class_weight={"shoe": 2.0}), ["class_weight", "shoe"]
    ),
    "class_weight_and_sample_weight": Refusal(
        fit(X, LABELS, class_weight={0: 2.0}, sample_weight=np.ones(N)),
        ["class_weight", "sample_weight"],
    ),
    "callback_that_is_a_word": Refusal(
        fit(X, LABELS, callbacks=["early"]), ["(?i)callback", "early"]
    ),
    "weights_of_another_shape": Refusal(
        lambda m: m.set_weights([w.T for w in m.get_weights()]), [r"\(6, 5\)", r"\(5, 6\)"]
    ),
    "weights_too_few": Refusal(lambda m: m.set_weights(m.get_weights()[:3]), ["4", "3"]),
    "last_weight_of_another_shape": Refusal(
        lambda m: m.set_weights([*m.get_weights()[:3], np.full(4, 0.0)]), [r"\(3,\)", r"\(4,\)"]
    ),
    "layer_of_another_name": Refusal(lambda m: m.get_layer("hiden"), ["hiden", "hidden"]),
}


def check_message(text: str, names: list[str]) -> None:
    """One line that says what was wrong and ends as a sentence does."""
    assert "\n" not in text, text
    assert re.match(r"\S.*: .*\b(expected|received)\b", text), text
    assert text.endswith((".", "?")), text
    for name in names:
        assert re.search(name, text), f"{name!r} is not named in: {text}"


def take_steps(model: Any, count: int) -> list[bytes]:
    for step in range(count):
        model.train_on_batch(draw_uniform(50 + step, 8, K), make_targets(model, step))
    return [w.tobytes() for w in model.get_weights()]


def make_targets(model: Any, step: int) -> Any:
    labels = draw_integers(70 + step, C, 8)
    is_sparse = model.loss == "sparse_categorical_crossentropy"
    return labels if is_sparse else np.eye(C, dtype=np.float32)[labels]


@pytest.mark.parametrize("case", REFUSALS)
def test_refused_in_one_line_and_nothing_changed(case: str, subject: ModuleType) -> None:
    """A model that refused trains on exactly as its twin that was never asked.

    Adam's next step shows its slots and its count of steps as well as the weights, so equal bits
    after it mean that nothing at all was changed.
    """
    refusal = REFUSALS[case]
    model, twin = build(subject, refusal.loss), build(subject, refusal.loss)
    before = take_steps(model, 2)
    assert take_steps(twin, 2) == before

    with pytest.raises(subject.PronghornError) as caught:
        refusal.call(model)

    check_message(str(caught.value), refusal.names)
    assert [w.tobytes() for w in model.get_weights()] == before
    assert take_steps(model, 3) == take_steps(twin, 3)


UNKNOWN: dict[str, tuple[Callable[[ModuleType], Any], str, str]] = {
    "loss": (lambda k: build(k, loss="meen_absolute"), "meen_absolute", "mean_absolute_error"),
    "optimizer": (
        lambda k: build(k).compile(optimizer="adamm", loss="mse"), "adamm", "adam"
    ),
    "metric": (
        lambda k: build(k).compile(loss="mse", metrics=["acuracy"]), "acuracy", "accuracy"
    ),
    "activation": (lambda k: k.layers.Dense(3, activation="rellu"), "rellu", "relu"),
    "initializer": (
        lambda k: k.layers.Dense(3, kernel_initializer="glorot_unifrom"),
        "glorot_unifrom",
        "glorot_uniform",
    ),
    "regularizer": (lambda k: k.layers.Dense(3, kernel_regularizer="l22"), "l22", "l2"),
    "engine": (lambda k: k.config.set_engine("nativ"), "nativ", "native"),
}  # fmt: skip


@pytest.mark.parametrize("kind", UNKNOWN)
def test_unknown_name_is_answered_with_the_nearest(kind: str, subject: ModuleType) -> None:
    call, received, nearest = UNKNOWN[kind]
    with pytest.raises(subject.PronghornError) as caught:
        call(subject)
    text = str(caught.value)
    check_message(text, [re.escape(f"'{received}'")])
    # Most list all their names: the nearest is what stands in the last sentence.
    assert re.search(rf"\bDid you mean '({nearest})'\?$", text), text
    assert isinstance(caught.value, ValueError), "Keras's users catch ValueError"


def test_unknown_name_that_is_near_to_none_gets_them_all(subject: ModuleType) -> None:
    with pytest.raises(subject.PronghornError) as caught:
        subject.layers.Dense(3, kernel_regularizer="ridge")
    check_message(str(caught.value), ["'ridge'", r"\bl1\b", r"\bl2\b"])


PARAMETERS: dict[str, tuple[Callable[[ModuleType], Any], list[str]]] = {
    "units_zero": (lambda k: k.layers.Dense(0), ["units", "0"]),
    "units_negative": (lambda k: k.layers.Dense(-3), ["units", "-3"]),
    "units_a_word": (lambda k: k.layers.Dense("ten"), ["units", "ten"]),
    "rate_above_one": (lambda k: k.layers.Dropout(1.5), ["rate", r"1\.5"]),
    "rate_negative": (lambda k: k.layers.Dropout(-0.1), ["rate", r"-0\.1"]),
    # A negative rate climbs, and Keras takes it too.
    "learning_rate_infinite": (lambda k: k.optimizers.Adam(np.inf), ["learning_rate", "inf"]),
    "learning_rate_nan": (lambda k: k.optimizers.SGD(float("nan")), ["learning_rate", "nan"]),
    "momentum_above_one": (lambda k: k.optimizers.SGD(momentum=1.5), ["momentum", r"1\.5"]),
    "l2_negative": (lambda k: k.regularizers.L2(-0.1), ["l2", r"-0\.1"]),
    "input_of_a_number": (lambda k: k.Input(3), ["shape", "3"]),
    "add_of_two_widths": (
        lambda k: k.layers.Add()([k.Input((3,)), k.Input((4,))]), ["3", "4"],
    ),
    "subtract_of_one": (lambda k: k.layers.Subtract()([k.Input((3,))]), ["1", "2"]),
    "same_name_twice": (
        lambda k: k.Sequential([k.layers.Dense(3, name="a"), k.layers.Dense(3, name="a")]),
        ["'a'"],
    ),
    "not_compiled": (
        lambda k: k.Sequential([k.layers.Input((2,)), k.layers.Dense(1)]).fit(
            np.zeros((2, 2)), np.zeros((2, 1)), verbose=0
        ),
        ["compile"],
    ),
    "not_built": (
        lambda k: k.Sequential([k.layers.Dense(1)]).set_weights([np.zeros((2, 1))]), ["1", "0"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", PARAMETERS)
def test_argument_outside_its_values_is_refused(case: str, subject: ModuleType) -> None:
    call, names = PARAMETERS[case]
    with pytest.raises(subject.PronghornError) as caught:
        call(subject)
    check_message(str(caught.value), names)


def build_exploding(k: ModuleType) -> Any:
    model = k.Sequential(
        [
            k.layers.Input((K,), name="table"),
            k.layers.Dense(5, name="first"),
            k.layers.Dense(2, name="second"),
        ]
    )
    model.set_weights(draw_weights(3, [(K, 5), (5,), (5, 2), (2,)]))
    model.compile(optimizer=k.optimizers.SGD(1e12), loss="mse")
    return model


def test_a_loss_that_turns_nan_is_named_by_epoch_and_layer(subject: ModuleType) -> None:
    """A rate of 1e12 overflows float32 within the first epochs; the last finite weights stay."""
    model = build_exploding(subject)
    with pytest.raises(subject.PronghornError) as caught:
        model.fit(X, X[:, :2], batch_size=N, epochs=50, verbose=0)
    text = str(caught.value)
    check_message(text, [r"(?i)epoch \d+", "first|second", "(?i)nan|inf|finite"])
    assert isinstance(caught.value, FloatingPointError)
    assert all(np.isfinite(w).all() for w in model.get_weights())


def test_a_loss_that_turns_nan_stops_at_the_first_such_epoch(subject: ModuleType) -> None:
    """Epochs before it were reported, the broken one was not."""
    seen: list[dict[str, float]] = []
    watcher = subject.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(logs))
    model = build_exploding(subject)
    with pytest.raises(FloatingPointError) as caught:
        model.fit(X, X[:, :2], batch_size=N, epochs=50, verbose=0, callbacks=[watcher])
    found = re.search(r"(?i)epoch (\d+)", str(caught.value))
    assert found is not None and int(found.group(1)) == len(seen) + 1
    assert all(np.isfinite(logs["loss"]) for logs in seen)
