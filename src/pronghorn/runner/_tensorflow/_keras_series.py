"""``keras.utils.timeseries_dataset_from_array``: windows of a series as rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from pronghorn.errors import ParameterError, compose
from pronghorn.runner._tensorflow._dataset import Dataset
from pronghorn.runner._tensorflow._tensor import make_tensor, read_value
from pronghorn.utils import next_seed

__all__ = ["timeseries_dataset_from_array"]

# So many batches lie ready to be drawn from, as in Keras.
_BUFFER = 8


def timeseries_dataset_from_array(
    data: Any,
    targets: Any,
    sequence_length: int,
    sequence_stride: int = 1,
    sampling_rate: int = 1,
    batch_size: int | None = 128,
    shuffle: bool = False,
    seed: int | None = None,
    start_index: int | None = None,
    end_index: int | None = None,
    format: str = "tf",
) -> Dataset:
    """Batches of windows data[s], data[s + rate], … (length of them), s = start, start + stride, …

    With ``targets`` a window comes with the target of its first step. ``start_index`` and
    ``end_index`` (not included) bound the steps that are used.

    Raises ParameterError for lengths and steps below 1 and ends outside of the data.

    Source: keras.utils.timeseries_dataset_from_array.
    """
    series = read_value(data)
    steps = {"length": sequence_length, "stride": sequence_stride, "rate": sampling_rate}
    for name, value in steps.items():
        if int(value) < 1 or int(value) > len(series):
            raise _refuse(name, f"a whole number from 1 to {len(series)}", str(value))
    start, end = start_index or 0, len(series) if end_index is None else end_index
    if not 0 <= start < end <= len(series):
        raise _refuse("start and end", f"places among {len(series)} steps", f"{start} and {end}")
    n = end - start - (sequence_length - 1) * sampling_rate
    if targets is not None:
        n = min(n, len(targets) - start)
    firsts = np.arange(start, max(start + n, start), sequence_stride)
    if shuffle:
        order = np.random.RandomState(next_seed() % 2**32 if seed is None else seed)
        order.shuffle(firsts)
    reach = np.arange(sequence_length) * sampling_rate

    def read(first: Any) -> Any:
        return make_tensor(series[read_value(first)[..., None] + reach])

    wanted = None if targets is None else read_value(targets)
    rows: Any = firsts if wanted is None else (firsts, wanted[firsts])
    found = Dataset.from_tensor_slices(rows)
    if shuffle:
        found = found.shuffle((batch_size or 128) * _BUFFER, seed=seed)
    if batch_size is not None:
        found = found.batch(batch_size)
    # Windows are made a batch at a time: all of them would be the series many times over.
    return found.map(read if wanted is None else lambda first, target: (read(first), target))


def _refuse(name: str, expected: str, received: str) -> ParameterError:
    what = f"timeseries_dataset_from_array {name}"
    return ParameterError(compose(what, expected=expected, received=received))
