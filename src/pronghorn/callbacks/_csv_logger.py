"""CSVLogger: the values of every epoch as lines of a file."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from pronghorn._core.errors import FileError, ParameterError, compose
from pronghorn._core.params import Boolean, OfType, PathName, check
from pronghorn._core.registry import register
from pronghorn.callbacks._base import Callback, Logs


@register("callback", "CSVLogger")
class CSVLogger(Callback):
    """Write a line for each epoch: its number, counted from 0, and its values, sorted by name.

    The columns are those of the first epoch; without validation in it, every name has a second
    column ``val_…``. A value that an epoch lacks is ``NA``; an array is ``"[a, b]"``. Every line
    is handed to the system whole, at the end of its epoch.

    Args:
        filename: Path of the file.
        separator: Between the columns. Default ",".
        append: Go on behind the lines of an existing file, whose header is not repeated. Default
            False: begin a new file.

    Errors: ``FileError`` where the file cannot be written, ``ParameterError`` for arguments of
    other types.

    Source: ``keras.callbacks.CSVLogger``.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     logger = CSVLogger(f"{folder}/log.csv")
    ...     logger.on_train_begin()
    ...     logger.on_epoch_end(0, {"loss": 0.5, "val_loss": 0.75})
    ...     logger.on_train_end()
    ...     print(Path(f"{folder}/log.csv").read_text().split())
    ['epoch,loss,val_loss', '0,0.5,0.75']
    """

    def __init__(
        self, filename: str | os.PathLike[str], separator: str = ",", append: bool = False
    ) -> None:
        super().__init__()
        owner = type(self).__name__
        self.filename = check(owner, "filename", filename, PathName())
        self.sep = check(owner, "separator", separator, OfType(str))
        if len(self.sep) != 1:
            raise ParameterError(
                compose(f"{owner} separator", expected="one character", received=repr(separator))
            )
        self.append = check(owner, "append", append, Boolean())
        self.keys: list[str] | None = None
        self._file: TextIO | None = None
        # Where a resumed fit goes on writing.
        self._position: int | None = None

    def get_state(self) -> dict[str, Any]:
        position = self._position if self._file is None else self._file.tell()
        return {"keys": self.keys, "position": position}

    def set_state(self, state: dict[str, Any]) -> None:
        self.keys, self._position = state["keys"], state["position"]

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._close()
        self.keys = self._position = None

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        values = logs or {}
        # Not before there is something to write: a fit that is resumed keeps its lines.
        file = self._open() if self._file is None else self._file
        writer = csv.writer(file, delimiter=self.sep)
        if self.keys is None:
            self.keys = _choose_columns(values)
            if not (self.append and file.tell() > 0):
                writer.writerow(["epoch", *self.keys])
        writer.writerow([epoch, *(_show(values.get(key, "NA")) for key in self.keys)])
        file.flush()

    def on_train_end(self, logs: Logs | None = None) -> None:
        self._close()

    def _open(self) -> TextIO:
        path, position = Path(self.filename), self._position
        try:
            if position is not None and path.exists():
                os.truncate(path, min(position, path.stat().st_size))
            goes_on = self.append or position is not None
            file = path.open("a" if goes_on else "w", encoding="utf-8", newline="")
        except OSError as error:
            raise FileError(
                compose(
                    f"CSVLogger {self.filename!r}",
                    expected="a file that can be written",
                    received=f"{error.strerror or error}",
                )
            ) from error
        self._file = file
        return file

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "_file": None}


def _choose_columns(values: Logs) -> list[str]:
    keys = sorted(values)
    if any(key.startswith("val_") for key in keys):
        return keys
    return [*keys, *(f"val_{key}" for key in keys)]


def _show(value: Any) -> Any:
    if isinstance(value, str) or np.ndim(value) == 0:
        return value
    return f'"[{", ".join(map(str, value))}]"'
