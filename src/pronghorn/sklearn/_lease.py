"""Networks that go from one estimator to the next: a search makes a few, not one for each fit."""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Hashable
from itertools import pairwise

from pronghorn import config
from pronghorn.sklearn._network import Design, Network

__all__ = ["Lease"]

# A small net takes as long to make as some of its epochs to run; large ones are memory.
_MOST_WEIGHTS = 1 << 18
_MOST_NETWORKS = 4

Key = tuple[Hashable, ...]
# What was given back, the oldest first. Nothing here needs a lock, which a fork or the end of an
# estimator in the middle of a garbage collection could meet held: each operation is one of deque's.
_idle: deque[tuple[Key, Network]] = deque(maxlen=_MOST_NETWORKS)


class Lease:
    """A network of a design for as long as the lease lives; then the next one may have it.

    For networks that remember nothing: weights and the state of the optimizer are written before
    every use, and nobody else was given its models.
    """

    def __init__(self, design: Design) -> None:
        policy = config.dtype_policy().name
        numbers = (config.engine(), policy, config.matmul_precision(), config.epsilon())
        self._key: Key = (design, *numbers)
        self.network = _take(self._key) or Network(design)
        if _count_weights(design) <= _MOST_WEIGHTS:
            # Till then the network is held from here: one that ended with its estimator, in a cycle
            # that a traceback closed, would come back without its weak references.
            giving_back = weakref.finalize(self, _idle.append, (self._key, self.network))
            giving_back.atexit = False


def _take(key: Key) -> Network | None:
    for _ in range(len(_idle)):
        try:
            other, network = _idle.popleft()
        except IndexError:  # other threads took the rest
            return None
        if other == key:
            return network
        _idle.append((other, network))
    return None


def _count_weights(design: Design) -> int:
    return sum(k * m for k, m in pairwise(design.widths))
