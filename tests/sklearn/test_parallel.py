"""Fits in many processes and threads: no hang, and the result of one after the other."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn import model_selection

from pronghorn.sklearn import MLPClassifier

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

rng = np.random.default_rng(4)
X = rng.normal(size=(900, 10))
Y = (X[:, 0] * X[:, 1] > 0).astype(int)
GRID = {"hidden_layer_sizes": [(20,), (40,)], "alpha": [1e-4, 1.0]}


def search(n_jobs: int | None) -> Any:
    net = MLPClassifier(max_iter=15, learning_rate_init=0.02, random_state=0)
    return model_selection.GridSearchCV(net, GRID, cv=3, n_jobs=n_jobs).fit(X, Y)


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_search_gives_the_same(backend: str) -> None:
    expected = search(None).cv_results_["mean_test_score"]
    with joblib.parallel_backend(backend, n_jobs=2):
        found = search(-1).cv_results_["mean_test_score"]
    np.testing.assert_array_equal(found, expected)


# A process that has trained starts others, two of whose threads train at once.
PROGRAM = """
import multiprocessing, sys, threading, warnings
import numpy as np
from pronghorn.sklearn import MLPClassifier

warnings.simplefilter("ignore")
rng = np.random.default_rng(4)
X = rng.normal(size=(900, 10))
Y = (X[:, 0] * X[:, 1] > 0).astype(int)

def fit():
    return MLPClassifier((40,), max_iter=5, random_state=0).fit(X, Y).loss_curve_

def work(queue):
    found = []
    threads = [threading.Thread(target=lambda: found.append(fit())) for _ in range(2)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    queue.put(found)

if __name__ == "__main__":
    expected = fit()
    context = multiprocessing.get_context(sys.argv[1])
    queue = context.Queue()
    workers = [context.Process(target=work, args=(queue,)) for _ in range(2)]
    [worker.start() for worker in workers]
    found = [losses for _ in workers for losses in queue.get(timeout=300)]
    [worker.join() for worker in workers]
    print(found == [expected] * 4)
"""


@pytest.mark.parametrize(
    "method", [m for m in multiprocessing.get_all_start_methods() if sys.platform != "win32"]
)
def test_processes_of_threads(method: str, tmp_path: Any) -> None:
    path = tmp_path / "program.py"
    path.write_text(PROGRAM, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-W", "ignore", str(path), method],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert run.stdout == "True\n", run.stderr


def two_fits_in_threads() -> list[Any]:
    with joblib.parallel_config("threading", n_jobs=2):
        return joblib.Parallel()(joblib.delayed(fit_once)() for _ in range(2))  # type: ignore[no-any-return]


def fit_once() -> list[float]:
    net = MLPClassifier((40,), max_iter=5, random_state=0).fit(X, Y)
    losses: list[float] = net.loss_curve_
    return losses


def test_loky_processes_of_threads() -> None:
    expected = fit_once()
    with joblib.parallel_config("loky", n_jobs=2, inner_max_num_threads=2):
        found = joblib.Parallel(timeout=600)(
            joblib.delayed(two_fits_in_threads)() for _ in range(2)
        )
    assert found == [[expected] * 2] * 2


# An extended net predicts on the engine, whatever the number of rows.
@pytest.mark.parametrize("extras", [{}, {"layer_norm": True}], ids=["plain", "extras"])
def test_threads_fit_and_predict_as_one_does(extras: Any) -> None:
    def work(_: Any) -> Any:
        net = MLPClassifier((16,), max_iter=3, random_state=0, **extras).fit(X, Y)
        return net.predict_proba(X[:40]), shared.predict_proba(X[:40])

    shared = MLPClassifier((16,), max_iter=3, random_state=0, **extras).fit(X, Y)
    expected = shared.predict_proba(X[:40])
    with joblib.parallel_config("threading", n_jobs=2):
        found = joblib.Parallel()(joblib.delayed(work)(i) for i in range(6))
    for pair in found:
        for one in pair:
            np.testing.assert_array_equal(one, expected)
