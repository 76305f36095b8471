"""What page and server say to each other over the one WebSocket ``/ws``.

Client to server, text: ``{"id": 7, "do": "play", …arguments}``. The reply, text, is
``{"id": 7, "ok": true, "result": …}`` or ``{"id": 7, "ok": false, "error": "one line"}``.
``{"do": "ack", "step": 12}`` after each drawn frame has no reply and needs no id.
Server to client, text: ``{"event": "state", …}``, when something happened that nobody asked for.

Server to client, binary: a *frame*, little-endian::

    u8 version = 1, u8 kind, u16 run, u32 step, u32 length of the JSON block, u32 zero
    the JSON block, UTF-8, padded with spaces to a multiple of 8 bytes:
        {"scalars": {…}, "arrays": [{"name": …, "dtype": "f4", "shape": [2, 8]}, …]}
    the arrays, one after the other, each padded with zeros to a multiple of 8 bytes

Numbers of JSON are finite: NaN and infinity are written as null.

A command is registered where it is defined, with the rules of its arguments::

    @command("play")
    def play(desk): …

    @command("weight", layer=Whole(0, 64), value=Maybe(Number()))
    def edit_weight(desk, layer, value): …

The handler gets the viewer's desk (see ``_desk``) and the arguments, read by their rules.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn.errors import ParameterError
from pronghorn.lab._schema import Fields, Maybe, Rule, Whole

__all__ = [
    "LONGEST_MESSAGE",
    "VERSION",
    "Command",
    "Frame",
    "Message",
    "command",
    "commands",
    "encode_frame",
    "load_commands",
    "plain",
    "read_message",
    "write_event",
    "write_failure",
    "write_reply",
]

VERSION = 1
# Bytes of one text message. Tables of data come by POST /upload, which has its own limit.
LONGEST_MESSAGE = 1 << 20

_HEADER = struct.Struct("<BBHIII")
_DTYPES = {"f4": "<f4", "f8": "<f8", "i4": "<i4", "u1": "u1"}
_ID = Maybe(Whole(0, 2**53), 0)

Handler = Callable[..., Any]


@dataclass(frozen=True)
class Command:
    """A name, the rules of the arguments, and what carries it out."""

    name: str
    fields: Fields
    handler: Handler


@dataclass(frozen=True)
class Message:
    """A command that was read and checked, ready to run."""

    id: int
    command: Command
    arguments: dict[str, Any]

    def run(self, desk: Any) -> Any:
        """What the handler returns for a viewer's desk."""
        return self.command.handler(desk, **self.arguments)


_commands: dict[str, Command] = {}


def command(name: str, /, **rules: Rule) -> Callable[[Handler], Handler]:
    """Make a function the handler of a command; raises ParameterError for a name twice."""

    def add(handler: Handler) -> Handler:
        if name in _commands:
            raise ParameterError(f"command {name!r}: expected a free name, received one in use.")
        _commands[name] = Command(name, Fields(rules), handler)
        return handler

    return add


def commands() -> Mapping[str, Command]:
    """All commands, by name."""
    return dict(_commands)


def load_commands() -> None:
    """Import every module of the lab, so that what registers commands has done so."""
    package = import_module("pronghorn.lab")
    for module in iter_modules(package.__path__):
        import_module(f"pronghorn.lab.{module.name}")


def read_message(text: str) -> Message:
    """The command in a text; raises ParameterError in one line, whatever the text holds.

    The error has an attribute ``id`` where the message named one that can be answered.
    """
    message = _parse(text)
    number = -1
    try:
        number = _ID.read(message.pop("id", None), "id")
        name = message.pop("do", None)
        found = _commands.get(name) if isinstance(name, str) else None
        if found is None:
            raise ParameterError(f"do: expected a known command, received {str(name)[:40]!r}.")
        return Message(number, found, found.fields.read(message, found.name))
    except ParameterError as error:
        error.id = number  # type: ignore[attr-defined]
        raise


def _parse(text: str) -> dict[str, Any]:
    if len(text) > LONGEST_MESSAGE:
        raise ParameterError(f"message: expected at most {LONGEST_MESSAGE} characters.")
    try:
        message = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise ParameterError("message: expected a JSON object, received something else.") from None
    if not isinstance(message, dict):
        raise ParameterError("message: expected a JSON object, received another JSON value.")
    return message


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


def write_reply(number: int, result: Any) -> str:
    """The text that answers a command that was carried out."""
    return _dump({"id": number, "ok": True, "result": plain(result)})


def write_failure(number: int, error: str) -> str:
    """The text that answers a command that was refused, in one line."""
    return _dump({"id": number, "ok": False, "error": " ".join(error.split())})


def write_event(name: str, fields: Mapping[str, Any]) -> str:
    """The text that tells the page what happened."""
    return _dump({"event": name, **plain(fields)})


def plain(value: Any) -> Any:
    """A value as JSON holds it: arrays as lists, numbers that are not finite as None.

    >>> plain({"loss": float("nan"), "w": np.ones((1, 2), np.float32)})
    {'loss': None, 'w': [[1.0, 1.0]]}
    """
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, float):
        # Subclasses too, such as the optimizers' learning rate.
        return float(value) if math.isfinite(value) else None
    if isinstance(value, bool | str | None):
        return value
    return int(value) if isinstance(value, int) else str(value)


def _dump(value: Any) -> str:
    return json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True)
class Frame:
    """What a page draws: numbers and arrays of one moment of a run."""

    kind: int
    step: int
    scalars: Mapping[str, Any]
    arrays: Mapping[str, NDArray[Any]]
    run: int = 0


def encode_frame(frame: Frame) -> bytes:
    """The bytes of a frame, as the module's text says.

    Raises ParameterError for an array of another type than f4, f8, i4 and u1.
    """
    listed, bodies = [], []
    for name, array in frame.arrays.items():
        code = f"{array.dtype.kind}{array.dtype.itemsize}"
        if code not in _DTYPES:
            raise ParameterError(
                f"frame array {name!r}: expected one of {', '.join(_DTYPES)}, received {code}."
            )
        listed.append({"name": name, "dtype": code, "shape": list(array.shape)})
        bodies.append(np.ascontiguousarray(array, _DTYPES[code]).tobytes())
    block = _dump({"scalars": plain(frame.scalars), "arrays": listed}).encode()
    block += b" " * (-len(block) % 8)
    header = _HEADER.pack(
        VERSION, frame.kind, frame.run & 0xFFFF, frame.step & 0xFFFFFFFF, len(block), 0
    )
    return header + block + b"".join(_pad(bodies))


def _pad(bodies: Iterable[bytes]) -> Iterable[bytes]:
    for body in bodies:
        yield body + b"\0" * (-len(body) % 8)
