"""From what the caller has to rows that a program can gather: arrays, frames, files, batches."""

from pronghorn.data._checks import (
    INPUT_LIMIT,
    INPUT_REMEDY,
    as_column,
    check_finite,
    check_labels,
    check_one_hot,
    match_shape,
)
from pronghorn.data._class_weight import class_weight_rows, weigh_classes
from pronghorn.data._feed import Feed, split_validation
from pronghorn.data._iterables import BatchStream, is_batches, refuse_beside_batches
from pronghorn.data._py_dataset import PyDataset
from pronghorn.data._shuffle import Shuffle, epoch_order
from pronghorn.data._source import ArraySource, as_source
from pronghorn.data._unpack import is_nested, unpack, unpack_tuple

__all__ = [
    "INPUT_LIMIT",
    "INPUT_REMEDY",
    "ArraySource",
    "BatchStream",
    "Feed",
    "PyDataset",
    "Shuffle",
    "as_column",
    "as_source",
    "check_finite",
    "check_labels",
    "check_one_hot",
    "class_weight_rows",
    "epoch_order",
    "is_batches",
    "is_nested",
    "match_shape",
    "refuse_beside_batches",
    "split_validation",
    "unpack",
    "unpack_tuple",
    "weigh_classes",
]
