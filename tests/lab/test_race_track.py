"""The commands of the race's pages, without a server: what they answer, draw and refuse."""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np
import pytest

from pronghorn import optimizers
from pronghorn.errors import ParameterError, PronghornError
from pronghorn.lab import _network_slice as network_slice
from pronghorn.lab import _race_track  # noqa: F401 - registers the commands
from pronghorn.lab._desk import Desk
from pronghorn.lab._experiment import pack_link, read_experiment
from pronghorn.lab._protocol import read_message
from pronghorn.lab._run import Run
from pronghorn.lab._surfaces import SURFACES
from tolerances import (
    CHAIN_IN_FLOAT32,
    NEAR_ZERO_IN_FLOAT32,
    TRACE_VS_DIFFERENCES,
    WORKED_IN_FLOAT32,
)

ADAM = {"label": "Adam", "optimizer": "Adam", "rate": 0.1}
SGD = {"label": "SGD", "optimizer": "SGD", "rate": 0.02, "options": {"momentum": 0.5}}
BOWL = {"name": "bowl", "values": {"k": 10.0}}


@pytest.fixture
def desk() -> Desk:
    return Desk()


def send(desk: Desk, command: str, **arguments: Any) -> Any:
    return read_message(json.dumps({"id": 1, "do": command, **arguments})).run(desk)


def next_frame(desk: Desk) -> tuple[int, int, dict[str, Any], dict[str, np.ndarray[Any, Any]]]:
    """Kind, run, scalars and arrays of the frame that waits, read as the protocol says."""
    data = desk.take()
    assert isinstance(data, bytes)
    _, kind, run, _, length, _ = struct.unpack_from("<BBHIII", data)
    block = json.loads(data[16 : 16 + length])
    at, arrays = 16 + length, {}
    for listed in block["arrays"]:
        count = int(np.prod(listed["shape"]))
        dtype = np.dtype("<" + listed["dtype"])
        arrays[listed["name"]] = np.frombuffer(data, dtype, count, at).reshape(listed["shape"])
        at += -(-count * dtype.itemsize // 8) * 8
    assert at == len(data)
    return kind, run, block["scalars"], arrays


NETWORK = {"name": "network", "epochs": 10}


def test_race_on_a_network_s_loss(desk: Desk) -> None:
    """It begins at the loss of the first weights, and a descent on it goes down.

    That loss is the one of the same experiment in the playground, before any training.
    """
    plan = {"racers": [{**SGD, "rate": 0.5}], "steps": 20}
    send(desk, "race", surface=NETWORK, **plan)
    kind, _, scalars, arrays = next_frame(desk)
    assert kind == 2 and arrays["grid"].shape == (31, 31)
    run = Run(read_experiment(network_slice.USUAL))
    first = run.measure()[2]
    heights = arrays["heights"][0]
    # The plane holds nearly all of the way, so its start lies close to the first weights.
    assert abs(heights[0] - first) < 0.1 * first
    assert heights[-1] < heights[0]
    run.advance(10 * run.batches)
    assert scalars["surface"]["way"][-1] == [0.0, 0.0]
    trained = network_slice.slice_network(None, 10).heights([0.0, 0.0])
    WORKED_IN_FLOAT32.check(trained, run.measure()[2])


def test_slope_of_a_network_s_loss_is_that_of_differences() -> None:
    surface = network_slice.slice_network(None, 10)
    rng = np.random.default_rng(0)
    low, high = np.array(surface.domain).T
    points = rng.uniform(low, high, (4, 2))
    h = 2e-2
    stencil = [
        (surface.heights(points + h * unit) - surface.heights(points - h * unit)) / (2 * h)
        for unit in np.eye(2)
    ]
    size = np.abs(stencil).max()
    found = surface.slopes(4).at(points)
    TRACE_VS_DIFFERENCES.check(found / size, np.stack(stencil, -1) / size)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"experiment": "v9.abc"}, "link"),
        ({"experiment": "v1.!!!"}, "link"),
        ({"epochs": 1}, "epochs"),
        (
            {
                "experiment": pack_link(
                    read_experiment({"layers": [{"units": 256, "activation": "relu"}] * 2})
                )
            },
            "at most 20000 weights",
        ),
        (
            {
                "experiment": pack_link(
                    read_experiment(
                        {
                            "data": {"name": "plane"},
                            "layers": [{"units": 4, "activation": "relu"}],
                            "optimizer": {"name": "sgd", "parameters": {"learning_rate": 9.0}},
                        }
                    )
                )
            },
            "no number",
        ),
    ],
    ids=["version", "damaged", "too short", "too large", "diverges"],
)
def test_wrong_network_is_refused(desk: Desk, given: dict[str, Any], says: str) -> None:
    with pytest.raises(ParameterError, match=says):
        send(desk, "race", surface={**NETWORK, **given}, racers=[SGD])
    assert desk.take() is None


