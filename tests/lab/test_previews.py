"""Curves of what was chosen, against worked arithmetic; schedules that begin with good numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pytest

from lab.viewers import Viewer
from pronghorn.utils import registered
from tolerances import WORKED_IN_FLOAT32


@pytest.fixture
def viewer() -> Iterator[Viewer]:
    made = Viewer()
    yield made
    made.desk.close()


def curve(viewer: Viewer, at: float, **config: Any) -> dict[str, float]:
    """Name of each curve → the loss at the output nearest to a value."""
    viewer.ask("configure", config=config)
    found = viewer.ask("preview")["loss"]
    near = min(range(len(found["x"])), key=lambda i: abs(found["x"][i] - at))
    WORKED_IN_FLOAT32.check(found["x"][near], at)
    return {one["name"]: one["y"][near] for one in found["curves"]}


LOSSES = {
    # -ln 0.5, whatever the label
    "cross-entropy": (0.5, {}, {"target 0": math.log(2), "target 1": math.log(2)}),
    # max(0, 1 - t·y): of 2 for the targets -1 and 1
    "hinge": (2.0, {"loss": "hinge"}, {"target -1": 3.0, "target 1": 0.0}),
    # -ln p of the right one of three
    "several classes": (0.5, {"data": {"name": "blobs"}}, {"loss": math.log(2)}),
    "a quantity": (2.0, {"data": {"name": "plane"}}, {"target 0": 4.0}),
}


@pytest.mark.parametrize(("at", "config", "expected"), LOSSES.values(), ids=list(LOSSES))
def test_loss_of_one_row(
    viewer: Viewer, at: float, config: dict[str, Any], expected: dict[str, float]
) -> None:
    found = curve(viewer, at, **config)
    assert list(found) == list(expected)
    WORKED_IN_FLOAT32.check(list(found.values()), list(expected.values()))


def test_rate_follows_the_schedule(viewer: Viewer) -> None:
    parameters = {"initial_learning_rate": 0.2, "decay_steps": 1000}
    schedule = {"name": "cosine_decay", "parameters": parameters}
    viewer.ask("configure", config={"schedule": schedule})
    found = viewer.ask("preview")["schedule"]
    expected = [0.1 * (1 + math.cos(math.pi * min(step / 1000, 1))) for step in found["steps"]]
    WORKED_IN_FLOAT32.check(found["rates"], expected)


def test_no_schedule_has_no_curve(viewer: Viewer) -> None:
    assert viewer.ask("preview")["schedule"] is None


@pytest.mark.parametrize("name", registered("schedule"))
def test_schedule_chosen_by_name_begins_at_the_present_rate(viewer: Viewer, name: str) -> None:
    optimizer = {"name": "sgd", "parameters": {"learning_rate": 0.07}}
    config = {"optimizer": optimizer, "schedule": {"name": name, "parameters": {}}}
    state = viewer.ask("configure", config=config)
    WORKED_IN_FLOAT32.check(state["learning_rate"], 0.07)
    assert viewer.ask("step_epoch")["diverged"] is None


def test_values_are_one_more_than_boundaries(viewer: Viewer) -> None:
    parameters = {"boundaries": [10, 20, 30], "values": [0.4, 0.2]}
    schedule = {"name": "piecewise_constant_decay", "parameters": parameters}
    config = viewer.ask("configure", config={"schedule": schedule})["config"]
    assert config["schedule"]["parameters"]["values"] == [0.4, 0.2, 0.05, 0.0125]  # a quarter each
