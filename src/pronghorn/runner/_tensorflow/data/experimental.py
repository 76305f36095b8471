"""``tf.data.experimental``."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from pronghorn.runner._outside import outside
from pronghorn.runner._tensorflow._csv import CsvDataset, make_csv_dataset
from pronghorn.runner._tensorflow._dataset import INFINITE, UNKNOWN, Dataset
from pronghorn.runner._tensorflow._mixed import sample_from_datasets

__all__ = [
    "AUTOTUNE",
    "INFINITE_CARDINALITY",
    "UNKNOWN_CARDINALITY",
    "AutoShardPolicy",
    "CsvDataset",
    "cardinality",
    "get_single_element",
    "make_csv_dataset",
    "sample_from_datasets",
]

#: How much to do side by side: rows are made one after another, so it chooses nothing.
AUTOTUNE = -1
INFINITE_CARDINALITY, UNKNOWN_CARDINALITY = INFINITE, UNKNOWN
AutoShardPolicy = SimpleNamespace(AUTO=0, FILE=1, DATA=2, OFF=-1)


def cardinality(dataset: Dataset) -> Any:
    """The number of elements. Source: tf.data.experimental.cardinality."""
    return dataset.cardinality()


def get_single_element(dataset: Dataset) -> Any:
    """The only element. Source: tf.data.experimental.get_single_element."""
    return dataset.get_single_element()


def __getattr__(name: str) -> Any:
    outside(f"tf.data.experimental.{name}", "tensorflow")
