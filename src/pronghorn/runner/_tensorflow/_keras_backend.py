"""``keras.backend`` as Keras 2 had it: functions of tensors, and settings.

Most are functions of ``tf`` under other names; the others are below. What ``pronghorn.backend`` has
is that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from pronghorn import activations, ops
from pronghorn import backend as _settings
from pronghorn.ir.operators import Operators
from pronghorn.runner import _tensorflow as tf
from pronghorn.runner._outside import outside
from pronghorn.runner._tensorflow._calls import FUNCTIONS, is_symbolic, operand, served
from pronghorn.runner._tensorflow._control import Scope
from pronghorn.runner._tensorflow._keras_function import function as function
from pronghorn.runner._tensorflow._tensor import read_value

# Name here → name in tf. The order of the arguments is the same.
_RENAMED = {
    **{name: f"reduce_{name}" for name in ("sum", "prod", "max", "min")},
    **{name: name for name in ("abs", "cos", "equal", "exp", "eye", "gather", "greater")},
    **{name: name for name in ("greater_equal", "less", "less_equal", "log", "maximum")},
    **{name: name for name in ("minimum", "name_scope", "not_equal", "one_hot", "ones_like")},
    **{name: name for name in ("pow", "reshape", "reverse", "round", "shape", "sigmoid", "sign")},
    **{name: name for name in ("sin", "sqrt", "square", "stack", "stop_gradient", "tanh")},
    **{name: name for name in ("tile", "transpose", "zeros_like")},
    "cast": "cast",
    "clip": "clip_by_value",
    "constant": "constant",
    "convert_to_tensor": "convert_to_tensor",
    "cumsum": "cumsum",
    "is_tensor": "is_tensor",
    "l2_normalize": "nn.l2_normalize",
    "logsumexp": "reduce_logsumexp",
    "map_fn": "map_fn",
    "permute_dimensions": "transpose",
    "random_normal": "random.normal",
    "random_uniform": "random.uniform",
    "softmax": "nn.softmax",
    "softplus": "nn.softplus",
    "softsign": "nn.softsign",
    "elu": "nn.elu",
    "truncated_normal": "random.truncated_normal",
}
_INSTEAD = {
    "gradients": "model.compute_gradients(x, y) gives the loss and the gradients of a batch",
}


def _reduced(name: str) -> Callable[..., Any]:
    function = FUNCTIONS[name]

    def call(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        """The reduction of the values, truth as 0 and 1. Source: tf.keras.backend."""
        value = operand(x)
        if isinstance(value, np.ndarray) and value.dtype.kind == "b":
            value = value.astype(np.float32)
        return function(value, axis, keepdims)

    return call


mean, std, var = map(_reduced, ("reduce_mean", "reduce_std", "reduce_variance"))
any, all = map(_reduced, ("reduce_max", "reduce_min"))


# Axes count from behind where Keras says so.


def argmax(x: Any, axis: int = -1) -> Any:
    """The position of the largest element. Source: tf.keras.backend.argmax."""
    return tf.argmax(x, axis)


def argmin(x: Any, axis: int = -1) -> Any:
    """The position of the smallest element. Source: tf.keras.backend.argmin."""
    return tf.argmin(x, axis)


def concatenate(tensors: Sequence[Any], axis: int = -1) -> Any:
    """Tensors joined along an axis. Source: tf.keras.backend.concatenate."""
    return tf.concat(tensors, axis)


def expand_dims(x: Any, axis: int = -1) -> Any:
    """A further axis of length 1. Source: tf.keras.backend.expand_dims."""
    return tf.expand_dims(x, axis)


def squeeze(x: Any, axis: int) -> Any:
    """Without an axis of length 1. Source: tf.keras.backend.squeeze."""
    return tf.squeeze(x, axis)


def repeat_elements(x: Any, rep: int, axis: int) -> Any:
    """Each element several times in a row. Source: tf.keras.backend.repeat_elements."""
    return tf.repeat(x, rep, axis)


def flatten(x: Any) -> Any:
    """All elements in one axis. Source: tf.keras.backend.flatten."""
    return tf.reshape(x, (-1,))


def batch_flatten(x: Any) -> Any:
    """Each row's elements in one axis. Source: tf.keras.backend.batch_flatten."""
    return tf.reshape(x, (-1, int(np.prod(x.shape[1:]))))


# Functions of layers and losses.


@served()
def dot(x: Any, y: Any) -> Any:
    """The product of matrices. Source: tf.keras.backend.dot."""
    return ops.dot(operand(x), operand(y))


def bias_add(x: Any, bias: Any, data_format: Any = None) -> Any:
    """x + bias. Source: tf.keras.backend.bias_add."""
    return tf.add(x, bias)


def relu(x: Any, alpha: float = 0.0, max_value: Any = None, threshold: float = 0.0) -> Any:
    """max(x, 0), or with a slope below. Source: tf.keras.backend.relu."""
    return activations.relu(operand(x), alpha, max_value, threshold)


def hard_sigmoid(x: Any) -> Any:
    """clip(x / 6 + 1/2, 0, 1). Source: tf.keras.backend.hard_sigmoid."""
    return activations.hard_sigmoid(operand(x))


