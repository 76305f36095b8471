"""The files of the program that is at work in this process."""

from __future__ import annotations

import linecache
import os
import sys
import sysconfig
from collections.abc import Iterator
from types import FrameType

from pronghorn.runner._scan import Source

__all__ = ["sources_of"]


def sources_of(frame: FrameType | None) -> Iterator[Source]:
    """The program's main file, and the file of the frame, where they are no installed code."""
    seen: set[str] = set()
    main = getattr(sys.modules.get("__main__"), "__file__", None)
    for file in (main, None if frame is None else frame.f_code.co_filename):
        if file is None or file in seen or _is_installed(file):
            continue
        seen.add(file)
        text = "".join(linecache.getlines(file))
        if text:
            path = os.path.abspath(file)
            folder = os.path.dirname(path) if os.path.isfile(path) else None
            yield Source(text, file, folder)


def _is_installed(file: str) -> bool:
    path = os.path.abspath(file)
    paths = sysconfig.get_paths()
    places = {paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib", "scripts")}
    return any(path.startswith(place + os.sep) for place in places)
