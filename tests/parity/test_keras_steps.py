"""Ten steps from the same weights over the same batches: the losses and weights are Keras's."""

from __future__ import annotations

from contextlib import nullcontext
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tolerances
from parity import steps
from parity.draws import draw_integers, draw_uniform, draw_weights


@pytest.mark.parametrize("loss", steps.HEADS)
@pytest.mark.parametrize("optimizer", steps.OPTIMIZERS)
def test_ten_steps_are_those_of_keras(
    optimizer: str, loss: str, keras: ModuleType, subject: ModuleType
) -> None:
    head, make_optimizer = steps.HEADS[loss], steps.OPTIMIZERS[optimizer]
    batches = steps.draw_batches(head)
    expected = steps.run_steps(steps.build_net(keras, head, make_optimizer), batches)
    actual = steps.run_steps(steps.build_net(subject, head, make_optimizer), batches)

    tolerances.LOSS_VS_KERAS.check(actual.losses, expected.losses, "loss of each step")
    assert len(actual.weights) == len(expected.weights) == 4
    for position, (a, e) in enumerate(zip(actual.weights, expected.weights, strict=True)):
        tolerances.WEIGHTS_VS_KERAS.check(a, e, f"weight {position}")


@cache
def fit_variant(k: ModuleType, variant: str) -> steps.Trained:
    """Two epochs of ten batches; what Keras makes of them is kept for both engines."""
    head = steps.HEADS["mse"]
    model = steps.build_net(k, head, lambda k: steps.make_variant(k, variant))
    return steps.run_fit(model, steps.draw_batches(head))


@pytest.mark.parametrize("engine", ["native", "reference"])
@pytest.mark.parametrize("variant", steps.VARIANTS)
def test_one_fit_is_that_of_keras(
    variant: str, engine: str, keras: ModuleType, subject: ModuleType
) -> None:
    """Optimizers, their common arguments and schedules."""
    expected = fit_variant(keras, variant)
    with getattr(subject.config, "use_engine", nullcontext)(engine):
        actual = fit_variant.__wrapped__(subject, variant)
    tolerances.LOSS_VS_KERAS.check(actual.losses, expected.losses, "loss of each epoch")
    for position, (a, e) in enumerate(zip(actual.weights, expected.weights, strict=True)):
        tolerances.WEIGHTS_VS_KERAS.check(a, e, f"weight {position}")


def test_excluded_weights_do_not_decay(keras: ModuleType, subject: ModuleType) -> None:
    head, batches = steps.HEADS["mse"], steps.draw_batches(steps.HEADS["mse"])

    def run(k: ModuleType) -> steps.Trained:
        def make(k: ModuleType) -> Any:
            optimizer = k.optimizers.AdamW(learning_rate=0.01, weight_decay=2.0)
            optimizer.exclude_from_weight_decay(var_names=["bias"])
            return optimizer

        return steps.run_fit(steps.build_net(k, head, make), batches)

    expected, actual = run(keras), run(subject)
    for a, e in zip(actual.weights, expected.weights, strict=True):
        tolerances.WEIGHTS_VS_KERAS.check(a, e)


