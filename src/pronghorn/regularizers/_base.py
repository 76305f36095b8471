"""What every regularizer is: a number from a weight."""

from __future__ import annotations

from typing import Any

from pronghorn._core.configurable import Configurable
from pronghorn._core.errors import ParameterError, compose
from pronghorn._core.params import Interval, check


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


def read_factor(owner: str, name: str, value: Any, old: dict[str, Any]) -> float:
    """The factor ``value``, or the one that came as ``l=``, its name in Keras 2.

    Raises ParameterError unless it is a number in [0, inf), and for further keywords.
    """
    for key in old:
        if key != "l":
            raise ParameterError(compose(owner, expected=f"the argument {name}", received=key))
    return check(owner, name, old.get("l", value), Interval(low=0.0, closed="left"))
