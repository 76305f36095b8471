"""Boston housing: 506 districts, 13 numbers each, and the median price of their houses (1978)."""

from __future__ import annotations

from pronghorn._core.fetch import Download
from pronghorn.datasets._base import Arrays
from pronghorn.datasets._housing import HousingSet

__all__ = ["load_data"]

_FILE = "boston_housing.npz"
_SET = HousingSet(
    name="boston_housing",
    download=Download(
        f"https://storage.googleapis.com/tensorflow/tf-keras-datasets/{_FILE}",
        _FILE,
        "f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5",
    ),
    rows=506,
    columns=13,
)


def load_data(path: str = _FILE, test_split: float = 0.2, seed: int = 113) -> Arrays:
    """((x_train, y_train), (x_test, y_test)): floats (404, 13), (404,), (102, 13), (102,).

    Targets are prices in thousands of dollars. One of the 13 numbers counts the Black share of
    the population, by a formula that its authors drew from a claim about prices; for new work
    take ``california_housing``. Looked for in PRONGHORN_DATA, Pronghorn's cache and Keras's,
    then downloaded from Keras's storage and checked by SHA-256. ``path`` as in Keras: another
    file below ``~/.keras/datasets``, or an absolute path. Rows are shuffled by ``seed`` and the
    last ``test_split`` of them test, as in Keras.

    Raises ParameterError for ``test_split`` outside [0, 1), FileError where the file is damaged
    or nowhere to be had.

    Keras: ``keras.datasets.boston_housing.load_data``; Harrison and Rubinfeld 1978.

    >>> from pronghorn.datasets import boston_housing
    >>> (x_train, y_train), (x_test, y_test) = boston_housing.load_data()  # doctest: +SKIP
    """
    return _SET.load(path, test_split, seed)
