"""What training does where its loss is no finite number: an error, or the end of the training."""

from __future__ import annotations

from pronghorn._core.params import Boolean, check

__all__ = ["nan_ends_training", "set_nan_ends_training"]


class _Chosen:
    ends = False


def set_nan_ends_training(ends: bool) -> None:
    """Let ``fit`` end at a loss that is not finite, with a warning, in place of NumericsError.

    For programs that were written for Keras, which goes on with NaN: they look at the loss, as
    those that search a learning rate do. The weights are those before the step, the loss of the
    epoch is NaN. It holds for the whole process. Raises ParameterError for anything but a bool.
    """
    _Chosen.ends = check("set_nan_ends_training", "ends", ends, Boolean())


def nan_ends_training() -> bool:
    """What ``set_nan_ends_training`` was last given; False at first."""
    return _Chosen.ends
