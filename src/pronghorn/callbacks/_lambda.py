"""LambdaCallback: a callback made of the functions it is given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pronghorn._core.errors import ParameterError, UnknownNameError, compose, describe, suggest
from pronghorn._core.registry import register
from pronghorn.callbacks._base import Callback

Hook = Callable[..., Any]


@register("callback", "LambdaCallback")
class LambdaCallback(Callback):
    """Call the given functions at the hooks they are named after.

    Args:
        on_epoch_begin, on_epoch_end: Called as ``f(epoch, logs)``.
        on_train_begin, on_train_end: Called as ``f(logs)``.
        on_train_batch_begin, on_train_batch_end: Called as ``f(batch, logs=logs)``; giving one
            of them makes the loop come back to Python at every batch.
        others: Any other hook of ``Callback`` by its name, ``on_progress`` among them.

    Errors: ``UnknownNameError`` for a name that is no hook, ``ParameterError`` for a value that
    is no function.

    Source: ``keras.callbacks.LambdaCallback``, which takes any name in silence.

    >>> echo = LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch, logs["loss"]))
    >>> echo.on_epoch_end(3, {"loss": 0.25})
    3 0.25
    """

    def __init__(
        self,
        on_epoch_begin: Hook | None = None,
        on_epoch_end: Hook | None = None,
        on_train_begin: Hook | None = None,
        on_train_end: Hook | None = None,
        on_train_batch_begin: Hook | None = None,
        on_train_batch_end: Hook | None = None,
        **others: Hook | None,
    ) -> None:
        super().__init__()
        hooks = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
            **others,
        }
        for name, function in hooks.items():
            _check(name, function)
            if function is not None:
                setattr(self, name, function)


def _check(name: str, function: Any) -> None:
    hooks = sorted(hook for hook in vars(Callback) if hook.startswith("on_"))
    if name not in hooks:
        raise UnknownNameError(
            compose(
                f"LambdaCallback: argument {name!r}",
                expected=f"one of {', '.join(hooks)}",
                received=repr(name),
                remedy=suggest(name, hooks),
            )
        )
    if function is not None and not callable(function):
        raise ParameterError(
            compose(f"LambdaCallback: {name}", expected="a function", received=describe(function))
        )
