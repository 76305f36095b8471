"""``tf.data``: data sets as chains of steps over rows and batches."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from pronghorn.runner._tensorflow._calls import FUNCTIONS, serve
from pronghorn.runner._tensorflow._csv import TextLineDataset
from pronghorn.runner._tensorflow._dataset import INFINITE, UNKNOWN, Dataset
from pronghorn.runner._tensorflow.data import experimental

__all__ = [
    "AUTOTUNE",
    "INFINITE_CARDINALITY",
    "UNKNOWN_CARDINALITY",
    "Dataset",
    "TextLineDataset",
    "experimental",
]

#: How much to do side by side: rows are made one after another, so it chooses nothing.
AUTOTUNE = -1
INFINITE_CARDINALITY, UNKNOWN_CARDINALITY = INFINITE, UNKNOWN


class Options(SimpleNamespace):
    """Settings of a data set, all of them without effect. Source: tf.data.Options."""

    def __init__(self, **kwargs: Any) -> None:
        parts = ("autotune", "experimental_distribute", "experimental_optimization", "threading")
        super().__init__(**{part: SimpleNamespace() for part in parts}, **kwargs)


FUNCTIONS["data.NumpyIterator"] = type(iter(()))

__getattr__, __dir__ = serve("tf.data", "data.")
