"""Data sets by name, and tables from files.

>>> from pronghorn.datasets import digits
>>> (x_train, y_train), (x_test, y_test) = digits.load_data()
>>> x_train.shape, y_train.shape
((1437, 8, 8), (1437,))
"""

from typing import cast

from pronghorn._core import left_out, registry
from pronghorn.datasets import (
    boston_housing,
    california_housing,
    cifar10,
    cifar100,
    digits,
    fashion_mnist,
    imdb,
    mnist,
    reuters,
)
from pronghorn.datasets._base import Arrays, Dataset
from pronghorn.datasets._csv import load_csv, load_features
from pronghorn.datasets._table import Table, load_npz

__all__ = [
    "Arrays",
    "Dataset",
    "Table",
    "boston_housing",
    "california_housing",
    "cifar10",
    "cifar100",
    "digits",
    "fashion_mnist",
    "get",
    "imdb",
    "load_csv",
    "load_features",
    "load_npz",
    "mnist",
    "names",
    "reuters",
]

left_out.attach(__name__)


def names() -> list[str]:
    """The names of all data sets, sorted.

    >>> names()
    ['digits', 'fashion_mnist', 'mnist']
    """
    return registry.names("dataset")


def get(name: str) -> type[Dataset]:
    """The data set of that name; raises UnknownNameError with the nearest one.

    >>> get("fashion_mnist").class_names[0]
    'T-shirt/top'
    """
    return cast(type[Dataset], registry.lookup("dataset", name))
