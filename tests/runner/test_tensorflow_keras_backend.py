"""``keras.backend`` as Keras 2 had it, under the runner."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pronghorn import Input, Sequential, layers, losses, optimizers
from pronghorn.errors import ParameterError
from pronghorn.runner import _names
from pronghorn.runner._outside import OutsideError
from pronghorn.runner._tensorflow import _keras_backend as K
from tolerances import WORKED_IN_FLOAT32

ROWS = np.array([[1.0, -2.0], [3.0, 4.0]], np.float32)

# Worked by hand.
VALUES: dict[str, tuple[Callable[[], Any], Any]] = {
    "mean": (lambda: K.mean(ROWS, axis=-1), [-0.5, 3.5]),
    "mean of truths": (lambda: K.mean(K.equal([1, 2], [1, 3])), 0.5),
    "sum": (lambda: K.sum(ROWS), 6),
    "std": (lambda: K.std([1.0, 3.0]), 1),
    "clip": (lambda: K.clip(ROWS, 0.0, 3.0), [[1, 0], [3, 3]]),
    "argmax": (lambda: K.argmax(ROWS), [0, 1]),
    "concatenate": (lambda: K.concatenate([ROWS, ROWS]), np.hstack([ROWS, ROWS])),
    "expand_dims": (lambda: K.expand_dims([1.0]), [[1]]),
    "batch_flatten": (lambda: K.batch_flatten(ROWS[:, None]), ROWS),
    "dot": (lambda: K.dot(ROWS, [[1.0], [1.0]]), [[-1], [7]]),
    "relu with a slope": (lambda: K.relu([-2.0, 3.0], alpha=0.5, max_value=2.0), [-1, 2]),
    "crossentropy": (lambda: K.binary_crossentropy([1.0], [0.5]), [0.6931472]),
    "switch": (lambda: K.switch([True, False], [1.0, 2.0], [3.0, 4.0]), [1, 4]),
    "variable": (lambda: K.update_add(K.variable([1.0]), [2.0]).numpy(), [3]),
    "permute_dimensions": (lambda: K.permute_dimensions(ROWS, (1, 0)), ROWS.T),
    "l2_normalize": (lambda: K.l2_normalize([3.0, 4.0]), [0.6, 0.8]),
    "in_top_k": (lambda: K.in_top_k([[0.1, 0.9]], [1], 1), [True]),
}


@pytest.mark.parametrize(("call", "value"), VALUES.values(), ids=VALUES)
def test_function_of_numbers(call: Callable[[], Any], value: Any) -> None:
    WORKED_IN_FLOAT32.check(np.asarray(call()), value)


def test_loss_written_with_the_backend_is_the_one_of_keras() -> None:
    def root_mean_squared(y_true: Any, y_pred: Any) -> Any:
        return K.sqrt(K.mean(K.square(y_pred - y_true), axis=-1))

    found = layers.Lambda(lambda x: root_mean_squared(x, 0.0 * x))(ROWS)
    expected = np.sqrt(losses.mean_squared_error(np.zeros_like(ROWS), ROWS))
    WORKED_IN_FLOAT32.check(found, expected)


def test_learning_rate_is_read_and_set() -> None:
    optimizer = optimizers.SGD(0.1)
    K.set_value(optimizer.learning_rate, 0.05)
    assert K.get_value(optimizer.learning_rate) == np.float32(0.05)


def test_settings_are_those_of_the_package() -> None:
    assert (K.epsilon(), K.floatx(), K.learning_phase()) == (1e-7, "float32", 0)


def test_gradients_are_outside_and_say_what_to_do() -> None:
    with pytest.raises(OutsideError, match=r"model\.compute_gradients\(x, y\)"):
        K.gradients([], [])


def test_function_of_the_tensors_of_a_model() -> None:
    model = Sequential([Input((2,)), layers.Dense(1, "relu", kernel_initializer="ones")])
    model.add(layers.Dropout(0.5))
    hidden, out = model.layers[0].output, model.layers[1].output
    # Rows of sums -1 and 7; in training a unit is 0 or twice its value.
    assert K.function(model.input, hidden)(ROWS).tolist() == [[0], [7]]
    phased = K.function([model.input, K.learning_phase()], [hidden, out])
    assert [x.tolist() for x in phased([ROWS, 0])] == [[[0], [7]], [[0], [7]]]
    assert phased([ROWS, 1])[1].ravel().tolist() in ([0, 0], [0, 14])
    with pytest.raises(ParameterError, match="2 arrays"):
        phased([ROWS])
    with pytest.raises(ParameterError, match="updates"):
        K.function([model.input], [out], updates=[(1, 2)])


@pytest.mark.parametrize("module", ["keras.backend", "tensorflow.keras.backend"])
def test_it_is_what_programs_import(module: str) -> None:
    assert _names.module_for(module) == K.__name__
