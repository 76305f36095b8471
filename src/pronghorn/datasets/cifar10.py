"""CIFAR-10: 60,000 colour pictures of animals and vehicles (Krizhevsky, 2009)."""

from __future__ import annotations

from pronghorn._core.fetch import Download
from pronghorn.datasets._base import Arrays
from pronghorn.datasets._cifar import CifarSet

__all__ = ["class_names", "load_data"]

_FILE = "cifar-10-python.tar.gz"
_SET = CifarSet(
    name="cifar10",
    folder="cifar-10-batches-py",
    download=Download(
        f"https://www.cs.toronto.edu/~kriz/{_FILE}",
        _FILE,
        "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
    ),
    train=tuple(f"data_batch_{i}" for i in range(1, 6)),
    test="test_batch",
)

class_names = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)


def load_data() -> Arrays:
    """((x_train, y_train), (x_test, y_test)): uint8 pictures (n, 32, 32, 3), labels (n, 1).

    n is 50,000 to train and 10,000 to test. Labels index ``class_names``. Looked for in
    PRONGHORN_DATA, Pronghorn's cache and Keras's, as the folder ``cifar-10-batches-py`` or as its
    archive, then downloaded from its author's page and checked by SHA-256. A dense net takes the
    pictures through ``layers.Flatten``.

    Raises FileError where the files are damaged or nowhere to be had.

    Keras: ``keras.datasets.cifar10.load_data``; Krizhevsky 2009.

    >>> from pronghorn.datasets import cifar10
    >>> cifar10.class_names[3]
    'cat'
    >>> (x_train, y_train), (x_test, y_test) = cifar10.load_data()  # doctest: +SKIP
    """
    return _SET.load("labels", 10)
