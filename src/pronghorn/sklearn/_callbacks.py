"""Callbacks of fits that run side by side."""

from __future__ import annotations

import threading
from copy import copy
from typing import Any

__all__ = ["own_callbacks"]


def own_callbacks(given: Any) -> Any:
    """A list of callbacks for one fit; in a thread beside the main one, of their copies.

    A search over threads hands the same objects to several fits at once, and each of them keeps
    its best value and its model in them. Copies are shallow: a list that a callback writes to
    is still the caller's.
    """
    if given is None:
        return None
    members = list(given) if isinstance(given, list | tuple) else [given]
    if threading.current_thread() is threading.main_thread():
        return members
    return [copy(member) for member in members]
