"""``tf.distribute``: every strategy is the one of a single machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pronghorn.runner._tensorflow._calls import FUNCTIONS, serve
from pronghorn.runner._tensorflow._control import Scope

__all__ = ["Strategy"]


class Strategy:
    """One replica, on this machine. Source: tf.distribute.Strategy."""

    num_replicas_in_sync = 1

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def scope(self) -> Scope:
        """A ``with`` block that changes nothing."""
        return Scope()

    def run(self, fn: Callable[..., Any], args: Any = (), kwargs: Any = None) -> Any:
        """The function, called once."""
        return fn(*args, **(kwargs or {}))

    def experimental_distribute_dataset(self, dataset: Any, options: Any = None) -> Any:
        """The data set itself."""
        return dataset


def get_strategy() -> Strategy:
    """The strategy that is always there. Source: tf.distribute.get_strategy."""
    return Strategy()


FUNCTIONS.update(
    dict.fromkeys(("distribute.MirroredStrategy", "distribute.OneDeviceStrategy"), Strategy)
)

__getattr__, __dir__ = serve("tf.distribute", "distribute.")
