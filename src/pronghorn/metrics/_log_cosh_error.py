"""The logarithm of the hyperbolic cosine of the error, as a metric."""

from __future__ import annotations

from pronghorn._core.registry import register
from pronghorn.losses import log_cosh
from pronghorn.metrics._mean_of_loss import MeanOfLoss


@register("metric", "log_cosh_error", "logcosh", "log_cosh")
class LogCoshError(MeanOfLoss):
    """Mean over rows of mean_j log(cosh(p_j − t_j)): targets and predictions (n, m).

    The name is "logcosh" by default, as in Keras. Raises ShapeError where the shapes differ by
    more than axes of 1.

    Source: keras.metrics.LogCoshError.

    >>> round(LogCoshError()([[0.0]], [[1.0]]), 6)
    0.433781
    """

    fn = staticmethod(log_cosh)

    def __init__(self, name: str = "logcosh", dtype: str | None = None) -> None:
        super().__init__(dtype, name)
