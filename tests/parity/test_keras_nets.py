"""Whole runs of fit, evaluate and predict give what Keras gives, for nets of every shape."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tolerances
from parity import nets


@dataclass(frozen=True)
class Outcome:
    """All that a user can see of one case."""

    history: Any
    batch_logs: list[dict[str, float]]
    weights: list[Any]
    scores: Any
    named_scores: dict[str, float]
    predictions: Any
    model: Any


def run_case(k: ModuleType, case: nets.Case) -> Outcome:
    model = case.build(k)
    batch_logs: list[dict[str, float]] = []
    watcher = k.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: batch_logs.append(dict(logs))
    )
    fit = {"batch_size": 8, "epochs": 2, **case.fit}
    history = model.fit(case.x, case.y, shuffle=False, verbose=0, callbacks=[watcher], **fit)
    return Outcome(
        history,
        batch_logs,
        model.get_weights(),
        model.evaluate(case.x, case.y, batch_size=8, verbose=0, **case.evaluate),
        model.evaluate(case.x, case.y, batch_size=8, verbose=0, return_dict=True, **case.evaluate),
        model.predict(case.x, batch_size=8, verbose=0),
        model,
    )


@dataclass(frozen=True)
class Pair:
    case: nets.Case
    expected: Outcome
    actual: Outcome


@pytest.fixture(scope="module", params=nets.CASES)
def pair(request: pytest.FixtureRequest, keras: ModuleType, subject: ModuleType) -> Iterator[Pair]:
    """Both libraries' outcome of one case, trained once for all the laws below."""
    case = nets.CASES[request.param]
    yield Pair(case, run_case(keras, case), run_case(subject, case))


def check_number(name: str, actual: Any, expected: Any) -> None:
    """A rate of hits is a count; everything else is a mean of float32 numbers."""
    is_count = "acc" in name
    bound = tolerances.COUNTS_VS_KERAS if is_count else tolerances.LOSS_VS_KERAS
    bound.check(actual, expected, name)


def test_history_keys_in_order(pair: Pair) -> None:
    assert list(pair.actual.history.history) == list(pair.expected.history.history)


def test_history_values(pair: Pair) -> None:
    expected = pair.expected.history.history
    for name, values in pair.actual.history.history.items():
        check_number(name, values, expected[name])


def test_history_holds_python_floats(pair: Pair) -> None:
    kinds = {type(v) for values in pair.actual.history.history.values() for v in values}
    assert kinds == {float}


def test_history_epochs_and_params(pair: Pair) -> None:
    assert pair.actual.history.epoch == pair.expected.history.epoch
    assert pair.actual.history.params == pair.expected.history.params


def test_batch_logs_are_running_means(pair: Pair) -> None:
    assert len(pair.actual.batch_logs) == len(pair.expected.batch_logs) > 0
    for actual, expected in zip(pair.actual.batch_logs, pair.expected.batch_logs, strict=True):
        assert set(actual) == set(expected)
        for name, value in expected.items():
            check_number(name, float(actual[name]), float(value))


def test_weights(pair: Pair) -> None:
    assert len(pair.actual.weights) == len(pair.expected.weights)
    for position, (a, e) in enumerate(zip(pair.actual.weights, pair.expected.weights, strict=True)):
        assert a.dtype == np.float32
        tolerances.WEIGHTS_VS_KERAS.check(a, e, f"weight {position}")


def test_evaluate_returns_a_list_or_a_float(pair: Pair) -> None:
    actual, expected = pair.actual.scores, pair.expected.scores
    assert isinstance(actual, list) == isinstance(expected, list)
    tolerances.LOSS_VS_KERAS.check(actual, expected)
    scalars = actual if isinstance(actual, list) else [actual]
    assert {type(v) for v in scalars} == {float}


def test_evaluate_returns_a_dict_on_request(pair: Pair) -> None:
    actual, expected = pair.actual.named_scores, pair.expected.named_scores
    assert list(actual) == list(expected)
    for name, value in expected.items():
        check_number(name, actual[name], value)


def test_predict(pair: Pair) -> None:
    """What Keras predicts with the weights that were trained here.

    With its own weights it would be a test of training once more, and a blunt one: an output adds
    up the small differences of many weights.
    """
    model = pair.expected.model
    own = model.get_weights()
    model.set_weights(pair.actual.weights)
    expected = model.predict(pair.case.x, batch_size=8, verbose=0)
    model.set_weights(own)
    actual = pair.actual.predictions
    assert type(actual) is type(expected)
    actual, expected = (v if isinstance(v, list) else [v] for v in (actual, expected))
    assert len(actual) == len(expected)
    for a, e in zip(actual, expected, strict=True):
        assert a.dtype == np.float32
        tolerances.OUTPUTS_VS_KERAS.check(a, e)
