"""Standard streams: made ready for what the commands print, and checked to have taken it."""

from __future__ import annotations

import codecs
import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_HANDLER = "pronghorn.plain"
# What the commands' own lines hold beside ASCII. Other signs, of names in the user's data, become
# \xfc and the like, by which they stay distinct.
_PLAIN = {"→": "->", "×": "x", "²": "^2", "–": "-", "…": "...", "━": "="}
# What ends an output that was open: a full disk or quota, a limit, a device, a reader that left.
_OF_OUTPUTS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EPIPE)


def fit_streams() -> None:
    """Let standard output and error take every sign, whatever their encoding has.

    A sign that it has not is written in ASCII in its place, so that a result is never lost to an
    arrow or to an umlaut. Where standard error is closed, what belongs there is dropped: print()
    would write it among the results, and a file that is opened would stand in the stream's place.
    """
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - until the end
    codecs.register_error(_HANDLER, _write_plainly)
    for stream in (sys.stdout, sys.stderr):
        # None where the stream is closed; a stand-in for it need not have more than write().
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors=_HANDLER)


@contextmanager
def finished_output() -> Iterator[None]:
    """End the process with status 1, and one line, where what is printed cannot be written.

    Without the line where its reader has gone: that one has seen enough.
    """
    try:
        try:
            yield
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except OSError as error:
        if not is_of_output(error):
            raise
        # What is left is not to be written at the end of the process either.
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            complain(
                f"output: expected room for all that is written, received {error.strerror}. "
                "Make room, or send it elsewhere."
            )
        raise SystemExit(1) from None


def is_of_output(error: BaseException) -> bool:
    """Whether it says that an output which was open takes no more, such as on a full disk."""
    return isinstance(error, OSError) and error.errno in _OF_OUTPUTS and not error.filename


def complain(text: str) -> None:
    """One line on standard error."""
    print(f"pronghorn: {text}", file=sys.stderr)


def _write_plainly(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    # One sign at a time: the next ones may be of the encoding, or of the table.
    sign = error.object[error.start]
    plain = _PLAIN.get(sign) or sign.encode("ascii", "backslashreplace").decode("ascii")
    return plain, error.start + 1
