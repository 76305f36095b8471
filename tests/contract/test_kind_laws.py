"""Laws of one kind each: the shapes that come out, and what holds whatever the formula is."""

from __future__ import annotations

import copy
import importlib
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tolerances
from contract.examples import ARGUMENTS, BUILTIN, label, make
from contract.small_models import BY_NUMBER, TASKS, USUAL, Small, Task, chain, compares
from parity.draws import draw_uniform
from pronghorn import optimizers, utils
from pronghorn._core.registry import Entry
from pronghorn.callbacks import Callback

ROWS = len(USUAL.y)


def each(kind: str, *, comparing: bool = True) -> Any:
    """The entries of a kind as the parameter of a test."""
    chosen = [e for e in BUILTIN if e.kind == kind and (compares(e) or not comparing)]
    assert chosen, f"nothing is registered as {kind!r}"
    return pytest.mark.parametrize("entry", chosen, ids=label)


def draw_pair(entry: Entry) -> tuple[Any, Any]:
    """Targets, and predictions that suit them."""
    task: Task = TASKS.get((entry.kind, entry.name), USUAL)
    p = draw_uniform(7, ROWS, task.units, low=0.05, high=0.95)
    return task.y, p / p.sum(axis=1, keepdims=True) if task is BY_NUMBER else p


@pytest.mark.parametrize("shape", [(5,), (3, 4), (2, 3, 4)], ids=str)
@each("activation")
def test_activation_keeps_the_shape(entry: Entry, shape: tuple[int, ...]) -> None:
    y = make(entry)(draw_uniform(1, *shape), **ARGUMENTS.get((entry.kind, entry.name), {}))
    assert np.shape(y) == shape
    assert np.isfinite(np.asarray(y)).all()


@each("initializer")
def test_initializer_gives_float32_of_the_shape(entry: Entry) -> None:
    w = np.asarray(make(entry)((6, 4)))
    assert (w.shape, w.dtype) == ((6, 4), np.float32)
    assert np.isfinite(w).all()


@each("initializer")
def test_initializer_draws_the_same_after_the_same_seed(entry: Entry) -> None:
    drawn = []
    for _ in range(2):
        utils.set_random_seed(12)
        drawn.append(np.asarray(make(entry)((6, 4))).tobytes())
    assert drawn[0] == drawn[1]


@each("regularizer")
def test_regularizer_gives_one_number_that_is_no_reward(entry: Entry) -> None:
    penalty = np.asarray(make(entry)(draw_uniform(2, 6, 4)))
    assert penalty.shape == ()
    assert penalty >= 0.0


@pytest.mark.parametrize("w", [draw_uniform(3, 6, 4), np.zeros((6, 4))], ids=["drawn", "zeros"])
@each("constraint")
def test_constraint_keeps_the_shape(entry: Entry, w: Any) -> None:
    bounded = np.asarray(make(entry)(w))
    assert bounded.shape == w.shape
    assert np.isfinite(bounded).all()


@each("constraint")
def test_constraint_leaves_its_own_results(entry: Entry) -> None:
    once = make(entry)(draw_uniform(3, 6, 4))
    tolerances.WEIGHTS_VS_REFERENCE.check(make(entry)(once), once)


@each("loss")
def test_loss_gives_one_number_a_row(entry: Entry) -> None:
    y, p = draw_pair(entry)
    assert np.shape(make(entry).call(y, p)) == (ROWS,)
    assert np.shape(make(entry)(y, p)) == ()


@each("loss")
def test_loss_is_the_mean_of_its_rows_and_their_sum_on_request(entry: Entry) -> None:
    y, p = draw_pair(entry)
    rows = np.asarray(make(entry).call(y, p))
    summed = entry.target(reduction="sum")
    tolerances.RANDOM_VS_DEFINITION.check(make(entry)(y, p), rows.mean())
    tolerances.RANDOM_VS_DEFINITION.check(summed(y, p), rows.sum())


@each("loss")
def test_row_weights_scale_the_rows_of_a_loss(entry: Entry) -> None:
    y, p = draw_pair(entry)
    w = draw_uniform(8, ROWS, low=0.0, high=2.0)
    rows = np.asarray(make(entry).call(y, p))
    tolerances.RANDOM_VS_DEFINITION.check(make(entry)(y, p, sample_weight=w), (w * rows).mean())


@each("metric")
def test_metric_does_not_see_how_rows_are_cut(entry: Entry) -> None:
    y, p = draw_pair(entry)
    whole, cut = make(entry), make(entry)
    whole.update_state(y, p)
    for rows in (slice(0, 1), slice(1, 8), slice(8, ROWS)):
        cut.update_state(y[rows], p[rows])
    tolerances.KINDS_VS_KERAS.check(cut.result(), whole.result())


@each("metric")
def test_metric_forgets_when_it_is_reset(entry: Entry) -> None:
    y, p = draw_pair(entry)
    metric = make(entry)
    metric.update_state(y[::-1], p)
    metric.reset_state()
    metric.update_state(y, p)
    fresh = make(entry)
    fresh.update_state(y, p)
    assert np.asarray(metric.result()).tobytes() == np.asarray(fresh.result()).tobytes()


