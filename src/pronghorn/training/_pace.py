"""How many steps the engine gets at once."""

from __future__ import annotations

__all__ = ["Pace"]

# Long enough that coming back costs nothing, short enough that a display looks alive.
_STRETCH_SECONDS = 0.1
_FIRST_STRETCH = 8


class Pace:
    """All steps of an epoch where nobody watches; about 0.1 s where a display does; else one.

    >>> Pace(by_batch=False, is_watched=False).choose(1875)
    1875
    """

    def __init__(self, *, by_batch: bool, is_watched: bool) -> None:
        self._by_batch = by_batch
        self._is_watched = is_watched
        self._stretch = _FIRST_STRETCH

    def choose(self, remaining: int) -> int:
        """The steps of the next stretch, at most ``remaining``."""
        if self._by_batch:
            return min(1, remaining)
        return min(self._stretch, remaining) if self._is_watched else remaining

    def report(self, steps: int, seconds: float) -> None:
        """Learn from a stretch: at most four times as long next time."""
        wished = round(steps * _STRETCH_SECONDS / max(seconds, 1e-6))
        self._stretch = max(1, min(wished, 4 * max(steps, 1)))
