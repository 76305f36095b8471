"""Gradient descent by rules: worked steps, facts of the lecture's function, what theory says."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from pronghorn.errors import PronghornError
from pronghorn.lab._descent import RULES, curvatures, predict, run_descent
from pronghorn.lab._surfaces import SURFACES, own_surface
from tolerances import CURVATURES_VS_THEORY, WORKED_IN_FLOAT32

LECTURE, BOWL = SURFACES["lecture"], SURFACES["bowl"]
PARABOLA = own_surface("x^2/2", ((-4.0, 4.0),), (1.0,))


def test_minimum_of_the_lecture_function() -> None:
    """f'(x) = 2x − e^−x vanishes at W(1/2) = 0.351734, W being Lambert's function."""
    ((x,),) = LECTURE.minima
    assert abs(2 * x - math.exp(-x)) < 1e-15
    assert round(x, 6) == 0.351734
    assert round(float(LECTURE.heights([x])), 6) == 0.827184


def test_curvature_limits_the_step() -> None:
    theory = predict(LECTURE)
    assert theory is not None
    assert round(theory.curvatures[0], 5) == 2.70347
    assert round(theory.limit, 5) == 0.73979


@pytest.mark.parametrize(("rate", "stays"), [(0.73, True), (0.75, False)])
def test_step_limit_holds_in_practice(rate: float, stays: bool) -> None:
    """Beside the minimum a step under 0.73979 comes nearer, one above goes away from it."""
    descent = run_descent(LECTURE, "fixed", rate, 400, start=(0.352734,))
    assert bool(descent.distances[-1] < 1e-3) is stays


def test_theory_of_the_bowl() -> None:
    """k = 49: curvatures 1 and 49; 2/49, 2/50; ((7 − 1) / (7 + 1))² = 0.5625; 4 / 8² = 1/16."""
    theory = predict(BOWL.set({"k": 49.0, "a": 0.7}))
    assert theory is not None
    CURVATURES_VS_THEORY.check(theory.curvatures, [1.0, 49.0])
    CURVATURES_VS_THEORY.check(
        [theory.limit, theory.best, theory.momentum, theory.momentum_rate, theory.shrinks_by],
        [2 / 49, 2 / 50, 0.5625, 1 / 16, 48 / 50],
    )
    # The steep direction is the y-axis turned by 0.7.
    steep = np.abs(theory.directions[1])
    CURVATURES_VS_THEORY.check(steep, [math.sin(0.7), math.cos(0.7)])


def test_best_step_shrinks_the_error_as_theory_says() -> None:
    """k = 9, step 2/10: both axes shrink by 0.8 a step, so the distance does too."""
    surface = BOWL.set({"k": 9.0})
    descent = run_descent(surface, "fixed", 0.2, 20)
    WORKED_IN_FLOAT32.check(
        descent.distances[1:] / descent.distances[:-1], np.full(20, 0.8, np.float64)
    )


def test_best_momentum_beats_its_neighbours() -> None:
    """k = 100, 150 steps: heavy ball at the best pair ends nearer than without momentum."""
    surface = BOWL.set({"k": 100.0})
    theory = predict(surface)
    assert theory is not None
    plain = run_descent(surface, "fixed", theory.best, 150)
    heavy = run_descent(surface, "fixed", theory.momentum_rate, 150, momentum=theory.momentum)
    assert heavy.distances[-1] < 1e-3 * plain.distances[-1]


def test_fixed_steps() -> None:
    """x ← x − 0.5 x."""
    descent = run_descent(PARABOLA, "fixed", 0.5, 3)
    WORKED_IN_FLOAT32.check(descent.points[:, 0], [1.0, 0.5, 0.25, 0.125])


def test_decreasing_steps() -> None:
    """α = 0.5 / (1 + t): 0.5, 0.25, 1/6; x = 1, 0.5, 0.375, 0.3125."""
    descent = run_descent(PARABOLA, "decreasing", 0.5, 3, decay=1.0)
    WORKED_IN_FLOAT32.check(descent.rates, [0.5, 0.25, 1 / 6])
    WORKED_IN_FLOAT32.check(descent.points[:, 0], [1.0, 0.5, 0.375, 0.3125])


def test_backtracking_halves_until_the_promise_is_kept() -> None:
    """On x²/2 a step α leaves (1 − α)² x²/2 ≤ (1 − α) x²/2 from α = 1 down: 8, 4, 2, 1."""
    descent = run_descent(PARABOLA, "backtracking", 8.0, 1)
    assert descent.rates.tolist() == [1.0]


def test_exact_step_of_a_bowl() -> None:
    """α = gᵀg / gᵀHg: at (−4, 0.8) with k = 10, g = (−4, 8): 80 / (16 + 640)."""
    descent = run_descent(BOWL.set({"k": 10.0}), "exact", 0.01, 1)
    CURVATURES_VS_THEORY.check(descent.rates, [80 / 656])


def test_exact_steps_are_at_right_angles() -> None:
    descent = run_descent(BOWL.set({"k": 10.0}), "exact", 0.01, 2)
    first, second = descent.gradients
    assert abs(float(first @ second)) < 1e-5 * float(first @ first)


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_finds_the_lecture_minimum(rule: str) -> None:
    descent = run_descent(LECTURE, rule, 0.3, 60)
    assert descent.distances[-1] < 1e-3


def test_noise_keeps_a_fixed_step_from_settling() -> None:
    """A decreasing step averages the noise away; a fixed one goes on hovering."""
    fixed = run_descent(PARABOLA, "fixed", 0.5, 1000, noise=1.0)
    falling = run_descent(PARABOLA, "decreasing", 0.5, 1000, noise=1.0, decay=0.5)
    hovering, settled = (np.std(d.points[-300:, 0]) for d in (fixed, falling))
    assert settled < hovering / 5


def test_divergence_stops_at_the_wall() -> None:
    descent = run_descent(PARABOLA, "fixed", 2.5, 50)
    # |x| grows by 1.5 a step and the wall stands at 40: 1.5⁹ = 38.4, 1.5¹⁰ = 57.7.
    assert descent.stopped_at == 9
    assert abs(descent.points[-1, 0]) == 40.0


def test_no_theory_without_a_valley() -> None:
    assert predict(own_surface("x + y", ((-1.0, 1.0), (-1.0, 1.0)), (0.0, 0.0))) is None
    flat = replace(PARABOLA, formula="0*x", minima=((0.0,),))
    assert predict(flat) is None


def test_second_derivatives() -> None:
    """x²y at (1, 2): [[4, 2], [2, 0]], eigenvalues 2 ± √8."""
    surface = own_surface("x^2*y", ((-3.0, 3.0), (-3.0, 3.0)), (0.0, 0.0))
    values, _ = curvatures(surface, (1.0, 2.0))
    CURVATURES_VS_THEORY.check(values, [2 - math.sqrt(8.0), 2 + math.sqrt(8.0)])


@pytest.mark.parametrize(
    "arguments",
    [{"rule": "guess"}, {"rate": 0.0}, {"rate": math.inf}, {"steps": 0}, {"noise": -1.0}],
    ids=str,
)
def test_wrong_values_are_refused(arguments: dict[str, object]) -> None:
    with pytest.raises(PronghornError, match=r"expected .*received"):
        run_descent(LECTURE, **arguments)  # type: ignore[arg-type]