@served()
def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> Any:
    """Element by element. Source: tf.keras.backend.binary_crossentropy."""
    return ops.binary_crossentropy(operand(target), operand(output), from_logits)


@served()
def categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1
) -> Any:
    """One value a row. Source: tf.keras.backend.categorical_crossentropy."""
    return ops.categorical_crossentropy(operand(target), operand(output), from_logits)


@served()
def sparse_categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1
) -> Any:
    """One value a row. Source: tf.keras.backend.sparse_categorical_crossentropy."""
    return ops.sparse_categorical_crossentropy(operand(target), operand(output), from_logits)


def in_top_k(predictions: Any, targets: Any, k: int) -> Any:
    """Whether each target is among the k largest. Source: tf.keras.backend.in_top_k."""
    return tf.nn.in_top_k(targets, predictions, k)


def switch(condition: Any, then_expression: Any, else_expression: Any) -> Any:
    """The one where the condition holds, else the other. Source: tf.keras.backend.switch."""
    branches = [b() if callable(b) else b for b in (then_expression, else_expression)]
    return tf.where(condition, *branches)


# Values.


def get_value(x: Any) -> Any:
    """The numbers of a weight, tensor or setting. Source: tf.keras.backend.get_value."""
    return x.numpy() if hasattr(x, "numpy") else x


eval = get_value


def batch_get_value(tensors: Iterable[Any]) -> list[Any]:
    """The numbers of each. Source: tf.keras.backend.batch_get_value."""
    return [get_value(x) for x in tensors]


def set_value(x: Any, value: Any) -> None:
    """Replace the numbers of a weight or setting. Source: tf.keras.backend.set_value."""
    x.assign(value)


def batch_set_value(tuples: Iterable[tuple[Any, Any]]) -> None:
    """Replace the numbers of each. Source: tf.keras.backend.batch_set_value."""
    for x, value in tuples:
        x.assign(value)


def update(x: Any, new_x: Any) -> Any:
    """Replace the numbers. Source: tf.keras.backend.update."""
    return x.assign(new_x)


def update_add(x: Any, increment: Any) -> Any:
    """Add to the numbers. Source: tf.keras.backend.update_add."""
    return x.assign_add(increment)


def update_sub(x: Any, decrement: Any) -> Any:
    """Subtract from the numbers. Source: tf.keras.backend.update_sub."""
    return x.assign_sub(decrement)


def variable(value: Any, dtype: Any = None, name: str | None = None, constraint: Any = None) -> Any:
    """A weight made by hand. Source: tf.keras.backend.variable."""
    return tf.Variable(read_value(value, dtype or "float32"), name=name, constraint=constraint)


def zeros(shape: Any, dtype: Any = None, name: str | None = None) -> Any:
    """A weight of zeros. Source: tf.keras.backend.zeros."""
    return variable(tf.zeros(shape), dtype, name)


def ones(shape: Any, dtype: Any = None, name: str | None = None) -> Any:
    """A weight of ones. Source: tf.keras.backend.ones."""
    return variable(tf.ones(shape), dtype, name)


def arange(start: Any, stop: Any = None, step: Any = 1, dtype: Any = "int32") -> Any:
    """Whole numbers at equal distances. Source: tf.keras.backend.arange."""
    return tf.range(start, stop, step, dtype)


def cast_to_floatx(x: Any) -> Any:
    """The numbers as an array of the default type. Source: tf.keras.backend.cast_to_floatx."""
    return x if is_symbolic(x) else read_value(x).astype(_settings.floatx())


def int_shape(x: Any) -> Any:
    """The lengths of the axes, None for the batch. Source: tf.keras.backend.int_shape."""
    return tuple(x.shape)


def ndim(x: Any) -> int:
    """The number of axes. Source: tf.keras.backend.ndim."""
    return len(x.shape)


def dtype(x: Any) -> str:
    """The name of the type. Source: tf.keras.backend.dtype."""
    return tf.as_dtype(x.dtype).name


def count_params(x: Any) -> int:
    """The number of elements. Source: tf.keras.backend.count_params."""
    return int(np.prod(x.shape))


def is_keras_tensor(x: Any) -> bool:
    """Whether it is a tensor between layers. Source: tf.keras.backend.is_keras_tensor."""
    return isinstance(x, Operators) and hasattr(x, "__pronghorn_connect__")


# Settings of sessions and phases, which a compiled step does not have.


def learning_phase() -> int:
    """0. Source: tf.keras.backend.learning_phase."""
    return 0


def image_data_format() -> str:
    """The default of Keras. Source: tf.keras.backend.image_data_format."""
    return "channels_last"


def _change_nothing(*_: Any) -> None:
    """For settings of sessions, phases and pictures."""


set_learning_phase = set_image_data_format = set_session = _change_nothing
manual_variable_initialization = reset_uids = _change_nothing
learning_phase_scope = Scope


def __getattr__(name: str) -> Any:
    if name in _RENAMED:
        return FUNCTIONS[_RENAMED[name]]
    try:
        return getattr(_settings, name)
    except AttributeError:
        if name.startswith("_"):
            raise
        return outside(f"keras.backend.{name}", "tensorflow", _INSTEAD.get(name))
