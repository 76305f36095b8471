"""Digits: the 1,797 handwritten digits that scikit-learn carries (Alpaydin and Kaynak, 1998)."""

from __future__ import annotations

import numpy as np

from pronghorn._core.errors import DataError, compose
from pronghorn._core.registry import register
from pronghorn.datasets._base import Arrays, Dataset

__all__ = ["Digits", "class_names", "load_data"]

_TEST_ROWS = 360

class_names = tuple("0123456789")


@register("dataset", "digits")
class Digits(Dataset):
    """The digits under their name: ``pronghorn train digits``."""

    title = "Digits"
    class_names = class_names
    sample_shape = (8, 8)
    largest = 16.0

    @classmethod
    def load_data(cls) -> Arrays:
        """See ``pronghorn.datasets.digits.load_data``."""
        return load_data()


def load_data() -> Arrays:
    """((x_train, y_train), (x_test, y_test)): uint8 (1437, 8, 8), (1437,), (360, 8, 8), (360,).

    Pixels are 0 to 16, labels 0 to 9. The last 360 rows (a fifth) test, in the order of the file
    and without shuffling, so that the split is the same everywhere. Needs no network.

    Raises DataError where scikit-learn is not installed.

    scikit-learn: ``sklearn.datasets.load_digits``.

    >>> from pronghorn.datasets import digits
    >>> (x_train, y_train), (x_test, y_test) = digits.load_data()
    >>> x_train.shape, x_test.shape
    ((1437, 8, 8), (360, 8, 8))
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise DataError(
            compose(
                "digits",
                expected="scikit-learn, which carries them",
                received=f"{type(error).__name__}: {error}",
                remedy="Run: pip install 'pronghorn[sklearn]'",
            )
        ) from error
    bunch = load_digits()
    x, y = bunch.images.astype(np.uint8), bunch.target.astype(np.uint8)
    return (x[:-_TEST_ROWS], y[:-_TEST_ROWS]), (x[-_TEST_ROWS:], y[-_TEST_ROWS:])
