"""Tensors, variables, types, devices: what a program does with them besides computing."""

import copy
import pickle
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pronghorn import layers, utils
from pronghorn.errors import DataError
from pronghorn.runner import _tensorflow as tf
from pronghorn.runner._outside import OutsideError
from pronghorn.runner._tensorflow import compat

TABLE = tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])


def test_tensor_prints_as_in_tensorflow() -> None:
    assert str(tf.constant(2.5)) == "tf.Tensor(2.5, shape=(), dtype=float32)"
    assert str(tf.constant([[1], [2]])) == "tf.Tensor(\n[[1]\n [2]], shape=(2, 1), dtype=int32)"
    assert repr(tf.constant([1, 2])) == (
        "<tf.Tensor: shape=(2,), dtype=int32, numpy=array([1, 2], dtype=int32)>"
    )
    assert str(tf.constant("text")) == "tf.Tensor(b'text', shape=(), dtype=string)"
    assert f"{tf.constant(2.5):.2f}" == "2.50"


def test_tensor_cannot_be_assigned_to() -> None:
    tensor = before = tf.constant([1.0, 2.0])
    with pytest.raises(TypeError, match="item assignment"):
        tensor[0] = 5.0
    tensor += 1.0
    assert (before.numpy().tolist(), tensor.numpy().tolist()) == ([1.0, 2.0], [2.0, 3.0])


def test_constant_does_not_follow_its_array() -> None:
    array = np.array([1.0, 2.0])
    tensor = tf.constant(array)
    array[0] = 9.0
    assert tensor.numpy().tolist() == [1.0, 2.0]


def test_numpy_functions_give_arrays_and_operators_tensors() -> None:
    assert type(np.exp(TABLE)) is np.ndarray
    assert type(np.concatenate([TABLE, TABLE])) is np.ndarray
    assert type(np.float32(2.0) * TABLE) is tf.Tensor
    assert type(np.ones((2, 3)) * TABLE) is tf.Tensor
    assert type(TABLE.numpy()) is np.ndarray
    assert type(TABLE[0, 0].numpy()) is np.float32


# Python's ways to use a value → what comes of it.
USES: dict[str, tuple[Callable[[], Any], Any]] = {
    "float": (lambda: float(TABLE[0, 1]), 2.0),
    "index": (lambda: ["a", "b", "c"][tf.argmax([0, 5, 1])], "b"),
    "truth": (lambda: bool(TABLE[0, 0] > 3.0), False),
    "length": (lambda: len(TABLE), 2),
    "rows": (lambda: [float(row[0]) for row in TABLE], [1.0, 4.0]),
    "slices by tensors": (lambda: TABLE[tf.constant(0), : tf.constant(2)].numpy().tolist(), [1, 2]),
    "mask": (lambda: TABLE[TABLE > 4.5].numpy().tolist(), [5.0, 6.0]),
    "reflected": (lambda: (1.0 - TABLE[0]).numpy().tolist(), [0.0, -1.0, -2.0]),
    "matrix product": (lambda: (TABLE @ tf.ones((3, 1))).numpy().tolist(), [[6.0], [15.0]]),
    "comparison with nothing": (lambda: (TABLE == None, TABLE != None), (False, True)),  # noqa: E711
    "round": (lambda: round(tf.constant(2.6)).numpy(), 3.0),
    "shape as a list": (lambda: TABLE.shape.as_list(), [2, 3]),
    "shape as numbers": (lambda: (TABLE.shape[-1], TABLE.shape == (2, 3)), (3, True)),
    "elements of a shape": (lambda: TABLE.get_shape().num_elements(), 6),
    "pickle": (lambda: pickle.loads(pickle.dumps(TABLE)).numpy().tolist(), TABLE.numpy().tolist()),
    "copy": (lambda: copy.deepcopy(TABLE).numpy().tolist(), TABLE.numpy().tolist()),
    "types": (lambda: TABLE.dtype == tf.float32 == np.float32 and TABLE.dtype == "float32", True),
    "printed type": (lambda: (str(TABLE.dtype), repr(tf.int8)), ("<dtype: 'float32'>", "tf.int8")),
    "kinds of types": (lambda: (tf.int8.is_integer, tf.float16.is_floating), (True, True)),
    "types are not each other": (lambda: (tf.int8 == np.int32, tf.bool == np.bool_), (False, True)),
    "largest number of a type": (lambda: tf.int8.max, 127),
    "type of NumPy": (lambda: np.zeros(1, tf.float64.as_numpy_dtype).dtype == tf.double, True),
    "is_tensor": (lambda: (tf.is_tensor(TABLE), tf.is_tensor([1.0])), (True, False)),
    "isinstance": (lambda: isinstance(TABLE, tf.Tensor), True),
}  # fmt: skip


