"""`python -m bench.sklearn_mlp`: the drop-ins beside scikit-learn's own estimators, in one run.

Both estimators get the same data, parameters and random state, in turns, with the threads that
each takes by itself. A fit is timed as a whole, with everything before the first step, and has as
many epochs as take the quicker one a second or so: scikit-learn's own default is up to 200, beside
which what comes before the first step is small, and a machine that has slept takes a tenth of a
second to reach its clock. A whole fit of the digits is shorter: eight follow each other. Prints a
table; `--figure FILE` draws speed and scores as well (extra `plot`); the picture in the
documentation is `--figure docs/scikit-learn.svg`.
"""

from __future__ import annotations

import argparse
import statistics
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from sklearn import datasets, neural_network
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split

from bench.data import find_data
from bench.machine import describe_machine
from bench.measure import SETTLE_SECONDS
from pronghorn import sklearn as ours


@dataclass(frozen=True)
class Case:
    """A fit that is timed. ``split``: function to x_train, x_test, y_train, y_test.

    ``fits``: how many follow each other, of which the mean is taken.
    """

    name: str
    split: Callable[[], Any]
    estimator: str = "MLPClassifier"
    parameters: dict[str, Any] = field(default_factory=dict)
    fits: int = 1


def digits() -> Any:
    x, y = datasets.load_digits(return_X_y=True)
    return train_test_split(x, y, random_state=0)


def regression() -> Any:
    x, y = datasets.make_regression(110_000, 20, noise=10.0, random_state=0)
    return train_test_split(x, (y - y.mean()) / y.std(), test_size=10_000, random_state=0)


def fashion() -> Any:
    found, _ = find_data()
    return found.x_train / 255.0, found.x_test / 255.0, found.y_train, found.y_test


CASES = (
    Case("digits, default", digits, fits=8),
    Case("100,000 × 20 → 1, (100, 100)", regression, "MLPRegressor",
         {"hidden_layer_sizes": (100, 100), "max_iter": 15}),
    Case("Fashion-MNIST, (100,), batch 200", fashion, parameters={"max_iter": 10}),
    Case("Fashion-MNIST, (100,), batch 32", fashion,
         parameters={"max_iter": 8, "batch_size": 32}),
)  # fmt: skip


def measure(case: Case, repetitions: int) -> dict[str, Any]:
    """Seconds of each fit, the score on the rest, and microseconds to predict one row."""
    x_train, x_test, y_train, y_test = case.split()
    result: dict[str, Any] = {"name": case.name}
    modules = {"pronghorn": ours, "scikit-learn": neural_network}
    seconds: dict[str, list[float]] = {name: [] for name in modules}
    for seed in range(repetitions):
        for name, module in modules.items():
            make = getattr(module, case.estimator)
            time.sleep(SETTLE_SECONDS)
            start = time.perf_counter()
            for i in range(case.fits):
                net = make(random_state=seed * case.fits + i, **case.parameters)
                net.fit(x_train, y_train)
            seconds[name].append((time.perf_counter() - start) / case.fits)
            result[f"{name} score"] = net.score(x_test, y_test)
            predict = getattr(net, "predict_proba", net.predict)
            result[f"{name} row"] = one_row(predict, x_test[:1])
    for name, found in seconds.items():
        result[name] = statistics.median(found)
    result["ratio"] = result["scikit-learn"] / result["pronghorn"]
    return result


def one_row(predict: Callable[[Any], Any], row: Any, calls: int = 300) -> float:
    """Microseconds of one call: the least of five times many."""
    predict(row)
    times = []
    for _ in range(5):
        start = time.perf_counter()
        for _ in range(calls):
            predict(row)
        times.append((time.perf_counter() - start) / calls * 1e6)
    return min(times)


HEAD = """\
| fit | Pronghorn | scikit-learn | ratio | scores | one row |
|---|--:|--:|--:|--:|--:|"""


def line(result: dict[str, Any]) -> str:
    fit = " | ".join(f"{result[name]:.2f} s" for name in ("pronghorn", "scikit-learn"))
    scores = " / ".join(f"{result[f'{n} score']:.3f}" for n in ("pronghorn", "scikit-learn"))
    rows = " / ".join(f"{result[f'{n} row']:.0f} µs" for n in ("pronghorn", "scikit-learn"))
    return f"| {result['name']} | {fit} | {result['ratio']:.1f}× | {scores} | {rows} |"


def draw(results: list[dict[str, Any]], path: Path) -> None:
    """Left how many times faster each fit is, right the scores of both on the rest of the data."""
    from matplotlib import pyplot

    # Text stays text and nothing depends on the day: a small file that changes only with numbers.
    pyplot.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "pronghorn", "font.size": 10})
    height = 0.55 * len(results) + 1.1
    figure, (speed, score) = pyplot.subplots(
        1, 2, figsize=(9, height), width_ratios=(3, 2), sharey=True, layout="constrained"
    )
    rows = range(len(results))
    ratios = [result["ratio"] for result in results]
    bars = speed.barh(rows, ratios, height=0.6)
    speed.bar_label(bars, [f"{ratio:.1f}×" for ratio in ratios], padding=4)
    speed.axvline(1.0, color="black", linewidth=0.8)
    speed.set_yticks(rows, [result["name"] for result in results])
    speed.set(xlim=(0, 1.15 * max(ratios)), xlabel="fits in the time of one of scikit-learn's")
    speed.invert_yaxis()
    for name, marker in (("scikit-learn", "o"), ("pronghorn", "x")):
        score.plot(
            [r[f"{name} score"] for r in results], rows, marker, label=name, fillstyle="none"
        )
    score.set(xlim=(0.5, 1.02), xlabel="score on the rest: accuracy, or R²")
    score.legend(loc="lower left", frameon=False)
    for axes in (speed, score):
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.sklearn_mlp", description=__doc__)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--case", action="append", metavar="TEXT", help="only cases with this text")
    parser.add_argument("--figure", type=Path, help="where to draw the ratios")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore", ConvergenceWarning)
    np.seterr(all="ignore")
    for key, value in describe_machine().items():
        print(f"{key}: {value}")
    print(HEAD, flush=True)
    results = []
    for case in CASES:
        if arguments.case is None or any(text in case.name for text in arguments.case):
            results.append(measure(case, arguments.repetitions))
            print(line(results[-1]), flush=True)
    if arguments.figure is not None:
        draw(results, arguments.figure)


if __name__ == "__main__":
    main()
