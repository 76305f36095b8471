"""The order in which an epoch visits the rows: a pure function of the seed and the epoch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import ParameterError, compose, describe

__all__ = ["epoch_order"]

_WORD = (1 << 64) - 1


def epoch_order(
    n: int,
    seed: int,
    epoch: int,
    *,
    shuffle: bool | str = True,
    batch_size: int = 32,
) -> NDArray[np.int64]:
    """A permutation of 0 … n-1, int64 (n,), that depends on these arguments and nothing else.

    Philox is keyed by (seed, epoch), so epoch 7 of a resumed run has the order that it has in an
    uninterrupted one. ``shuffle`` as in Keras: True mixes all rows; "batch" leaves every row in
    its batch of ``batch_size`` and mixes inside (rows that neighbour on disk stay together, for
    mapped files); False is 0, 1, …, n-1.

    Raises ParameterError for another ``shuffle``, n < 0 or batch_size < 1.

    >>> epoch_order(5, seed=0, epoch=0, shuffle=False)
    array([0, 1, 2, 3, 4])
    >>> sorted(epoch_order(5, seed=3, epoch=1).tolist())
    [0, 1, 2, 3, 4]
    """
    if n < 0 or batch_size < 1:
        raise ParameterError(
            compose(
                "epoch_order",
                expected="n >= 0 and batch_size >= 1",
                received=f"n {n} and batch_size {batch_size}",
            )
        )
    if shuffle is False:
        return np.arange(n, dtype=np.int64)
    generator = np.random.Generator(
        np.random.Philox(key=np.array([seed & _WORD, epoch & _WORD], dtype=np.uint64))
    )
    if shuffle is True:
        return generator.permutation(n)
    if shuffle != "batch":
        raise ParameterError(
            compose(
                "fit: shuffle",
                expected="True, False or 'batch'",
                received=describe(shuffle),
            )
        )
    order = np.arange(n, dtype=np.int64)
    full = n - n % batch_size
    whole = order[:full].reshape(-1, batch_size)
    generator.permuted(whole, axis=1, out=whole)
    generator.shuffle(order[full:])
    return order
