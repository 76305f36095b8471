"""Methods by which a subclass of Keras's Model changes the steps: which it has, which are refused.

``train_step``, ``test_step`` and ``predict_step`` are called for each batch, in Python;
``compute_loss`` is traced into the graph of the step.
"""

from __future__ import annotations

import inspect
from functools import lru_cache
from typing import Any

from pronghorn._core.errors import ParameterError, compose

__all__ = ["INSTEAD", "defines", "refuse_overrides", "takes_training"]

_BY_HAND = (
    "Write the loop by hand, or in train_step(data): loss, gradients = "
    "model.compute_gradients(x, y), then optimizer.apply(gradients.values(), "
    "model.trainable_variables)"
)
#: Method that is refused → what to do instead.
INSTEAD = {
    "compute_metrics": "Pass a Metric of your own to compile(), or update it in test_step(data)",
    "make_train_function": _BY_HAND,
    "make_test_function": "Define test_step(data), which is called for each batch",
    "make_predict_function": "Define predict_step(data), which is called for each batch",
}
_STEPS = ("train_step", "test_step")


def defines(kind: type, base: type, name: str) -> bool:
    """Whether a class of models has a method of this name unlike ``base``."""
    return getattr(kind, name, None) is not getattr(base, name, None)


def refuse_overrides(kind: type, base: type) -> None:
    """Raise ParameterError where a class of models defines a method that would never be called.

    So does a step that takes a state besides the data, as Keras's do on JAX.
    """
    found = _find_fault(kind, base)
    if found is not None:
        name, received, remedy = found
        raise ParameterError(
            compose(
                f"{kind.__name__}.{name}",
                expected="a model whose step follows from call(), loss and optimizer, or from "
                "train_step(data), test_step(data), predict_step(data) and compute_loss",
                received=received,
                remedy=remedy,
            )
        )


@lru_cache(maxsize=256)
def _find_fault(kind: type, base: type) -> tuple[str, str, str] | None:
    for name, remedy in INSTEAD.items():
        if defines(kind, base, name):
            return name, f"a class that defines {name}", remedy
    for name in _STEPS:
        if defines(kind, base, name) and not _takes_data(getattr(kind, name)):
            return name, f"{name}{inspect.signature(getattr(kind, name))}", _BY_HAND
    return None


def takes_training(function: Any) -> bool:
    """Whether a function can be told ``training=``."""
    known = inspect.signature(function).parameters.values()
    return any(part.name == "training" or part.kind is part.VAR_KEYWORD for part in known)


def _takes_data(method: Any) -> bool:
    """Whether a method can be called with the data alone."""
    try:
        inspect.signature(method).bind(None, None)
    except (TypeError, ValueError):
        return False
    return True
