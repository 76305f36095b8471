"""What the processes of a run have to know: a file in the folder that they share."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict, dataclass

from pronghorn.runner._options import Options

__all__ = ["Run", "make_folder", "read_run", "remove_folder", "write_run"]

_FILE = "run.json"


@dataclass(frozen=True)
class Run:
    """A program, and how it is run.

    ``program``: its words on the command line. ``process``: the one that began the run, and tells
    at the end. ``always_tells``: also where nothing was fitted. ``served``: False where the
    original libraries took over, None before that is known.
    """

    options: Options
    program: tuple[str, ...]
    process: int
    always_tells: bool = False
    served: bool | None = None


def make_folder() -> str:
    """An empty folder for a run."""
    return tempfile.mkdtemp(prefix="pronghorn-run-")


def write_run(folder: str, run: Run) -> None:
    """Let the processes that find the folder know; they read the whole of it or the older one."""
    path = os.path.join(folder, _FILE)
    draft = f"{path}.{os.getpid()}"
    with open(draft, "w", encoding="utf-8") as file:
        json.dump(asdict(run), file)
    os.replace(draft, path)


def read_run(folder: str | None) -> Run | None:
    """The run of a folder; None where there is none, or it has ended."""
    if folder is None:
        return None
    try:
        with open(os.path.join(folder, _FILE), encoding="utf-8") as file:
            content = json.load(file)
        options, program = Options(**content.pop("options")), tuple(content.pop("program"))
        return Run(options, program, **content)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remove_folder(folder: str) -> None:
    """Remove the folder with all that the run's processes left there."""
    for entry in [*os.scandir(folder)]:
        os.unlink(entry.path)
    os.rmdir(folder)
