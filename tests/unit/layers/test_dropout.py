from __future__ import annotations

import numpy as np
import pytest

from pronghorn import layers, utils
from pronghorn.errors import ParameterError, ShapeError

X = np.ones((400, 50), np.float32)


def test_inference_is_identity() -> None:
    assert (layers.Dropout(0.9)(X) == X).all()


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
def test_training_keeps_the_mean(rate: float) -> None:
    utils.set_random_seed(1)
    y = layers.Dropout(rate)(X, training=True)
    # 20,000 draws: the share of zeros has deviation sqrt(r (1 − r) / 20000) <= 0.0036.
    assert abs((y == 0).mean() - rate) < 5 * 0.0036
    assert np.unique(y[y != 0]).tolist() == [np.float32(1) / np.float32(1 - rate)]


def test_rate_of_one_leaves_nothing() -> None:
    assert not layers.Dropout(1.0)(X, training=True).any()


def test_rate_of_zero_changes_nothing() -> None:
    assert (layers.Dropout(0.0)(X, training=True) == X).all()


def test_seed_of_the_process_repeats_it() -> None:
    masks = []
    for _ in range(2):
        utils.set_random_seed(7)
        masks.append(layers.Dropout(0.5)(X, training=True))
    assert (masks[0] == masks[1]).all()


def test_seed_of_the_layer_draws_another_mask() -> None:
    masks = []
    for seed in (None, 0, 1):
        utils.set_random_seed(7)
        masks.append(layers.Dropout(0.5, seed=seed)(X, training=True).tobytes())
    assert len(set(masks)) == 3


def test_noise_shape_shares_the_draws() -> None:
    utils.set_random_seed(3)
    x = np.ones((40, 5, 6), np.float32)
    y = layers.Dropout(0.5, noise_shape=(None, 1, 6))(x, training=True)
    assert (y == y[:, :1]).all()
    assert 0.3 < (y[:, 0] == 0).mean() < 0.7
    assert len(np.unique(y[:, 0], axis=0)) > 1


def test_noise_shape_may_give_all_rows_one_mask(engine: str) -> None:
    utils.set_random_seed(3)
    x = np.ones((40, 5, 6), np.float32)
    layer = layers.Dropout(0.5, noise_shape=(1, 5, 1))
    y, again = layer(x, training=True), layer(x, training=True)
    assert (y == y[:1, :, :1]).all()
    assert len(np.unique(np.stack([y[0, :, 0], again[0, :, 0]]), axis=0)) == 2


def test_noise_shape_must_repeat_along_the_input() -> None:
    with pytest.raises(ShapeError, match="repeats"):
        layers.Dropout(0.5, noise_shape=(None, 2))(X, training=True)


@pytest.mark.parametrize(
    "options",
    [
        {"rate": 1.5},
        {"rate": 0.5, "noise_shape": "ab"},
        {"rate": 0.5, "noise_shape": ()},
        {"rate": 0.5, "noise_shape": (None, 0)},
    ],
    ids=str,
)
def test_refuses(options: dict[str, object]) -> None:
    with pytest.raises(ParameterError):
        layers.Dropout(**options)
