"""What layers, losses and operations give on arrays comes through the wrapper that was set."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import pronghorn as keras
from pronghorn import config, ops
from pronghorn.errors import ParameterError


class Wrapped:
    """An array in a type that is not NumPy's."""

    def __init__(self, array: np.ndarray[Any, Any]) -> None:
        self.array = array
        self.shape = array.shape

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        return np.asarray(self.array, dtype)


@pytest.fixture
def wrapped() -> Iterator[None]:
    config.set_result_wrapper(Wrapped)
    yield
    config.set_result_wrapper(None)


def metric_result() -> Any:
    metric = keras.metrics.Mean()
    metric.update_state([1.0, 3.0])
    return metric.result()


RESULTS: dict[str, tuple[Callable[[], Any], Any]] = {
    "layer": (lambda: keras.layers.ReLU()(np.array([[-1.0, 2.0]])), [[0.0, 2.0]]),
    "model": (
        lambda: keras.Sequential([keras.Input((1,)), keras.layers.ReLU()])(np.array([[-1.0]])),
        [[0.0]],
    ),
    "loss": (lambda: keras.losses.MeanSquaredError()([[0.0]], [[3.0]]), 9.0),
    "metric": (metric_result, 2.0),
    "operation": (lambda: ops.add(np.ones(2), 1.0), [2.0, 2.0]),
    "activation": (lambda: keras.activations.relu(np.array([-1.0, 2.0])), [0.0, 2.0]),
    "initializer": (lambda: keras.initializers.Ones()((2,)), [1.0, 1.0]),
    "variable": (lambda: keras.Variable([1.0, 2.0]) * 2.0, [2.0, 4.0]),
}


@pytest.mark.usefixtures("wrapped")
@pytest.mark.parametrize(("make", "value"), RESULTS.values(), ids=RESULTS)
def test_result_comes_through_the_wrapper(make: Callable[[], Any], value: Any) -> None:
    found = make()
    assert type(found) is Wrapped
    assert np.asarray(found).tolist() == value


@pytest.mark.parametrize(("make", "value"), RESULTS.values(), ids=RESULTS)
def test_result_is_not_wrapped_by_default(make: Callable[[], Any], value: Any) -> None:
    assert not isinstance(make(), Wrapped)


@pytest.mark.usefixtures("wrapped")
def test_parts_of_a_list_are_wrapped() -> None:
    assert {type(part) for part in ops.split(np.arange(4.0), 2)} == {Wrapped}


def test_what_cannot_be_called_is_refused() -> None:
    with pytest.raises(ParameterError, match="a function of an array"):
        config.set_result_wrapper("ndarray")  # type: ignore[arg-type]
    assert type(ops.add(np.ones(2), 1.0)) is np.ndarray


def test_dtype_of_a_symbolic_value_can_be_asked_for() -> None:
    """As in ``cast(y_true, y_pred.dtype)``, which losses of one's own begin with."""

    def squares(y_true: Any, y_pred: Any) -> Any:
        return ops.square(ops.cast(y_true, y_pred.dtype) - y_pred)

    model = keras.Sequential([keras.Input((1,)), keras.layers.Rescaling(2.0)])
    model.compile(loss=squares)
    # (1 - 2)² and (2 - 4)²
    assert model.evaluate(np.array([[1.0], [2.0]]), np.array([[1], [2]]), verbose=0) == 2.5


class Lengths(tuple[Any, ...]):
    """A shape in a type that is not Python's own."""

    def as_list(self) -> list[Any]:
        return list(self)


@pytest.fixture
def wrapped_shapes() -> Iterator[None]:
    config.set_result_wrapper(None, Lengths)
    yield
    config.set_result_wrapper(None)


class Doubled(keras.layers.Layer):
    def build(self, input_shape: Any) -> None:
        self.built_for = input_shape.as_list()

    def call(self, x: Any) -> Any:
        return ops.concatenate([x, x], axis=-1)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return (*input_shape.as_list()[:-1], 2 * input_shape[-1])


@pytest.mark.usefixtures("wrapped_shapes")
def test_layers_of_a_program_get_wrapped_shapes() -> None:
    layer, joined = Doubled(), keras.layers.Concatenate()
    x = keras.Input((3,))
    assert layer(x).shape == joined([x, x]).shape == (None, 6)
    assert layer.built_for == [None, 3]
    assert type(joined([x, x]).shape) is tuple


def test_shapes_are_python_s_own_again() -> None:
    with pytest.raises(AttributeError, match="as_list"):
        Doubled()(keras.Input((3,)))


def test_what_cannot_make_shapes_is_refused() -> None:
    with pytest.raises(ParameterError, match="'tuple'"):
        config.set_result_wrapper(None, "tuple")  # type: ignore[arg-type]
