"""Fits as they happen: what was trained, on which engine, and if on none of ours, why."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

__all__ = ["Fit", "recorded_fit", "tell_engine", "watch_fits"]


@dataclass(frozen=True)
class Fit:
    """A ``fit`` of a model or an estimator that has ended.

    ``engine``: "native" or "reference"; for an estimator whose own library trained it, None, with
    the ``reason``. ``data``: (x, y) as they were given. ``arguments``: those of the fit that say
    how long it trains. ``seconds``: of the training alone.
    """

    subject: Any
    engine: str | None
    reason: str | None
    seconds: float
    data: tuple[Any, Any]
    arguments: dict[str, Any]


Watcher = Callable[[Fit], None]
_watchers: list[Watcher] = []


class _Entry:
    """A fit that runs: what is known of it so far."""

    def __init__(self, engine: str | None) -> None:
        self.engine, self.reason = engine, ""
        self.is_estimator = engine is None


_current: ContextVar[_Entry | None] = ContextVar("pronghorn_fit", default=None)


def watch_fits(watcher: Watcher) -> Callable[[], None]:
    """Call ``watcher`` with a ``Fit`` after each fit in this process; returns what ends it.

    An error that the watcher raises leaves ``fit``. Fits that fail are not told, nor those that
    an estimator's fit is made of.

    >>> import numpy as np
    >>> from pronghorn import Input, Sequential, layers
    >>> model = Sequential([Input((2,)), layers.Dense(1)], name="line")
    >>> model.compile("sgd", "mse")
    >>> end = watch_fits(lambda fit: print(fit.subject.name, fit.engine))
    >>> history = model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
    line native
    >>> end()
    """
    _watchers.append(watcher)

    def end() -> None:
        if watcher in _watchers:
            _watchers.remove(watcher)

    return end


@contextmanager
def recorded_fit(
    subject: Any,
    data: tuple[Any, Any],
    *,
    engine: str | None = None,
    **arguments: Any,
) -> Iterator[None]:
    """The block trains ``subject``; the watchers are told when it has ended well.

    ``engine``: what trains; None for an estimator, whose models say it when they train.
    ``reason``: why there was no engine, should none of them do so.
    """
    if not _watchers:
        yield
        return
    outer = _current.get()
    entry = _Entry(engine)
    token = _current.set(entry)
    begin = time.perf_counter()
    try:
        yield
    finally:
        _current.reset(token)
    if outer is not None and outer.is_estimator:
        outer.engine = outer.engine or entry.engine
        return
    seconds = time.perf_counter() - begin
    why = (entry.reason or "its own library trained it") if entry.engine is None else None
    fit = Fit(subject, entry.engine, why, seconds, data, arguments)
    for watcher in [*_watchers]:
        watcher(fit)


def tell_engine(engine: str | None, reason: str = "") -> None:
    """Say what computes for the estimator whose fit runs here, where no model's ``fit`` says it.

    None: its own library, for this ``reason``; an engine that computed a part of it counts more.
    """
    entry = _current.get()
    if entry is not None:
        entry.engine, entry.reason = entry.engine or engine, entry.reason or reason
