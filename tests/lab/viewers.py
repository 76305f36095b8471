"""A viewer of the lab without a browser or a socket: what tests of commands and frames share."""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np

from pronghorn.lab._desk import Desk
from pronghorn.lab._protocol import load_commands, read_message, write_reply

DTYPES = {"f4": "<f4", "f8": "<f8", "i4": "<i4", "u1": "u1"}


class Viewer:
    """Sends commands to a desk of its own and takes what it would be sent."""

    def __init__(self) -> None:
        load_commands()
        self.desk = Desk()

    def ask(self, do: str, **arguments: Any) -> Any:
        """The result of a command, through the texts that a socket would carry."""
        message = read_message(json.dumps({"id": 1, "do": do, **arguments}))
        return json.loads(write_reply(1, message.run(self.desk)))["result"]

    def take(self) -> list[Any]:
        """Everything that waits: events as dicts, frames decoded."""
        found: list[Any] = []
        while (message := self.desk.take()) is not None:
            if isinstance(message, bytes):
                found.append(decode(message))
                self.desk.ack()
            else:
                found.append(json.loads(message))
        return found

    def frame(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """Numbers and arrays of the playground's newest frame."""
        frames = [f for f in self.take() if isinstance(f, tuple) and f[0] == 1]
        return frames[-1][3], frames[-1][4]


def decode(frame: bytes) -> tuple[int, int, int, dict[str, Any], dict[str, np.ndarray]]:
    """Kind, run, step, numbers and arrays of a frame, read by its description."""
    version, kind, run, step, length, zero = struct.unpack_from("<BBHIII", frame)
    assert (version, zero, length % 8) == (1, 0, 0)
    block = json.loads(frame[16 : 16 + length])
    at = 16 + length
    arrays = {}
    for entry in block["arrays"]:
        count = int(np.prod(entry["shape"]))
        array = np.frombuffer(frame, DTYPES[entry["dtype"]], count, at)
        arrays[entry["name"]] = array.reshape(entry["shape"])
        at += -(-array.nbytes // 8) * 8
    assert at == len(frame)
    return kind, run, step, block["scalars"], arrays
