from __future__ import annotations

import numpy as np
import pytest

from pronghorn import Input, layers
from pronghorn.errors import NotBuiltError, ParameterError, ShapeError

W = np.array([[1.0, -1.0], [2.0, 0.5], [0.0, 3.0]], np.float32)
B = np.array([0.5, -4.0], np.float32)


def make_dense(**options: object) -> layers.Dense:
    dense = layers.Dense(2, **options)
    dense.build((None, 3))
    dense.built = True
    dense.set_weights([W, B] if options.get("use_bias", True) else [W])
    return dense


def test_computes_x_w_plus_b() -> None:
    # [1 2 3] W = [1 + 4 + 0, −1 + 1 + 9] = [5, 9]; plus b: [5.5, 5]
    assert make_dense()(np.array([[1.0, 2.0, 3.0]])).tolist() == [[5.5, 5.0]]


def test_without_bias() -> None:
    dense = make_dense(use_bias=False)
    assert dense(np.array([[1.0, 2.0, 3.0]])).tolist() == [[5.0, 9.0]]
    assert [v.path for v in dense.weights] == [f"{dense.name}/kernel"]


def test_activation_follows_the_bias() -> None:
    # [1 0 0]: [1.5, −5] before the activation
    assert make_dense(activation="relu")(np.array([[1.0, 0.0, 0.0]])).tolist() == [[1.5, 0.0]]


def test_last_axis_is_contracted() -> None:
    x = np.arange(12.0).reshape(2, 2, 3)
    y = make_dense()(x)
    assert y.shape == (2, 2, 2)
    # last row [9 10 11]: [9 + 20, −9 + 5 + 33] + b = [29.5, 25]
    assert y[1, 1].tolist() == [29.5, 25.0]


def test_weights_have_keras_shapes_and_order() -> None:
    model_input = Input((7,))
    dense = layers.Dense(4)
    dense(model_input)
    assert [(v.name, v.shape) for v in dense.weights] == [("kernel", (7, 4)), ("bias", (4,))]
    assert dense.count_params() == 7 * 4 + 4


def test_names_of_wrong_input() -> None:
    flatten = layers.Flatten(name="flatten")
    dense = make_dense(name="hidden")
    with pytest.raises(ShapeError) as caught:
        dense(flatten(Input((2, 2))))
    assert str(caught.value) == (
        "Dense 'hidden': expected last axis 3 (set when it was built), received shape (None, 4) "
        "from 'flatten'. Pass a matching array or build a new model."
    )


def test_count_params_before_build() -> None:
    with pytest.raises(NotBuiltError, match="not built"):
        layers.Dense(3).count_params()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"units": 0}, "at least 1"),
        ({"units": 2.5}, "whole number"),
        ({"units": 2, "activaton": "relu"}, "Did you mean 'activation'"),
        ({"units": 2, "lora_rank": 4}, "trainable=False"),
        ({"units": 2, "kernel_constraint": "max_nrm"}, "Did you mean 'max_norm'"),
        ({"units": 2, "output_dim": 2}, "one of units and output_dim"),
        ({"units": 2, "dtype": "float16"}, "'float32'"),
        ({"units": 2, "activation": "reluu"}, "'relu'"),
    ],
    ids=lambda value: next(reversed(value)) if isinstance(value, dict) else "",
)
def test_refuses_arguments(options: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        layers.Dense(**options)


@pytest.mark.parametrize(
    "options", [{"lora_rank": None}, {"quantization_config": None}, {"autocast": True}], ids=str
)
def test_takes_inactive_options_of_a_keras_config(options: dict[str, object]) -> None:
    assert layers.Dense(2, **options).units == 2


@pytest.mark.parametrize(
    "options",
    [{"input_shape": (5,)}, {"input_dim": 5}, {"batch_input_shape": (None, 5)}],
    ids=lambda options: next(iter(options)),
)
def test_old_spellings_of_the_input_shape(options: dict[str, object]) -> None:
    assert layers.Dense(2, **options)._legacy_shape == (None, 5)


def test_spellings_of_keras_1() -> None:
    dense = layers.Dense(
        output_dim=3,
        init="uniform",
        bias=False,
        W_regularizer="l2",
        b_regularizer="l1",
        W_constraint="non_neg",
        b_constraint="unit_norm",
    )
    made = layers.Dense(
        3,
        kernel_initializer=dense.kernel_initializer,
        use_bias=False,
        kernel_regularizer="l2",
        bias_regularizer="l1",
        kernel_constraint="non_neg",
        bias_constraint="unit_norm",
        name=dense.name,
    )
    assert dense.get_config() == made.get_config()


def test_constraints_reach_the_weights() -> None:
    dense = layers.Dense(2, kernel_constraint="non_neg", bias_constraint="max_norm")
    dense(Input((3,)))
    kinds = [type(w.constraint).__name__ for w in dense.weights]
    assert kinds == ["NonNeg", "MaxNorm"]


def test_initial_weights() -> None:
    dense = layers.Dense(2, weights=[W, B])
    assert dense(np.array([[1.0, 2.0, 3.0]])).tolist() == [[5.5, 5.0]]


def test_initial_weights_that_do_not_fit_leave_nothing() -> None:
    dense = layers.Dense(2, weights=[B, W])
    with pytest.raises(ShapeError, match="kernel"):
        dense(Input((3,)))
    assert dense.weights == [] and not dense.built


def test_initializer_of_another_shape_is_refused() -> None:
    dense = layers.Dense(2, kernel_initializer=np.eye(3))
    with pytest.raises(ShapeError, match=r"\(5, 2\)"):
        dense(Input((5,)))
    assert dense.weights == [] and not dense.built


def test_activity_regularizer_must_be_one() -> None:
    with pytest.raises(ParameterError):
        layers.Dense(2, activity_regularizer=3)
