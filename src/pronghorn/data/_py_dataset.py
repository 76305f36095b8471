"""Data sets that make their batches by number."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from pronghorn._core.params import Boolean, Integer, check

__all__ = ["PyDataset", "fetch"]


class PyDataset:
    """Batch i of a data set is ``self[i]``: x, (x, y) or (x, y, sample_weight).

    A subclass defines ``__getitem__(index)``, and ``__len__`` or ``num_batches`` for the number of
    batches in an epoch (``num_batches`` None: there is no end, and ``fit`` wants
    ``steps_per_epoch``). ``fit`` shuffles the order of the batches unless ``shuffle=False``.

    Args:
        workers: Threads that fetch batches ahead; the order is kept. With 1 (default) a batch is
            made when it is wanted.
        use_multiprocessing: Taken for Keras's sake; the workers are threads either way.
        max_queue_size: How many batches the workers may be ahead; default 10.

    Source: keras.utils.PyDataset, which Keras 2 called Sequence.

    >>> import numpy as np
    >>> class Squares(PyDataset):
    ...     def __len__(self): return 3
    ...     def __getitem__(self, index):
    ...         x = np.arange(4.0) + 4 * index
    ...         return x[:, None], x**2
    >>> len(Squares()), [len(y) for x, y in Squares(workers=2)]
    (3, [4, 4, 4])
    """

    # Defaults of the class, for subclasses whose __init__ does not call this one.
    workers = 1
    use_multiprocessing = False
    max_queue_size = 10

    def __init__(
        self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10
    ) -> None:
        owner = type(self).__name__
        self.workers = check(owner, "workers", workers, Integer(low=0))
        self.use_multiprocessing = check(
            owner, "use_multiprocessing", use_multiprocessing, Boolean()
        )
        self.max_queue_size = check(owner, "max_queue_size", max_queue_size, Integer(low=1))

    def __getitem__(self, index: int) -> Any:
        """Batch number ``index``; defined by each data set."""
        raise NotImplementedError(f"{type(self).__name__} must define __getitem__(index)")

    @property
    def num_batches(self) -> int | None:
        """Batches in an epoch; None where there is no end."""
        return len(self)

    def __len__(self) -> int:
        """Batches in an epoch; raises TypeError where there is no end."""
        if type(self).num_batches is PyDataset.num_batches:
            raise NotImplementedError(f"{type(self).__name__} must define __len__ or num_batches")
        count = self.num_batches
        if count is None:
            raise TypeError(f"{type(self).__name__} has no end, hence no length")
        return count

    def __iter__(self) -> Iterator[Any]:
        """All batches in their order."""
        count = self.num_batches
        return fetch(self, itertools.count() if count is None else range(count))

    def on_epoch_begin(self) -> None:
        """Called before the first batch of an epoch."""

    def on_epoch_end(self) -> None:
        """Called after the last batch of an epoch: the place to shuffle rows anew."""


def fetch(batches: Any, order: Iterable[int]) -> Iterator[Any]:
    """``batches[i]`` for each i of ``order``, made ahead by ``batches.workers`` threads if any.

    What a batch raises is raised in its turn, with a note that says which batch it was.
    """
    workers = getattr(batches, "workers", 1)
    if not isinstance(workers, int) or workers < 2:
        for index in order:
            yield _fetch_one(batches, int(index))
        return
    pool = ThreadPoolExecutor(workers, thread_name_prefix="pronghorn-batches")
    ahead: deque[Future[Any]] = deque()
    try:
        for index in order:
            ahead.append(pool.submit(_fetch_one, batches, int(index)))
            if len(ahead) > batches.max_queue_size:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _fetch_one(batches: Any, index: int) -> Any:
    try:
        return batches[index]
    except Exception as error:
        error.add_note(f"This was batch {index} of {type(batches).__name__}.")
        raise
