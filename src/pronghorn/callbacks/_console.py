"""Standard output for callbacks: what it can show, and writing to it."""

from __future__ import annotations

import shutil
import sys


def write(text: str) -> None:
    """Write ``text`` to standard output at once, in signs that its encoding has."""
    out = sys.stdout
    try:
        out.write(text)
    except UnicodeEncodeError:
        encoding = getattr(out, "encoding", None) or "ascii"
        out.write(text.replace("━", "=").encode(encoding, "replace").decode(encoding))
    out.flush()


def is_redrawable() -> bool:
    """Whether a line can be drawn over: a terminal or a notebook, not a file or a pipe."""
    out = sys.stdout
    # A stand-in for standard output need not have more than write().
    isatty = getattr(out, "isatty", None)
    is_terminal = isatty is not None and isatty()
    return is_terminal or type(out).__module__.startswith("ipykernel")


def width() -> int:
    """Columns that a line may fill without wrapping."""
    return shutil.get_terminal_size().columns
