"""The command ``train``: data in, run folder out."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import pronghorn as keras
from pronghorn.cli._folder import choose_folder, write_folder
from pronghorn.cli._network import Design, attach_units, build_network, describe_network
from pronghorn.cli._problem import Problem, load_problem
from pronghorn.cli._report import can_draw, write_run
from pronghorn.cli._run import Run, measure_regression, tell_test


@dataclass(frozen=True)
class Order:
    """What was asked for on the command line; its defaults are the command's."""

    data: str
    target: str | None = None
    drop: tuple[str, ...] = ()
    delimiter: str | None = None
    task: str = "auto"
    design: Design = field(default_factory=Design)
    seed: int = 0
    validation: float = 0.1
    threads: int | None = None
    out: str | None = None
    verbose: int = 1


def train(order: Order) -> None:
    """Train as ordered, say what is assumed and what came out, and write the run folder."""
    keras.utils.set_random_seed(order.seed)
    if order.threads is not None:
        keras.config.set_thread_limit(order.threads)
    problem = load_problem(
        order.data,
        order.target,
        order.task,
        drop=order.drop,
        delimiter=order.delimiter,
        seed=order.seed,
        validation=order.validation,
    )
    folder = choose_folder(problem.name, order.out)
    print(problem.describe())
    for text in problem.assumptions:
        print(f"assumed: {text}")
    with write_folder(folder) as draft:
        run = fit(problem, order)
        print(f"test: {tell_test(run.test)} ({len(problem.x_test):,} {problem.rows})")
        if not can_draw():
            print("no pictures: matplotlib is not installed (pip install 'pronghorn[plot]')")
        files = write_run(draft, run)
    print(f"wrote {folder}: {', '.join(files)}")


def fit(problem: Problem, order: Order) -> Run:
    """Build the network, train it, measure it on the test rows."""
    model = build_network(problem, order.design)
    print(f"network: {describe_network(model)}")
    y_train = problem.y_train
    if problem.task == "regression":
        y_train = (y_train - problem.target_mean) / problem.target_deviation
    begun = time.perf_counter()
    record = model.fit(
        problem.x_train,
        y_train,
        batch_size=order.design.batch,
        epochs=order.design.epochs,
        validation_split=order.validation,
        verbose=order.verbose,
    )
    seconds = time.perf_counter() - begun
    predictions, test = measure(problem, model)
    if problem.task == "regression":
        model = attach_units(model, problem)
    return Run(
        problem=problem,
        design=order.design,
        seed=order.seed,
        validation=order.validation,
        model=model,
        history=record.history,
        test=test,
        predictions=predictions,
        seconds=seconds,
    )


def measure(problem: Problem, model: Any) -> tuple[Any, dict[str, float]]:
    """The predictions for the test rows, and how good they are."""
    outputs = model.predict(problem.x_test, verbose=0)
    if problem.task == "classification":
        test = model.evaluate(problem.x_test, problem.y_test, verbose=0, return_dict=True)
        return outputs, {name: float(test[name]) for name in ("loss", "accuracy")}
    values = np.asarray(outputs, np.float64)[:, 0]
    values = values * problem.target_deviation + problem.target_mean
    return values, measure_regression(problem.y_test, values)
