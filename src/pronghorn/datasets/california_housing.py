"""California housing: 20,640 blocks, 8 numbers each, and the median price of a house (1990)."""

from __future__ import annotations

from pronghorn._core.fetch import Download
from pronghorn._core.params import OneOf, check
from pronghorn.datasets._base import Arrays
from pronghorn.datasets._housing import HousingSet

__all__ = ["load_data"]

_FILE = "california_housing.npz"
_SMALL_ROWS = 600
_SET = HousingSet(
    name="california_housing",
    download=Download(
        f"https://storage.googleapis.com/tensorflow/tf-keras-datasets/{_FILE}",
        _FILE,
        "1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f",
    ),
    rows=20_640,
    columns=8,
)


def load_data(
    version: str = "large", path: str = _FILE, test_split: float = 0.2, seed: int = 113
) -> Arrays:
    """((x_train, y_train), (x_test, y_test)): floats (16512, 8), (16512,), (4128, 8), (4128,).

    Targets are prices in dollars. Version "small" is the first 600 rows, those about San
    Francisco. Looked for in PRONGHORN_DATA, Pronghorn's cache and Keras's, then downloaded from
    Keras's storage and checked by SHA-256. ``path`` as in Keras: another file below
    ``~/.keras/datasets``, or an absolute path. Rows are shuffled by ``seed`` and the last
    ``test_split`` of them test, as in Keras.

    Raises ParameterError for other versions and ``test_split`` outside [0, 1), FileError where
    the file is damaged or nowhere to be had.

    Keras: ``keras.datasets.california_housing.load_data``; Pace and Barry 1997.

    >>> from pronghorn.datasets import california_housing
    >>> (x_train, y_train), (x_test, y_test) = california_housing.load_data()  # doctest: +SKIP
    """
    chosen = check("california_housing", "version", version, OneOf("large", "small"))
    return _SET.load(path, test_split, seed, _SMALL_ROWS if chosen == "small" else None)
