"""The command ``evaluate``: a trained model's loss and metrics on data."""

from __future__ import annotations

import numpy as np

import pronghorn as keras
from pronghorn.cli._folder import find_model
from pronghorn.cli._rows import load_rows
from pronghorn.cli._run import measure_regression, tell_test


def evaluate(model: str, data: str, target: str | None, delimiter: str | None) -> None:
    """Print how good ``model`` is on ``data``: on the test rows of a named data set or of a .npz
    that holds some, else on every row.
    """
    path, record = find_model(model)
    network = keras.models.load_model(str(path))
    rows = load_rows(data, record, target, delimiter, with_target=True)
    if record.get("task") == "regression":
        values = np.asarray(network.predict(rows.x, verbose=0), np.float64)[:, 0]
        result = measure_regression(np.asarray(rows.y, np.float64), values)
    else:
        result = network.evaluate(rows.x, rows.y, verbose=0, return_dict=True)
    print(f"{tell_test(result)} ({len(rows.x):,} rows: {rows.origin})")
