"""Files of events, as TensorBoard reads them: numbers, histograms and texts with their steps.

A file is a row of records: the length of the data, a checksum of the length, the data, a checksum
of the data. The data is one message of Protocol Buffers, ``Event`` of TensorFlow. Written as
TensorFlow's record_writer.cc, event.proto and summary.proto define them.
"""

from __future__ import annotations

import itertools
import os
import platform
import struct
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from pronghorn._core.errors import FileError, compose

__all__ = ["EventFile"]

_BINS = 30  # as many as tf.summary.histogram has by default
_STRING = 7  # DT_STRING of types.proto
_CLASSES = {"text": 2, "images": 3, "audio": 3}  # DataClass of summary.proto
_COUNTER = itertools.count()


class EventFile:
    """A file ``events.out.tfevents.…`` in a folder, made with the first thing written.

    For what stands beside the values of a training, which ``TensorBoard`` writes.

    Args:
        folder: Path of the folder; it is made where there is none.

    Errors: FileError where the file cannot be written.

    Source: the files of ``tf.summary``.

    >>> import os, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = EventFile(folder)
    ...     file.write_scalar("rows read", 128.0, step=0)
    ...     file.close()
    ...     print(os.listdir(folder)[0][:19])
    events.out.tfevents
    """

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)
        self._file: Any = None

    def write_scalar(self, tag: str, value: float, step: int) -> None:
        """One number."""
        self._write(_text(1, tag) + _tag(2, 5) + struct.pack("<f", value), step)

    def write_histogram(self, tag: str, values: Any, step: int, bins: int = _BINS) -> None:
        """How often numbers occur, in bins of equal width."""
        numbers = np.asarray(values, np.float64).reshape(-1)
        numbers = numbers[np.isfinite(numbers)]
        if numbers.size == 0:
            return
        counts, edges = np.histogram(numbers, bins)
        totals = (numbers.min(), numbers.max(), numbers.size, numbers.sum(), numbers @ numbers)
        message = b"".join(
            _tag(field, 1) + struct.pack("<d", total) for field, total in enumerate(totals, 1)
        )
        message += _bytes(6, edges[1:].astype("<f8").tobytes())
        message += _bytes(7, counts.astype("<f8").tobytes())
        self._write(_text(1, tag) + _bytes(5, message), step)

    def write_strings(
        self, tag: str, strings: Sequence[bytes], shape: Sequence[int], plugin: str, step: int
    ) -> None:
        """An array of texts, pictures (PNG) or sounds (WAV), in C's order.

        ``plugin``: the part of TensorBoard that shows them, "text", "images" or "audio". Of
        pictures the first two strings are width and height, and each sound has a label after it.
        """
        sizes = b"".join(_bytes(2, _tag(1, 0) + _varint(size)) for size in shape)
        tensor = _tag(1, 0) + _varint(_STRING) + _bytes(2, sizes)
        tensor += b"".join(_bytes(8, string) for string in strings)
        metadata = _bytes(1, _text(1, plugin)) + _tag(4, 0) + _varint(_CLASSES[plugin])
        self._write(_text(1, tag) + _bytes(9, metadata) + _bytes(8, tensor), step)

    def close(self) -> None:
        """Close the file; the next thing written makes another one."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _write(self, value: bytes, step: int) -> None:
        if self._file is None:
            self._file = self._open()
            self._add(_text(3, "brain.Event:2"))
        self._add(_tag(2, 0) + _varint(step) + _bytes(5, _bytes(1, value)))
        self._file.flush()

    def _add(self, event: bytes) -> None:
        data = _tag(1, 1) + struct.pack("<d", time.time()) + event
        length = struct.pack("<Q", len(data))
        self._file.write(length + _checksum(length) + data + _checksum(data))

    def _open(self) -> Any:
        # Two files of one process and second have different names too.
        parts = (int(time.time()), platform.node(), os.getpid(), next(_COUNTER))
        name = "events.out.tfevents." + ".".join(map(str, parts)) + ".v2"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            return (self._folder / name).open("xb")
        except OSError as error:
            raise FileError(
                compose(
                    f"{self._folder}",
                    expected="a folder that can be written",
                    received=f"{error.strerror or error}",
                )
            ) from error


# Protocol Buffers: a field is its number and kind, then its value.


def _tag(field: int, kind: int) -> bytes:
    return _varint(field << 3 | kind)


def _bytes(field: int, value: bytes) -> bytes:
    return _tag(field, 2) + _varint(len(value)) + value


def _text(field: int, value: str) -> bytes:
    return _bytes(field, value.encode())


def _varint(number: int) -> bytes:
    parts = bytearray()
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*parts, number])


# The checksum: CRC-32C, rotated and shifted so that data may hold checksums.


def _checksum(data: bytes) -> bytes:
    table, crc = _crc_table(), 0xFFFFFFFF
    for byte in data:
        crc = table[(crc ^ byte) & 0xFF] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


@cache
def _crc_table() -> tuple[int, ...]:
    def remainder(byte: int) -> int:
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        return byte

    return tuple(map(remainder, range(256)))
