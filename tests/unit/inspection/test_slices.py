"""Cuts through a loss: against formulas of small networks and against scikit-learn's PCA."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.decomposition import PCA

import pronghorn as keras
from pronghorn import inspection, layers
from pronghorn.errors import DataError, NotBuiltError, ParameterError, ShapeError
from tolerances import WEIGHTS_VS_REFERENCE, WORKED_IN_FLOAT32

RNG = np.random.default_rng(8)
X = RNG.normal(size=(12, 3))
Y = RNG.normal(size=(12, 1))


def linear_model() -> Any:
    model = keras.Sequential([keras.Input((3,)), layers.Dense(1, name="line")])
    model.compile("sgd", loss="mse")
    return model


def deep_model() -> Any:
    model = keras.Sequential(
        [
            keras.Input((3,)),
            layers.Dense(5, "relu"),
            layers.BatchNormalization(),
            layers.Dropout(0.5),
            layers.Dense(1, kernel_regularizer="l2"),
        ]
    )
    model.compile("adam", loss="mse")
    model.train_on_batch(X, Y)
    return model


def test_line_through_a_quadratic() -> None:
    """L(w + a d) = mean (X (w + a d) + b + a e - y)²."""
    model = linear_model()
    w, b = (v.numpy().astype(np.float64) for v in model.trainable_variables)
    d, e = RNG.normal(size=(3, 1)), RNG.normal(size=1)
    steps = np.linspace(-2.0, 3.0, 7)
    expected = [np.mean((X @ (w + a * d) + b + a * e - Y) ** 2) for a in steps]
    found = inspection.loss_line(model, X, Y, [d, e], steps)
    WEIGHTS_VS_REFERENCE.check(found, np.array(expected))


def test_plane_has_beta_down_and_alpha_across() -> None:
    model = linear_model()
    w, b = (v.numpy().astype(np.float64) for v in model.trainable_variables)
    d, e = RNG.normal(size=(2, 3, 1))
    zero = np.zeros(1)
    across, down = np.array([0.0, 1.0, 2.0]), np.array([-1.0, 0.5])
    expected = [[np.mean((X @ (w + a * d + c * e) + b - Y) ** 2) for a in across] for c in down]
    found = inspection.loss_plane(model, X, Y, ([d, zero], [e, zero]), across, down)
    assert found.shape == (2, 3)
    WEIGHTS_VS_REFERENCE.check(found, np.array(expected))


def test_model_is_as_before_and_the_middle_is_its_loss() -> None:
    model = deep_model()
    kept, state = model.get_weights(), model.state()
    directions = tuple(inspection.random_direction(model, seed) for seed in (1, 2))
    found = inspection.loss_plane(model, X, Y, directions, np.linspace(-1, 1, 3))
    for now, before in zip(model.get_weights(), kept, strict=True):
        np.testing.assert_array_equal(now, before)
    for name, value in model.state().items():
        np.testing.assert_array_equal(value, state[name])
    WORKED_IN_FLOAT32.check(found[1, 1], np.float64(model.test_on_batch(X, Y)))
    assert found[0, 0] != found[1, 1]


def test_weights_of_rows_count() -> None:
    model, weights = linear_model(), np.arange(12.0)
    d = inspection.random_direction(model)
    found = inspection.loss_line(model, X, Y, d, [0.0], sample_weight=weights)
    errors = np.asarray(model.predict(X, verbose=0), np.float64) - Y
    expected = np.mean(weights[:, None] * errors**2)
    WEIGHTS_VS_REFERENCE.check(found, np.array([expected]))


def test_overflow_is_infinity_and_the_model_survives() -> None:
    model = linear_model()
    kept = model.get_weights()
    found = inspection.loss_line(model, X, Y, inspection.random_direction(model), [0.0, 1e30])
    assert np.isfinite(found[0])
    assert np.isinf(found[1])
    np.testing.assert_array_equal(model.get_weights()[0], kept[0])


def test_filters_have_the_lengths_of_the_model() -> None:
    model = deep_model()
    direction = inspection.random_direction(model, seed=4)
    for d, variable in zip(direction, model.trainable_variables, strict=True):
        w = variable.numpy()
        if w.ndim == 2:
            lengths = np.linalg.norm(w.astype(np.float64), axis=0)
            WORKED_IN_FLOAT32.check(np.linalg.norm(d.astype(np.float64), axis=0), lengths)
        else:
            np.testing.assert_array_equal(d, np.zeros(w.shape))


def test_whole_weights_have_the_lengths_of_the_model() -> None:
    model = deep_model()
    direction = inspection.random_direction(model, normalize="weight")
    for d, variable in zip(direction, model.trainable_variables, strict=True):
        length = float(np.linalg.norm(variable.numpy().astype(np.float64)))
        WORKED_IN_FLOAT32.check(float(np.linalg.norm(d.astype(np.float64))), length)


def test_same_seed_same_direction() -> None:
    model = deep_model()
    first, again = (inspection.random_direction(model, seed=9) for _ in range(2))
    other = inspection.random_direction(model, seed=10)
    np.testing.assert_array_equal(first[0], again[0])
    assert not np.array_equal(first[0], other[0])


def test_axes_of_a_path_are_those_of_principal_components() -> None:
    """PCA centres at the mean, we at the end: with the end as the mean both agree."""
    rows = RNG.normal(size=(30, 6)) * [5.0, 3.0, 1.0, 0.5, 0.2, 0.1]
    rows -= rows.mean(axis=0)
    end = RNG.normal(size=6)
    moments = [row + end for row in rows] + [end]
    path = [[m[:4].reshape(2, 2), m[4:]] for m in moments]
    found = inspection.path_directions(path, count=3)
    peer = PCA(3).fit(rows)
    WEIGHTS_VS_REFERENCE.check(found.explained, peer.explained_variance_ratio_)
    for direction, axis in zip(found.directions, peer.components_, strict=True):
        flat = np.concatenate([part.reshape(-1) for part in direction])
        sign = np.sign(flat @ axis)
        WEIGHTS_VS_REFERENCE.check(sign * flat, axis)


def test_positions_lead_back_to_the_path() -> None:
    """A path in a plane: w_t = w_T + position · directions."""
    a, b = RNG.normal(size=(2, 3, 2))
    end = RNG.normal(size=(3, 2))
    path = [[end + np.sin(t) * a + t * b] for t in (4.0, 2.0, 1.0, 0.5)] + [[end]]
    found = inspection.path_directions(path)
    for moment, position in zip(path, found.positions, strict=True):
        back = end + sum(
            p * d[0].astype(np.float64) for p, d in zip(position, found.directions, strict=True)
        )
        WEIGHTS_VS_REFERENCE.check(back, moment[0])


def test_between_leads_from_one_to_the_other() -> None:
    first, second = deep_model(), deep_model()
    step = inspection.between(
        [v.numpy() for v in first.trainable_variables],
        [v.numpy() for v in second.trainable_variables],
    )
    for d, a, b in zip(step, first.trainable_variables, second.trainable_variables, strict=True):
        WEIGHTS_VS_REFERENCE.check(a.numpy() + d, b.numpy())


def test_refusals() -> None:
    model = linear_model()
    direction = inspection.random_direction(model)
    plain = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
    with pytest.raises(NotBuiltError, match="compile"):
        inspection.loss_line(plain, X, Y, direction)
    with pytest.raises(ShapeError, match="random_direction"):
        inspection.loss_line(model, X, Y, direction[:1])
    with pytest.raises(ParameterError, match="finite"):
        inspection.loss_line(model, X, Y, direction, [0.0, np.nan])
    with pytest.raises(ParameterError, match="two of them"):
        inspection.loss_plane(model, X, Y, (direction,))
    with pytest.raises(ParameterError, match="'filter', 'weight', 'none'"):
        inspection.random_direction(model, normalize="layer")
    with pytest.raises(ParameterError, match="at least 3 moments"):
        inspection.path_directions([direction, direction])
    with pytest.raises(DataError, match="moves in 1"):
        inspection.path_directions([[np.array([t, 2 * t])] for t in (3.0, 1.0, 0.0)])
    with pytest.raises(ShapeError, match="the same layers"):
        inspection.between(direction, direction[:1])
