"""The race: measured steps, paths equal to Keras's, what is written down of every step."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from parity import peers
from pronghorn import optimizers
from pronghorn.errors import ParameterError, PronghornError
from pronghorn.lab._race import (
    Racer,
    find_racer,
    list_racers,
    rates_for,
    run_race,
    tune_rates,
)
from pronghorn.lab._surfaces import SURFACES, Slope, find_surface, own_surface
from pronghorn.lab._terms import evaluate
from tolerances import OPTIMIZERS_VS_KERAS, SLOPES_VS_DIFFERENCES, WORKED_IN_FLOAT32

# Steps until within 0.1 of a minimum for good; measured with other programs' optimizers:
# Adagrad from an empty sum, ε outside the root (here: next to nothing), Adadelta with ε = 1e-6.
MEASURED = {
    "bowl": {
        "SGD": (0.02, 183),
        "Momentum": (0.01, 55),
        "NAG": (0.01, 55),
        "Adagrad": (5.0, 4),
        "Adadelta": (2.0, 647),
        "RMSprop": (0.1, 153),
        "Adam": (0.1, 55),
    },
    "beale": {
        "SGD": (0.02, 247),
        "Momentum": (0.002, 185),
        "NAG": (0.005, 140),
        "Adagrad": (2.0, 124),
        "Adadelta": (2.0, None),
        "Adam": (0.5, 56),
    },
    "saddle": {
        "SGD": (0.5, 11),
        "Momentum": (0.2, 53),
        "NAG": (0.2, 13),
        "Adagrad": (1.0, 5),
        "Adadelta": (2.0, 273),
        "RMSprop": (0.02, 80),
        "Adam": (0.1, 39),
    },
    "valley": {
        "SGD": (0.2, 447),
        "Momentum": (0.5, 82),
        "NAG": (0.2, 91),
        "Adagrad": (2.0, 5),
        "Adadelta": (2.0, 273),
        "RMSprop": (0.02, 93),
        "Adam": (0.5, 47),
    },
    "rosenbrock": {
        "SGD": (0.002, 2803),
        "Momentum": (0.002, 325),
        "NAG": (0.001, 522),
        "Adagrad": (1.0, 2550),
        "Adadelta": (2.0, None),
        "Adam": (0.1, 660),
    },
}
LONG_ENOUGH = {"bowl": 800, "beale": 800, "saddle": 400, "valley": 600, "rosenbrock": 3000}
# At rest Adam's second moment fades until a rounding error throws it out again: after 2,860 steps
# in NumPy's float64, elsewhere by the last digit.
BEFORE_THAT = {("rosenbrock", "Adam"): 2000}
AS_MEASURED: dict[str, dict[str, Any]] = {
    "Adagrad": {"initial_accumulator_value": 0.0, "epsilon": 1e-20},
    "Adadelta": {"epsilon": 1e-6},
    "RMSprop": {"epsilon": 1e-16},
}


@pytest.mark.parametrize("name", MEASURED)
def test_steps_to_the_minimum_are_the_measured_ones(name: str) -> None:
    found = {}
    for label, (rate, _) in MEASURED[name].items():
        racer = find_racer(label)
        options = {**racer.options, **AS_MEASURED.get(label, {})}
        steps = BEFORE_THAT.get((name, label), LONG_ENOUGH[name])
        race = run_race(SURFACES[name], [replace(racer, rate=rate, options=options)], steps)
        found[label] = race.paths[0].arrived_at()
    assert found == {label: steps for label, (_, steps) in MEASURED[name].items()}


def hover(name: str, rate: float) -> int:
    """RMSprop by its formula in NumPy's float32. It hovers about the minimum at a distance of the
    size of its rate, so that the last step outside depends on the rounding of every one before."""
    surface = SURFACES[name]
    slope, w, v, last = Slope(surface, 1), np.array(surface.start, np.float32), np.zeros(2, "f"), -1
    for step in range(3000):
        last = step if surface.distances(w) > 0.1 else last
        g = slope.at(w[None])[0]
        v = np.float32(0.9) * v + np.float32(0.1) * g * g
        w = w - np.float32(rate) * g / np.sqrt(v + np.float32(1e-7))
    return last + 1


@pytest.mark.parametrize(("name", "rate"), [("beale", 0.05), ("rosenbrock", 0.005)])
def test_hovering_rmsprop_arrives_when_its_formula_does(name: str, rate: float) -> None:
    (path,) = run_race(SURFACES[name], [replace(find_racer("RMSprop"), rate=rate)], 3000).paths
    arrived = path.arrived_at()
    assert arrived is not None
    # Two orders of rounding are a few steps apart in thousands.
    assert abs(arrived - hover(name, rate)) <= 5


# With a single rate of 0.01 for all: who blows up, and who has not arrived after 1000 steps.
MISLED = {
    "rosenbrock": ({"SGD", "Momentum", "NAG"}, {"Adagrad"}),
    "beale": ({"Momentum", "NAG"}, {"Adagrad"}),
    "valley": (set(), {"SGD", "Adagrad"}),
}


@pytest.mark.parametrize("name", MISLED)
def test_one_shared_rate_misleads(name: str) -> None:
    blown, late = MISLED[name]
    usual = [find_racer(label) for label in ("SGD", "Momentum", "NAG", "Adagrad")]
    race = run_race(SURFACES[name], rates_for(SURFACES[name], usual, "same", 0.01), 1000)
    assert {path.racer.label for path in race.paths if path.stopped_at is not None} == blown
    assert late <= {path.racer.label for path in race.paths if path.arrived_at() is None}


def test_momentum_shortens_the_long_valley() -> None:
    """At a rate of 0.01 momentum takes 942 steps there, RMSprop 196, Adam 239."""
    momentum, rmsprop, adam = (find_racer(label) for label in ("Momentum", "RMSprop", "Adam"))
    usual = [momentum, replace(rmsprop, options=AS_MEASURED["RMSprop"]), adam]
    race = run_race(SURFACES["valley"], rates_for(SURFACES["valley"], usual, "same", 0.01), 1000)
    assert [path.arrived_at() for path in race.paths] == [942, 196, 239]


STEPS = 25


@pytest.mark.filterwarnings(r"ignore::DeprecationWarning:keras\..*")
@pytest.mark.parametrize("label", list_racers())
def test_path_is_that_of_keras(label: str) -> None:
    """Real Keras, given the gradients that our racer met, goes through the same points."""
    keras = peers.import_keras()
    racer = replace(find_racer(label), rate=0.005)
    (path,) = run_race(SURFACES["himmelblau"], [racer], STEPS, noise=0.5).paths
    made = getattr(keras.optimizers, racer.optimizer)(learning_rate=0.005, **racer.options)
    variable = keras.Variable(path.points[0], dtype="float32")
    for step in range(STEPS):
        made.apply([keras.ops.convert_to_tensor(path.gradients[step])], [variable])
        OPTIMIZERS_VS_KERAS.check(variable.numpy(), path.points[step + 1], f"step {step}")


@pytest.mark.parametrize("label", list_racers())
def test_formula_with_its_numbers_gives_the_next_point(label: str) -> None:
    surface = SURFACES["himmelblau"]
    (path,) = run_race(surface, [replace(find_racer(label), rate=0.005)], 4).paths
    numbers = path.numbers(3)
    before = {name: np.array(value) for name, value in numbers["before"].items()}
    for name, term in path.formula.items():
        value = np.asarray(evaluate(term, {**before, **numbers["scalars"]}))
        OPTIMIZERS_VS_KERAS.check(np.broadcast_to(value, (2,)), numbers["after"][name], name)


@pytest.mark.parametrize("name", SURFACES)
def test_slope_is_that_of_differences(name: str) -> None:
    surface = SURFACES[name]
    rng = np.random.default_rng(3)
    low, high = np.array(surface.domain).T
    points = rng.uniform(low, high, (20, len(low))).astype(np.float32).astype(np.float64)
    h = 1e-4
    stencil = [
        (surface.heights(points + h * unit) - surface.heights(points - h * unit)) / (2 * h)
        for unit in np.eye(len(low))
    ]
    size = np.abs(stencil).max()
    SLOPES_VS_DIFFERENCES.check(Slope(surface, 20).at(points) / size, np.stack(stencil, -1) / size)


# f at the start, worked by hand.
HEIGHTS = {
    "lecture": np.exp(1.5) + 2.25,
    "bowl": (16 + 50 * 0.64) / 2,
    # 1.5 − 1 + 1.5 = 2; 2.25 − 1 + 2.25 = 3.5; 2.625 − 1 + 3.375 = 5
    "beale": 4 + 12.25 + 25,
    "saddle": 2.25 - 1e-6 + 2.5e-13,
    "valley": 4.5 - 0.05e-6 + 5e-15,
    "rosenbrock": 2.2**2 + 100 * 0.44**2,
    # 0.0225 + 0.67 − 11 = −10.3075; −0.15 + 0.4489 − 7 = −6.7011
    "himmelblau": 10.3075**2 + 6.7011**2,
    # cos 4π = 1 and cos 7π = −1
    "rastrigin": 20 + 4 - 10 + 12.25 + 10,
}


@pytest.mark.parametrize("name", HEIGHTS)
def test_height_at_the_start(name: str) -> None:
    surface = SURFACES[name]
    WORKED_IN_FLOAT32.check(surface.heights(surface.start), HEIGHTS[name])


@pytest.mark.parametrize("name", SURFACES)
def test_minimum_is_lower_than_all_around(name: str) -> None:
    surface = SURFACES[name]
    for minimum in surface.minima:
        ring = np.array([[np.cos(t), np.sin(t)] for t in np.linspace(0, 2 * np.pi, 24)])
        around = np.array(minimum) + 1e-3 * ring[:, : len(minimum)]
        around = around[np.abs(around - minimum).max(axis=1) > 1e-4]
        assert (surface.heights(around) > surface.heights(minimum)).all()


def test_rotated_bowl_keeps_its_heights() -> None:
    """A turn by a of the point and of the bowl: f stays (the bowl's axes are turned by a)."""
    a = 0.4
    turn = np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])
    point = np.array([1.0, 2.0])
    turned = SURFACES["bowl"].set({"k": 10.0, "a": a})
    WORKED_IN_FLOAT32.check(turned.heights(turn @ point), (1.0 + 10.0 * 4.0) / 2)


