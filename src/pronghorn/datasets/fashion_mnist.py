"""Fashion-MNIST: 70,000 pictures of clothes (Xiao, Rasul and Vollgraf, 2017; MIT licence)."""

from __future__ import annotations

from pathlib import Path

from pronghorn._core.fetch import Download
from pronghorn._core.registry import register
from pronghorn.datasets._base import Arrays, Dataset
from pronghorn.datasets._images import ImageSet

__all__ = ["FashionMnist", "class_names", "load_data"]

_STORE = "https://storage.googleapis.com/tensorflow/tf-keras-datasets"
# The authors' own .gz files. Debian's package packs the same contents anew, so its checksums
# are others.
_SHA256 = {
    "train-images-idx3": "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
    "train-labels-idx1": "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
    "t10k-images-idx3": "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
    "t10k-labels-idx1": "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
}
_IMAGES = ImageSet(
    name="fashion_mnist",
    folders=("fashion-mnist", "fashion_mnist"),
    downloads=tuple(
        Download(f"{_STORE}/{part}-ubyte.gz", f"{part}-ubyte.gz", sha256)
        for part, sha256 in _SHA256.items()
    ),
    system_folders=(Path("/usr/share/datasets/fashion-mnist"),),
    hint=", or on Debian: apt install dataset-fashion-mnist",
)

class_names = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


@register("dataset", "fashion_mnist", "fashion-mnist")
class FashionMnist(Dataset):
    """Fashion-MNIST under its name: ``pronghorn train fashion_mnist``."""

    title = "Fashion-MNIST"
    class_names = class_names
    sample_shape = (28, 28)
    largest = 255.0

    @classmethod
    def load_data(cls) -> Arrays:
        """See ``pronghorn.datasets.fashion_mnist.load_data``."""
        return load_data()


def load_data() -> Arrays:
    """((x_train, y_train), (x_test, y_test)): uint8 images (n, 28, 28) and labels (n,).

    n is 60,000 to train and 10,000 to test. Pixels are 0 (background) to 255, labels index
    ``class_names``. Looked for in PRONGHORN_DATA (``fashion-mnist/`` or ``fashion_mnist/`` with
    the four IDX files, or ``fashion_mnist.npz``), Pronghorn's cache, Debian's package
    dataset-fashion-mnist and Keras's cache, then downloaded from Keras's storage and checked by
    SHA-256.

    Raises FileError where it is nowhere to be had, and for damaged files.

    Keras: ``keras.datasets.fashion_mnist.load_data``.

    >>> from pronghorn.datasets import fashion_mnist
    >>> fashion_mnist.class_names[9]
    'Ankle boot'
    >>> (x_train, y_train), (x_test, y_test) = fashion_mnist.load_data()  # doctest: +SKIP
    """
    return _IMAGES.load()
