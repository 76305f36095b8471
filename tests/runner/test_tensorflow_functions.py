"""``tf.*`` on numbers, with TensorFlow's rules of types, and the same on symbolic values."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pronghorn import layers, losses
from pronghorn.errors import GraphError
from pronghorn.runner import _tensorflow as tf
from pronghorn.runner._tensorflow import _keras_backend as backend
from pronghorn.runner._tensorflow import _keras_random as keras_random
from tolerances import WORKED_IN_FLOAT32, five_errors

LOG_2, LOG_3 = 0.6931472, 1.0986123

# Worked by hand: what a program writes, the type that TensorFlow's documentation gives, numbers.
ON_NUMBERS: dict[str, tuple[Callable[[], Any], str, Any]] = {
    "constant of ints": (lambda: tf.constant([1, 2]), "int32", [1, 2]),
    "constant of floats": (lambda: tf.constant([1, 2.5]), "float32", [1, 2.5]),
    "constant of an array": (lambda: tf.constant(np.ones(2)), "float64", [1, 1]),
    "constant of a type": (lambda: tf.constant([1, 2], tf.float64), "float64", [1, 2]),
    "constant filled up": (lambda: tf.constant(3, shape=[2, 1]), "int32", [[3], [3]]),
    "constant of large ints": (lambda: tf.constant(2**40), "int64", 2**40),
    "convert_to_tensor": (lambda: tf.convert_to_tensor([True]), "bool", [True]),
    "cast to int": (lambda: tf.cast([1.9, -1.9], tf.int32), "int32", [1, -1]),
    "cast by name": (lambda: tf.cast([1, 2], "float32"), "float32", [1, 2]),
    "cast by type of Python": (lambda: tf.cast([0, 2], bool), "bool", [False, True]),
    "cast by type of a tensor": (
        lambda: tf.cast([1, 2], tf.constant(1.0).dtype),
        "float32",
        [1, 2],
    ),
    "add": (lambda: tf.add([1, 2], 3), "int32", [4, 5]),
    "add beside a tensor": (lambda: tf.add(tf.constant([1.0]), [2]), "float32", [3]),
    "divide ints": (lambda: tf.divide([1, 3], [2, 2]), "float64", [0.5, 1.5]),
    "floordiv": (lambda: tf.math.floordiv([7, -7], 2), "int32", [3, -4]),
    "divide_no_nan": (lambda: tf.math.divide_no_nan([1.0, 2.0], [0.0, 4.0]), "float32", [0, 0.5]),
    "pow": (lambda: tf.pow([2, 3], 2), "int32", [4, 9]),
    "maximum": (lambda: tf.maximum(0.5, tf.constant([0.0, 1.0])), "float32", [0.5, 1]),
    "square": (lambda: tf.square([2, -3]), "int32", [4, 9]),
    "rsqrt": (lambda: tf.math.rsqrt([4.0, 16.0]), "float32", [0.5, 0.25]),
    "round to even": (lambda: tf.round([0.5, 1.5, 2.5]), "float32", [0, 2, 2]),
    "sigmoid": (lambda: tf.sigmoid(tf.constant([0.0])), "float32", [0.5]),
    "equal": (lambda: tf.equal([1, 2], [1, 3]), "bool", [True, False]),
    "logical_and": (lambda: tf.logical_and([True, True], [True, False]), "bool", [True, False]),
    "reduce_sum of ints": (lambda: tf.reduce_sum([[1, 2], [3, 4]]), "int32", 10),
    "reduce_sum over an axis": (
        lambda: tf.reduce_sum([[1.0, 2.0], [3.0, 4.0]], axis=1, keepdims=True),
        "float32",
        [[3], [7]],
    ),
    "reduce_mean of ints": (lambda: tf.reduce_mean([1, 2, 3, 4]), "int32", 2),  # 2.5 cut
    "reduce_mean over axes": (
        lambda: tf.reduce_mean(tf.constant([[1.0, 2.0], [3.0, 4.0]]), axis=[0, 1]),
        "float32",
        2.5,
    ),
    "reduce_max": (lambda: tf.reduce_max([[1, 5], [3, 4]], 0), "int32", [3, 5]),
    "reduce_any": (
        lambda: tf.reduce_any([[True, False], [False, False]], 1),
        "bool",
        [True, False],
    ),
    # √((1 + 1) / 2) around the mean 2
    "reduce_std": (lambda: tf.math.reduce_std([1.0, 3.0]), "float32", 1),
    "reduce_logsumexp": (lambda: tf.reduce_logsumexp([0.0, 0.0]), "float32", LOG_2),
    "argmax": (lambda: tf.argmax([[1, 2], [3, 0]]), "int64", [1, 0]),
    "argmax of rows": (lambda: tf.argmax([[1, 2], [3, 0]], axis=1), "int64", [1, 0]),
    "argmin of another type": (lambda: tf.argmin([3, 1], output_type=tf.int32), "int32", 1),
    "one_hot": (lambda: tf.one_hot([0, 2], 3), "float32", [[1, 0, 0], [0, 0, 1]]),
    "one_hot with values": (lambda: tf.one_hot([1, 5], 2, 5, -5), "int32", [[-5, 5], [-5, -5]]),
    "one_hot of an axis": (
        lambda: tf.one_hot([0, 1], 3, axis=0),
        "float32",
        [[1, 0], [0, 1], [0, 0]],
    ),
    "reshape": (lambda: tf.reshape(tf.range(4), [-1, 2]), "int32", [[0, 1], [2, 3]]),
    "expand_dims": (lambda: tf.expand_dims([1, 2], axis=-1), "int32", [[1], [2]]),
    "squeeze": (lambda: tf.squeeze([[[1], [2]]], axis=[0, 2]), "int32", [1, 2]),
    "transpose": (lambda: tf.transpose([[1, 2], [3, 4]]), "int32", [[1, 3], [2, 4]]),
    "transpose by perm": (
        lambda: tf.transpose([[[1, 2]]], perm=[2, 0, 1]),
        "int32",
        [[[1]], [[2]]],
    ),
    "concat": (lambda: tf.concat([[[1]], [[2]]], axis=1), "int32", [[1, 2]]),
    "stack": (lambda: tf.stack([tf.constant(1), tf.constant(2)]), "int32", [1, 2]),
    "tile": (lambda: tf.tile([1, 2], [2]), "int32", [1, 2, 1, 2]),
    "repeat": (lambda: tf.repeat([1, 2], 2), "int32", [1, 1, 2, 2]),
    "reverse": (lambda: tf.reverse([[1, 2]], axis=[1]), "int32", [[2, 1]]),
    "pad": (lambda: tf.pad([[1]], [[0, 1], [1, 0]]), "int32", [[0, 1], [0, 0]]),
    "slice": (lambda: tf.slice([[1, 2], [3, 4]], [0, 1], [-1, 1]), "int32", [[2], [4]]),
    "gather": (lambda: tf.gather([[1, 2], [3, 4]], [1, 0]), "int32", [[3, 4], [1, 2]]),
    "gather_nd": (lambda: tf.gather_nd([[1, 2], [3, 4]], [[0, 1], [1, 0]]), "int32", [2, 3]),
    "boolean_mask": (lambda: tf.boolean_mask([1, 2, 3], [True, False, True]), "int32", [1, 3]),
    "where": (lambda: tf.where([True, False], [1.0, 2.0], 0.0), "float32", [1, 0]),
    "where alone": (lambda: tf.where([[False, True]]), "int64", [[0, 1]]),
    "sort downwards": (lambda: tf.sort([1, 3, 2], direction="DESCENDING"), "int32", [3, 2, 1]),
    # Equal elements stay in their order: 3 at 1, then the two 2s at 0 and 2.
    "argsort downwards": (
        lambda: tf.argsort([2, 3, 2], direction="DESCENDING"),
        "int32",
        [1, 0, 2],
    ),
    "top_k": (lambda: tf.math.top_k([1, 5, 2], k=2).indices, "int32", [1, 2]),
    "unique": (lambda: tf.unique([7, 3, 7]).idx, "int32", [0, 1, 0]),
    "cumsum": (lambda: tf.cumsum([1, 2, 3], exclusive=True), "int32", [0, 1, 3]),
    "cumsum from behind": (lambda: tf.cumsum([1, 2, 3], reverse=True), "int32", [6, 5, 3]),
    "add_n": (lambda: tf.add_n([[1], [2], [3]]), "int32", [6]),
    "clip_by_value": (lambda: tf.clip_by_value([1.0, 9.0], 2.0, 5.0), "float32", [2, 5]),
    "clip_by_norm": (lambda: tf.clip_by_norm([3.0, 4.0], 1.0), "float32", [0.6, 0.8]),  # ‖·‖ = 5
    "matmul": (lambda: tf.matmul([[1.0, 2.0]], [[3.0], [4.0]]), "float32", [[11]]),
    "matmul transposed": (
        lambda: tf.matmul([[1.0], [2.0]], [[3.0], [4.0]], transpose_a=True),
        "float32",
        [[11]],
    ),
    "tensordot": (lambda: tf.tensordot([1.0, 2.0], [3.0, 4.0], 1), "float32", 11),
    "einsum": (lambda: tf.einsum("ij,jk->ik", [[1, 2]], [[3], [4]]), "int32", [[11]]),
    "norm": (lambda: tf.norm([3.0, 4.0]), "float32", 5),
    "inverse": (lambda: tf.linalg.inv([[2.0, 0.0], [0.0, 4.0]]), "float32", [[0.5, 0], [0, 0.25]]),
    "zeros": (lambda: tf.zeros([2], tf.int32), "int32", [0, 0]),
    "ones_like": (lambda: tf.ones_like([5, 6]), "int32", [1, 1]),
    "fill": (lambda: tf.fill([2], 7), "int32", [7, 7]),
    "eye": (lambda: tf.eye(2), "float32", [[1, 0], [0, 1]]),
    "range of floats": (lambda: tf.range(0.0, 1.0, 0.5), "float32", [0, 0.5]),
    "linspace": (lambda: tf.linspace(0.0, 1.0, 3), "float32", [0, 0.5, 1]),
    "shape": (lambda: tf.shape(tf.zeros((2, 3))), "int32", [2, 3]),
    "confusion_matrix": (
        lambda: tf.math.confusion_matrix([0, 1, 1], [0, 1, 0], num_classes=3),
        "int32",
        [[1, 0, 0], [1, 1, 0], [0, 0, 0]],
    ),
    "bincount": (lambda: tf.math.bincount([1, 1, 3]), "int32", [0, 2, 0, 1]),
    # e^0 / (e^0 + e^log 3) = 1/4
    "softmax": (lambda: tf.nn.softmax(tf.constant([0.0, LOG_3])), "float32", [0.25, 0.75]),
    "softmax crossentropy": (
        lambda: tf.nn.softmax_cross_entropy_with_logits([[1.0, 0.0]], [[0.0, LOG_3]]),
        "float32",
        [2 * LOG_2],  # -log(1/4)
    ),
    "sparse softmax crossentropy": (
        lambda: tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[0], logits=[[0.0, LOG_3]]),
        "float32",
        [2 * LOG_2],
    ),
    "sigmoid crossentropy": (
        lambda: tf.nn.sigmoid_cross_entropy_with_logits(labels=[1.0], logits=[0.0]),
        "float32",
        [LOG_2],  # -log(1/2)
    ),
    "weighted crossentropy": (
        lambda: tf.nn.weighted_cross_entropy_with_logits([1.0, 0.0], [0.0, 0.0], 3.0),
        "float32",
        [3 * LOG_2, LOG_2],
    ),
    "l2_loss": (lambda: tf.nn.l2_loss(tf.constant([1.0, 3.0])), "float32", 5),
    "l2_normalize": (lambda: tf.math.l2_normalize([3.0, 4.0]), "float32", [0.6, 0.8]),
    "in_top_k": (
        lambda: tf.math.in_top_k([1, 0], [[1.0, 2.0], [1.0, 2.0]], 1),
        "bool",
        [True, False],
    ),
    "map_fn": (lambda: tf.map_fn(lambda x: x * 2, tf.constant([1, 2])), "int32", [2, 4]),
    "while_loop": (
        lambda: tf.while_loop(lambda i: i < 3, lambda i: i + 1, [tf.constant(0)])[0],
        "int32",
        3,
    ),
}


@pytest.mark.parametrize(("call", "dtype", "value"), ON_NUMBERS.values(), ids=ON_NUMBERS)
def test_function_of_numbers(call: Callable[[], Any], dtype: str, value: Any) -> None:
    found = call()
    assert str(np.asarray(found).dtype) == dtype
    WORKED_IN_FLOAT32.check(np.asarray(found), value)


ROWS = np.array([[0.5, -1.5, 2.0, 0.25], [1.0, 3.0, -0.5, 0.75]], np.float32)

# Of one batch (n, 4): the same expression on symbolic values and on numbers.
OF_A_BATCH: dict[str, Callable[[Any], Any]] = {
    "arithmetic": lambda x: tf.add(tf.multiply(x, 2.0), tf.abs(x)) - tf.constant(1.0),
    "division": lambda x: tf.math.divide_no_nan(x, tf.nn.relu(x)),
    "exponentials": lambda x: tf.exp(-tf.square(x)) + tf.math.log1p(tf.abs(x)),
    "trigonometry": lambda x: tf.sin(x) * tf.math.atan(x),
    "where": lambda x: tf.where(x > 0.0, x, 0.1 * x),
    "comparisons": lambda x: tf.cast(tf.greater(x, 0.3), tf.float32) * x,
    "logic": lambda x: tf.cast(tf.logical_or(x > 1.0, x < 0.0), x.dtype),
    "clip_by_value": lambda x: tf.clip_by_value(x, -1.0, 1.0),
    "reduce_mean": lambda x: tf.reduce_mean(x, axis=-1, keepdims=True),
    "reduce_max": lambda x: tf.reduce_max(x, axis=1),
    "reduce_std": lambda x: tf.math.reduce_std(x, axis=1),
    "reduce_logsumexp": lambda x: tf.reduce_logsumexp(x, axis=[1]),
    "argmax": lambda x: tf.cast(tf.argmax(x, axis=1), tf.float32),
    "matmul": lambda x: tf.matmul(x, tf.reshape(tf.range(8.0), (4, 2))),
    "concat": lambda x: tf.concat([x, tf.square(x)], axis=-1),
    "stack": lambda x: tf.stack([x, -x], axis=1),
    "split": lambda x: tf.split(x, [1, 3], axis=1)[1],
    "gather": lambda x: tf.gather(x, [3, 0], axis=1),
    "slice": lambda x: x[:, 1:3],
    "reshape": lambda x: tf.reshape(x, (-1, 2, 2)),
    "reshape by shape": lambda x: tf.reshape(x, (tf.shape(x)[0], 2, 2)),
    "expand_dims": lambda x: tf.squeeze(tf.expand_dims(x, -1), -1),
    "tile": lambda x: tf.tile(x, [1, 2]),
    "reverse": lambda x: tf.reverse(x, [1]),
    "cumsum": lambda x: tf.cumsum(x, axis=1),
    "softmax": lambda x: tf.nn.softmax(x) * tf.nn.softplus(x),
    "l2_normalize": lambda x: tf.math.l2_normalize(x, axis=1),
    "norm": lambda x: tf.norm(x, axis=1),
    "ones_like": lambda x: tf.ones_like(x) + tf.zeros_like(x),
    "moments": lambda x: tf.nn.moments(x, axes=[1])[1],
    "crossentropy": lambda x: tf.nn.sigmoid_cross_entropy_with_logits(
        labels=tf.ones_like(x), logits=x
    ),
    "one_hot": lambda x: tf.one_hot(tf.argmax(x, axis=1), 4, on_value=2.0, off_value=-1.0),
    "stop_gradient": lambda x: x + tf.stop_gradient(x),
}


@pytest.mark.parametrize("function", OF_A_BATCH.values(), ids=OF_A_BATCH)
def test_function_of_symbolic_values_is_that_of_numbers(function: Callable[[Any], Any]) -> None:
    found = layers.Lambda(function)(ROWS)
    WORKED_IN_FLOAT32.check(found, np.asarray(function(tf.constant(ROWS)), np.float32))


@pytest.mark.parametrize(
    "function",
    [
        lambda x: tf.boolean_mask(x, x > 0.0),
        lambda x: tf.where(x > 0.0),
        lambda x: tf.sort(x),
        lambda x: tf.cond(tf.reduce_sum(x) > 0.0, lambda: x, lambda: -x),
        lambda x: x + tf.random.truncated_normal(tf.shape(x)),
    ],
    ids=["boolean_mask", "places", "sort", "cond", "random"],
)
def test_what_needs_numbers_is_refused_inside_a_layer(function: Callable[[Any], Any]) -> None:
    with pytest.raises(GraphError, match="expected"):
        layers.Lambda(function)(ROWS)


MANY = np.zeros((4000, 2), np.float32)
# Function → mean and standard deviation; √(1/12) is that of a uniform number.
DRAWN_IN_LAYERS: dict[str, tuple[Callable[[Any], Any], float, float]] = {
    "tf.normal": (lambda x: x + tf.random.normal(tf.shape(x), 3.0, 2.0), 3.0, 2.0),
    "tf.uniform": (lambda x: x + tf.random.uniform(tf.shape(x), maxval=4.0), 2.0, 4 / 12**0.5),
    "backend": (lambda x: backend.random_normal((tf.shape(x)[0], 2), stddev=0.5), 0.0, 0.5),
    "keras.normal": (lambda x: x + keras_random.normal(tf.shape(x), 1.0, seed=3), 1.0, 1.0),
    "keras.uniform": (lambda x: x + keras_random.uniform(tf.shape(x), -1, 1), 0.0, 2 / 12**0.5),
    # Values of 1 become 0 or 1 / 0.8 with probabilities 0.2 and 0.8.
    "keras.dropout": (lambda x: keras_random.dropout(x + 1.0, 0.2), 1.0, 0.5),
}


@pytest.mark.parametrize(
    ("function", "mean", "deviation"), DRAWN_IN_LAYERS.values(), ids=DRAWN_IN_LAYERS
)
def test_random_numbers_inside_of_layers_differ_by_row_and_step(
    function: Callable[[Any], Any], mean: float, deviation: float
) -> None:
    tf.random.set_seed(1)
    layer = layers.Lambda(function)
    first, second = (np.asarray(layer(MANY, training=True)) for _ in range(2))
    # Five standard errors of 8,000 numbers.
    assert first.mean() == five_errors(deviation, 8000).approx(mean)
    assert first.std() == five_errors(deviation, 8000).approx(deviation)
    assert not np.array_equal(first, second)


def test_seeds_of_keras_random_repeat_and_generators_go_on() -> None:
    draw = keras_random.normal
    assert np.array_equal(draw((3,), seed=7), draw((3,), seed=7))
    seeds, again = keras_random.SeedGenerator(7), keras_random.SeedGenerator(7)
    first, second = draw((3,), seed=seeds), draw((3,), seed=seeds)
    assert not np.array_equal(first, second)
    assert np.array_equal(draw((3,), seed=again), first)


def test_functions_between_layers_make_layers() -> None:
    inputs = tf.keras.Input((4,))
    outputs = tf.reduce_sum(tf.concat([inputs, tf.square(inputs)], axis=-1), axis=-1)
    model = tf.keras.Model(inputs, outputs)
    # 1 + 2 + 3 + 4 + 1 + 4 + 9 + 16
    assert model(np.array([[1.0, 2.0, 3.0, 4.0]])).tolist() == [40.0]


def test_loss_written_with_tf_is_the_one_of_keras() -> None:
    """Huber's loss by hand, in ``evaluate`` and on arrays."""

    def huber(y_true: Any, y_pred: Any) -> Any:
        error = tf.cast(y_true, y_pred.dtype) - y_pred
        is_small = tf.abs(error) <= 1.0
        return tf.where(is_small, tf.square(error) / 2, tf.abs(error) - 0.5)

    x, y = ROWS, np.array([[0], [1]])
    model = tf.keras.Sequential([tf.keras.Input((4,)), layers.Dense(1, "tanh")])
    model.compile(loss=huber)
    own = model.evaluate(x, y, verbose=0)
    model.compile(loss=losses.Huber())
    WORKED_IN_FLOAT32.check(own, model.evaluate(x, y, verbose=0))
    WORKED_IN_FLOAT32.check(np.mean(huber(y, tf.constant(model(x)))), own)


def test_activation_of_tf_is_saved_by_its_name() -> None:
    assert layers.Dense(2, activation=tf.nn.relu).get_config()["activation"] == "relu"
    assert layers.Dense(2, activation=tf.tanh).get_config()["activation"] == "tanh"


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: tf.reduce_sum([1.0], axes=0), "unexpected or repeated argument 'axes'"),
        (lambda: tf.reduce_sum(), "misses the argument 'input_tensor'"),
        (lambda: tf.add(1, 2, 3), "takes 2 arguments but 3 were given"),
    ],
    ids=["unknown", "missing", "too many"],
)
def test_wrong_arguments_are_refused_as_by_a_function(call: Callable[[], Any], error: str) -> None:
    with pytest.raises(TypeError, match=error):
        call()


def test_arguments_have_the_names_of_tensorflow() -> None:
    rows = tf.constant([[1.0, 3.0]])
    assert tf.reduce_mean(input_tensor=rows, axis=1, keepdims=True, name="mean").numpy() == 2.0
    assert tf.reduce_sum(rows, reduction_indices=1, keep_dims=True).shape == (1, 1)