def test_racers_are_the_library_s_optimizers() -> None:
    classes = {racer.optimizer for racer in list_racers().values()}
    listed = {name for name in optimizers.__all__ if isinstance(getattr(optimizers, name), type)}
    assert classes == listed - {"Optimizer"}


def test_noise_is_the_same_for_all_and_follows_the_seed() -> None:
    two = [Racer("a", "SGD", 0.01), Racer("b", "SGD", 0.01)]
    surface = SURFACES["bowl"]
    race = run_race(surface, two, 30, noise=1.0, seed=5)
    np.testing.assert_array_equal(race.paths[0].points, race.paths[1].points)
    again = run_race(surface, two[:1], 30, noise=1.0, seed=5)
    np.testing.assert_array_equal(again.paths[0].points, race.paths[0].points)
    other = run_race(surface, two[:1], 30, noise=1.0, seed=6)
    assert (other.paths[0].points[1:] != race.paths[0].points[1:]).any()


def test_racers_do_not_disturb_each_other() -> None:
    """A racer's path has the same bits alone and beside one that diverges."""
    surface = SURFACES["rosenbrock"]
    steady, wild = Racer("steady", "Adam", 0.1), Racer("wild", "SGD", 1e6)
    alone = run_race(surface, [steady], 50).paths[0]
    beside, gone = run_race(surface, [steady, wild], 50).paths
    np.testing.assert_array_equal(alone.points, beside.points)
    assert gone.stopped_at == 0
    assert gone.arrived_at() is None


