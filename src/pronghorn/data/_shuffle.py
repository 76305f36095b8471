"""The order in which an epoch visits the rows: a pure function of the seed and the epoch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import ParameterError, compose, describe
from pronghorn.engines.shuffle import permutation

__all__ = ["Shuffle", "epoch_order"]

# Whether to shuffle, or how: "batch", or a function from the number of rows to their order.
Shuffle: TypeAlias = bool | str | Callable[[int], Any]

_WORD = (1 << 64) - 1


def epoch_order(
    n: int,
    seed: int,
    epoch: int,
    *,
    shuffle: Shuffle = True,
    batch_size: int = 32,
) -> NDArray[np.int64]:
    """Row numbers in the order of a visit, int64 (n,), that depend on these arguments only.

    Philox is keyed by (seed, epoch), so epoch 7 of a resumed run has the order that it has in an
    uninterrupted one. ``shuffle`` as in Keras: True mixes all rows; "batch" leaves every row in
    its batch of ``batch_size`` and mixes inside (rows that neighbour on disk stay together, for
    mapped files); False is 0, 1, …, n-1. A function is called with n and gives the order itself:
    any whole numbers of 0 … n-1, so that rows may come twice or not at all.

    Raises ParameterError for another ``shuffle``, n < 0 or batch_size < 1, and where a function
    gives something else.

    >>> epoch_order(5, seed=0, epoch=0, shuffle=False)
    array([0, 1, 2, 3, 4])
    >>> sorted(epoch_order(5, seed=3, epoch=1).tolist())
    [0, 1, 2, 3, 4]
    >>> epoch_order(3, seed=0, epoch=0, shuffle=lambda n: [2, 0, 2])
    array([2, 0, 2])
    """
    if n < 0 or batch_size < 1:
        raise ParameterError(
            compose(
                "epoch_order",
                expected="n >= 0 and batch_size >= 1",
                received=f"n {n} and batch_size {batch_size}",
            )
        )
    if callable(shuffle):
        return _check_order(shuffle(n), n)
    if shuffle is False:
        return np.arange(n, dtype=np.int64)
    key = seed & _WORD, epoch & _WORD
    if shuffle is True:
        return permutation(n, key)
    if shuffle != "batch":
        raise ParameterError(
            compose(
                "fit: shuffle",
                expected="True, False, 'batch' or a function of the number of rows",
                received=describe(shuffle),
            )
        )
    generator = np.random.Generator(np.random.Philox(key=np.array(key, np.uint64)))
    order = np.arange(n, dtype=np.int64)
    full = n - n % batch_size
    whole = order[:full].reshape(-1, batch_size)
    generator.permuted(whole, axis=1, out=whole)
    generator.shuffle(order[full:])
    return order


def _check_order(given: Any, n: int) -> NDArray[np.int64]:
    order = np.asarray(given)
    if order.ndim == 1 and order.size and order.dtype.kind in "iu":
        rows = np.ascontiguousarray(order, np.int64)
        # Read without a sign, a negative number is larger than any n.
        if rows.view(np.uint64).max() < n:
            return rows
        received = f"numbers from {order.min()} to {order.max()}"
    else:
        received = describe(given)
    raise ParameterError(
        compose(
            "fit: shuffle",
            expected=f"a function that gives row numbers from 0 to {n - 1}",
            received=received,
        )
    )
