"""Callbacks: code that runs at fixed moments of training, evaluation and prediction."""

from pronghorn.callbacks._base import Callback
from pronghorn.callbacks._early_stopping import EarlyStopping
from pronghorn.callbacks._history import History
from pronghorn.callbacks._lambda import LambdaCallback
from pronghorn.callbacks._list import CallbackList
from pronghorn.callbacks._progress import ProgbarLogger
from pronghorn.callbacks._terminate_on_nan import TerminateOnNaN

__all__ = [
    "Callback",
    "CallbackList",
    "EarlyStopping",
    "History",
    "LambdaCallback",
    "ProgbarLogger",
    "TerminateOnNaN",
]
