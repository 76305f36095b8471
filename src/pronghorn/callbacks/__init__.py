"""Callbacks: code that runs at fixed moments of training, evaluation and prediction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pronghorn._core import lazy, registry

if TYPE_CHECKING:
    from pronghorn.callbacks._backup_and_restore import BackupAndRestore
    from pronghorn.callbacks._base import Callback
    from pronghorn.callbacks._csv_logger import CSVLogger
    from pronghorn.callbacks._early_stopping import EarlyStopping
    from pronghorn.callbacks._event_file import EventFile
    from pronghorn.callbacks._history import History
    from pronghorn.callbacks._lambda import LambdaCallback
    from pronghorn.callbacks._learning_rate_scheduler import LearningRateScheduler
    from pronghorn.callbacks._list import CallbackList
    from pronghorn.callbacks._model_checkpoint import ModelCheckpoint
    from pronghorn.callbacks._progress import ProgbarLogger
    from pronghorn.callbacks._reduce_lr_on_plateau import ReduceLROnPlateau
    from pronghorn.callbacks._swap_ema_weights import SwapEMAWeights
    from pronghorn.callbacks._tensorboard import TensorBoard
    from pronghorn.callbacks._terminate_on_nan import TerminateOnNaN
else:
    __getattr__, __dir__ = lazy.attach(__name__, "callback")

__all__ = [
    "BackupAndRestore",
    "CSVLogger",
    "Callback",
    "CallbackList",
    "EarlyStopping",
    "EventFile",
    "History",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "ProgbarLogger",
    "ReduceLROnPlateau",
    "SwapEMAWeights",
    "TensorBoard",
    "TerminateOnNaN",
    "get",
]


def get(identifier: Any) -> Any:
    """The callback that a name, class, config or object means; None stays None.

    Raises UnknownNameError for unknown names, ParameterError for anything else.

    >>> get({"class_name": "early_stopping", "config": {"monitor": "loss"}}).monitor
    'loss'
    """
    return registry.resolve("callback", identifier)
