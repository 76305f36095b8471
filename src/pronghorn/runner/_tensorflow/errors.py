"""``tf.errors``: the classes that programs catch; also those of Python that they stand for."""

from __future__ import annotations

from pronghorn.runner._tensorflow._calls import serve


class OpError(Exception):
    """The root of TensorFlow's errors."""


class InvalidArgumentError(OpError, ValueError):
    """Tensors do not fit each other, or have other values than is expected."""


class OutOfRangeError(OpError, IndexError):
    """A position outside of the tensor, or no element is left."""


class NotFoundError(OpError, FileNotFoundError):
    """A file is not there."""


class ResourceExhaustedError(OpError, MemoryError):
    """There is not enough memory."""


__getattr__, __dir__ = serve("tf.errors", "errors.")
