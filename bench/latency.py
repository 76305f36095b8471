"""`python -m bench.latency`: what one call costs, beside the work in it.

A trained 784-128-10 net is asked for single rows and single steps, in a process of each library;
the libraries take turns, and of all turns the quickest and the median call count. Start-up is a
process of its own: from the start of Python to the end of the first training step, and the part of
it that the import takes. Prints a table.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bench.machine import describe_machine

ROOT = Path(__file__).resolve().parents[1]
LIBRARIES = {
    "pronghorn": "Pronghorn",
    "keras_jax": "Keras on JAX",
    "scikit_learn": "scikit-learn MLPClassifier",
}
# What a call is, in the order of the table; a library may have no such call.
CALLS = (
    "predict function, 1 row",
    "model(x), 1 row",
    "predict, 1 row",
    "predict, 32 rows",
    "train_on_batch, 32 rows",
    "fit, 32 rows, one step",
)
START = ("import", "first training step")
# Seconds that a call is repeated for in each turn, in blocks of about a millisecond.
TURN_SECONDS, BLOCK_SECONDS = 0.5, 0.001

Calls = dict[str, Callable[[], Any]]


def draw_rows() -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    return rng.random((32, 784), np.float32), rng.integers(0, 10, 32)


def keras_calls(keras: Any) -> Calls:
    """The calls of Keras's API, which two of the libraries have."""
    x, y = draw_rows()
    model = keras.Sequential(
        [
            keras.Input((784,)),
            keras.layers.Dense(128, "relu"),
            keras.layers.Dense(10, "softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.train_on_batch(x, y)
    row = x[:1]
    calls: Calls = {
        # The arrays of JAX come later than the call returns.
        "model(x), 1 row": lambda: np.asarray(model(row)),
        "predict, 1 row": lambda: model.predict(row, verbose=0),
        "predict, 32 rows": lambda: model.predict(x, verbose=0),
        "train_on_batch, 32 rows": lambda: model.train_on_batch(x, y),
        "fit, 32 rows, one step": lambda: model.fit(x, y, verbose=0),
    }
    if keras.__name__ == "pronghorn":
        function = model.make_predict_function()
        calls["predict function, 1 row"] = lambda: function(row)
    return calls


def start_pronghorn() -> Calls:
    import pronghorn

    return keras_calls(pronghorn)


def start_keras_jax() -> Calls:
    os.environ["KERAS_BACKEND"] = "jax"
    import keras

    return keras_calls(keras)


def start_scikit_learn() -> Calls:
    from sklearn.neural_network import MLPClassifier

    x, y = draw_rows()
    warnings.simplefilter("ignore")  # one epoch does not converge
    model = MLPClassifier((128,), batch_size=32, max_iter=1).partial_fit(
        x, y, classes=np.arange(10)
    )
    return {
        "predict, 1 row": lambda: model.predict_proba(x[:1]),
        "predict, 32 rows": lambda: model.predict_proba(x),
        "train_on_batch, 32 rows": lambda: model.partial_fit(x, y),
        "fit, 32 rows, one step": lambda: model.fit(x, y),
    }


STARTERS = {
    "pronghorn": (start_pronghorn, "pronghorn"),
    "keras_jax": (start_keras_jax, "keras"),
    "scikit_learn": (start_scikit_learn, "sklearn.neural_network"),
}


def time_call(call: Callable[[], Any], seconds: float) -> list[float]:
    """Microseconds a call, block by block."""
    call()
    begin = time.perf_counter()
    call()
    count = max(1, round(BLOCK_SECONDS / max(time.perf_counter() - begin, 1e-7)))
    found: list[float] = []
    end = time.perf_counter() + seconds
    while not found or time.perf_counter() < end:
        begin = time.perf_counter()
        for _ in range(count):
            call()
        found.append((time.perf_counter() - begin) / count * 1e6)
    return found


def serve(library: str, seconds: float) -> None:
    """Measure in this process: one line with what a call of each kind took."""
    try:
        calls = STARTERS[library][0]()
    except ModuleNotFoundError as error:
        print(json.dumps({"absent": f"not installed ({error.name})"}))
        return
    print(json.dumps({name: time_call(calls[name], seconds) for name in CALLS if name in calls}))


def time_start(library: str) -> dict[str, list[float]]:
    """Microseconds until the import and the first step are done, of a new process."""
    starter, module = STARTERS[library]
    code = (
        "import importlib, os, time; os.environ['KERAS_BACKEND'] = 'jax'; "
        f"a = time.perf_counter(); importlib.import_module({module!r}); "
        "b = time.perf_counter(); import bench.latency; "
        f"bench.latency.{starter.__name__}(); print(b - a)"
    )
    begin = time.perf_counter()
    done = run_python("-c", code)
    whole = time.perf_counter() - begin
    return {"import": [float(done.split()[-1]) * 1e6], "first training step": [whole * 1e6]}


def run_python(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)}: {done.stderr[-2000:]}")
    return done.stdout


def measure(libraries: list[str], turns: int, seconds: float) -> dict[str, dict[str, Any]]:
    """Per library: the name of each call → microseconds, or why it is absent."""
    found: dict[str, dict[str, Any]] = {library: {} for library in libraries}
    for _ in range(turns):
        for library, times in found.items():
            if "absent" in times:
                continue
            lines = run_python("-m", "bench.latency", "--serve", library, "--seconds", f"{seconds}")
            answer = json.loads(lines.splitlines()[-1])
            if "absent" in answer:
                times.update(answer)
                continue
            for name, values in {**answer, **time_start(library)}.items():
                times.setdefault(name, []).extend(values)
    return found


def table(found: dict[str, dict[str, Any]]) -> str:
    """A row a call: the quickest and the median of each library, in microseconds."""
    libraries = [name for name, times in found.items() if "absent" not in times]
    lines = [
        "| call | " + " | ".join(LIBRARIES[name] for name in libraries) + " |",
        "|---|" + "--:|" * len(libraries),
    ]
    for call in (*CALLS, *START):
        cells = []
        for library in libraries:
            values = found[library].get(call)
            cells.append(
                f"{min(values):,.1f} ({statistics.median(values):,.1f})" if values else "–"
            )
        lines.append(f"| {call} | " + " | ".join(cells) + " |")
    for name, times in found.items():
        if "absent" in times:
            lines.append(f"\n{LIBRARIES[name]}: {times['absent']}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.latency", description=__doc__)
    parser.add_argument("--peer", action="append", choices=LIBRARIES, help="only this one")
    parser.add_argument("--turns", type=int, default=3, help="processes a library")
    parser.add_argument("--seconds", type=float, default=TURN_SECONDS, help="for each call a turn")
    parser.add_argument("--serve", choices=LIBRARIES, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(arguments.serve, arguments.seconds)
        return
    found = measure(arguments.peer or list(LIBRARIES), arguments.turns, arguments.seconds)
    print("Microseconds a call of 784-128-10: quickest (median)\n")
    print(table(found))
    machine = describe_machine()
    print("\n" + ", ".join(f"{name}: {value}" for name, value in machine.items()))


if __name__ == "__main__":
    main()
