"""``keras.utils.load_img`` and the like: pictures in files, which Pillow reads, as arrays."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn.errors import ParameterError, ShapeError, compose, describe

__all__ = ["array_to_img", "img_to_array", "load_img", "save_img"]

# Keras's name → Pillow's for the values of a point.
_MODES = {"rgb": "RGB", "rgba": "RGBA", "grayscale": "L"}
_BY_CHANNELS = {1: "L", 3: "RGB", 4: "RGBA"}
_FILTERS = ("bicubic", "bilinear", "box", "hamming", "lanczos", "nearest")


def load_img(
    path: Any,
    color_mode: str = "rgb",
    target_size: Any = None,
    interpolation: str = "nearest",
    keep_aspect_ratio: bool = False,
    grayscale: bool = False,
) -> Any:
    """The picture of a file, of Pillow's kind.

    ``target_size`` (height, width): what it is resized to, or None; with ``keep_aspect_ratio`` the
    middle that has this form. ``grayscale`` is the older spelling of ``color_mode="grayscale"``.

    Source: keras.utils.load_img.
    """
    mode = "grayscale" if grayscale else color_mode
    if mode not in _MODES:
        raise _refuse("load_img color_mode", f"one of {', '.join(_MODES)}", mode)
    if interpolation not in _FILTERS:
        raise _refuse("load_img interpolation", f"one of {', '.join(_FILTERS)}", interpolation)
    picture = _pillow().open(path)
    # Sixteen bits of grey stay as they are.
    is_deep = mode == "grayscale" and picture.mode in ("I", "I;16")
    picture = picture.copy() if is_deep else picture.convert(_MODES[mode])
    if target_size is None:
        return picture
    height, width = target_size
    box = _middle(picture.size, width, height) if keep_aspect_ratio else None
    way = getattr(_pillow().Resampling, interpolation.upper())
    return picture if picture.size == (width, height) else picture.resize((width, height), way, box)


def img_to_array(img: Any, data_format: str | None = None, dtype: Any = None) -> NDArray[Any]:
    """A picture as numbers (height, width, channels), 0 … 255; float32 unless ``dtype`` says.

    Source: keras.utils.img_to_array.
    """
    x = np.asarray(img, dtype=dtype or np.float32)
    if x.ndim not in (2, 3):
        raise ShapeError(
            compose("img_to_array", expected="a picture", received=f"an array {x.shape}")
        )
    if x.ndim == 2:
        x = x[..., None]
    return np.moveaxis(x, -1, 0) if _is_first(data_format) else x


def array_to_img(
    x: Any, data_format: str | None = None, scale: bool = True, dtype: Any = None
) -> Any:
    """The picture of numbers (height, width, channels), 1, 3 or 4 channels.

    ``scale``: stretch them from the least to the greatest to 0 … 255; else they are such numbers.

    Source: keras.utils.array_to_img.
    """
    values = np.asarray(x, dtype=dtype or np.float32)
    if values.ndim == 3 and _is_first(data_format):
        values = np.moveaxis(values, 0, -1)
    if values.ndim != 3 or values.shape[2] not in _BY_CHANNELS:
        raise ShapeError(
            compose(
                "array_to_img",
                expected="an array of a picture with 1, 3 or 4 channels",
                received=f"one of shape {np.shape(x)}",
            )
        )
    if scale:
        values = values - values.min()
        values = values / (values.max() or 1) * 255
    mode = _BY_CHANNELS[values.shape[2]]
    is_deep = mode == "L" and values.max() > 255
    points = values.astype("int32" if is_deep else "uint8")
    return _pillow().fromarray(points[..., 0] if mode == "L" else points)


def save_img(
    path: Any,
    x: Any,
    data_format: str | None = None,
    file_format: str | None = None,
    scale: bool = True,
    **options: Any,
) -> None:
    """Write the numbers of a picture to a file; its ending, or ``file_format``, says how.

    Source: keras.utils.save_img.
    """
    picture = array_to_img(x, data_format, scale)
    ending = (file_format or Path(path).suffix.removeprefix(".")).lower()
    if picture.mode == "RGBA" and ending in ("jpg", "jpeg"):
        picture = picture.convert("RGB")
    picture.save(path, format=file_format, **options)


def _middle(size: tuple[int, int], width: int, height: int) -> tuple[int, int, int, int]:
    """The largest box in the middle of a picture with these proportions, in whole points."""
    across, down = size
    wide = min(across, down * width // height)
    high = min(down, across * height // width)
    left, top = (across - wide) // 2, (down - high) // 2
    return left, top, left + wide, top + high


def _is_first(data_format: str | None) -> bool:
    if data_format not in (None, "channels_first", "channels_last"):
        raise _refuse("data_format", "'channels_last' or 'channels_first'", data_format)
    return data_format == "channels_first"


def _pillow() -> Any:
    try:
        return import_module("PIL.Image")
    except ImportError as error:
        raise ParameterError(
            compose(
                "pictures in files",
                expected="Pillow, which reads them",
                received="an installation without it",
                remedy="Install it: pip install pillow",
            )
        ) from error


def _refuse(what: str, expected: str, received: Any) -> ParameterError:
    return ParameterError(compose(what, expected=expected, received=describe(received)))
