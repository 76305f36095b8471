"""Downloads: checked against a checksum, shown as they come, kept whole or not at all."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pronghorn._core.errors import FileError, compose

__all__ = ["Download", "fetch"]

_TIMEOUT = (10.0, 60.0)  # seconds to connect, and between two pieces
_PIECE = 1 << 16


@dataclass(frozen=True)
class Download:
    """One file: where it is, what it is called here, and the checksum of its bytes.

    The checksum is a SHA-256, an MD5 as "md5:…", or None where nobody knows it.
    """

    url: str
    file: str
    checksum: str | None


def fetch(downloads: Sequence[Download], folder: Path) -> None:
    """Have every file in the folder; those already there with the right checksum are kept.

    Progress is shown on stderr: a bar on a terminal, one line elsewhere. A file appears under its
    name only when it is complete and its checksum is right.

    Raises FileError with the reason where the network, the server, the disk or the checksum
    fails.
    """
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
    )
    if not console.is_terminal:
        files = ", ".join(one.file for one in downloads)
        console.print(f"Downloading {files} to {folder}", soft_wrap=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        for one in downloads:
            _fetch_one(one, folder, _Bar(progress, one.file))


def _fetch_one(one: Download, folder: Path, bar: _Bar) -> None:
    import pooch

    downloader: Any = pooch.HTTPDownloader(progressbar=bar, chunk_size=_PIECE, timeout=_TIMEOUT)
    if one.url.startswith("file:"):
        downloader = _copy_file
    try:
        with _quiet(pooch.get_logger()):
            pooch.retrieve(
                one.url,
                known_hash=one.checksum,
                fname=one.file,
                path=folder,
                downloader=downloader,
            )
    except (OSError, ValueError) as error:
        # Every failure of requests is an OSError; a wrong checksum is pooch's ValueError.
        checked = "" if one.checksum is None else " whose checksum is right"
        raise FileError(
            compose(
                one.url,
                expected=f"a download{checked}",
                received=_explain(error),
                remedy="Check the network and try again",
            )
        ) from error


def _copy_file(url: str, output_file: str, pooch: Any) -> None:
    """What pooch asks of a downloader, for a file of this machine."""
    from urllib.request import urlopen  # takes as long to import as all of this package

    with urlopen(url) as given, open(output_file, "wb") as file:
        shutil.copyfileobj(given, file)


def _explain(error: Exception) -> str:
    if isinstance(error, ValueError) and "hash" in str(error):
        return "other bytes"
    name = type(error).__name__
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            return f"{name}: {cause.strerror}"
        cause = cause.__cause__ or cause.__context__
    return name


class _Bar:
    """What pooch tells its progress bar, passed on to rich."""

    def __init__(self, progress: Any, description: str) -> None:
        self._progress = progress
        self._description = description
        self._task: Any = None

    @property
    def total(self) -> int:
        """The size of the file in bytes, once the server has said it."""
        return int(self._progress.tasks[self._task].total)

    @total.setter
    def total(self, size: int) -> None:
        self._task = self._progress.add_task(self._description, total=size)

    def update(self, size: int) -> None:
        """So many more bytes have come."""
        self._progress.advance(self._task, size)

    def reset(self) -> None:
        """Count from zero again: pooch does so before its last update."""
        self._progress.update(self._task, completed=0)

    def close(self) -> None:
        """Nothing is held open."""


@contextmanager
def _quiet(logger: logging.Logger) -> Iterator[None]:
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)
