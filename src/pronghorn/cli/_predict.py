"""The command ``predict``: a table of predictions, one line a row."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray

import pronghorn as keras
from pronghorn import errors
from pronghorn.cli._folder import find_model
from pronghorn.cli._rows import load_rows
from pronghorn.files import write_whole


def predict(model: str, data: str, out: str | None, delimiter: str | None) -> None:
    """Write the predictions of ``model`` for ``data`` as CSV into ``out``, or to standard output.

    Columns: ``row`` (from 0); for classes ``predicted`` and one probability a class; for
    numbers one column an output, named after the target where it is known.
    """
    if out is None and sys.stdout is None:
        raise errors.FileError(
            "predict: expected standard output to write to, received a closed one. "
            "Open it, or name a file with --out."
        )
    path, record = find_model(model)
    network = keras.models.load_model(str(path))
    rows = load_rows(data, record, None, delimiter, with_target=False)
    outputs = np.asarray(network.predict(rows.x, verbose=0))
    outputs = outputs.reshape(len(outputs), -1)
    if out is None:
        write_predictions(sys.stdout, outputs, record)
        return
    text = io.StringIO()
    write_predictions(text, outputs, record)
    write_whole(Path(out), lambda file: file.write(text.getvalue().encode()))
    print(f"wrote {out}: {len(outputs):,} predictions ({rows.origin})", file=sys.stderr)


def write_predictions(file: TextIO, outputs: NDArray[Any], record: dict[str, Any]) -> None:
    """Write a header and one line for each row of ``outputs`` (n, m)."""
    writer = csv.writer(file, lineterminator="\n")
    m = outputs.shape[1]
    if record.get("task") == "regression" or (not record and m == 1):
        name = record.get("target") or "predicted"
        writer.writerow(["row", *([name] if m == 1 else [f"{name}_{j}" for j in range(m)])])
        writer.writerows([i, *map(_shorten, row)] for i, row in enumerate(outputs))
        return
    names = record.get("class_names") or [str(j) for j in range(m)]
    writer.writerow(["row", "predicted", *(f"probability of {name}" for name in names)])
    for i, row in enumerate(outputs):
        writer.writerow([i, names[int(row.argmax())], *map(_shorten, row)])


def _shorten(value: Any) -> str:
    """Every digit that a float32 has, and none that it has not."""
    return (
        np.format_float_positional(np.float32(value), trim="0")
        if abs(value) < 1e15
        else repr(float(value))
    )
