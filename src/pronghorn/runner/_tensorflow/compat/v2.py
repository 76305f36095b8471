"""``tf.compat.v2``: TensorFlow as it is."""

from __future__ import annotations

from typing import Any

from pronghorn.runner import _tensorflow


def __getattr__(name: str) -> Any:
    return getattr(_tensorflow, name)
