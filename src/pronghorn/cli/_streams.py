"""Standard streams, made ready for what the commands print."""

from __future__ import annotations

import codecs
import os
import sys

_HANDLER = "pronghorn.plain"
# What the commands' own lines hold beside ASCII. Other signs, of names in the user's data, become
# \xfc and the like, by which they stay distinct.
_PLAIN = {"→": "->", "×": "x", "²": "^2", "–": "-", "…": "...", "━": "="}


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


def _write_plainly(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    # One sign at a time: the next ones may be of the encoding, or of the table.
    sign = error.object[error.start]
    plain = _PLAIN.get(sign) or sign.encode("ascii", "backslashreplace").decode("ascii")
    return plain, error.start + 1
