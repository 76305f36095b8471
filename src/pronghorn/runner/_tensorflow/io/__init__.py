"""``tf.io``: files of the machine."""

from __future__ import annotations

from pronghorn.runner._tensorflow._calls import serve
from pronghorn.runner._tensorflow._csv import decode_csv
from pronghorn.runner._tensorflow.io import gfile

__all__ = ["decode_csv", "gfile"]

__getattr__, __dir__ = serve("tf.io", "io.")
