"""Wrappers in processes and threads at once: an end within a time limit, and the right numbers."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

# A fit takes some hundredths of a second; starting Python and scikit-learn takes seconds, on a
# busy machine many. A hang takes for ever.
LIMIT = 600

COMMON = """
import json, sys, threading
import numpy as np
import joblib
from sklearn.model_selection import GridSearchCV
from pronghorn import Input, Sequential, layers
from pronghorn.sklearn import KerasClassifier

def build(units=40):
    return Sequential([Input((64,)), layers.Dense(units, "relu"), layers.Dense(3, "softmax")])

rng = np.random.default_rng(0)
X = rng.normal(size=(3000, 64)).astype(np.float32)
Y = (X[:, 0] > 0) + (X[:, 1] > 0).astype(int)
"""

# A process that has trained with the threads of the engine starts others, two threads each.
STARTED = (
    COMMON
    + """
import multiprocessing

def fit(seed):
    model = KerasClassifier(build, epochs=2, verbose=0, random_state=seed).fit(X, Y)
    return model.history_["loss"]

def work(queue):
    found = {}
    def one(seed):
        found[seed] = fit(seed)
    threads = [threading.Thread(target=one, args=(seed,)) for seed in (1, 2)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    queue.put([found[1], found[2]])

if __name__ == "__main__":
    expected = [fit(1), fit(2)]
    context = multiprocessing.get_context(sys.argv[1])
    queue = context.Queue()
    workers = [context.Process(target=work, args=(queue,)) for _ in range(2)]
    for worker in workers: worker.start()
    found = [queue.get() for _ in workers]
    for worker in workers: worker.join()
    print(json.dumps(found == [expected] * 2))
"""
)

# joblib's own processes, each of them with two threads of joblib.
NESTED = (
    COMMON
    + """
def fit(seed):
    return KerasClassifier(build, epochs=2, verbose=0, random_state=seed).fit(X, Y).history_["loss"]

def both():
    with joblib.parallel_config("threading", n_jobs=2):
        return joblib.Parallel()(joblib.delayed(fit)(seed) for seed in (1, 2))

if __name__ == "__main__":
    expected = [fit(1), fit(2)]
    with joblib.parallel_config(sys.argv[1], n_jobs=2):
        found = joblib.Parallel()(joblib.delayed(both)() for _ in range(2))
    print(json.dumps(found == [expected] * 2))
"""
)

# The memory of a search in threads over rows that are large beside everything else.
PEAK = """
import json, resource, sys
import numpy as np
import joblib
from pronghorn import Input, Sequential, layers
from pronghorn.sklearn import KerasClassifier

def build():
    return Sequential([Input((1000,)), layers.Dense(2, "softmax")])

X = np.zeros((100_000, 1000), np.uint8)
X[:, 0] = np.arange(len(X)) % 2
Y = X[:, 0].copy()

def fit(seed):
    KerasClassifier(build, verbose=0, batch_size=500, random_state=seed).fit(X, Y)

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

if __name__ == "__main__":
    fit(0)
    before = peak()
    with joblib.parallel_config("threading", n_jobs=4):
        joblib.Parallel()(joblib.delayed(fit)(seed) for seed in range(4))
    print(json.dumps([before, peak(), X.nbytes]))
"""


def run(program: str, folder: Path, *arguments: str) -> Any:
    path = folder / "program.py"
    path.write_text(program, encoding="utf-8")
    command = [sys.executable, str(path), *arguments]
    result = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


# Processes that import everything anew take many seconds.
METHODS = [
    method if method == "fork" else pytest.param(method, marks=pytest.mark.slow)
    for method in multiprocessing.get_all_start_methods()
]


@pytest.mark.parametrize("method", METHODS)
def test_two_processes_of_two_threads(method: str, tmp_path: Path) -> None:
    assert run(STARTED, tmp_path, method) is True


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["loky", "multiprocessing"])
def test_processes_of_joblib_with_threads_of_joblib(backend: str, tmp_path: Path) -> None:
    assert run(NESTED, tmp_path, backend) is True


@pytest.mark.skipif(os.name != "posix", reason="asks the system for the peak of its memory")
def test_fits_in_threads_do_not_copy_the_rows(tmp_path: Path) -> None:
    before, after, rows = run(PEAK, tmp_path)
    # Four fits at once of 100 MB: one copy of theirs would show.
    assert after - before < rows / 2
