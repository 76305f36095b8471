"""Callback: the moments of training, evaluation and prediction at which user code may run."""

from __future__ import annotations

from typing import Any

# Values by name, as the loop reports them: "loss", "accuracy", "val_loss", ...
Logs = dict[str, Any]


class Callback:
    """User code that runs at fixed moments of ``fit``, ``evaluate`` and ``predict``.

    Derive from it and override the hooks you want. Nothing else has a cost: the training loop
    hands the engine many batches at once and comes back between two batches only if some
    callback overrides a batch hook (for looking in from time to time, override ``on_progress``,
    which is free).

    Attributes:
        model: The model at work. ``self.model.stop_training = True`` ends ``fit`` after the
            current epoch; from a batch hook after the current batch, and from
            ``on_train_begin`` or ``on_epoch_begin`` after the first one of the epoch.
            ``stop_evaluating`` and ``stop_predicting``, set in a batch hook, end the others.
        params: ``{"verbose": ..., "epochs": ..., "steps": ...}`` of the running call.

    ``logs`` holds Python floats. In batch hooks and ``on_progress`` they are the running means
    of the epoch so far; in ``on_epoch_end`` the epoch's values, with ``val_`` keys if the epoch
    was validated. What a callback adds to the logs of ``on_epoch_end`` the callbacks after it
    see too, and ``History`` records it. A metric is found by its other names too, "acc" and
    "accuracy". ``validation_data`` is None; during ``fit`` it holds the arrays that validate, where
    there are such: inputs, targets and weights in one list, as in Keras 2.

    Source: ``keras.callbacks.Callback``; ``on_progress`` is Pronghorn's own.

    >>> from pronghorn.callbacks import Callback, CallbackList
    >>> class Shout(Callback):
    ...     def on_epoch_end(self, epoch, logs=None):
    ...         print(f"epoch {epoch}: {logs['loss']:.1f}!")
    >>> CallbackList([Shout()]).on_epoch_end(0, {"loss": 2.5})
    epoch 0: 2.5!
    """

    validation_data: Any = None

    def __init__(self) -> None:
        self.params: dict[str, Any] = {}
        self._model: Any = None

    @property
    def model(self) -> Any:
        """The model this callback was given to, or None before that."""
        return self._model

    def set_params(self, params: dict[str, Any]) -> None:
        """Take the parameters of the call that is about to run."""
        self.params = params

    def set_model(self, model: Any) -> None:
        """Take the model that is about to run."""
        self._model = model

    def __getstate__(self) -> dict[str, Any]:
        # A copy, or a pickle, has not been given to the model.
        return {**self.__dict__, "_model": None}

    def get_state(self) -> dict[str, Any] | None:
        """What this callback remembers of a fit: plain values and arrays, or None for nothing.

        ``BackupAndRestore`` writes it down, so that a resumed fit goes on as if it had never
        been interrupted. Override it together with ``set_state``.
        """
        return None

    def set_state(self, state: dict[str, Any]) -> None:
        """Go on from what ``get_state`` gave; called after ``on_train_begin``."""

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Called once, before the first epoch of ``fit``."""

    def on_train_end(self, logs: Logs | None = None) -> None:
        """Called once, after the last epoch of ``fit``, with that epoch's logs."""

    def on_test_begin(self, logs: Logs | None = None) -> None:
        """Called before ``evaluate``, and before the validation of each epoch of ``fit``."""

    def on_test_end(self, logs: Logs | None = None) -> None:
        """Called after ``evaluate`` or a validation, with its results."""

    def on_predict_begin(self, logs: Logs | None = None) -> None:
        """Called before ``predict``."""

    def on_predict_end(self, logs: Logs | None = None) -> None:
        """Called after ``predict``."""

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Called before each epoch; ``epoch`` counts from 0."""

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Called after each epoch and its validation; ``epoch`` counts from 0."""

    def on_progress(self, step: int, logs: Logs | None = None) -> None:
        """Called from time to time while batches run: ``step`` of them are done.

        The loop calls it between two stretches of batches, a few times a second, and always
        once after the last batch of an epoch, an evaluation or a prediction. How often it is
        called depends on the clock: draw with it, do not decide with it.
        """

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Called before each batch of training; ``batch`` counts from 0 in each epoch."""
        self.on_batch_begin(batch, logs=logs)

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Called after each batch of training, with the running means of the epoch."""
        self.on_batch_end(batch, logs=logs)

    def on_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Older spelling of ``on_train_batch_begin``."""

    def on_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Older spelling of ``on_train_batch_end``."""

    def on_test_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Called before each batch of an evaluation or a validation."""

    def on_test_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Called after each batch of an evaluation or a validation."""

    def on_predict_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Called before each batch of a prediction."""

    def on_predict_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Called after each batch of a prediction, with ``{"outputs": ...}``."""


def overrides(callback: Any, hook: str) -> bool:
    """Whether ``callback`` does something of its own in ``hook``.

    A function set on the object counts, as ``LambdaCallback`` does it. A callback of foreign
    descent counts for every hook that it has.
    """
    if hook in getattr(callback, "__dict__", {}):
        return True
    own = getattr(type(callback), hook, None)
    return own is not None and own is not getattr(Callback, hook)
