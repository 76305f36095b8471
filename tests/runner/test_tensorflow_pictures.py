"""``keras.utils.load_img``, ``img_to_array``, ``array_to_img`` and ``save_img`` for programs."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pronghorn.errors import ParameterError, ShapeError
from pronghorn.runner import _names
from pronghorn.runner._tensorflow import _keras_pictures as pictures

pytest.importorskip("PIL", reason="Pillow reads and writes the files")

# Two rows of three points: red, green, blue; black, grey, white.
COLOURS = [[[255, 0, 0], [0, 255, 0], [0, 0, 255]], [[0, 0, 0], [128, 128, 128], [255, 255, 255]]]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "six.png"
    pictures.save_img(path, np.array(COLOURS))
    return path


def test_what_is_written_is_read(file: Path) -> None:
    x = pictures.img_to_array(pictures.load_img(file))
    assert (x.dtype, x.tolist()) == (np.float32, COLOURS)
    first = pictures.img_to_array(pictures.load_img(file), data_format="channels_first")
    assert first.shape == (3, 2, 3)


@pytest.mark.parametrize("how", [{"color_mode": "grayscale"}, {"grayscale": True}], ids=str)
def test_grey_is_the_brightness(how: Any, file: Path) -> None:
    x = pictures.img_to_array(pictures.load_img(file, **how))
    # ITU-R 601: 0.299 red + 0.587 green + 0.114 blue of 255.
    assert x[..., 0].tolist() == [[76, 150, 29], [0, 128, 255]]


def test_size_is_height_and_width(file: Path) -> None:
    assert pictures.load_img(file, target_size=(4, 6)).size == (6, 4)
    kept = pictures.load_img(file, target_size=(2, 2), keep_aspect_ratio=True)
    # Of three columns the first two are the middle, rounded down.
    assert pictures.img_to_array(kept).tolist() == [row[:2] for row in COLOURS]


def test_numbers_are_stretched_unless_they_are_colours() -> None:
    x = np.array([[[-1.0], [1.0]]])
    assert pictures.img_to_array(pictures.array_to_img(x)).ravel().tolist() == [0, 255]
    plain = pictures.array_to_img([[[3.0], [7.0]]], scale=False)
    assert pictures.img_to_array(plain).ravel().tolist() == [3, 7]


def test_jpeg_has_no_transparency(tmp_path: Path) -> None:
    pictures.save_img(tmp_path / "clear.jpg", np.ones((8, 8, 4)))
    assert pictures.load_img(tmp_path / "clear.jpg", color_mode="rgba").mode == "RGBA"


def test_refusals(file: Path) -> None:
    with pytest.raises(ParameterError, match="color_mode"):
        pictures.load_img(file, color_mode="cmyk")
    with pytest.raises(ParameterError, match="interpolation"):
        pictures.load_img(file, target_size=(1, 1), interpolation="best")
    with pytest.raises(ParameterError, match="data_format"):
        pictures.img_to_array(np.ones((2, 2)), data_format="first")
    with pytest.raises(ShapeError, match="1, 3 or 4 channels"):
        pictures.array_to_img(np.ones((2, 2, 2)))
    with pytest.raises(ShapeError, match="a picture"):
        pictures.img_to_array(np.ones(3))


@pytest.mark.parametrize("module", ["keras.utils", "keras.preprocessing.image"])
def test_where_programs_find_them(module: str) -> None:
    assert _names.find(module, "load_img") is pictures.load_img
    assert _names.missing_part(f"{module}.apply_affine_transform") is not None