@pytest.mark.parametrize(("use", "value"), USES.values(), ids=USES)
def test_use_of_a_tensor(use: Callable[[], Any], value: Any) -> None:
    assert use() == value


def test_tensors_are_data_for_frames() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"score": TABLE[0]})
    frame["more"] = TABLE[1]
    assert frame.to_numpy().tolist() == [[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]


# Variables.


def test_variable_is_assigned_and_prints() -> None:
    variable = tf.Variable([1.0, 2.0], name="w")
    assert variable.assign_add([1.0, 1.0]) is variable
    variable.assign_sub([0.0, 1.0])
    assert repr(variable) == (
        "<tf.Variable 'w:0' shape=(2,) dtype=float32, numpy=array([2., 2.], dtype=float32)>"
    )
    assert (variable * 2.0).numpy().tolist() == [4.0, 4.0]
    assert tf.reduce_sum(variable).numpy() == 4.0


def test_variable_of_whole_numbers_keeps_its_type() -> None:
    step = tf.Variable(3, trainable=False)
    step.assign_add(1)
    assert (step.numpy(), step.numpy().dtype, (step + 1).dtype) == (4, np.int32, tf.int32)


@pytest.mark.parametrize("change", [tf.Variable, tf.Variable(0, dtype=tf.int64).assign])
def test_variable_refuses_numbers_that_float32_changes(change: Callable[[Any], Any]) -> None:
    with pytest.raises(DataError, match="float32 holds exactly"):
        change(2**24 + 1)


def test_variables_are_weights_of_a_layer() -> None:
    class Line(layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            start = tf.random_normal_initializer()
            self.w = tf.Variable(initial_value=start(shape=(3, 1), dtype="float32"), trainable=True)
            self.b = tf.Variable(tf.zeros_initializer()(shape=(1,)))

        def call(self, inputs: Any) -> Any:
            return tf.matmul(inputs, self.w) + self.b

    layer = Line()
    layer.w.assign([[1.0], [2.0], [3.0]])
    assert np.asarray(layer(TABLE)).tolist() == [[14.0], [32.0]]  # 1 + 4 + 9, 4 + 10 + 18
    model = tf.keras.Sequential([tf.keras.Input((3,)), layer])
    model.compile("sgd", "mse")
    model.fit(TABLE, tf.zeros((2, 1)), verbose=0)
    assert len(model.trainable_weights) == 2
    assert not np.array_equal(layer.w.numpy(), [[1.0], [2.0], [3.0]])


# Random numbers.


def test_seed_fixes_what_is_drawn() -> None:
    def draw() -> list[Any]:
        drawn = [
            tf.random.normal((3,)),
            tf.random.uniform((3,), seed=5),
            tf.random.uniform((3,), seed=5),
        ]
        return [part.numpy().tolist() for part in drawn]

    tf.random.set_seed(3)
    first = draw()
    tf.random.set_seed(3)
    assert draw() == first
    utils.set_random_seed(3)
    assert draw()[0] == first[0]
    assert first[1] != first[2]  # a call with the same seed goes on


def test_seed_leaves_the_generators_of_numpy_and_python_alone() -> None:
    before = random.getstate(), np.random.get_state()[1].tolist()  # noqa: NPY002
    tf.random.set_seed(9)
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before  # noqa: NPY002


def test_seed_fixes_the_weights() -> None:
    def kernel() -> list[Any]:
        tf.random.set_seed(4)
        layer = layers.Dense(2)
        layer.build((None, 2))
        return layer.get_weights()[0].tolist()

    assert kernel() == kernel()


def test_distributions_are_those_asked_for() -> None:
    """With 10,000 numbers a mean is off by more than five of its deviations once in a million."""
    tf.random.set_seed(0)
    normal = tf.random.normal([10_000], mean=2.0, stddev=3.0).numpy()
    assert abs(normal.mean() - 2.0) < 5 * 3.0 / 100
    short = tf.random.truncated_normal([10_000]).numpy()
    assert np.abs(short).max() <= 2.0
    dice = tf.random.uniform([10_000], 1, 7, dtype=tf.int32).numpy()
    assert set(dice.tolist()) == {1, 2, 3, 4, 5, 6}
    assert sorted(tf.random.shuffle(tf.range(5)).numpy().tolist()) == [0, 1, 2, 3, 4]
    drawn = tf.random.categorical([[0.0, np.log(3.0)]], 10_000).numpy()
    # √(3/4 · 1/4) = 0.433
    assert abs(drawn.mean() - 0.75) < 5 * 0.433 / 100


# What directs a program.


def test_functions_run_as_they_are_written() -> None:
    @tf.function
    def double(x: Any) -> Any:
        return 2 * x

    @tf.function(jit_compile=True)
    def triple(x: Any) -> Any:
        return 3 * x

    with tf.device("/GPU:0"), tf.name_scope("scope"):
        assert (double(tf.constant(1)).numpy(), triple(tf.constant(1)).numpy()) == (2, 3)
    assert tf.executing_eagerly()


def test_machine_has_one_processor_and_no_gpu() -> None:
    assert tf.config.list_physical_devices("GPU") == []
    assert [d.device_type for d in tf.config.list_physical_devices()] == ["CPU"]
    for device in tf.config.experimental.list_physical_devices("CPU"):
        tf.config.experimental.set_memory_growth(device, True)
    assert not tf.test.is_gpu_available()
    assert tf.test.gpu_device_name() == ""
    assert tf.distribute.MirroredStrategy().num_replicas_in_sync == 1


def test_threads_of_an_operation_are_those_of_the_engine() -> None:
    from pronghorn import config

    tf.config.threading.set_intra_op_parallelism_threads(1)
    limit = config.thread_limit()
    tf.config.threading.set_intra_op_parallelism_threads(0)
    assert limit == 1


def test_sessions_of_keras_with_tensorflow_1_are_opened_in_vain() -> None:
    v1 = compat.v1
    settings = v1.ConfigProto()
    settings.gpu_options.allow_growth = True
    v1.logging.set_verbosity(v1.logging.ERROR)
    v1.set_random_seed(1)
    with v1.Session(config=settings) as session, pytest.raises(OutsideError, match="Session"):
        session.run(None)


def test_version_is_a_release_of_tensorflow_2() -> None:
    assert [part.isdigit() for part in tf.__version__.split(".")] == [True, True, True]
    assert tf.__version__.startswith("2.")


def test_print_writes_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    tf.print("loss:", tf.constant(0.5), [1, 2])
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "loss: 0.5 [1 2]\n")


def test_checks_pass_or_raise() -> None:
    tf.debugging.assert_equal(tf.constant([1]), [1])
    tf.debugging.assert_shapes([(TABLE, ("rows", 3))])
    with pytest.raises(tf.errors.InvalidArgumentError, match="too small"):
        tf.debugging.assert_greater([1.0], 2.0, message="too small")
    with pytest.raises(ValueError, match="assert_positive"):
        tf.debugging.assert_positive([0.0])


OUTSIDE: dict[str, Callable[[], Any]] = {
    "tf.GradientTape": lambda: tf.GradientTape,
    "tf.io.TFRecordWriter": lambda: tf.io.TFRecordWriter,
    "tf.saved_model": lambda: tf.saved_model,
    "tf.math.bessel_i0": lambda: tf.math.bessel_i0,
    "tf.nn.conv2d": lambda: tf.nn.conv2d,
    "tf.linalg.svd": lambda: tf.linalg.svd,
    "tf.data.TFRecordDataset": lambda: tf.data.TFRecordDataset,
    "tf.data.Dataset.padded_batch": lambda: tf.data.Dataset.range(3).padded_batch,
    "tf.data.Dataset.list_files": lambda: tf.data.Dataset.list_files,
    "tf.config.experimental_connect_to_cluster": lambda: tf.config.experimental_connect_to_cluster,
    "tf.random.poisson": lambda: tf.random.poisson,
    "tf.dtypes.complex": lambda: tf.dtypes.complex,
}


@pytest.mark.parametrize(("name", "ask"), OUTSIDE.items(), ids=OUTSIDE)
def test_what_is_not_there_is_outside_by_its_full_name(name: str, ask: Callable[[], Any]) -> None:
    with pytest.raises(OutsideError, match="pip install tensorflow") as caught:
        ask()
    assert caught.value.name == name


def test_gradient_tape_names_what_pronghorn_has() -> None:
    with pytest.raises(OutsideError, match=r"model\.compute_gradients\(x, y\)"):
        tf.GradientTape()


def test_hasattr_answers() -> None:
    assert hasattr(tf, "constant")
    assert not hasattr(tf, "GradientTape")