def test_diverged_racer_stands_at_the_wall() -> None:
    """The bowl's domain is [−5, 5] × [−2.5, 2.5]; its wall is ten times as far out."""
    (path,) = run_race(SURFACES["bowl"], [Racer("fast", "SGD", 0.05)], 100).paths
    assert path.stopped_at is not None
    assert abs(path.points[-1, 1]) == 25.0
    np.testing.assert_array_equal(path.points[path.stopped_at + 1 :, 1], path.points[-1, 1])


def test_a_height_that_is_no_number_stops_its_racer_only() -> None:
    surface = own_surface("log(x) + y^2", ((0.1, 4.0), (-2.0, 2.0)), (0.2, 1.0))
    lost, kept = Racer("lost", "SGD", 1.0), Racer("kept", "SGD", 1e-3)
    first, second = run_race(surface, [lost, kept], 5).paths
    # 0.2 − 1 / 0.2 = −4.8, where there is no logarithm.
    assert first.stopped_at == 1
    assert second.stopped_at is None


def test_slots_are_written_down_before_and_after() -> None:
    """Two steps of momentum 0.9 on x²/2 from 1 with rate 0.1: v = −0.1, then −0.09 − 0.09."""
    surface = own_surface("x^2/2", ((-2.0, 2.0),), (1.0,))
    (path,) = run_race(surface, [Racer("m", "SGD", 0.1, {"momentum": 0.9})], 2).paths
    WORKED_IN_FLOAT32.check(path.slots["momentum"][:, 0], [0.0, -0.1, -0.18])
    WORKED_IN_FLOAT32.check(path.points[:, 0], [1.0, 0.9, 0.72])
    WORKED_IN_FLOAT32.check(path.gradients[:, 0], [1.0, 0.9])
    numbers = path.numbers(1)
    assert numbers["scalars"] == {"learning_rate": 0.1}
    WORKED_IN_FLOAT32.check(numbers["after"]["w"], [0.72])


