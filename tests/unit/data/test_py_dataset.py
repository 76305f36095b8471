"""Data sets that make their batches by number: order, workers, hooks, errors."""

from __future__ import annotations

import itertools
import threading
import time
from typing import Any

import numpy as np
import pytest

from pronghorn import layers, models
from pronghorn._core.errors import ParameterError
from pronghorn.data import BatchStream, PyDataset


class Numbered(PyDataset):
    """Batch i holds the number i; later batches are faster to make than earlier ones."""

    def __init__(self, count: int = 6, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.count = count
        self.calls: list[str] = []
        self.threads: set[str] = set()

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> Any:
        time.sleep(0.002 * (self.count - index) if self.workers > 1 else 0.0)
        self.threads.add(threading.current_thread().name)
        return np.full((2, 1), float(index)), np.full((2, 1), float(index))

    def on_epoch_begin(self) -> None:
        self.calls.append("begin")

    def on_epoch_end(self) -> None:
        self.calls.append("end")


class Endless(PyDataset):
    num_batches = None

    def __getitem__(self, index: int) -> Any:
        return np.full((2, 1), float(index))


def numbers(batches: Any) -> list[float]:
    return [float(x[0, 0]) for x, _ in batches]


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_batches_come_in_order(workers: int) -> None:
    dataset = Numbered(workers=workers)
    assert numbers(dataset) == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    assert any("pronghorn-batches" in name for name in dataset.threads) == (workers > 1)


def test_a_stream_visits_them_in_the_order_asked_for() -> None:
    stream = BatchStream(Numbered(count=4, workers=2))
    found = [float(feed.inputs[0].array[0, 0]) for feed in stream.epoch([2, 0, 3, 1])]
    assert found == [2.0, 0.0, 3.0, 1.0]


def test_workers_are_no_further_ahead_than_the_queue_is_long() -> None:
    made: list[int] = []

    class Watched(Numbered):
        def __getitem__(self, index: int) -> Any:
            made.append(index)
            return super().__getitem__(index)

    batches = iter(Watched(count=50, workers=2, max_queue_size=3))
    next(batches)
    assert len(made) <= 4
    batches.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_says_which_batch_it_was(workers: int) -> None:
    class Broken(Numbered):
        def __getitem__(self, index: int) -> Any:
            if index == 2:
                raise OSError("disk on fire")
            return super().__getitem__(index)

    with pytest.raises(OSError, match="disk on fire") as caught:
        list(Broken(workers=workers))
    assert caught.value.__notes__ == ["This was batch 2 of Broken."]


def test_fit_calls_the_hooks_once_an_epoch() -> None:
    dataset = Numbered(count=3)
    model = models.Sequential([layers.Input((1,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(dataset, epochs=2, verbose=0)
    assert dataset.calls == ["begin", "end"] * 2


def test_a_data_set_without_end_goes_on_from_epoch_to_epoch() -> None:
    stream = BatchStream(Endless(), steps=2, epochs=2)
    seen = [float(f.inputs[0].array[0, 0]) for _ in range(2) for f in stream.epoch()]
    assert seen == [0.0, 1.0, 2.0, 3.0]
    assert [float(x[0, 0]) for x in itertools.islice(Endless(), 3)] == [0.0, 1.0, 2.0]


def test_num_batches_serves_as_the_length() -> None:
    class Three(Endless):
        num_batches = 3

    assert len(Three()) == 3
    with pytest.raises(TypeError, match="no end"):
        len(Endless())
    with pytest.raises(NotImplementedError, match="must define __len__ or num_batches"):
        len(PyDataset())


def test_a_constructor_that_calls_no_other_has_the_defaults() -> None:
    class Silent(Numbered):
        def __init__(self) -> None:
            self.count, self.threads, self.calls = 2, set(), []

    assert numbers(Silent()) == [0.0, 1.0]


@pytest.mark.parametrize("kwargs", [{"workers": -1}, {"max_queue_size": 0}], ids=str)
def test_bad_arguments_are_refused(kwargs: dict[str, Any]) -> None:
    with pytest.raises(ParameterError, match=f"Numbered {next(iter(kwargs))}: expected"):
        Numbered(**kwargs)
