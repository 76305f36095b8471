"""CallbackList: many callbacks called as one, and what they have subscribed to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from pronghorn._core.errors import FileError, ParameterError, compose, describe
from pronghorn._core.params import OneOf, check
from pronghorn.callbacks._backup_and_restore import BackupAndRestore, Training
from pronghorn.callbacks._base import Callback, Logs, overrides
from pronghorn.callbacks._history import History
from pronghorn.callbacks._named_values import NamedValues
from pronghorn.callbacks._progress import ProgbarLogger

_BATCH_HOOKS = {
    "train": ("on_train_batch_begin", "on_train_batch_end", "on_batch_begin", "on_batch_end"),
    "test": ("on_test_batch_begin", "on_test_batch_end"),
    "predict": ("on_predict_batch_begin", "on_predict_batch_end"),
}


class CallbackList(Callback):
    """Call every callback of a list, in order, with the logs as plain sorted values.

    Args:
        callbacks: A callback, or a list of them (nested lists are flattened), or None.
        add_history: Append a ``History`` unless the list holds one.
        add_progbar: Append a ``ProgbarLogger`` unless the list holds one.
        model: The model that every callback is given. Default None: give it later.
        params: Handed to every callback's ``set_params``: verbose, epochs, steps.

    Errors: ``ParameterError`` where a member of the list is not a callback.

    Source: ``keras.callbacks.CallbackList``; ``subscribed_to_batches`` and ``on_progress`` are
    Pronghorn's own.

    >>> from pronghorn.callbacks import CallbackList, LambdaCallback
    >>> hooks = CallbackList([LambdaCallback(on_epoch_end=lambda epoch, logs: print(logs))])
    >>> hooks.subscribed_to_batches("train")
    False
    >>> hooks.on_epoch_end(0, {"loss": 1, "accuracy": 0.5})
    {'accuracy': 0.5, 'loss': 1.0}
    """

    def __init__(
        self,
        callbacks: Any = None,
        add_history: bool = False,
        add_progbar: bool = False,
        model: Any = None,
        **params: Any,
    ) -> None:
        super().__init__()
        self.callbacks: list[Any] = list(_flatten(callbacks))
        self._history: History | None = _last(self.callbacks, History)
        if self._history is None and add_history:
            self._history = History()
            self.callbacks.append(self._history)
        if _last(self.callbacks, ProgbarLogger) is None and add_progbar:
            self.callbacks.append(ProgbarLogger())
        # What writes down the others' state comes after them.
        self.callbacks.sort(key=lambda member: isinstance(member, BackupAndRestore))
        self.set_model(model)
        self.set_params(params)

    @property
    def history(self) -> History | None:
        """The ``History`` of this list, if it has one."""
        return self._history

    def subscribed_to_batches(self, kind: str) -> bool:
        """Whether some callback wants to be called at every batch of ``kind``.

        ``kind`` is "train", "test" or "predict". Where the answer is False, the loop may hand
        the engine a whole epoch at once.
        """
        check("CallbackList.subscribed_to_batches", "kind", kind, OneOf(*_BATCH_HOOKS))
        return any(overrides(member, h) for member in self.callbacks for h in _BATCH_HOOKS[kind])

    def attach(self, training: Training) -> None:
        """Give the fit that is about to run to those that write it down."""
        for member in self.callbacks:
            if isinstance(member, BackupAndRestore):
                member.attach(training)

    def get_states(self) -> dict[str, Any]:
        """What the members remember, by class and number: "EarlyStopping:0"."""
        states = {
            key: member.get_state()
            for key, member in self._keyed()
            if isinstance(member, Callback) or hasattr(member, "get_state")
        }
        return {key: state for key, state in states.items() if state is not None}

    def set_states(self, states: Mapping[str, Any]) -> None:
        """Give the members what ``get_states`` took; raises FileError for other callbacks."""
        own = dict(self._keyed())
        if set(states) != set(self.get_states()):
            raise FileError(
                compose(
                    "BackupAndRestore",
                    expected=f"a backup with the callbacks {', '.join(sorted(self.get_states()))}",
                    received=f"one with {', '.join(sorted(states))}",
                    remedy="Pass the callbacks of the interrupted fit, or another backup_dir",
                )
            )
        for key, state in states.items():
            own[key].set_state(state)

    def _keyed(self) -> Iterator[tuple[str, Any]]:
        seen: Counter[str] = Counter()
        for member in self.callbacks:
            kind = type(member).__name__
            yield f"{kind}:{seen[kind]}", member
            seen[kind] += 1

    def set_params(self, params: dict[str, Any]) -> None:
        self.params = params
        if params:
            for member in self.callbacks:
                member.set_params(params)

    def set_model(self, model: Any) -> None:
        if model is None:
            return
        super().set_model(model)
        if self._history is not None:
            model.history = self._history
        for member in self.callbacks:
            member.set_model(model)

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._call("on_train_begin", logs)

    def on_train_end(self, logs: Logs | None = None) -> None:
        self._call("on_train_end", logs)

    def on_test_begin(self, logs: Logs | None = None) -> None:
        self._call("on_test_begin", logs)

    def on_test_end(self, logs: Logs | None = None) -> None:
        self._call("on_test_end", logs)

    def on_predict_begin(self, logs: Logs | None = None) -> None:
        self._call("on_predict_begin", logs)

    def on_predict_end(self, logs: Logs | None = None) -> None:
        self._call("on_predict_end", logs)

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._call_at("on_epoch_begin", epoch, logs)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self._call_at("on_epoch_end", epoch, logs)

    def on_progress(self, step: int, logs: Logs | None = None) -> None:
        self._call_at("on_progress", step, logs)

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        self._call_on_batch("on_train_batch_begin", batch, logs)

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        self._end_batch("train", batch, logs)

    def on_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        self._call_on_batch("on_batch_begin", batch, logs)

    def on_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        self._call_on_batch("on_batch_end", batch, logs)

    def on_test_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        self._call_on_batch("on_test_batch_begin", batch, logs)

    def on_test_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        self._end_batch("test", batch, logs)

    def on_predict_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        self._call_on_batch("on_predict_batch_begin", batch, logs)

    def on_predict_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        self._end_batch("predict", batch, logs)

    # One dictionary goes to all members: what one adds, the next ones see.

    def _call(self, hook: str, logs: Logs | None) -> None:
        shared = _plain(logs)
        for member in self.callbacks:
            getattr(member, hook)(shared)

    def _call_at(self, hook: str, index: int, logs: Logs | None) -> None:
        shared = _plain(logs)
        for member in self.callbacks:
            # A callback written for another library has no on_progress.
            if hook != "on_progress" or overrides(member, hook):
                getattr(member, hook)(index, shared)

    def _call_on_batch(self, hook: str, batch: int, logs: Logs | None) -> Logs:
        shared = _plain(logs)
        for member in self.callbacks:
            getattr(member, hook)(batch, logs=shared)
        return shared

    def _end_batch(self, kind: str, batch: int, logs: Logs | None) -> None:
        shared = self._call_on_batch(f"on_{kind}_batch_end", batch, logs)
        # The progress line has no batch hook, which would stop the engine at every batch. A loop
        # by hand that calls these hooks moves it all the same.
        for member in self.callbacks:
            if isinstance(member, ProgbarLogger):
                member.on_progress(batch + 1, None if kind == "predict" else shared)


def _flatten(callbacks: Any) -> Iterator[Any]:
    if callbacks is None:
        return
    if isinstance(callbacks, list | tuple):
        for member in callbacks:
            yield from _flatten(member)
        return
    is_class = isinstance(callbacks, type)
    if is_class or not hasattr(callbacks, "on_epoch_end"):
        raise ParameterError(
            compose(
                "callbacks",
                expected="a list of Callback objects",
                received=describe(callbacks),
                remedy=f"Pass an object of it: {callbacks.__name__}()"
                if is_class
                else "Derive its class from pronghorn.callbacks.Callback",
            )
        )
    yield callbacks


def _last(callbacks: list[Any], kind: type[Any]) -> Any:
    return next((member for member in reversed(callbacks) if isinstance(member, kind)), None)


def _plain(logs: Logs | None) -> Logs:
    """Names sorted, nested dictionaries unfolded, values as Python floats where they are single."""
    plain: Logs = NamedValues()
    for name, value in sorted((logs or {}).items()):
        if type(value) is float:  # nearly always, and many epochs are shorter than these calls
            plain[name] = value
            continue
        if isinstance(value, dict):
            plain.update(_plain(value))
            continue
        # The outputs of a batch may be of several shapes.
        if isinstance(value, list | tuple) or np.ndim(value) > 0:
            plain[name] = value
            continue
        try:
            plain[name] = float(value)
        except (TypeError, ValueError):
            plain[name] = value
    return plain
