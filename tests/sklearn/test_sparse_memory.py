"""Sparse rows are never made dense as a whole."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from pronghorn.sklearn import MLPClassifier

ROWS, COLUMNS = 6_000, 4_000
DENSE_BYTES = ROWS * COLUMNS * 8  # 192 MB


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("method", ["fit", "predict_proba"])
def test_memory_stays_far_below_the_dense_matrix(method: str) -> None:
    x = sparse.random(ROWS, COLUMNS, density=0.001, format="csr", random_state=0)
    y = np.arange(ROWS) % 2
    net: Any = MLPClassifier((8,), max_iter=2, random_state=0)
    arguments = (x, y) if method == "fit" else (x,)
    if method != "fit":
        net.fit(x[:600], y[:600])
    tracemalloc.start()
    getattr(net, method)(*arguments)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # A batch of 200 rows, in float64, is 6.4 MB; some of them are alive at once.
    assert peak < DENSE_BYTES / 4