@each("metric")
def test_row_of_weight_two_counts_twice_in_a_metric(entry: Entry) -> None:
    y, p = draw_pair(entry)
    weighted, repeated = make(entry), make(entry)
    weighted.update_state(y, p, sample_weight=np.array([2.0] * 4 + [1.0] * (ROWS - 4)))
    repeated.update_state(np.concatenate([y[:4], y]), np.concatenate([p[:4], p]))
    tolerances.KINDS_VS_KERAS.check(weighted.result(), repeated.result())


@each("schedule")
def test_schedule_gives_the_same_rates_one_by_one_and_at_once(entry: Entry) -> None:
    schedule, steps = make(entry), np.arange(12)
    rates = schedule.rates(steps)
    assert rates.shape == (12,)
    assert (rates >= 0.0).all()
    assert [float(schedule(int(step))) for step in steps] == rates.tolist()


@each("optimizer")
def test_optimizer_lowers_a_loss(entry: Entry) -> None:
    losses = chain(optimizer=entry.target(learning_rate=0.05)).train(10)
    assert losses[-1] < losses[0]


@each("optimizer")
def test_accumulated_gradients_of_one_batch_are_one_step(entry: Entry) -> None:
    """The mean of three equal gradients is that gradient."""
    weights = []
    for steps in (None, 3):
        utils.set_random_seed(8)
        small = chain(optimizer=entry.target(0.05, gradient_accumulation_steps=steps))
        for _ in range(2 * (steps or 1)):
            small.model.train_on_batch(small.x, small.y)
        weights.append(small.model.get_weights())
    for accumulated, expected in zip(weights[1], weights[0], strict=True):
        tolerances.WEIGHTS_VS_REFERENCE.check(accumulated, expected)


# Callbacks.


def fit_with(entry: Entry, callback: Any) -> dict[str, list[float]]:
    utils.clear_session()
    utils.set_random_seed(8)
    small = chain(optimizer=optimizers.SGD(0.05, use_ema=True))
    history = small.model.fit(
        small.x,
        small.y,
        epochs=3,
        verbose=0,
        callbacks=[callback],
        validation_data=(small.x[:5], small.y[:5]),
    )
    found: dict[str, list[float]] = history.history
    return found


@each("callback")
def test_callback_goes_along_with_a_fit(entry: Entry, tmp_path: Path) -> None:
    history = fit_with(entry, make(entry, tmp_path))
    assert np.isfinite(history["loss"]).all()


@pytest.mark.parametrize(
    "duplicate",
    [copy.deepcopy, lambda made: pickle.loads(pickle.dumps(made))],
    ids=["deepcopy", "pickle"],
)
@each("callback")
def test_copy_of_a_callback_does_the_same(
    entry: Entry, duplicate: Callable[[Any], Any], tmp_path: Path
) -> None:
    folders = [tmp_path / "original", tmp_path / "copy"]
    for folder in folders:
        folder.mkdir()
    assert fit_with(entry, make(entry, folders[0])) == fit_with(
        entry, duplicate(make(entry, folders[1]))
    )
    # Files of events are named after the moment, so that TensorBoard reads them in order.
    names = [sorted(p.name.partition(".tfevents.")[0] for p in f.rglob("*")) for f in folders]
    assert names[0] == names[1]


@each("callback")
def test_callback_overrides_known_hooks_only(entry: Entry) -> None:
    """A misspelt hook would never be called."""
    hooks = {name for name in dir(Callback) if name.startswith("on_")}
    assert {name for name in dir(entry.target) if name.startswith("on_")} <= hooks


@each("callback")
def test_state_of_a_callback_goes_there_and_back(entry: Entry, tmp_path: Path) -> None:
    callback = make(entry, tmp_path)
    fit_with(entry, callback)
    state = callback.get_state()
    again = make(entry, tmp_path)
    if state is None:
        # Then it has none to take either.
        assert type(callback).set_state is Callback.set_state
        return
    again.set_state(copy.deepcopy(state))
    assert repr(again.get_state()) == repr(state)


# Files and data sets.


@each("file_format")
def test_ending_is_a_name_with_a_dot_and_keeps_something(entry: Entry) -> None:
    assert entry.name.startswith(".")
    made = make(entry)
    assert made.keeps_models or made.keeps_weights


@each("file_format")
def test_weights_go_there_and_back(entry: Entry, tmp_path: Path) -> None:
    utils.clear_session()
    small: Small = chain()
    small.train(1)
    path = tmp_path / f"weights{entry.name}"
    (small.model.save_weights if make(entry).keeps_weights else small.model.save)(path)
    # Some formats go by the names of layers.
    utils.clear_session()
    again = chain()
    again.model.load_weights(path)
    for own, other in zip(small.model.get_weights(), again.model.get_weights(), strict=True):
        assert own.tobytes() == other.tobytes()


@each("dataset")
def test_data_set_says_what_a_network_for_it_needs(entry: Entry) -> None:
    """Title, classes and the shape of a sample, without the data; the module under its name."""
    assert entry.target.title
    assert len(set(entry.target.class_names)) == len(entry.target.class_names) > 1
    assert all(length > 0 for length in entry.target.sample_shape)
    module = importlib.import_module(entry.target.__module__)
    assert callable(module.load_data)
