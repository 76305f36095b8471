"""What every regularizer is: a number from a weight."""

from __future__ import annotations

from typing import Any

from pronghorn._core.configurable import Configurable


class Regularizer(Configurable):
    """A penalty on a weight, added to the loss: ``regularizer(w) -> number``.

    ``w`` is an array, or a symbolic value inside a model: write the penalty with
    ``pronghorn.ops``. Any callable of that form serves as a regularizer too.

    Source: keras.regularizers.Regularizer.

    >>> from pronghorn import ops
    >>> class Quartic(Regularizer):
    ...     def __call__(self, w):
    ...         return ops.sum(ops.square(ops.square(w)))
    >>> float(Quartic()([[1.0, 2.0]]))
    17.0
    """

    def __call__(self, w: Any) -> Any:
        """The penalty of ``w``; defined by each regularizer."""
        raise NotImplementedError(f"{type(self).__name__} must define __call__(w)")
