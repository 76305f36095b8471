"""A network that one estimator leaves serves the next one of its design, and only that one."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from sklearn import neural_network
from sklearn.model_selection import cross_val_score

import pronghorn as keras
import tolerances
from pronghorn import sklearn as ours
from pronghorn.sklearn import _lease
from pronghorn.sklearn._network import Network

pytestmark = [
    pytest.mark.usefixtures("every_fit_on_the_engine"),
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
]

rng = np.random.default_rng(2)
X = rng.normal(size=(60, 5))
Y = np.digitize(X[:, 0] + X[:, 1], [-0.5, 0.7])


@pytest.fixture(autouse=True, scope="module")
def little_to_collect() -> None:
    """What other tests left is no garbage, and takes seconds to look through."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Network]]:
    """The networks that are made in a test, which begins and ends with none that are idle."""
    found: list[Network] = []

    def make(design: Any) -> Network:
        found.append(Network(design))
        return found[-1]

    monkeypatch.setattr(_lease, "Network", make)
    gc.collect()
    _lease._idle.clear()
    yield found
    gc.collect()
    _lease._idle.clear()


def new(module: Any = ours, seed: int = 0, **parameters: Any) -> Any:
    return module.MLPClassifier((4,), max_iter=6, random_state=seed, **parameters)


def check_same(found: Any, expected: Any) -> None:
    for a, b in zip(found.coefs_, expected.coefs_, strict=True):
        tolerances.WEIGHTS_VS_SCIKIT_LEARN.check(a, b)


def test_folds_share_one_network(made: list[Network]) -> None:
    scores = cross_val_score(new(), X, Y, cv=4)
    assert len(scores) == 4 and len(made) == 1


@pytest.mark.parametrize(
    "other",
    [{}, {"learning_rate_init": 0.05}, {"batch_size": 60}, {"early_stopping": True}],
    ids=["same", "rate", "batch", "early-stopping"],
)
@pytest.mark.parametrize("solver", ["adam", "sgd"])
def test_nothing_of_the_last_fit_remains(
    made: list[Network], solver: str, other: dict[str, Any]
) -> None:
    new(seed=7, solver=solver, **other).fit(-X, Y)
    found = new(solver=solver, batch_size=16).fit(X, Y)
    assert len(made) == 1
    check_same(found, new(neural_network, solver=solver, batch_size=16).fit(X, Y))


def test_estimators_that_live_have_their_own(made: list[Network]) -> None:
    seeds = (0, 1)
    found = [new(seed=seed) for seed in seeds]
    expected = [new(neural_network, seed=seed) for seed in seeds]
    for _ in range(3):
        for estimator in (*found, *expected):
            estimator.partial_fit(X, Y, classes=[0, 1, 2])
    assert len(made) == 2
    for estimator, other in zip(found, expected, strict=True):
        check_same(estimator, other)


def test_another_design_gives_the_first_back(made: list[Network]) -> None:
    estimator = new().fit(X, Y)
    estimator.set_params(alpha=0.5).fit(X, Y)
    new().fit(X, Y)
    assert len(made) == 2


def test_model_that_a_callback_keeps_is_not_passed_on(made: list[Network]) -> None:
    kept = keras.callbacks.Callback()
    new(callbacks=[kept]).fit(X, Y)
    before = kept.model.get_weights()
    new(seed=1).fit(X, Y)
    assert len(made) == 1
    for a, b in zip(kept.model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b)


def test_callbacks_that_come_later_are_given_a_model_of_their_own(made: list[Network]) -> None:
    estimator = new().fit(X, Y)
    kept = keras.callbacks.Callback()
    estimator.set_params(callbacks=[kept]).fit(X, Y)
    assert kept.model is not made[0].trained


def test_other_engine_has_other_networks(made: list[Network]) -> None:
    new().fit(X, Y)
    with keras.config.use_engine("reference"):
        new().fit(X, Y)
    assert len(made) == 2


def test_large_networks_are_let_go(made: list[Network], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_lease, "_MOST_WEIGHTS", 10)
    new().fit(X, Y)
    new().fit(X, Y)
    assert len(made) == 2


def test_network_keeps_no_estimator_alive() -> None:
    estimator = new().fit(X, Y)
    watched = weakref.ref(estimator)
    gc.disable()
    try:
        del estimator
        assert watched() is None
    finally:
        gc.enable()


def test_threads_take_different_ones(made: list[Network]) -> None:
    fitted: dict[int, Any] = {}

    def work(seed: int) -> None:
        for _ in range(5):
            fitted[seed] = new(seed=seed).fit(X, Y)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for seed, estimator in fitted.items():
        check_same(estimator, new(neural_network, seed=seed).fit(X, Y))
    # A thread holds its last estimator while it fits the next one.
    assert len(made) <= 2 * len(threads)


def test_programs_seed_is_left_alone() -> None:
    drawn = []
    for fits in (1, 2):
        keras.utils.set_random_seed(3)
        for _ in range(fits):
            new().fit(X, Y)
        drawn.append(keras.utils.next_seed())
    assert drawn[0] == drawn[1]


@pytest.mark.parametrize("solver", ["adam", "sgd"])
def test_what_the_garbage_collector_brings_back_is_whole(solver: str, made: list[Network]) -> None:
    def fail() -> None:
        too_large = X.copy()
        too_large[3, 2] = 1e300
        try:
            new(solver=solver).fit(too_large, Y)
        except ValueError as error:
            # A cycle, with the frames and the estimator in it.
            error.__cause__ = error

    fail()
    made.clear()  # nothing else may hold the network
    gc.collect()
    assert len(_lease._idle) == 1
    found = new(solver=solver).fit(X, Y)
    assert not made
    check_same(found, new(neural_network, solver=solver).fit(X, Y))
