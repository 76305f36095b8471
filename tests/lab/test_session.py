"""The playground's session: what commands do to a network, and that every step can be undone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from lab.viewers import Viewer
from pronghorn import utils
from pronghorn.errors import ParameterError, PronghornError
from tolerances import CHAIN_IN_FLOAT32, WORKED_IN_FLOAT32


@pytest.fixture
def viewer() -> Iterator[Viewer]:
    made = Viewer()
    yield made
    made.desk.close()


@pytest.fixture(scope="module")
def begun() -> Iterator[Viewer]:
    """A small network after a batch, for what changes nothing."""
    made = Viewer()
    made.ask("configure", config=SMALL)
    made.ask("step_batch")
    yield made
    made.desk.close()


SMALL = {
    "data": {"name": "xor", "size": 60},
    "layers": [{"units": 3, "dropout": 0.2}, {"units": 2, "norm": "batch"}],
    "optimizer": {"name": "adam", "parameters": {"learning_rate": 0.02}},
    "batch_size": 7,
}


def weights(viewer: Viewer) -> list[Any]:
    layers = viewer.ask("state")["layers"]
    return [
        part
        for i in range(len(layers))
        for part in (viewer.ask("table", layer=i)[name] for name in ("weights", "bias"))
    ]


def loss(viewer: Viewer) -> float:
    return float(viewer.ask("history")["rows"][-1][2])


@pytest.mark.parametrize(
    "optimizer", ["sgd", "adam", "rmsprop", "adadelta"], ids=lambda name: f"with {name}"
)
def test_batches_are_undone_bit_for_bit(viewer: Viewer, optimizer: str) -> None:
    viewer.ask("configure", config={**SMALL, "optimizer": {"name": optimizer}})
    seen = [weights(viewer)]
    for _ in range(9):
        viewer.ask("step_batch")
        seen.append(weights(viewer))
    for step in (8, 5, 0):
        viewer.ask("scrub", step=step)
        assert weights(viewer) == seen[step]
    viewer.ask("step_batch", batches=9)
    assert weights(viewer) == seen[9]
    viewer.ask("back", batches=3)
    assert weights(viewer) == seen[6]


def test_one_epoch_is_all_rows_once(viewer: Viewer) -> None:
    state = viewer.ask("configure", config=SMALL)
    assert (state["train_rows"], state["batches"]) == (30, 5)  # 4 of 7 rows, one of 2
    viewer.ask("step_batch", batches=2)
    state = viewer.ask("step_epoch")  # to the end of the epoch that was begun
    assert (state["step"], state["epoch"], state["batch"]) == (5, 1.0, 0)


def test_reset_gives_the_first_weights_or_others(viewer: Viewer) -> None:
    viewer.ask("configure", config=SMALL)
    first = weights(viewer)
    viewer.ask("step_epoch")
    viewer.ask("reset", same=True)
    assert weights(viewer) == first
    viewer.ask("reset", same=False)
    assert weights(viewer) != first


def test_rate_changes_without_new_weights(viewer: Viewer) -> None:
    viewer.ask("configure", config=SMALL)
    viewer.ask("step_epoch")
    kept = weights(viewer)
    config = viewer.ask("state")["config"]
    config["optimizer"]["parameters"]["learning_rate"] = 0.5
    state = viewer.ask("configure", config=config)
    assert weights(viewer) == kept
    assert state["learning_rate"] == 0.5
    assert state["step"] == 5
    assert state["events"][-1]["text"] == "learning rate 0.02 → 0.5"


def test_other_shape_begins_anew(viewer: Viewer) -> None:
    viewer.ask("configure", config=SMALL)
    viewer.ask("step_epoch")
    state = viewer.ask("configure", config={**SMALL, "layers": [{"units": 5}]})
    assert (state["step"], [layer["units"] for layer in state["layers"]]) == (0, [5, 1])


def test_edited_weight_is_there_and_a_frozen_one_stays(viewer: Viewer) -> None:
    viewer.ask("configure", config=SMALL)
    viewer.ask("weight", layer=0, row=1, column=2, value=0.25, frozen=True)
    viewer.ask("weight", layer=1, row=-1, column=0, value=-3.0)
    viewer.ask("step_epoch", epochs=3)
    assert viewer.ask("table", layer=0)["weights"][1][2] == 0.25
    assert viewer.ask("table", layer=0)["frozen"] == [[1, 2]]
    assert viewer.ask("table", layer=1)["bias"][0] != -3.0
    viewer.ask("weight", layer=0, row=1, column=2, frozen=False)
    viewer.ask("step_epoch")
    assert viewer.ask("table", layer=0)["weights"][1][2] != 0.25


def test_dead_unit_says_nothing_and_stays_dead(viewer: Viewer) -> None:
    viewer.ask("configure", config=SMALL)
    viewer.ask("kill", layer=0, unit=1)
    viewer.ask("step_epoch", epochs=2)
    assert viewer.ask("table", layer=1)["weights"][1] == [0.0, 0.0]
    with pytest.raises(ParameterError, match="hidden layer"):
        viewer.ask("kill", layer=2, unit=0)


DIVERGES = {
    "data": {"name": "plane", "size": 100},
    "layers": [{"units": 8, "activation": "relu"}],
    "optimizer": {"name": "sgd", "parameters": {"learning_rate": 1000.0}},
}


def test_divergence_is_explained_and_left(viewer: Viewer) -> None:
    viewer.ask("configure", config=DIVERGES)
    state = viewer.ask("step_epoch", epochs=20)
    assert state["diverged"]["step"] == state["step"] + 1
    assert "output" in state["diverged"]["reason"]
    with pytest.raises(ParameterError, match="diverged"):
        viewer.ask("play")
    state = viewer.ask("halve_rate")
    assert state["diverged"] is None
    assert state["learning_rate"] == 500.0
    for _ in range(20):
        state = viewer.ask("halve_rate")
    viewer.ask("reset")
    assert viewer.ask("step_epoch")["diverged"] is None


def wait_for(viewer: Viewer, event: str) -> dict[str, Any]:
    """The event, for which the page is played by acknowledging every frame."""
    ends = time.monotonic() + 300.0
    while time.monotonic() < ends:
        for message in viewer.take():
            if isinstance(message, dict) and message["event"] == event:
                return message
        time.sleep(0.002)
    raise AssertionError(f"no event {event!r}")


def test_plays_until_an_epoch(viewer: Viewer) -> None:
    viewer.ask("configure", config=SMALL)
    viewer.ask("run", epochs=4)
    assert wait_for(viewer, "stopped")["epoch"] == 4.0
    assert viewer.ask("state")["is_playing"] is False


def test_plays_until_a_loss(viewer: Viewer) -> None:
    viewer.ask("configure", config={**SMALL, "data": {"name": "gauss"}})
    viewer.ask("run", loss=0.2)
    wait_for(viewer, "stopped")
    assert viewer.ask("history")["rows"][-1][3] <= 0.2


def test_playing_gives_the_bits_of_stepping(viewer: Viewer) -> None:
    """However the training is cut into pieces, the weights are the same."""
    viewer.ask("configure", config=SMALL)
    viewer.ask("run", epochs=30)
    wait_for(viewer, "stopped")
    played = weights(viewer)
    viewer.ask("reset")
    for batches in (1, 3, 11, 35, 100):
        viewer.ask("step_batch", batches=batches)
    assert weights(viewer) == played


def test_frame_holds_what_the_page_draws(viewer: Viewer) -> None:
    viewer.ask("configure", config=SMALL)
    viewer.ask("watch", histograms=True, points=True)
    viewer.ask("step_epoch")
    numbers, arrays = viewer.frame()
    assert numbers["step"] == 5
    assert numbers["domain"] == [-6.0, 6.0, -6.0, 6.0]
    assert arrays["map"].shape == (100, 100)
    assert arrays["tiles"].shape[0] == 3 + 2 + 1
    assert arrays["input_tiles"].shape[0] == 2
    np.testing.assert_array_equal(arrays["weights/0"], viewer.ask("table", layer=0)["weights"])
    assert arrays["histograms"].shape == (3, 4, 32)
    # Each histogram counts every number: the weights of the three kernels.
    assert arrays["histograms"][:, 0].sum(axis=1).tolist() == [6, 6, 2]
    assert arrays["train_outputs"].shape == (30,)


def test_map_is_the_output_at_the_middle_of_each_pixel(viewer: Viewer) -> None:
    viewer.ask("configure", config=SMALL)
    viewer.ask("step_epoch", epochs=3)
    numbers, arrays = viewer.frame()
    for row, column in ((0, 0), (17, 80), (99, 50)):
        # Row 0 is the largest x2; a pixel is 0.12 wide.
        place = [-6.0 + 0.12 * (column + 0.5), 6.0 - 0.12 * (row + 0.5)]
        output = viewer.ask("predict", values=place)["outputs"][0]
        assert abs(arrays["map"][row, column] / 255 - output) <= 0.5 / 255 + 1e-6
    assert (numbers["map_low"], numbers["map_high"]) == (0.0, 1.0)


def test_input_tile_points_up(viewer: Viewer) -> None:
    """The tile of x2 is bright above, as the map has it."""
    viewer.ask("configure", config=SMALL)
    tile = viewer.frame()[1]["input_tiles"][1]
    assert tile[0].min() > 128 > tile[-1].max()


def test_trace_is_the_step_that_follows(viewer: Viewer) -> None:
    viewer.ask("configure", config=SMALL)
    found = viewer.ask("trace", next_batch=True)
    before = weights(viewer)
    assert found["layers"][0]["kernel"] == before[0]
    viewer.ask("step_batch")
    after = weights(viewer)
    for i, layer in enumerate(found["layers"]):
        assert layer["kernel_step"]["after"] == after[2 * i]
        assert layer["bias_step"]["after"] == after[2 * i + 1]


def test_trace_of_one_row_can_be_worked_by_hand(viewer: Viewer) -> None:
    """Without hidden layers: p = 1 / (1 + e^-(w x + b)), dL/dz = p - y, dL/dw = x (p - y)."""
    viewer.ask("configure", config={**SMALL, "layers": []})
    found = viewer.ask("trace", row=4)
    (output,) = found["layers"]
    x, w = np.array(found["inputs"][0]), np.array(output["kernel"])[:, 0]
    z = x @ w + output["bias"][0]
    p, y = 1.0 / (1.0 + np.exp(-z)), found["labels"][0]
    assert output["z"][0][0] == CHAIN_IN_FLOAT32.approx(z)
    assert output["dz"][0][0] == CHAIN_IN_FLOAT32.approx(p - y)
    slopes = [row[0] for row in output["kernel_step"]["gradient"]]
    assert slopes == CHAIN_IN_FLOAT32.approx(x * (p - y))
    assert found["loss"]["loss"] == CHAIN_IN_FLOAT32.approx(-np.log(p if y else 1 - p))


def test_confusion_counts_every_row(viewer: Viewer) -> None:
    viewer.ask("configure", config={**SMALL, "data": {"name": "blobs", "classes": 4}})
    viewer.ask("step_epoch", epochs=2)
    found = viewer.ask("confusion", part="test")
    counts = np.array(found["counts"])
    assert counts.sum() == 250
    accuracy = viewer.ask("history")["rows"][-1][6]
    assert np.trace(counts) / 250 == pytest.approx(accuracy)
    most = tuple(int(i) for i in np.unravel_index(counts.argmax(), counts.shape))
    rows = viewer.ask("cell", true=most[0], predicted=most[1], part="test")["rows"]
    assert len(rows) == counts.max()


def test_race_is_fair(viewer: Viewer) -> None:
    """All begin at the same loss; the same optimizer twice runs the same race twice."""
    viewer.ask("configure", config=SMALL)
    racers = [{"name": "sgd"}, {"name": "adam"}, {"name": "sgd"}]
    found = viewer.ask("network_race", racers=racers, epochs=3)["racers"]
    first = {racer["losses"][0] for racer in found}
    assert len(first) == 1
    assert found[0]["losses"] == found[2]["losses"] != found[1]["losses"]
    assert len(found[0]["losses"]) == 4


def test_slice_passes_through_the_present_loss(viewer: Viewer) -> None:
    viewer.ask("configure", config={**SMALL, "layers": [{"units": 3}]})
    viewer.ask("step_epoch", epochs=2)
    kept, now = weights(viewer), loss(viewer)
    found = viewer.ask("slice", kind="random", dimensions=2, points=5)
    assert found["losses"][2][2] == WORKED_IN_FLOAT32.approx(now)
    assert weights(viewer) == kept


def test_slice_along_the_gradient_goes_down(viewer: Viewer) -> None:
    viewer.ask("configure", config={**SMALL, "layers": [{"units": 3}]})
    found = viewer.ask("slice", kind="gradient", dimensions=1, points=5, reach=0.01)
    assert found["losses"] == sorted(found["losses"], reverse=True)


def test_hidden_space_of_two_units_is_their_activations(viewer: Viewer) -> None:
    viewer.ask("configure", config={**SMALL, "layers": [{"units": 3}]})
    found = viewer.ask("hidden", layer=0, units=[2, 0])
    row = viewer.ask("data")["train"][5]
    units = viewer.ask("predict", values=row[:2])["units"][0]
    assert found["points"][5] == CHAIN_IN_FLOAT32.approx([units[2], units[0], row[2]])
    assert np.shape(found["grid"]) == (21, 21, 2)


def names(kind: str) -> list[str]:
    return [entry["name"] for entry in Viewer().ask("hello")["registry"][kind]]


@pytest.mark.parametrize("activation", names("activations"))
def test_every_activation_trains(viewer: Viewer, activation: str) -> None:
    layers = [{"units": 3, "activation": activation}]
    state = viewer.ask("configure", config={**SMALL, "layers": layers})
    assert state["layers"][0]["activation"] == activation
    assert viewer.ask("step_batch", batches=2)["diverged"] is None


@pytest.mark.parametrize("name", names("optimizers"))
def test_every_optimizer_trains(viewer: Viewer, name: str) -> None:
    before = viewer.ask("configure", config={**SMALL, "optimizer": {"name": name}})
    assert before["config"]["optimizer"]["name"] == name
    kept = weights(viewer)
    viewer.ask("step_batch", batches=3)
    assert weights(viewer) != kept


DATA_OF = {"binary": "xor", "multiclass": "blobs", "regression": "plane"}


@pytest.mark.parametrize(
    ("name", "task"),
    [
        (loss["name"], task)
        for loss in Viewer().ask("hello")["registry"]["losses"]
        for task in loss["tasks"]
    ],
)
def test_every_loss_trains_where_it_fits(viewer: Viewer, name: str, task: str) -> None:
    data = {"name": DATA_OF[task], "size": 60}
    state = viewer.ask("configure", config={**SMALL, "data": data, "loss": name})
    assert (state["loss_name"], state["task"]) == (name, task)
    kept = weights(viewer)
    viewer.ask("step_batch", batches=3)
    assert weights(viewer) != kept


@pytest.mark.parametrize("name", names("initializers"))
def test_every_initializer_makes_weights(viewer: Viewer, name: str) -> None:
    state = viewer.ask("configure", config={**SMALL, "initializer": name})
    assert state["config"]["initializer"] == name


@pytest.mark.parametrize("name", names("regularizers"))
def test_every_penalty_is_shown_apart(viewer: Viewer, name: str) -> None:
    viewer.ask("configure", config={**SMALL, "layers": [{"units": 3}]})
    plain = viewer.ask("history")["rows"][-1]
    config = {**SMALL, "layers": [{"units": 3}], "regularizer": {"name": name, "rate": 0.1}}
    viewer.ask("configure", config=config)
    penalized = viewer.ask("history")["rows"][-1]
    assert penalized[4] > 0.0 == plain[4]
    assert penalized[2] == CHAIN_IN_FLOAT32.approx(plain[2])


SCHEDULES = {
    "cosine_decay": {"initial_learning_rate": 0.1, "decay_steps": 10},
    "cosine_decay_restarts": {"initial_learning_rate": 0.1, "first_decay_steps": 10},
    "exponential_decay": {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.5},
    "inverse_time_decay": {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.5},
    "piecewise_constant_decay": {"boundaries": [3], "values": [0.1, 0.01]},
    "polynomial_decay": {"initial_learning_rate": 0.1, "decay_steps": 10},
}


@pytest.mark.parametrize("name", sorted(utils.registered("schedule")))
def test_every_schedule_gives_the_rate(viewer: Viewer, name: str) -> None:
    schedule = {"name": name, "parameters": SCHEDULES[name]}
    state = viewer.ask("configure", config={**SMALL, "schedule": schedule})
    assert state["learning_rate"] == pytest.approx(0.1)
    assert viewer.ask("step_epoch")["learning_rate"] < 0.1


BAD = {
    "unknown data": {"data": {"name": "moon"}},
    "too many layers": {"layers": [{"units": 2}] * 11},
    "too wide": {"layers": [{"units": 513}]},
    "unknown activation": {"layers": [{"units": 2, "activation": "magic"}]},
    "code as a feature": {"features": ["__import__('os').getcwd()"]},
    "feature without a column": {"features": ["3"]},
    "feature with a pole": {"features": ["1 / (x1 - x1)"]},
    "loss of another task": {"loss": "categorical_crossentropy"},
    "unknown optimizer": {"optimizer": {"name": "best"}},
    "unknown parameter": {"optimizer": {"name": "sgd", "parameters": {"speed": 1}}},
    "parameter out of range": {"optimizer": {"name": "sgd", "parameters": {"momentum": 3}}},
    "unknown argument of a schedule": {
        "schedule": {"name": "cosine_decay", "parameters": {"steps": 3}}
    },
    "another version": {"version": 2},
    "unknown field": {"colour": "red"},
    "label that is no class": {"data": {"name": "xor", "points": [[1, 1, 5]]}},
    "point of another size": {"data": {"name": "xor", "points": [[1, 1]]}},
    "function with a pole": {"data": {"name": "curve", "function": "log(x)"}, "features": ["x1"]},
    "table that is not there": {"data": {"name": "upload"}},
}


@pytest.mark.parametrize("config", BAD.values(), ids=list(BAD))
def test_bad_experiment_changes_nothing(begun: Viewer, config: dict[str, Any]) -> None:
    before, kept = begun.ask("state"), weights(begun)
    with pytest.raises(PronghornError):
        begun.ask("configure", config=config)
    now = begun.ask("state")
    assert now.pop("number") > before.pop("number")
    assert now == before
    assert weights(begun) == kept
