"""Lists of whole numbers that NumPy keeps as a pickle, read without running anything of it."""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from typing import Any

__all__ = ["Machine", "Made", "UnreadableError", "read_lists"]

# The numbers of a list, one after the other: of 1, 2 or 4 bytes behind the letter that says so.
_RUN = re.compile(rb"(?:K.|M..|J....)++", re.DOTALL)
_NUMBER = re.compile(rb"K.|M..|J....", re.DOTALL)
# What an array of objects is made with: names, which are compared and never looked up.
_NAMES = {
    "numpy.core.multiarray _reconstruct",
    "numpy._core.multiarray _reconstruct",
    "numpy ndarray",
    "numpy dtype",
    "_codecs encode",
}
_MARK = object()


class UnreadableError(ValueError):
    """The pickle is damaged, or holds something else than lists of whole numbers."""


class Made:
    """Stands for what calling a name would give; ``state`` is what it was given then."""

    state: Any = None


def read_lists(data: bytes) -> list[list[int]]:
    """The rows of a pickled array of lists of whole numbers.

    The bytes are instructions of a small machine with a stack; only those are followed that put
    numbers, texts and lists together. Nothing is imported or called, every list comes from
    instructions of its own, so what is made is no larger than what is read. Raises
    UnreadableError for every other instruction or name, and for what is no such array.

    Source: Python's pickletools, which describes the instructions.
    """
    machine = Machine(data)
    machine.run()
    try:
        (_, _, _, _, rows) = machine.state
    except (TypeError, ValueError) as error:
        raise UnreadableError("other things than an array") from error
    is_plain = isinstance(rows, list) and all(isinstance(row, list) for row in rows)
    if not is_plain or any(set(map(type, row)) - {int} for row in rows):
        raise UnreadableError("other things than lists of whole numbers")
    found: list[list[int]] = rows
    return found


class Machine:
    """The stack, what instructions remembered, and what the array was given at last.

    ``further``: instructions beyond those that lists need, and what they do.
    """

    def __init__(self, data: bytes, further: Mapping[bytes, Any] | None = None) -> None:
        self.data = data
        self.steps = {**_STEPS, **(further or {})}
        self.place = 0
        self.stack: list[Any] = []
        self.memory: dict[int, Any] = {}
        self.numbers = _Numbers()
        self.state: Any = None

    def take(self, size: int) -> bytes:
        part = self.data[self.place : self.place + size]
        if len(part) != size:
            raise UnreadableError("an end in the middle of an instruction")
        self.place += size
        return part

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "little")

    def line(self) -> str:
        end = self.data.index(b"\n", self.place)
        text = self.data[self.place : end].decode("ascii")
        self.place = end + 1
        return text

    def from_mark(self) -> list[Any]:
        at = len(self.stack) - 1
        while self.stack[at] is not _MARK:
            at -= 1
            if at < 0:
                raise UnreadableError("no mark")
        parts = self.stack[at + 1 :]
        del self.stack[at:]
        return parts

    def run(self) -> None:
        """Follow the instructions to their end; raises UnreadableError."""
        try:
            self._run()
        except (IndexError, KeyError, struct.error, TypeError, ValueError) as error:
            if isinstance(error, UnreadableError):
                raise
            raise UnreadableError("damaged instructions") from error

    def _run(self) -> None:
        while True:
            run = _RUN.match(self.data, self.place)
            if run is not None:
                self.place = run.end()
                self.stack += map(self.numbers.__getitem__, _NUMBER.findall(run.group()))
            code = self.take(1)
            if code == b".":
                return
            if code not in self.steps:
                raise UnreadableError(f"the instruction {code!r}")
            self.steps[code](self)

    # Instructions.

    def remember(self, key: int) -> None:
        self.memory[key] = self.stack[-1]

    def recall(self, key: int) -> None:
        value = self.memory[key]
        if not isinstance(value, str | bytes):
            raise UnreadableError("a list that stands in two places")
        self.stack.append(value)

    def name(self, module: str, name: str) -> None:
        found = f"{module} {name}"
        if found not in _NAMES:
            raise UnreadableError(f"the name {module}.{name}")
        self.stack.append(found)

    def name_of_stack(self) -> None:
        name, module = self.stack.pop(), self.stack.pop()
        self.name(module, name)

    def join(self, count: int) -> None:
        parts = tuple(self.stack[len(self.stack) - count :])
        del self.stack[len(self.stack) - count :]
        self.stack.append(parts)

    def make(self) -> None:
        arguments, name = self.stack.pop(), self.stack.pop()
        if name not in _NAMES or not isinstance(arguments, tuple):
            raise UnreadableError("a call of something else than a name")
        self.stack.append(Made())

    def build(self) -> None:
        # The array's own comes last: that of its type goes before.
        self.state = self.stack.pop()
        made = self.stack[-1]
        if not isinstance(made, Made):
            raise UnreadableError("a state of something that was not made")
        made.state = self.state

    def append(self) -> None:
        value = self.stack.pop()
        self._list().append(value)

    def extend(self) -> None:
        parts = self.from_mark()
        self._list().extend(parts)

    def _list(self) -> list[Any]:
        found = self.stack[-1]
        if not isinstance(found, list):
            raise UnreadableError("numbers for something that is no list")
        return found


class _Numbers(dict[bytes, int]):
    """Instruction → its number: the same few come again and again."""

    def __missing__(self, code: bytes) -> int:
        self[code] = int.from_bytes(code[1:], "little", signed=code[:1] == b"J")
        return self[code]


def _push(value: Any) -> Any:
    return lambda m: m.stack.append(value)


# Letter → what it does; those that frame the data do nothing.
_STEPS: dict[bytes, Any] = {
    b"\x80": lambda m: m.take(1),
    b"\x95": lambda m: m.take(8),
    b"(": _push(_MARK),
    b"N": _push(None),
    b"\x88": _push(True),
    b"\x89": _push(False),
    b")": _push(()),
    b"]": lambda m: m.stack.append([]),
    b"a": Machine.append,
    b"e": Machine.extend,
    b"t": lambda m: m.stack.append(tuple(m.from_mark())),
    b"\x85": lambda m: m.join(1),
    b"\x86": lambda m: m.join(2),
    b"\x87": lambda m: m.join(3),
    b"C": lambda m: m.stack.append(m.take(m.number(1))),
    b"U": lambda m: m.stack.append(m.take(m.number(1))),
    b"\x8c": lambda m: m.stack.append(m.take(m.number(1)).decode()),
    b"X": lambda m: m.stack.append(m.take(m.number(4)).decode()),
    b"\x8a": lambda m: m.stack.append(int.from_bytes(m.take(m.number(1)), "little", signed=True)),
    b"I": lambda m: m.stack.append(int(m.line())),
    b"q": lambda m: m.remember(m.number(1)),
    b"r": lambda m: m.remember(m.number(4)),
    b"\x94": lambda m: m.remember(len(m.memory)),
    b"h": lambda m: m.recall(m.number(1)),
    b"j": lambda m: m.recall(m.number(4)),
    b"c": lambda m: m.name(m.line(), m.line()),
    b"\x93": Machine.name_of_stack,
    b"R": Machine.make,
    b"b": Machine.build,
}
