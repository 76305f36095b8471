"""Messages and frames: every byte as described, and nothing but commands is carried out."""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np
import pytest

from lab.viewers import decode
from pronghorn.errors import ParameterError
from pronghorn.lab._desk import Desk
from pronghorn.lab._protocol import (
    LONGEST_MESSAGE,
    Frame,
    encode_frame,
    load_commands,
    plain,
    read_message,
    write_failure,
)


def test_frame_bytes() -> None:
    frame = encode_frame(Frame(2, 258, {"loss": 0.5}, {"a": np.array([1, 2], np.uint8)}, run=3))
    assert frame[:16] == struct.pack("<BBHIII", 1, 2, 3, 258, len(frame) - 16 - 8, 0)
    block = frame[16:-8]
    assert json.loads(block) == {
        "scalars": {"loss": 0.5},
        "arrays": [{"name": "a", "dtype": "u1", "shape": [2]}],
    }
    assert len(block) % 8 == 0
    assert frame[-8:] == b"\x01\x02" + b"\0" * 6


@pytest.mark.parametrize("dtype", ["f4", "f8", "i4", "u1"])
def test_frame_arrays_come_back(dtype: str) -> None:
    array = np.arange(15).reshape(3, 5).astype(dtype)
    found = decode(encode_frame(Frame(1, 0, {}, {"empty": array[:0], "a": array.T})))[4]
    assert found["a"].dtype == dtype
    np.testing.assert_array_equal(found["a"], array.T)
    assert found["empty"].shape == (0, 5)


def test_frame_refuses_other_types() -> None:
    with pytest.raises(ParameterError, match="f4, f8, i4, u1"):
        encode_frame(Frame(1, 0, {}, {"a": np.zeros(2, np.int64)}))


def test_numbers_that_are_not_finite_are_null() -> None:
    assert plain({"a": [np.float32("nan"), float("inf"), 1], 2: None}) == {
        "a": [None, None, 1],
        "2": None,
    }


MALFORMED = {
    "no json": "play",
    "a list": "[]",
    "a number": "7",
    "empty": "",
    "unknown command": '{"id": 1, "do": "explode"}',
    "no command": '{"id": 1}',
    "command is a list": '{"id": 1, "do": ["play"]}',
    "id is text": '{"id": "x", "do": "play"}',
    "id below 0": '{"id": -1, "do": "play"}',
    "unknown argument": '{"id": 1, "do": "play", "fast": true}',
    "NaN": '{"id": 1, "do": "speed", "batches": NaN}',
    "infinite": '{"id": 1, "do": "run", "loss": 1e999}',
    "text for a number": '{"id": 1, "do": "speed", "batches": "1"}',
    "true for a number": '{"id": 1, "do": "speed", "batches": true}',
    "out of range": '{"id": 1, "do": "speed", "batches": -1}',
    "missing argument": '{"id": 1, "do": "speed"}',
    "deep": '{"id": 1, "do": "configure", "config": ' + "[" * 100_000 + "]" * 100_000 + "}",
    "long": '{"id": 1, "do": "play", "x": "' + "a" * LONGEST_MESSAGE + '"}',
    "half a pair of surrogates": '{"id": 1, "do": "\\ud800"}',
}


@pytest.mark.parametrize("text", MALFORMED.values(), ids=list(MALFORMED))
def test_malformed_message_is_refused_in_one_line(text: str) -> None:
    load_commands()
    with pytest.raises(ParameterError) as caught:
        read_message(text)
    reply = write_failure(1, str(caught.value))
    assert "\n" not in reply
    assert len(reply) < 1000


def frame(kind: int, step: int, run: int = 0) -> Frame:
    return Frame(kind, step, {}, {}, run)


def taken(desk: Desk) -> Any:
    message = desk.take()
    return decode(message)[:3] if isinstance(message, bytes) else message


def test_newest_frame_wins_and_one_is_in_flight() -> None:
    desk = Desk()
    desk.show(frame(1, 1))
    desk.show(frame(1, 2))
    assert taken(desk) == (1, 0, 2)
    desk.show(frame(1, 3))
    assert not desk.wants_frame
    assert taken(desk) is None  # the page still draws
    desk.ack()
    assert taken(desk) == (1, 0, 3)
    desk.ack()
    assert desk.wants_frame


def test_frames_of_several_runs_do_not_replace_each_other() -> None:
    desk = Desk()
    for run in range(3):
        desk.show(frame(7, 0, run))
    found = []
    while (one := taken(desk)) is not None:
        found.append(one)
        desk.ack()
    assert found == [(7, 0, 0), (7, 1, 0), (7, 2, 0)]


def test_events_pass_frames_and_are_bounded() -> None:
    desk = Desk()
    desk.show(frame(1, 1))
    for i in range(1000):
        desk.push("note", number=i)
    first = taken(desk)
    assert json.loads(first) == {"event": "note", "number": 1000 - 256}
