"""The command line: options of the runner, then a program as Python takes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

__all__ = ["USAGE", "Options", "Order", "UsageError", "parse"]

USAGE = """\
usage: python -m pronghorn [options] script.py [arguments]
       python -m pronghorn [options] -m module [arguments]
       python -m pronghorn [options] -c code [arguments]
       python -m pronghorn [options] [-] < script.py

Runs a program that was written for Keras, TensorFlow or scikit-learn on Pronghorn, unchanged.
`pronghorn run` is the same.

options:
  -v, -vv           at the end, what ran where; with -vv also a line as each fit ends
  --strict          a fit, or a program, that Pronghorn cannot run is an error
  --report FILE     write what ran where as JSON
  --threads N       at most N threads; default: every core
  --engine NAME     native (default) or reference
  --verify          fit a sample of the first data again, here and with the original library,
                    and print metrics and times of both
  -h, --help        this text
  --version         the version
"""


class UsageError(Exception):
    """The command line is not one."""


@dataclass(frozen=True)
class Options:
    """What the user asked of the runner."""

    verbose: int = 0
    is_strict: bool = False
    report: str | None = None
    threads: int | None = None
    engine: str | None = None
    verifies: bool = False


@dataclass(frozen=True)
class Order:
    """A program to run. ``kind``: "script", "module", "code", "input", "help" or "version".

    ``what``: path, module's name or code. ``arguments``: what follows it.
    """

    kind: str
    what: str
    arguments: tuple[str, ...]
    options: Options


_FLAGS: dict[str, dict[str, int | bool]] = {
    "--strict": {"is_strict": True},
    "--verify": {"verifies": True},
    "-v": {"verbose": 1},
    "-vv": {"verbose": 2},
}
_VALUES = ("--report", "--threads", "--engine")
_ENDS = {"-h": "help", "--help": "help", "--version": "version"}
_PROGRAMS = {"-m": "module", "-c": "code"}


def parse(arguments: Sequence[str]) -> Order:
    """Split a command line. Options end where the program begins, as Python's own do.

    Raises UsageError with what is wrong.

    >>> order = parse(["--threads=2", "-v", "train.py", "--threads", "8"])
    >>> order.kind, order.what, order.arguments, order.options.threads
    ('script', 'train.py', ('--threads', '8'), 2)
    """
    options = Options()
    rest = list(arguments)
    while rest and rest[0].startswith("-") and rest[0] != "-":
        word = rest.pop(0)
        if word == "--":
            break
        name, equals, value = word.partition("=")
        if word in _ENDS:
            return Order(_ENDS[word], "", (), options)
        if word in _FLAGS:
            options = replace(options, **_FLAGS[word])  # type: ignore[arg-type]
        elif name in _VALUES:
            options = _take_value(options, name, value if equals else _next(rest, name))
        elif word[:2] in _PROGRAMS:
            what = word[2:] or _next(rest, word)
            return Order(_PROGRAMS[word[:2]], what, tuple(rest), options)
        else:
            raise UsageError(f"unknown option {word}")
    if not rest or rest[0] == "-":
        return Order("input", rest[0] if rest else "", tuple(rest[1:]), options)
    return Order("script", rest[0], tuple(rest[1:]), options)


def _next(rest: list[str], name: str) -> str:
    if not rest:
        raise UsageError(f"argument expected for {name}")
    return rest.pop(0)


def _take_value(options: Options, name: str, value: str) -> Options:
    if name == "--report":
        return replace(options, report=value)
    if name == "--engine":
        return replace(options, engine=value)
    if not (value.isascii() and value.isdigit() and int(value) > 0):
        raise UsageError(f"--threads: expected a whole number >= 1, received {value!r}")
    return replace(options, threads=int(value))
