"""What the arguments of several callbacks may be."""

from __future__ import annotations

from typing import Any

from pronghorn._core.params import Integer, Interval, check

#: Epochs to wait: any number from 0 on, infinity too, which is never.
WAIT = Interval(low=0.0)
#: A number that others are compared with.
NUMBER = Interval(closed="neither")


def read_verbose(owner: str, verbose: Any) -> int:
    """How much to say: 0 for nothing; True is 1."""
    given = int(verbose) if isinstance(verbose, bool) else verbose
    return check(owner, "verbose", given, Integer())


class _Frequency:
    """A rule: "epoch", or a number of batches."""

    batches = Integer(low=1)

    def phrase(self) -> str:
        return f"'epoch', or {self.batches.phrase()}: that many batches"

    def convert(self, value: object) -> str | int:
        is_epoch = isinstance(value, str) and value == "epoch"
        return "epoch" if is_epoch else self.batches.convert(value)


def read_frequency(owner: str, save_freq: Any) -> str | int:
    """ "epoch", or a number of batches."""
    return check(owner, "save_freq", save_freq, _Frequency())
