"""CIFAR-100: 60,000 colour pictures of a hundred things, in twenty groups (Krizhevsky, 2009)."""

from __future__ import annotations

from pronghorn._core.fetch import Download
from pronghorn._core.params import OneOf, check
from pronghorn.datasets._base import Arrays
from pronghorn.datasets._cifar import CifarSet

__all__ = ["load_data"]

_FILE = "cifar-100-python.tar.gz"
_SET = CifarSet(
    name="cifar100",
    folder="cifar-100-python",
    download=Download(
        f"https://www.cs.toronto.edu/~kriz/{_FILE}",
        _FILE,
        "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7",
    ),
    train=("train",),
    test="test",
)
_CLASSES = {"fine": 100, "coarse": 20}


def load_data(label_mode: str = "fine") -> Arrays:
    """((x_train, y_train), (x_test, y_test)): uint8 pictures (n, 32, 32, 3), labels (n, 1).

    n is 50,000 to train and 10,000 to test. ``label_mode``: "fine" (default) for the things,
    0 … 99, "coarse" for their groups, 0 … 19. Found as ``cifar10.load_data`` finds its files, here
    the folder ``cifar-100-python`` or its archive.

    Raises ParameterError for another ``label_mode``, FileError where the files are damaged or
    nowhere to be had.

    Keras: ``keras.datasets.cifar100.load_data``; Krizhevsky 2009.

    >>> from pronghorn.datasets import cifar100
    >>> (x_train, y_train), (x_test, y_test) = cifar100.load_data("coarse")  # doctest: +SKIP
    """
    mode = check("cifar100", "label_mode", label_mode, OneOf(*_CLASSES))
    return _SET.load(f"{mode}_labels", _CLASSES[mode])
