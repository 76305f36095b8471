"""Standard output for callbacks, or a logger in its place: what it shows, and writing to it."""

from __future__ import annotations

import shutil
import sys

from pronghorn._core.config import is_interactive_logging_enabled


def write(text: str) -> None:
    """Write ``text`` to standard output at once, in signs that its encoding has."""
    if not is_interactive_logging_enabled():
        import logging  # only where it was asked for

        if text.strip():
            logging.getLogger("pronghorn").info(text.strip())
        return
    out = sys.stdout
    if out is None:  # closed, as by ``>&-``: print() is silent then too
        return
    try:
        out.write(text)
    except UnicodeEncodeError:
        encoding = getattr(out, "encoding", None) or "ascii"
        out.write(text.replace("━", "=").encode(encoding, "replace").decode(encoding))
    out.flush()


def is_redrawable() -> bool:
    """Whether a line can be drawn over: a terminal or a notebook, not a file, a pipe or a log."""
    if not is_interactive_logging_enabled():
        return False
    out = sys.stdout
    # A stand-in for standard output need not have more than write().
    isatty = getattr(out, "isatty", None)
    is_terminal = isatty is not None and isatty()
    return is_terminal or type(out).__module__.startswith("ipykernel")


def width() -> int:
    """Columns that a line may fill without wrapping."""
    return shutil.get_terminal_size().columns
