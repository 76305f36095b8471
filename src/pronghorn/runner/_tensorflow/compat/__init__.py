"""``tf.compat``: the older spellings of TensorFlow."""

from __future__ import annotations

from typing import Any

from pronghorn.runner._tensorflow._calls import serve
from pronghorn.runner._tensorflow.compat import v1, v2

__all__ = ["as_bytes", "as_str", "as_text", "v1", "v2"]


def as_str(value: Any, encoding: str = "utf-8") -> str:
    """Bytes as text. Source: tf.compat.as_str."""
    return value.decode(encoding) if isinstance(value, bytes) else str(value)


as_text = as_str


def as_bytes(value: Any, encoding: str = "utf-8") -> bytes:
    """Text as bytes. Source: tf.compat.as_bytes."""
    return value if isinstance(value, bytes) else str(value).encode(encoding)


__getattr__, __dir__ = serve("tf.compat", "compat.")