# What the lecture prints of e^-x + x²: x, f(x) and f'(x), to six digits.
PRINTED = [
    (-0.5, 1.89872, -2.64872),
    (-0.25, 1.34653, -1.78403),
    (0.0, 1.0, -1.0),
    (0.25, 0.841301, -0.278801),
    (0.5, 0.856531, 0.393469),
]


def test_points_of_the_lecture(desk: Desk) -> None:
    surfaces = {surface["name"]: surface for surface in send(desk, "race_setup")["surfaces"]}
    told = [(*p["at"], p["height"], *p["slope"]) for p in surfaces["lecture"]["points"]]
    assert [tuple(float(f"{number:.6g}") for number in row) for row in told] == PRINTED
    assert surfaces["bowl"]["points"] == []


def test_setup_offers_every_surface_and_optimizer(desk: Desk) -> None:
    setup = send(desk, "race_setup")
    assert [surface["name"] for surface in setup["surfaces"]] == list(SURFACES)
    offered = {racer["optimizer"] for racer in setup["racers"]}
    assert {"SGD", "Adam", "Ftrl", "Lion"} <= offered
    assert offered <= set(optimizers.__all__)
    by_label = {racer["label"]: racer for racer in setup["racers"]}
    names = [parameter["name"] for parameter in by_label["Adam"]["parameters"]]
    assert names == ["beta_1", "beta_2", "epsilon", "amsgrad"]


def test_race_draws_one_frame(desk: Desk) -> None:
    reply = send(desk, "race", surface=BOWL, racers=[ADAM, SGD], steps=30)
    kind, run, scalars, arrays = next_frame(desk)
    assert (kind, run) == (2, reply["run"])
    assert arrays["points"].shape == (2, 31, 2)
    assert arrays["gradients"].shape == (2, 30, 2)
    assert arrays["heights"].shape == arrays["distances"].shape == (2, 31)
    assert [racer["label"] for racer in scalars["racers"]] == ["Adam", "SGD"]
    # (16 + 10 · 0.64) / 2, and the slopes −4 and 10 · 0.8.
    WORKED_IN_FLOAT32.check(arrays["heights"][:, 0], [11.2, 11.2])
    WORKED_IN_FLOAT32.check(arrays["gradients"][0, 0], [-4.0, 8.0])
    assert scalars["lowest"] == 0.0
    assert scalars["levels"] == sorted(scalars["levels"])


def test_velocity_points_where_the_memory_carries(desk: Desk) -> None:
    """After one step SGD's memory is its step, and Adam's points against the gradient too."""
    send(desk, "race", surface=BOWL, racers=[SGD, ADAM], steps=3)
    _, _, _, arrays = next_frame(desk)
    step = arrays["points"][0, 1] - arrays["points"][0, 0]
    WORKED_IN_FLOAT32.check(arrays["velocity"][0, 1], [0.08, -0.16])
    CHAIN_IN_FLOAT32.check(arrays["velocity"][0, 1], step)
    assert (np.sign(arrays["velocity"][1, 1]) == [1, -1]).all()


def test_racer_without_memory_has_no_velocity(desk: Desk) -> None:
    plain = {"label": "plain", "optimizer": "SGD", "rate": 0.01}
    send(desk, "race", surface=BOWL, racers=[plain], steps=3)
    assert np.isnan(next_frame(desk)[3]["velocity"]).all()


def test_curve_has_a_grid_of_one_axis(desk: Desk) -> None:
    send(desk, "race", surface={"name": "lecture"}, racers=[ADAM], steps=3)
    _, _, scalars, arrays = next_frame(desk)
    assert arrays["grid"].ndim == 1
    # From −2 to 3: e² + 4 and e⁻³ + 9.
    WORKED_IN_FLOAT32.check(arrays["grid"][[0, -1]], np.float32([11.389056, 9.049787]))
    assert scalars["levels"] == []


