"""Layers without weights: their formulas, on numbers worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

import tolerances
from pronghorn import Input, layers
from pronghorn.errors import ParameterError, ShapeError

X = np.array([[-2.0, 0.5, 3.0]])


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (layers.Activation("relu"), [[0.0, 0.5, 3.0]]),
        (layers.ReLU(), [[0.0, 0.5, 3.0]]),
        # below 1: 0.25 · (x − 1); above 2: 2
        (layers.ReLU(2.0, negative_slope=0.25, threshold=1.0), [[-0.75, -0.125, 2.0]]),
        (layers.Rescaling(2.0, offset=1.0), [[-3.0, 2.0, 7.0]]),
        (layers.Rescaling([1.0, 2.0, 4.0], offset=[0.0, 0.0, -2.0]), [[-2.0, 1.0, 10.0]]),
    ],
    ids=["activation", "relu", "bent_relu", "rescaling", "rescaling_columns"],
)
def test_formula(layer: layers.Layer, expected: list[list[float]]) -> None:
    assert layer(X).tolist() == expected


def test_softmax_of_logarithms() -> None:
    # e^(log 1, log 2, log 5) = 1, 2, 5 of 8
    y = layers.Softmax()(np.log([[1.0, 2.0, 5.0]]))
    tolerances.WEIGHTS_VS_REFERENCE.check(y, [[0.125, 0.25, 0.625]])


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((4, 28, 28), (4, 784)), ((4, 3), (4, 3)), ((4,), (4, 1)), ((4, 2, 3, 5), (4, 30))],
    ids=str,
)
def test_flatten_shapes(shape: tuple[int, ...], expected: tuple[int, ...]) -> None:
    x = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    y = layers.Flatten()(x)
    assert y.shape == expected
    assert (y.reshape(-1) == x.reshape(-1)).all()


def test_add_of_three() -> None:
    y = layers.Add()([X, 2 * X, np.ones((1, 3))])
    assert y.tolist() == [[-5.0, 2.5, 10.0]]


def test_add_repeats_an_axis_of_one() -> None:
    assert layers.add([Input((4,)), Input((1,))]).shape == (None, 4)


def test_concatenate_keeps_the_order() -> None:
    y = layers.Concatenate()([X, np.array([[9.0]])])
    assert y.tolist() == [[-2.0, 0.5, 3.0, 9.0]]


@pytest.mark.parametrize(
    ("layer", "shapes"),
    [
        (layers.Add(), [(2,), (3,)]),
        (layers.Concatenate(), [(2, 3), (3, 3)]),
        (layers.Concatenate(axis=0), [(2, 3), (2, 3)]),
        (layers.Concatenate(axis=3), [(2, 3), (2, 3)]),
        (layers.Subtract(), [(2,), (2,), (2,)]),
        (layers.Dot(axes=1), [(2,), (3,)]),
        (layers.Dot(axes=0), [(2,), (2,)]),
    ],
    ids=["widths", "leading_axes", "batch", "axis", "three", "lengths", "dot_batch"],
)
def test_what_cannot_be_joined(layer: layers.Layer, shapes: list[tuple[int, ...]]) -> None:
    with pytest.raises(ShapeError):
        layer([Input(shape) for shape in shapes])


def test_one_tensor_instead_of_a_list_is_refused() -> None:
    with pytest.raises(ShapeError, match="a list"):
        layers.Add()(Input((2,)))


def test_a_list_of_one_passes() -> None:
    assert layers.Add()([X]).tolist() == X.tolist()


@pytest.mark.parametrize("axis", [0, 3, -4, [1, 1], 1.5], ids=str)
def test_axes_that_there_are_not(axis: object) -> None:
    with pytest.raises(ParameterError, match="axis"):
        layers.Softmax(axis=axis)(Input((3, 4)))


def test_softmax_of_a_temperature() -> None:
    # e^(log(1, 4, 9) / 2) = 1, 2, 3 of 6
    y = layers.Softmax(temperature=2.0)(np.log([[1.0, 4.0, 9.0]]))
    tolerances.WEIGHTS_VS_REFERENCE.check(y, [[1 / 6, 2 / 6, 3 / 6]])


def test_learned_temperature_begins_at_one_and_is_a_weight() -> None:
    layer = layers.Softmax(temperature="learned")
    x = np.log([[1.0, 4.0, 9.0]])
    tolerances.WEIGHTS_VS_REFERENCE.check(layer(x), [[1 / 14, 4 / 14, 9 / 14]])
    layer.set_weights([np.log(2.0)])
    tolerances.WEIGHTS_VS_REFERENCE.check(layer(x), [[1 / 6, 2 / 6, 3 / 6]])


@pytest.mark.parametrize("temperature", [0.0, -1.0, "warm", None, float("inf")], ids=str)
def test_temperatures_that_there_are_not(temperature: object) -> None:
    with pytest.raises(ParameterError, match="above 0"):
        layers.Softmax(temperature=temperature)


def test_temperature_of_one_is_not_in_the_config() -> None:
    assert "temperature" not in layers.Softmax().get_config()
    assert layers.Softmax(temperature=3).get_config()["temperature"] == 3.0


def test_rescaling_refuses_infinity() -> None:
    with pytest.raises(ParameterError, match="finite"):
        layers.Rescaling(float("inf"))


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"shape": 3}, r"shape=\(3,\)"),
        ({"shape": (0,)}, "at least 1"),
        ({"shape": (3,), "dtype": "datetime64"}, "numeric dtype"),
        ({"shape": (3,), "sparse": True}, "dense arrays"),
        ({}, "batch axis left out"),
    ],
    ids=str,
)
def test_input_refuses(options: dict[str, object], says: str) -> None:
    with pytest.raises(ParameterError, match=says):
        Input(**options)


def test_input_takes_the_batch_shape() -> None:
    assert Input(batch_shape=(16, 4)).shape == (None, 4)


@pytest.mark.parametrize("dtype", ["uint8", "int64", "float16", "float32", "float64", "bool"])
def test_every_numeric_dtype_is_taken(dtype: str) -> None:
    y = layers.Rescaling(0.5)(np.array([[0, 1, 1]]).astype(dtype))
    assert y.dtype == np.float32
    assert y.tolist() == [[0.0, 0.5, 0.5]]
