"""One thread that trains, and in between does what others ask of the same objects."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

__all__ = ["Worker"]

T = TypeVar("T")


class Worker:
    """Calls ``work()`` again and again while it says True; jobs come first.

    Everything that touches a run happens here, so nothing needs a lock.
    """

    def __init__(self, work: Callable[[], bool]) -> None:
        self._work = work
        self._jobs: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None]
        self._jobs = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._loop, name="lab-training", daemon=True)
        self._thread.start()

    def call(self, job: Callable[[], T]) -> T:
        """What the job returns or raises, carried out by the thread."""
        if threading.current_thread() is self._thread:
            return job()
        result: Future[T] = Future()
        self._jobs.put((result, job))
        return result.result()

    def close(self) -> None:
        """End the thread after the job in progress."""
        self._jobs.put(None)
        self._thread.join()

    def _loop(self) -> None:
        is_busy = False
        while True:
            try:
                entry = self._jobs.get(block=not is_busy)
            except queue.Empty:
                is_busy = self._work()
                continue
            if entry is None:
                return
            result, job = entry
            try:
                result.set_result(job())
            except BaseException as error:
                result.set_exception(error)
            # Whatever was asked may have set the training going.
            is_busy = True