def test_step_is_told_with_its_numbers(desk: Desk) -> None:
    """SGD with momentum 0.5 and rate 0.02: v = −0.02 g, then w + v."""
    send(desk, "race", surface=BOWL, racers=[ADAM, SGD], steps=3)
    told = send(desk, "race_step", racer=1, step=0)
    assert told["label"] == "SGD"
    WORKED_IN_FLOAT32.check(told["before"]["g"], [-4.0, 8.0])
    WORKED_IN_FLOAT32.check(told["after"]["momentum"], [0.08, -0.16])
    WORKED_IN_FLOAT32.check(told["after"]["w"], [-3.92, 0.64])
    assert told["formula"]["w"] == ("add", ("name", "w"), ("new", "momentum"))


def test_formula_has_squares(desk: Desk) -> None:
    send(desk, "race", surface=BOWL, racers=[ADAM], steps=3)
    told = send(desk, "race_step", racer=0, step=2)
    assert str(("pow", ("name", "g"), ("number", 2.0))) in str(told["formula"]["velocity"])
    assert str(("new", "velocity")) in str(told["formula"]["w"])


def test_tuning_answers_one_rate_a_racer(desk: Desk) -> None:
    """On x²/2 + y²/2 (k = 1) plain SGD is at the minimum after one step of 1."""
    plain = {"label": "SGD", "optimizer": "SGD", "rate": 5.0}
    surface = {"name": "bowl", "values": {"k": 1.0}}
    assert send(desk, "race_tune", surface=surface, racers=[plain]) == {"rates": [1.0]}


def test_descent_draws_one_frame_with_theory(desk: Desk) -> None:
    send(desk, "descent", surface=BOWL, rate=0.1, steps=5)
    kind, _, scalars, arrays = next_frame(desk)
    assert kind == 3
    assert arrays["points"].shape == (6, 2)
    assert round(scalars["theory"]["limit"], 6) == 0.2
    # Curvatures 1 and 10, step 0.1: the errors shrink by 0.9 and by 0.
    errors = np.abs(arrays["modes"])
    WORKED_IN_FLOAT32.check(errors[:2, 0], [4.0, 3.6])
    NEAR_ZERO_IN_FLOAT32.check(errors[:2, 1], [0.8, 0.0])


def test_own_surface_needs_formula_and_domain(desk: Desk) -> None:
    own = {"name": "own", "formula": "x^2 + y^2", "domain": [[-2, 2], [-2, 2]], "start": [1, 1]}
    send(desk, "race", surface=own, racers=[ADAM], steps=3)
    _, _, scalars, _ = next_frame(desk)
    assert scalars["surface"]["minima"] == []
    assert scalars["lowest"] is None and scalars["theory"] is None
    with pytest.raises(ParameterError, match="formula and a domain"):
        send(desk, "race", surface={"name": "own"}, racers=[ADAM])


@pytest.mark.parametrize(
    ("command", "arguments", "says"),
    [
        ("race", {"surface": {"name": "moon"}, "racers": [ADAM]}, "moon"),
        ("race", {"surface": BOWL, "racers": []}, "racers"),
        ("race", {"surface": BOWL, "racers": [ADAM] * 17}, "racers"),
        ("race", {"surface": BOWL, "racers": [{**ADAM, "optimizer": "os"}]}, "optimizer"),
        ("race", {"surface": BOWL, "racers": [{**ADAM, "options": {"x": 1}}]}, "x"),
        ("race", {"surface": BOWL, "racers": [{**ADAM, "options": {"beta_1": []}}]}, "beta_1"),
        ("race", {"surface": BOWL, "racers": [{**ADAM, "rate": "fast"}]}, "rate"),
        ("race", {"surface": BOWL, "racers": [ADAM], "steps": 10**7}, "steps"),
        ("race", {"surface": {**BOWL, "values": {"k": "x"}}, "racers": [ADAM]}, "k"),
        ("race", {"surface": {**BOWL, "start": [1]}, "racers": [ADAM]}, "start"),
        ("race_step", {"racer": 0, "step": 0}, "race"),
        ("race_gif", {}, "race"),
        ("descent", {"surface": BOWL, "rule": "guess"}, "rule"),
        ("descent", {"surface": BOWL, "rate": -1}, "rate"),
    ],
)
def test_wrong_messages_are_refused(
    desk: Desk, command: str, arguments: dict[str, Any], says: str
) -> None:
    with pytest.raises(PronghornError, match=says):
        send(desk, command, **arguments)
    assert desk.take() is None


def test_step_and_racer_beyond_the_race_are_refused(desk: Desk) -> None:
    send(desk, "race", surface=BOWL, racers=[ADAM], steps=3)
    with pytest.raises(ParameterError, match="0 to 2"):
        send(desk, "race_step", racer=0, step=3)
    with pytest.raises(ParameterError, match="0 to 0"):
        send(desk, "race_step", racer=1, step=0)
