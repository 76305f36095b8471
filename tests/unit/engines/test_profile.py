"""The profile of the native engine: what it counts, and what it leaves alone."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from pronghorn import Sequential, config, layers
from pronghorn.engines.base import engine_named

ROWS, BATCH, EPOCHS = 100, 32, 2
STEPS = 4 * EPOCHS  # ceil(100 / 32) batches an epoch


def train(profiled: bool = True) -> tuple[Any, Any]:
    """A small net's profile and its weights after two epochs."""
    engine_named("native")
    x = np.random.default_rng(0).normal(size=(ROWS, 20)).astype(np.float32)
    model = Sequential(
        [layers.Dense(30, "relu", kernel_initializer="ones"), layers.Dense(3, "softmax")]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    model.build((None, 20))
    model.layers[1].set_weights([np.linspace(-1, 1, 90).reshape(30, 3), np.zeros(3)])
    y = np.arange(ROWS) % 3
    options: dict[str, Any] = {"batch_size": BATCH, "epochs": EPOCHS, "verbose": 0}
    if not profiled:
        model.fit(x, y, shuffle=False, **options)
        return None, model.get_weights()
    with config.profile() as times:
        model.fit(x, y, shuffle=False, **options)
    return times, model.get_weights()


@pytest.fixture(scope="module")
def times() -> Any:
    return train()[0]


def test_every_batch_is_counted(times: Any) -> None:
    assert times.steps == STEPS


@pytest.mark.parametrize(
    "stage", ["gather", "forward", "loss", "input gradient", "weight gradient and update"]
)
def test_a_stage_of_a_dense_net_took_time(times: Any, stage: str) -> None:
    assert sum(times.stages[stage]) > 0


def test_stages_fill_the_time_of_the_threads_and_no_more(times: Any) -> None:
    threads = len(times.stages["gather"])
    assert 0 < sum(map(sum, times.stages.values())) <= threads * times.seconds


def test_steps_of_the_plans_add_up_to_the_stages(times: Any) -> None:
    steps = [step for plan in times.plans for step in plan]
    whole = sum(sum(step.waiting) + sum(step.working) for step in steps)
    assert whole == pytest.approx(sum(map(sum, times.stages.values())))


def test_two_layers_have_two_products_forward(times: Any) -> None:
    (plan,) = times.plans
    assert [step.text.split(" ")[0] for step in plan].count("dense_forward") == 2


def test_what_runs_behind_the_block_is_not_counted() -> None:
    times, _ = train()
    train(profiled=False)
    assert times.steps == STEPS


def test_the_weights_are_those_of_a_run_without() -> None:
    for with_profile, without in zip(train()[1], train(profiled=False)[1], strict=True):
        assert with_profile.tobytes() == without.tobytes()


def test_a_profile_without_steps_says_so() -> None:
    with config.profile() as times:
        pass
    assert str(times) == "profile: no step was run"


def test_the_environment_prints_the_table_at_the_end() -> None:
    program = (
        "import numpy as np, pronghorn as p\n"
        "m = p.Sequential([p.layers.Dense(1)]); m.compile('sgd', 'mse')\n"
        "m.fit(np.ones((8, 2)), np.ones(8), batch_size=4, verbose=0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PRONGHORN_PROFILE": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    lines = done.stderr.splitlines()
    assert lines[0].split() == ["µs", "a", "step", "thread", "0", "share"]
    assert lines[-1].startswith("all of 2 steps")
