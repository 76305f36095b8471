"""Reduction: the reductions of losses as constants."""

from __future__ import annotations


class Reduction:
    """What ``reduction=`` of a loss may be, by the names that tf.keras 2 had for it.

    Source: tf.keras.losses.Reduction.

    >>> from pronghorn import losses
    >>> losses.MeanSquaredError(reduction=Reduction.SUM).reduction
    'sum'
    """

    #: The default.
    AUTO = "auto"
    NONE = "none"
    SUM = "sum"
    SUM_OVER_BATCH_SIZE = "sum_over_batch_size"
