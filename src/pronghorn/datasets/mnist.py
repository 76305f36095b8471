"""MNIST: 70,000 handwritten digits (LeCun, Cortes and Burges, 1998)."""

from __future__ import annotations

from pathlib import Path

from pronghorn._core import config
from pronghorn._core.fetch import Download
from pronghorn._core.registry import register
from pronghorn.datasets._base import Arrays, Dataset
from pronghorn.datasets._images import ImageSet

__all__ = ["Mnist", "class_names", "load_data"]

_FILE = "mnist.npz"
_IMAGES = ImageSet(
    name="mnist",
    folders=("mnist",),
    downloads=(
        Download(
            f"https://storage.googleapis.com/tensorflow/tf-keras-datasets/{_FILE}",
            _FILE,
            "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
        ),
    ),
)

class_names = tuple("0123456789")


@register("dataset", "mnist")
class Mnist(Dataset):
    """MNIST under its name: ``pronghorn train mnist``."""

    title = "MNIST"
    class_names = class_names
    sample_shape = (28, 28)
    largest = 255.0

    @classmethod
    def load_data(cls) -> Arrays:
        """See ``pronghorn.datasets.mnist.load_data``."""
        return load_data()


def load_data(path: str = _FILE) -> Arrays:
    """((x_train, y_train), (x_test, y_test)): uint8 images (n, 28, 28) and labels (n,).

    n is 60,000 to train and 10,000 to test. Pixels are 0 (paper) to 255 (ink), labels 0 to 9.
    Looked for in PRONGHORN_DATA (``mnist/`` with the four IDX files, or ``mnist.npz``),
    Pronghorn's cache and Keras's cache, then downloaded from Keras's storage and checked by
    SHA-256. ``path`` as in Keras: another file below ``~/.keras/datasets``, or an absolute path.

    Raises FileError where it is nowhere to be had, and for damaged files.

    Keras: ``keras.datasets.mnist.load_data``.

    >>> from pronghorn.datasets import mnist
    >>> (x_train, y_train), (x_test, y_test) = mnist.load_data()  # doctest: +SKIP
    """
    if path != _FILE:
        return _IMAGES.read_npz(config.keras_folder() / "datasets" / Path(path))
    return _IMAGES.load()
