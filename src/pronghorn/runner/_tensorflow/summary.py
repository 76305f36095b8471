"""``tf.summary``: numbers, pictures, sounds and texts of a program, for TensorBoard."""

from __future__ import annotations

import io
import os
import struct
import wave
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn.callbacks import EventFile
from pronghorn.errors import ParameterError, ShapeError, compose, describe
from pronghorn.runner._tensorflow._calls import plain, serve

__all__ = [
    "SummaryWriter",
    "audio",
    "create_file_writer",
    "create_noop_writer",
    "flush",
    "histogram",
    "image",
    "scalar",
    "should_record_summaries",
    "text",
]


class SummaryWriter:
    """A file of events that ``scalar`` and its kin write to while it is the default.

    Source: tf.summary.SummaryWriter.
    """

    def __init__(self, file: EventFile | None) -> None:
        self._file = file

    @contextmanager
    def as_default(self, step: int | None = None) -> Iterator[SummaryWriter]:
        """The default within a ``with``, and the step where none is given there."""
        before = (_state.writer, _state.step)
        self.set_as_default(step)
        try:
            yield self
        finally:
            _state.writer, _state.step = before

    def set_as_default(self, step: int | None = None) -> None:
        """The default from now on, and the step where none is given from now on."""
        _state.writer = self
        if step is not None:
            _state.step = step

    def init(self) -> None:
        """Nothing: a file is made with the first thing written."""

    def flush(self) -> None:
        """Nothing: what is written is in the file at once."""

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def __del__(self) -> None:
        # Many programs never close one.
        self.close()


_state = SimpleNamespace(writer=SummaryWriter(None), step=None)


def create_file_writer(
    logdir: Any,
    max_queue: Any = None,
    flush_millis: Any = None,
    filename_suffix: Any = None,
    name: Any = None,
    experimental_trackable: Any = False,
) -> SummaryWriter:
    """A writer to a file of its own in the folder. Source: tf.summary.create_file_writer."""
    return SummaryWriter(EventFile(os.fspath(plain(logdir))))


def create_noop_writer() -> SummaryWriter:
    """A writer that writes nothing. Source: tf.summary.create_noop_writer."""
    return SummaryWriter(None)


def should_record_summaries() -> bool:
    """Whether the default writer has a file. Source: tf.summary.should_record_summaries."""
    return _state.writer._file is not None


def flush(writer: SummaryWriter | None = None, name: Any = None) -> None:
    """Nothing: what is written is in the file at once. Source: tf.summary.flush."""


def scalar(name: str, data: Any, step: Any = None, description: Any = None) -> bool:
    """Write one number; whether there was a writer. Source: tf.summary.scalar."""
    file = _state.writer._file
    if file is not None:
        file.write_scalar(name, float(_read(data, "scalar", ())), _read_step(step))
    return file is not None


def histogram(
    name: str, data: Any, step: Any = None, buckets: Any = None, description: Any = None
) -> bool:
    """Write how often numbers occur, in ``buckets`` bins (default 30).

    Source: tf.summary.histogram.
    """
    file = _state.writer._file
    if file is not None:
        bins = 30 if buckets is None else int(buckets)
        file.write_histogram(name, plain(data), _read_step(step), bins)
    return file is not None


def image(
    name: str, data: Any, step: Any = None, max_outputs: Any = 3, description: Any = None
) -> bool:
    """Write the first pictures of data (k, height, width, 1 to 4 channels).

    Whole numbers are bytes; numbers with fractions are cut to 0 to 1. Source: tf.summary.image.
    """
    file = _state.writer._file
    if file is not None:
        pictures = _read(data, "image", (None, None, None, None))
        if pictures.dtype.kind == "f":
            pictures = np.floor(np.clip(pictures, 0.0, 1.0) * 255.999)
        pictures = pictures.astype(np.uint8)
        size = [str(pictures.shape[2]).encode(), str(pictures.shape[1]).encode()]
        strings = size + [_to_png(picture) for picture in pictures[: int(plain(max_outputs))]]
        file.write_strings(name, strings, (len(strings),), "images", _read_step(step))
    return file is not None


def audio(
    name: str,
    data: Any,
    sample_rate: Any,
    step: Any = None,
    max_outputs: Any = 3,
    encoding: Any = None,
    description: Any = None,
) -> bool:
    """Write the first sounds of data (k, frames, channels), numbers from -1 to 1, as WAV.

    Source: tf.summary.audio.
    """
    file = _state.writer._file
    if file is not None:
        sounds = _read(data, "audio", (None, None, None))[: int(plain(max_outputs))]
        # Each with a label, which is empty.
        strings = [part for s in sounds for part in (_to_wav(s, int(plain(sample_rate))), b"")]
        file.write_strings(name, strings, (len(sounds), 2), "audio", _read_step(step))
    return file is not None


def text(name: str, data: Any, step: Any = None, description: Any = None) -> bool:
    """Write a text, or an array of them. Source: tf.summary.text."""
    file = _state.writer._file
    if file is not None:
        texts = np.asarray(plain(data), object)
        strings = [t if isinstance(t, bytes) else str(t).encode() for t in texts.reshape(-1)]
        file.write_strings(name, strings, texts.shape, "text", _read_step(step))
    return file is not None


def _set_step(step: Any) -> None:
    _state.step = step


# What TensorFlow itself does is not recorded: there is none of it.
experimental = SimpleNamespace(get_step=lambda: _state.step, set_step=_set_step)


def _read_step(step: Any) -> int:
    step = _state.step if step is None else step
    if step is None:
        raise ParameterError(
            compose(
                "tf.summary",
                expected="step=, or one set before by tf.summary.experimental.set_step",
                received="none",
            )
        )
    return int(plain(step))


def _read(data: Any, what: str, shape: tuple[int | None, ...]) -> NDArray[Any]:
    array = np.asarray(plain(data))
    if array.ndim != len(shape):
        raise ShapeError(
            compose(
                f"tf.summary.{what}",
                expected=f"data of rank {len(shape)}",
                received=describe(array),
            )
        )
    return array


# The form of pictures: PNG (ISO/IEC 15948), a row of bytes for each row of points.


def _to_png(picture: NDArray[np.uint8]) -> bytes:
    height, width, channels = picture.shape
    # Grey, grey with opacity, colours, colours with opacity.
    kinds = {1: 0, 2: 4, 3: 2, 4: 6}
    if channels not in kinds:
        raise ShapeError(
            compose("tf.summary.image", expected="1 to 4 channels", received=f"{channels}")
        )
    rows = np.zeros((height, 1 + width * channels), np.uint8)
    rows[:, 1:] = picture.reshape(height, -1)
    header = struct.pack(">IIBBBBB", width, height, 8, kinds[channels], 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes())), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_to_chunk(kind, content) for kind, content in chunks)


def _to_chunk(kind: bytes, content: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + checksum


def _to_wav(sound: NDArray[Any], rate: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(sound.shape[1])
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(np.round(np.clip(sound, -1.0, 1.0) * 32767).astype("<i2").tobytes())
    return file.getvalue()


__getattr__, __dir__ = serve("tf.summary", "summary.")
