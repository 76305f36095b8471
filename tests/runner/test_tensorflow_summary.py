"""``tf.summary``: the records of its files, read here by hand."""

import io
import struct
import wave
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pronghorn.errors import ParameterError, ShapeError
from pronghorn.runner._tensorflow import summary
from unit.callbacks.event_fields import list_fields


@pytest.fixture(autouse=True)
def no_writer_before() -> Any:
    summary.create_noop_writer().set_as_default()
    summary.experimental.set_step(None)
    yield
    summary.create_noop_writer().set_as_default()
    summary.experimental.set_step(None)


def values_of(folder: Path) -> list[tuple[str, int, dict[int, Any]]]:
    """Tag, step and fields of the values in a folder's file."""
    (path,) = folder.glob("events.out.tfevents.*")
    data, at, found = path.read_bytes(), 0, []
    while at < len(data):
        (size,) = struct.unpack_from("<Q", data, at)
        event = dict(list_fields(data[at + 12 : at + 12 + size]))
        at += size + 16
        if 5 in event:
            value = dict(list_fields(dict(list_fields(event[5]))[1]))
            found.append((value[1].decode(), event.get(2, 0), value))
    return found


def strings_of(value: dict[int, Any]) -> tuple[str, list[int], list[bytes]]:
    """The plugin, shape and members of an array of strings."""
    plugin = dict(list_fields(dict(list_fields(value[9]))[1]))[1].decode()
    tensor = list_fields(value[8])
    assert dict(tensor)[1] == 7  # DT_STRING
    shape = [dict(list_fields(size))[1] for _, size in list_fields(dict(tensor)[2])]
    return plugin, shape, [string for field, string in tensor if field == 8]


def test_scalars_and_steps(tmp_path: Path) -> None:
    writer = summary.create_file_writer(str(tmp_path))
    with writer.as_default(step=3):
        assert summary.scalar("a", 0.5)
        summary.scalar("a", data=np.float32(0.25), step=4)
    # Without a writer nothing is written.
    assert not summary.scalar("a", 1.0, step=5)
    writer.set_as_default()
    summary.experimental.set_step(6)
    summary.scalar("b", 2.0)
    writer.close()
    found = [(tag, step, struct.unpack("<f", v[2])[0]) for tag, step, v in values_of(tmp_path)]
    assert found == [("a", 3, 0.5), ("a", 4, 0.25), ("b", 6, 2.0)]


def test_histograms_have_as_many_bins_as_asked_for(tmp_path: Path) -> None:
    with summary.create_file_writer(tmp_path).as_default():
        summary.histogram("h", np.arange(10.0), step=1, buckets=5)
    ((_, _, value),) = values_of(tmp_path)
    counts = np.frombuffer(dict(list_fields(value[5]))[7], "<f8")
    assert counts.tolist() == [2, 2, 2, 2, 2]


def test_texts_keep_their_shape(tmp_path: Path) -> None:
    with summary.create_file_writer(tmp_path).as_default():
        summary.text("one", "é", step=0)
        summary.text("two", ["a", "b"], step=0)
    one, two = (strings_of(value) for _, _, value in values_of(tmp_path))
    assert one == ("text", [], ["é".encode()])
    assert two == ("text", [2], [b"a", b"b"])


@pytest.mark.parametrize(
    ("data", "points"),
    [
        # 0, 1 and what is beyond; 0.5 · 255.999 = 127.99…
        (np.array([0.0, 0.5, 1.0, 7.0]), [0, 127, 255, 255]),
        (np.array([0, 1, 254, 255], np.uint8), [0, 1, 254, 255]),
    ],
    ids=["fractions", "bytes"],
)
def test_pictures_are_png(data: Any, points: list[int], tmp_path: Path) -> None:
    with summary.create_file_writer(tmp_path).as_default():
        summary.image("p", np.stack([data.reshape(2, 2, 1)] * 5), step=0, max_outputs=2)
    ((_, _, value),) = values_of(tmp_path)
    plugin, shape, (width, height, first, second) = strings_of(value)
    assert (plugin, shape, width, height, first == second) == ("images", [4], b"2", b"2", True)
    assert first.startswith(b"\x89PNG\r\n\x1a\n")
    # Width, height, depth of a number, kind: grey.
    assert struct.unpack_from(">IIBB", first, 16) == (2, 2, 8, 0)
    size = struct.unpack_from(">I", first, 33)[0]
    rows = zlib.decompress(first[41 : 41 + size])
    # Each row begins with its filter, which is none.
    assert list(rows) == [0, *points[:2], 0, *points[2:]]


def test_sounds_are_wav(tmp_path: Path) -> None:
    with summary.create_file_writer(tmp_path).as_default():
        summary.audio("s", np.array([[[0.0], [1.0], [-1.0]]]), sample_rate=8000, step=0)
    ((_, _, value),) = values_of(tmp_path)
    plugin, shape, (sound, label) = strings_of(value)
    assert (plugin, shape, label) == ("audio", [1, 2], b"")
    with wave.open(io.BytesIO(sound)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        assert np.frombuffer(file.readframes(3), "<i2").tolist() == [0, 32767, -32767]


def test_refusals(tmp_path: Path) -> None:
    with summary.create_file_writer(tmp_path).as_default():
        with pytest.raises(ParameterError, match="step"):
            summary.scalar("a", 1.0)
        with pytest.raises(ShapeError, match="rank 0"):
            summary.scalar("a", [1.0, 2.0], step=0)
        with pytest.raises(ShapeError, match="rank 4"):
            summary.image("p", np.zeros((2, 2)), step=0)
        with pytest.raises(ShapeError, match="channels"):
            summary.image("p", np.zeros((1, 2, 2, 5)), step=0)
    assert not list(tmp_path.iterdir())
