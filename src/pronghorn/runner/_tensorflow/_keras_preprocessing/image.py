"""``keras.preprocessing.image``: pictures; what changes them at random is not here."""

from __future__ import annotations

from typing import Any

from pronghorn.runner._outside import outside
from pronghorn.runner._tensorflow._keras_generator import ImageDataGenerator
from pronghorn.runner._tensorflow._keras_pictures import (
    array_to_img,
    img_to_array,
    load_img,
    save_img,
)

__all__ = ["ImageDataGenerator", "array_to_img", "img_to_array", "load_img", "save_img"]


def __getattr__(name: str) -> Any:
    outside(f"keras.preprocessing.image.{name}", "tensorflow")
