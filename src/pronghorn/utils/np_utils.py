"""One-hot rows and rows of length one under the path of Keras 2: ``keras.utils.np_utils``."""

from pronghorn.utils._categorical import to_categorical
from pronghorn.utils._normalize import normalize

__all__ = ["normalize", "to_categorical"]
