"""Elements of several data sets in turn: at random, or as other data says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from pronghorn.runner._tensorflow._dataset import UNKNOWN, Dataset
from pronghorn.runner._tensorflow._tensor import read_value
from pronghorn.runner._tensorflow.random import choose_generator

__all__ = ["choose_from_datasets", "sample_from_datasets"]


def sample_from_datasets(
    datasets: Sequence[Dataset],
    weights: Any = None,
    seed: Any = None,
    stop_on_empty_dataset: bool = False,
    **_: Any,
) -> Dataset:
    """Elements of data sets drawn with the given probabilities, equal ones by default.

    Source: tf.data.Dataset.sample_from_datasets.
    """
    members = list(datasets)
    shares = np.ones(len(members)) if weights is None else read_value(weights).astype(np.float64)

    def choose() -> Iterator[int]:
        source = choose_generator(seed)
        while True:
            yield from source.choice(len(members), 256, p=shares / shares.sum()).tolist()

    endings = _Endings(members, stop_on_empty_dataset)
    return Dataset(lambda: endings.walk(choose()), endings.length)


def choose_from_datasets(
    datasets: Sequence[Dataset], choice_dataset: Any, stop_on_empty_dataset: bool = True, **_: Any
) -> Dataset:
    """Elements of the data sets whose numbers another one gives.

    Source: tf.data.Dataset.choose_from_datasets.
    """
    endings = _Endings(list(datasets), stop_on_empty_dataset)
    return Dataset(lambda: endings.walk(int(part) for part in choice_dataset), UNKNOWN)


class _Endings:
    """Walks over data sets in turn, until one ends or until all have."""

    def __init__(self, members: list[Dataset], stops: bool) -> None:
        self.members, self.stops = members, stops
        endless = [member.is_endless for member in members]
        is_endless = all(endless) if stops else any(endless)
        self.length = -1 if is_endless else UNKNOWN

    def walk(self, choices: Iterator[int]) -> Iterator[Any]:
        """The next element of each chosen data set."""
        open_ones = {i: iter(member) for i, member in enumerate(self.members)}
        for i in choices:
            if i not in open_ones:
                continue
            try:
                yield next(open_ones[i])
            except StopIteration:
                del open_ones[i]
                if self.stops or not open_ones:
                    return
