"""Names that layers get when none is given: dense, dense_1, dense_2 … for the whole process."""

from __future__ import annotations

import threading
from collections import Counter

from pronghorn._core.dtype_policy import set_dtype_policy
from pronghorn._core.registry import to_snake_case

__all__ = ["clear_session", "name_automatically"]

_lock = threading.Lock()
_used: Counter[str] = Counter()


def name_automatically(class_name: str) -> str:
    """The next free name of a class: "dense" first, "dense_1" after it."""
    stem = to_snake_case(class_name)
    with _lock:
        position = _used[stem]
        _used[stem] += 1
    return f"{stem}_{position}" if position else stem


def clear_session(free_memory: bool = True) -> None:
    """Begin the numbering of automatic names anew; the next Dense is called "dense" again.

    The dtype policy of layers that are made from here on is float32 again.

    Models that exist are not touched, and free_memory changes nothing: Pronghorn keeps no global
    graph that would have to be freed.

    Source: keras.utils.clear_session.

    >>> from pronghorn import layers, utils
    >>> utils.clear_session()
    >>> layers.Dense(3).name, layers.Dense(3).name
    ('dense', 'dense_1')
    """
    with _lock:
        _used.clear()
    set_dtype_policy("float32")
