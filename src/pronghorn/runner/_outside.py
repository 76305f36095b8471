"""What a program asks for and a library of dense nets does not have: one error, one message."""

from __future__ import annotations

from typing import NoReturn

from pronghorn.errors import PronghornError

__all__ = ["OutsideError", "OutsideImportError", "OutsideModuleError", "explain", "outside"]

# Of TensorFlow 1 alone; what TensorFlow 2 keeps of it is called tf.compat.v1.
_GRAPHS = frozenset(
    f"{module}.{name}"
    for module in ("tf", "tensorflow")
    for name in (
        *("GraphKeys", "assign", "contrib", "compat.v1.Session.run", "get_default_session"),
        *("get_variable",),
        *("global_variables_initializer", "initialize_all_variables", "layers", "placeholder"),
        *("losses.sparse_softmax_cross_entropy", "reset_default_graph", "trainable_variables"),
        *("train.AdamOptimizer", "train.GradientDescentOptimizer", "train.MomentumOptimizer"),
        *("train.Saver", "variable_scope", "variables_initializer"),
    )
)
_WITHOUT_GRAPHS = (
    "Write the model with Keras: Input in place of a placeholder, layers in place of variables and "
    "products, compile and fit in place of an optimizer and session.run, predict for outputs."
)
# Layers of Keras 1 alone.
_JOIN = "Join tensors with layers.Concatenate, Add, Multiply, Average, Maximum or Dot."
_OF_KERAS_1 = {
    "Highway": "Write it as t * h + (1 - t) * x of two layers.Dense.",
    "MaxoutDense": "Take layers.Maximum of several layers.Dense.",
    "Merge": _JOIN,
    "merge": _JOIN,
}


class OutsideError(PronghornError, AttributeError):
    """A name of Keras or TensorFlow that Pronghorn does not serve.

    ``name``: the dotted name as the program knows it, ``tf.GradientTape``. ``install``: the
    package that has it. ``instead``: what Pronghorn has in its place, a sentence. An
    AttributeError too, so that ``hasattr`` and ``getattr`` with a default answer as they do for
    any name that is not there.
    """

    def __init__(self, message: str, name: str, install: str, instead: str | None = None) -> None:
        super().__init__(message)
        self.name, self.install, self.instead = name, install, instead


class OutsideImportError(PronghornError, ImportError):
    """``from keras.layers import Conv2D``: the same for a name in an import."""


class OutsideModuleError(PronghornError, ModuleNotFoundError):
    """``import keras.applications``: the same for a whole module."""


def explain(name: str, install: str, where: str | None = None, instead: str | None = None) -> str:
    """The message: the thing, the line of the program, what to do.

    >>> print(explain("keras.layers.Conv2D", "keras", "line 12 of train.py"))
    keras.layers.Conv2D (line 12 of train.py) is not served: Pronghorn makes dense nets only. \
Install what has it (pip install keras); the program then runs on that.
    """
    place = f" ({where})" if where else ""
    if name in _GRAPHS:
        return (
            f"{name}{place} is not served: it belongs to the graphs and sessions of TensorFlow 1, "
            f"which TensorFlow 2 does not have either. {_WITHOUT_GRAPHS}"
        )
    module, _, last = name.rpartition(".")
    if last in _OF_KERAS_1 and "layers" in module.split("."):
        return (
            f"{name}{place} is not served: it belongs to Keras 1, which its successors do not have "
            f"either. {_OF_KERAS_1[last]}"
        )
    other = f" Or change the program: {instead.rstrip('.')}." if instead else ""
    return (
        f"{name}{place} is not served: Pronghorn makes dense nets only. Install what has it "
        f"(pip install {install}); the program then runs on that.{other}"
    )


def outside(name: str, install: str, instead: str | None = None) -> NoReturn:
    """Refuse ``name``, which the package ``install`` has; for ``__getattr__`` of served modules.

    ``instead``: what Pronghorn has in its place, where it has something.

    Raises OutsideError. The served module that asked on the program's behalf decides whether the
    real library takes over.

    >>> outside("tf.GradientTape", "tensorflow")
    Traceback (most recent call last):
    ...
    pronghorn.runner._outside.OutsideError: tf.GradientTape is not served: Pronghorn makes ...
    """
    raise OutsideError(explain(name, install, None, instead), name, install, instead)
