"""What layers, losses, metrics and operations give on arrays is of the type that was chosen."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import pronghorn as keras
from pronghorn import config, ops
from pronghorn.errors import ParameterError


class Marked(np.ndarray[Any, Any]):
    """A subclass to tell from NumPy's own."""


@pytest.fixture
def marked() -> Iterator[None]:
    config.set_array_type(Marked)
    yield
    config.set_array_type(np.ndarray)


def metric_result() -> Any:
    metric = keras.metrics.Mean()
    metric.update_state([1.0, 3.0])
    return metric.result()


RESULTS: dict[str, tuple[Callable[[], Any], Any]] = {
    "layer": (lambda: keras.layers.ReLU()(np.array([[-1.0, 2.0]])), [[0.0, 2.0]]),
    "loss": (lambda: keras.losses.MeanSquaredError()([[0.0]], [[3.0]]), 9.0),
    "metric": (metric_result, 2.0),
    "operation": (lambda: ops.add(np.ones(2), 1.0), [2.0, 2.0]),
    "activation": (lambda: keras.activations.relu(np.array([-1.0, 2.0])), [0.0, 2.0]),
    "initializer": (lambda: keras.initializers.Ones()((2,)), [1.0, 1.0]),
    "variable": (lambda: keras.Variable([1.0, 2.0]) * 2.0, [2.0, 4.0]),
}


@pytest.mark.usefixtures("marked")
@pytest.mark.parametrize(("make", "value"), RESULTS.values(), ids=RESULTS)
def test_result_is_of_the_chosen_type(make: Callable[[], Any], value: Any) -> None:
    found = make()
    assert type(found) is Marked
    assert found.tolist() == value


@pytest.mark.parametrize(("make", "value"), RESULTS.values(), ids=RESULTS)
def test_result_is_numpys_own_without_a_choice(make: Callable[[], Any], value: Any) -> None:
    assert not isinstance(make(), Marked)


@pytest.mark.usefixtures("marked")
def test_parts_of_a_list_are_of_the_chosen_type() -> None:
    assert {type(part) for part in ops.split(np.arange(4.0), 2)} == {Marked}


@pytest.mark.parametrize("kind", [int, None, "ndarray"], ids=str)
def test_other_types_are_refused(kind: Any) -> None:
    with pytest.raises(ParameterError, match="a subclass"):
        config.set_array_type(kind)
    assert config.array_type() is np.ndarray


def test_dtype_of_a_symbolic_value_can_be_asked_for() -> None:
    """As in ``cast(y_true, y_pred.dtype)``, which losses of one's own begin with."""

    def squares(y_true: Any, y_pred: Any) -> Any:
        return ops.square(ops.cast(y_true, y_pred.dtype) - y_pred)

    model = keras.Sequential([keras.Input((1,)), keras.layers.Rescaling(2.0)])
    model.compile(loss=squares)
    # (1 - 2)² and (2 - 4)²
    assert model.evaluate(np.array([[1.0], [2.0]]), np.array([[1], [2]]), verbose=0) == 2.5
