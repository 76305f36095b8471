"""``keras.preprocessing``: texts, sequences and pictures as numbers, as Keras 2 had it."""

from __future__ import annotations

from typing import Any

from pronghorn.runner._outside import outside
from pronghorn.runner._tensorflow._keras_preprocessing import image, sequence, text

__all__ = ["image", "sequence", "text"]


def __getattr__(name: str) -> Any:
    outside(f"keras.preprocessing.{name}", "tensorflow")
