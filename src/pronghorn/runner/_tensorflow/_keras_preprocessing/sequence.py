"""``keras.preprocessing.sequence``."""

from __future__ import annotations

from typing import Any

from pronghorn.runner._outside import outside
from pronghorn.utils import pad_sequences

__all__ = ["pad_sequences"]


def __getattr__(name: str) -> Any:
    outside(f"keras.preprocessing.sequence.{name}", "tensorflow")