def test_tuning_prefers_the_rate_that_arrives_first() -> None:
    """On x²/2 a step of 1 lands on the minimum at once; 2 and more never arrive."""
    surface = replace(own_surface("x^2/2", ((-2.0, 2.0),), (1.0,)), minima=((0.0,),))
    assert tune_rates(surface, [find_racer("SGD")]) == [1.0]


def test_modes_give_rates() -> None:
    surface, racers = SURFACES["beale"], [find_racer("SGD"), find_racer("Adam")]
    assert [r.rate for r in rates_for(surface, racers, "same", 0.3)] == [0.3, 0.3]
    assert [r.rate for r in rates_for(surface, racers, "course")] == [0.01, 0.001]
    assert [r.rate for r in rates_for(surface, racers, "tuned")] == [0.02, 0.5]


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(lambda: find_surface("moon"), id="surface"),
        pytest.param(lambda: find_racer("walker"), id="racer"),
        pytest.param(lambda: run_race(SURFACES["bowl"], [], 5), id="nobody"),
        pytest.param(lambda: run_race(SURFACES["bowl"], [find_racer("SGD")], 0), id="no step"),
        pytest.param(lambda: run_race(SURFACES["bowl"], [find_racer("SGD")], 10**6), id="too long"),
        pytest.param(
            lambda: run_race(SURFACES["bowl"], [find_racer("SGD")], 5, start=(1.0,)), id="start"
        ),
        pytest.param(
            lambda: run_race(SURFACES["bowl"], [find_racer("SGD")], 5, noise=-1.0), id="noise"
        ),
        pytest.param(
            lambda: run_race(SURFACES["bowl"], [Racer("x", "Adam", 0.1, {"beta_1": 2.0})], 5),
            id="beta",
        ),
        pytest.param(lambda: SURFACES["bowl"].set({"k": 1e9}), id="slider"),
        pytest.param(lambda: SURFACES["beale"].set({"k": 2.0}), id="no slider"),
        pytest.param(lambda: own_surface("log(x)", ((-2.0, -1.0),), (0.0,)), id="no height"),
        pytest.param(lambda: own_surface("x", ((1.0, 1.0),), (0.0,)), id="empty range"),
    ],
)
def test_wrong_values_are_refused(act: Any) -> None:
    with pytest.raises(PronghornError, match=r"expected .*received"):
        act()


def test_step_outside_the_race_is_refused() -> None:
    (path,) = run_race(SURFACES["bowl"], [find_racer("SGD")], 3).paths
    with pytest.raises(ParameterError, match="0 to 2"):
        path.numbers(3)
