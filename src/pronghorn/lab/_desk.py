"""A desk: what one viewer works with, and what waits to be sent to it.

It knows nothing of sockets: whoever carries the messages asks for the next one.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

from pronghorn.lab._protocol import Frame, encode_frame, write_event

__all__ = ["Desk", "Part", "Uploads"]

# Events that nobody has fetched yet; the oldest go first.
_MOST_EVENTS = 256
# A page that is hidden draws nothing and so acknowledges nothing; it gets a frame now and then.
_PATIENCE = 5.0

_MOST_UPLOADS = 2


class Part(Protocol):
    """Something that lives on a desk: a playground, a race. It is made with the desk itself."""

    def close(self) -> None:
        """End its thread."""
        ...


P = TypeVar("P", bound=Part)


class Uploads:
    """Files that were sent whole and wait to be read, by the number they were given."""

    def __init__(self) -> None:
        self._held: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def keep(self, name: str, content: bytes) -> None:
        """Hold a file; the oldest is forgotten where there are too many."""
        with self._lock:
            self._held[name] = content
            while len(self._held) > _MOST_UPLOADS:
                del self._held[next(iter(self._held))]

    def take(self, name: str) -> bytes | None:
        """The file, which is then forgotten; None where there is none of that name."""
        with self._lock:
            return self._held.pop(name, None)


class Desk:
    """The parts of one viewer, and an outbox: all events, but of frames the newest only.

    ``wake`` is called, from any thread, when there is something to send. ``lessons``: a folder
    with lessons beside the lab's own.
    """

    def __init__(
        self,
        wake: Callable[[], None] | None = None,
        uploads: Uploads | None = None,
        lessons: Path | None = None,
    ) -> None:
        self.uploads = uploads or Uploads()
        self.lessons = lessons
        self._wake = wake or (lambda: None)
        self._parts: dict[type[Any], Any] = {}
        self._events: deque[str] = deque(maxlen=_MOST_EVENTS)
        # By kind and run: the newest of each.
        self._frames: dict[tuple[int, int], bytes] = {}
        self._sent_at: float | None = None
        self._lock = threading.Lock()

    def part(self, kind: type[P]) -> P:
        """The one part of this class, made when first asked for: ``kind(desk)``."""
        with self._lock:
            found = self._parts.get(kind)
        if found is None:
            found = kind(self)  # type: ignore[call-arg]
            with self._lock:
                self._parts[kind] = found
        return found

    def close(self) -> None:
        """End every part."""
        with self._lock:
            parts = list(self._parts.values())
            self._parts.clear()
        for part in parts:
            part.close()

    # What goes out.

    def push(self, event: str, **fields: Any) -> None:
        """Send an event."""
        with self._lock:
            self._events.append(write_event(event, fields))
        self._wake()

    def show(self, frame: Frame) -> None:
        """Send a frame; it takes the place of one of its kind and run that waits."""
        encoded = encode_frame(frame)
        with self._lock:
            self._frames[frame.kind, frame.run] = encoded
        self._wake()

    @property
    def wants_frame(self) -> bool:
        """Whether nothing waits: one is made while the viewer draws, to be there when it has."""
        with self._lock:
            return not self._frames

    def holds(self, kind: int) -> bool:
        """Whether a frame of this kind waits to be sent."""
        with self._lock:
            return any(of == kind for of, _ in self._frames)

    def ack(self) -> None:
        """The viewer has drawn the frame it was sent."""
        with self._lock:
            self._sent_at = None
        self._wake()

    def take(self) -> str | bytes | None:
        """The next message to send; None where there is none, or a frame must wait."""
        with self._lock:
            if self._events:
                return self._events.popleft()
            if not self._frames or self._is_drawing():
                return None
            self._sent_at = time.monotonic()
            return self._frames.pop(next(iter(self._frames)))

    def _is_drawing(self) -> bool:
        return self._sent_at is not None and time.monotonic() - self._sent_at < _PATIENCE