@pytest.mark.parametrize("engine", ["native", "reference"])
@pytest.mark.parametrize("average", [False, True], ids=["", "average"])
def test_constrained_weights(
    engine: str, average: bool, keras: ModuleType, subject: ModuleType
) -> None:
    """Constraints follow the step, and what a moving average is taken of comes before them."""
    head, batches = steps.HEADS["mse"], steps.draw_batches(steps.HEADS["mse"])
    arguments = {"use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 4}

    def run(k: ModuleType) -> steps.Trained:
        model = k.Sequential(
            [
                k.layers.Input((steps.INPUTS,)),
                k.layers.Dense(steps.HIDDEN, "tanh", kernel_constraint=k.constraints.MaxNorm(0.8)),
                k.layers.Dense(
                    head.units,
                    kernel_constraint=k.constraints.MinMaxNorm(0.2, 0.9, 0.5, axis=1),
                    bias_constraint="non_neg",
                ),
            ]
        )
        model.set_weights(draw_weights(11, [w.shape for w in model.get_weights()]))
        optimizer = k.optimizers.Adam(0.01, **(arguments if average else {}))
        model.compile(optimizer=optimizer, loss="mse")
        return steps.run_fit(model, batches)

    expected = run(keras)
    with getattr(subject.config, "use_engine", nullcontext)(engine):
        actual = run(subject)
    tolerances.LOSS_VS_KERAS.check(actual.losses, expected.losses)
    for a, e in zip(actual.weights, expected.weights, strict=True):
        tolerances.WEIGHTS_VS_KERAS.check(a, e)


def test_ten_steps_move_the_weights(subject: ModuleType) -> None:
    """Guards the test above: two libraries that both stand still would agree."""
    head = steps.HEADS["mse"]
    model = steps.build_net(subject, head, steps.OPTIMIZERS["adam"])
    before = model.get_weights()
    after = steps.run_steps(model, steps.draw_batches(head)).weights
    for b, a in zip(before, after, strict=True):
        # Adam moves a weight by about its rate, 0.01, a step.
        assert 0.01 < np.abs(a - b).max() < 0.2


def build_saturated(k: ModuleType, activation: str, loss: Any) -> Any:
    model = k.Sequential([k.layers.Input((2,)), k.layers.Dense(3, activation=activation)])
    model.set_weights([np.array([[200, 0, -200], [0, 0, 0]], "float32"), np.zeros(3, "float32")])
    model.compile(optimizer=k.optimizers.SGD(0.1), loss=loss)
    return model


@pytest.mark.parametrize("label", [0, 1, 2])
def test_saturated_softmax_learns_as_from_logits(
    label: int, keras: ModuleType, subject: ModuleType
) -> None:
    """Softmax and its loss are one stable operation: a gap of 400 costs 400 and has a gradient.

    Keras's own from_logits form is the oracle; its probability form stops at −log(1e-7).
    """
    x, y = np.array([[1.0, 0.5]], "float32"), np.array([label])
    oracle = build_saturated(
        keras, "linear", keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    )
    fused = build_saturated(subject, "softmax", "sparse_categorical_crossentropy")
    expected = oracle.fit(x, y, verbose=0).history["loss"]
    actual = fused.fit(x, y, verbose=0).history["loss"]
    assert expected == [200.0 * label]
    tolerances.LOSS_VS_KERAS.check(actual, expected)
    for a, e in zip(fused.get_weights(), oracle.get_weights(), strict=True):
        tolerances.WEIGHTS_VS_KERAS.check(a, e)


@pytest.mark.parametrize(
    "width", [1, 15, 16, 17, 47, 48, 49, 96, 97], ids=lambda width: f"{width}_units"
)
def test_widths_around_a_vector_and_a_panel(
    width: int, keras: ModuleType, subject: ModuleType
) -> None:
    """Padding never leaks: widths just below, at and above a full vector or column panel.

    Adam divides by |gradient| + epsilon / sqrt(1 - beta_2) in its first step. Among 9,409 weights
    some gradient is so near to 0 that its last bits decide the step; this epsilon, 1000 times the
    default, keeps the step a smooth function of the gradient.
    """

    def run(k: ModuleType) -> steps.Trained:
        model = k.Sequential(
            [
                k.layers.Input((width,)),
                k.layers.Dense(width, activation="tanh"),
                k.layers.Dense(width),
            ]
        )
        model.set_weights(draw_weights(5, [(width, width), (width,)] * 2))
        model.compile(optimizer=k.optimizers.Adam(0.01, epsilon=1e-4), loss="mse")
        x, y = draw_uniform(1, 11, width), draw_uniform(2, 11, width)
        return steps.run_steps(model, [(x, y)] * 3)

    expected, actual = run(keras), run(subject)
    tolerances.LOSS_VS_KERAS.check(actual.losses, expected.losses)
    for a, e in zip(actual.weights, expected.weights, strict=True):
        tolerances.WEIGHTS_VS_KERAS.check(a, e)


def test_train_on_batch_reports_as_keras(keras: ModuleType, subject: ModuleType) -> None:
    """Loss and metrics of train_on_batch over four calls, without a reset between them."""

    def run(k: ModuleType) -> list[Any]:
        head = steps.HEADS["sparse_categorical_crossentropy"]
        model = steps.build_net(k, head, steps.OPTIMIZERS["sgd"])
        model.compile(
            optimizer=k.optimizers.SGD(0.05), loss=head.make_loss(k), metrics=["accuracy"]
        )
        return [model.train_on_batch(x, y) for x, y in steps.draw_batches(head, steps=4)]

    expected, actual = run(keras), run(subject)
    assert all(len(values) == 2 for values in expected)
    tolerances.LOSS_VS_KERAS.check(np.array(actual, float), np.array(expected, float))


def test_train_on_batch_takes_weights(keras: ModuleType, subject: ModuleType) -> None:
    head = steps.HEADS["sparse_categorical_crossentropy"]
    (x, y), (x2, y2) = steps.draw_batches(head, steps=2)
    weight = draw_uniform(9, len(x), low=0.0, high=2.0)

    def run(k: ModuleType) -> tuple[list[float], list[Any]]:
        model = steps.build_net(k, head, steps.OPTIMIZERS["sgd"])
        first = model.train_on_batch(x, y, sample_weight=weight)
        model.reset_metrics()
        second = model.train_on_batch(x2, y2, class_weight={0: 0.5, 3: 3.0})
        return [float(np.squeeze(first)), float(np.squeeze(second))], model.get_weights()

    (expected, expected_weights), (actual, actual_weights) = run(keras), run(subject)
    tolerances.LOSS_VS_KERAS.check(actual, expected)
    for a, e in zip(actual_weights, expected_weights, strict=True):
        tolerances.WEIGHTS_VS_KERAS.check(a, e)


def test_same_labels_in_every_shape(subject: ModuleType) -> None:
    """Index labels as (n,), (n, 1), unsigned bytes or floats are the same labels."""
    head = steps.HEADS["sparse_categorical_crossentropy"]
    x = draw_uniform(3, 8, steps.INPUTS)
    y = draw_integers(4, head.units, 8)
    forms = [y, y[:, None], y.astype("uint8"), y.astype("float32"), y.tolist()]
    losses = [
        steps.build_net(subject, head, steps.OPTIMIZERS["sgd"])
        .fit(x, form, verbose=0)
        .history["loss"][0]
        for form in forms
    ]
    assert losses == [losses[0]] * len(forms)
