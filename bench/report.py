"""Where results go, files that are written whole, and progress that stays out of the tables."""

import os
import sys
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


def say(text: str) -> None:
    """Progress, apart from the table on the standard output."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)
    else:
        print(text, file=sys.stderr, flush=True)


def write_whole(path: Path, text: str) -> None:
    partial = path.with_name(path.name + ".partial")
    partial.write_text(text, encoding="utf-8")
    os.replace(partial, path)
