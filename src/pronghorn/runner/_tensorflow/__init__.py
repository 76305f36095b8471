"""``tensorflow`` as a program for dense nets uses it, without TensorFlow.

Tensors are NumPy's arrays with TensorFlow's methods (``_tensor``). Functions compute with NumPy on
numbers and with ``pronghorn.ops`` on symbolic values (``_calls``; ``_table`` names most of them).
What is not here is outside, and said so by name.
"""

from __future__ import annotations

from importlib import import_module as _import_module
from importlib.util import find_spec as _find_spec
from typing import Any as _Any

from pronghorn import initializers as _initializers
from pronghorn.runner._tensorflow import _arrays, _control, _creation, linalg, nn  # noqa: F401
from pronghorn.runner._tensorflow._calls import FUNCTIONS as _FUNCTIONS
from pronghorn.runner._tensorflow._calls import serve as _serve
from pronghorn.runner._tensorflow._ragged import RaggedTensor
from pronghorn.runner._tensorflow._shapes import TensorShape, TensorSpec
from pronghorn.runner._tensorflow._tensor import Tensor, make_tensor  # noqa: F401
from pronghorn.runner._tensorflow._variable import Variable
from pronghorn.runner._tensorflow.dtypes import DTYPES as _DTYPES
from pronghorn.runner._tensorflow.dtypes import DType, as_dtype
from pronghorn.runner._tensorflow.version import VERSION as __version__

__all__ = [
    "DType",
    "RaggedTensor",
    "Tensor",
    "TensorShape",
    "TensorSpec",
    "Variable",
    "__version__",
    "as_dtype",
]

newaxis = None

# Names of TensorFlow 1 that programs for Keras use in passing; those of graphs are not here.
_OF_VERSION_1 = frozenset(
    ("ConfigProto", "GPUOptions", "InteractiveSession", "Session", "get_default_graph", "logging")
)

_FUNCTIONS.update(
    constant_initializer=_initializers.Constant,
    ones_initializer=_initializers.Ones,
    random_normal_initializer=_initializers.RandomNormal,
    random_uniform_initializer=_initializers.RandomUniform,
    zeros_initializer=_initializers.Zeros,
)

_from_functions, __dir__ = _serve(
    "tf",
    "",
    remedies={
        "GradientTape": "model.compute_gradients(x, y) gives the loss and the gradients of a "
        "batch, and optimizer.apply(gradients.values(), model.trainable_variables) makes the step",
        "gradients": "model.compute_gradients(x, y) gives the loss and the gradients of a batch",
        "placeholder": "keras.Input",
    },
)


def __getattr__(name: str) -> _Any:
    if name == "keras":
        return _import_module("pronghorn")
    if name == "set_random_seed":  # TensorFlow 1
        return _import_module(f"{__name__}.random").set_seed
    if name in _OF_VERSION_1:
        return getattr(_import_module(f"{__name__}.compat.v1"), name)
    if name in _DTYPES:
        return _DTYPES[name]
    if name in _FUNCTIONS or name.startswith("_"):
        value = _from_functions(name)
    elif _find_spec(f"{__name__}.{name}") is not None:
        value = _import_module(f"{__name__}.{name}")
    else:
        return _from_functions(name)
    globals()[name] = value
    return value
