"""How a function of TensorFlow is carried out: by NumPy on numbers, by ``pronghorn.ops`` else.

A function of ``tf`` is a name, the parameters that it has there, and the name by which NumPy and
``pronghorn.ops`` know it. On numbers NumPy computes at once, by TensorFlow's rules of types. Inside
layers, losses and metrics, and between layers, the values are symbolic: there the operation of
``pronghorn.ops`` takes part in the graph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pronghorn import ops
from pronghorn.ir.operators import Operators
from pronghorn.runner._outside import outside
from pronghorn.runner._tensorflow._ragged import RaggedTensor
from pronghorn.runner._tensorflow._tensor import Tensor, make_tensor, read_value

__all__ = [
    "FUNCTIONS",
    "Signature",
    "as_tensor",
    "define",
    "is_symbolic",
    "operand",
    "plain",
    "serve",
    "served",
]


def is_symbolic(*values: Any) -> bool:
    """Whether one of the values, or a member of a list or tuple among them, has no numbers yet."""
    for value in values:
        if isinstance(value, Operators):
            node = getattr(value, "__pronghorn_node__", None)
            # A weight is symbolic inside a layer's call, and an array elsewhere.
            if node is None or node() is not None:
                return True
        elif isinstance(value, list | tuple) and is_symbolic(*value):
            return True
    return False


def plain(value: Any) -> Any:
    """Tensors as arrays, also those in lists and tuples; all else as it is."""
    if isinstance(value, Tensor):
        return value.numpy()
    if type(value) in (list, tuple):
        return type(value)(map(plain, value))
    return value


def operand(value: Any) -> Any:
    """A symbolic value as it is, all else as an array by TensorFlow's rules of types."""
    return value if is_symbolic(value) else read_value(value)


def as_tensor(value: Any) -> Any:
    """A result as a tensor; lists and tuples of them too, and symbolic values as they are."""
    if value is None or isinstance(value, Operators | Tensor | RaggedTensor):
        return value
    if isinstance(value, list | tuple):
        parts = [as_tensor(part) for part in value]
        return parts if isinstance(value, list) else tuple(parts)
    return make_tensor(value)


#: The functions by name: "concat" of ``tf``, "nn.bias_add" of ``tf.nn`` alone.
FUNCTIONS: dict[str, Callable[..., Any]] = {}


def served(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let a function be ``tf.<name>``; it gives tensors then, and ``name=`` is left out.

    It takes tensors like arrays, and is written with ``pronghorn.ops`` or with other functions of
    ``tf``, or asks ``is_symbolic`` itself.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def call(*args: Any, name: Any = None, **kwargs: Any) -> Any:
            return as_tensor(function(*args, **kwargs))

        FUNCTIONS.update(dict.fromkeys(names, call))
        return call

    return decorate


class Signature(NamedTuple):
    """What a function of TensorFlow takes: tensors first, then options with their defaults.

    NumPy and ``pronghorn.ops`` take the options in this order, or by these names if ``by_name``.
    ``keeps_type``: whether the result has the operand's type, where NumPy chooses a wider one.
    """

    tensors: tuple[str, ...]
    options: Mapping[str, Any] = {}
    by_name: bool = False
    keeps_type: bool = False

    def bind(
        self, what: str, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> tuple[list[Any], dict[str, Any]]:
        """The tensors in order, and the options that were given or have a default."""
        names = (*self.tensors, *self.options)
        if len(args) > len(names):
            raise TypeError(f"{what}() takes {len(names)} arguments but {len(args)} were given")
        given = dict(zip(names, args, strict=False))
        for key, value in kwargs.items():
            key = _OLD_NAMES.get(key, key)
            if key == "name":
                continue
            if key not in names or key in given:
                raise TypeError(f"{what}() got an unexpected or repeated argument {key!r}")
            given[key] = value
        absent = [key for key in names if key not in given and key not in self.options]
        if absent:
            raise TypeError(f"{what}() misses the argument {absent[0]!r}")
        options = {key: _read_option(given.get(key, self.options[key])) for key in self.options}
        return [given[key] for key in self.tensors], options


def _read_option(value: Any) -> Any:
    """Numbers and shapes as those of Python, whatever they were given as."""
    value = plain(value)
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    return tuple(map(_read_option, value)) if isinstance(value, list | tuple) else value


# TensorFlow 1.
_OLD_NAMES = {"keep_dims": "keepdims", "reduction_indices": "axis", "dimension": "axis"}


def define(name: str, target: str, signature: Signature) -> Callable[..., Any]:
    """The function ``tf.<name>``, which NumPy and ``pronghorn.ops`` call ``target``."""
    numpy_function = getattr(np, target, None)
    what = f"tf.{name}"

    def apply(function: Callable[..., Any], tensors: Iterable[Any], options: dict[str, Any]) -> Any:
        if signature.by_name:
            return function(*tensors, **options)
        return function(*tensors, *options.values())

    def call(*args: Any, **kwargs: Any) -> Any:
        tensors, options = signature.bind(what, args, kwargs)
        if is_symbolic(*tensors):
            return apply(getattr(ops, target), map(plain, tensors), options)
        arrays = _read_operands(tensors)
        if numpy_function is None:
            return as_tensor(apply(getattr(ops, target), arrays, options))
        with np.errstate(all="ignore"):
            found = np.asarray(apply(numpy_function, arrays, options))
        if signature.keeps_type:
            found = found.astype(np.asarray(arrays[0]).dtype, copy=False)
        return make_tensor(found)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"{what}: what ``pronghorn.ops.{target}`` computes, by TensorFlow's arguments."
    FUNCTIONS[name] = call
    return call


def _read_operands(tensors: Sequence[Any]) -> list[Any]:
    """Operands as arrays. Numbers and lists of Python take the type of an array beside them."""
    typed = [read_value(t) for t in tensors if not isinstance(t, _UNTYPED)]
    if not typed:
        return [read_value(t) for t in tensors]
    kind = typed[0].dtype
    return [_read_beside(t, kind) if isinstance(t, _UNTYPED) else read_value(t) for t in tensors]


_UNTYPED = (bool, int, float, complex, list, tuple)


def _read_beside(value: Any, kind: np.dtype[Any]) -> Any:
    if not isinstance(value, list | tuple):
        return value
    array: NDArray[Any] = read_value(value)
    return array.astype(kind) if kind.kind == "f" and array.dtype.kind in "if" else array


def serve(module: str, *folders: str, remedies: Mapping[str, str] | None = None) -> Any:
    """A module's ``__getattr__`` and ``__dir__``: the functions of these folders of the registry.

    What is not there is outside of what is served; ``remedies`` says what to do instead.
    """

    def __getattr__(name: str) -> Any:
        for folder in folders:
            if folder + name in FUNCTIONS:
                return FUNCTIONS[folder + name]
        if name.startswith("_"):
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        return outside(f"{module}.{name}", "tensorflow", (remedies or {}).get(name))

    def __dir__() -> list[str]:
        found = (name.removeprefix(f) for f in folders for name in FUNCTIONS if name.startswith(f))
        return sorted(name for name in found if "." not in name)

    return __getattr__, __dir__
