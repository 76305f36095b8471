"""Fifty random nets beside Keras: the same weights, the same batches, the same losses."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

import tolerances
from parity import random_nets
from pronghorn._core import registry

NETS = 50


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(NETS))
def test_losses_of_twenty_steps_are_those_of_keras(
    seed: int, keras: ModuleType, subject: ModuleType
) -> None:
    net = random_nets.draw_net(seed)
    expected, actual = random_nets.train(keras, net), random_nets.train(subject, net)
    assert np.isfinite(expected).all()
    tolerances.CURVES_VS_KERAS.check(actual, expected, str(net))


@pytest.mark.parametrize("kind", random_nets.USED)
def test_whatever_both_libraries_have_may_be_drawn(
    kind: str, keras: ModuleType, subject: ModuleType
) -> None:
    names = {"loss": "losses", "schedule": "optimizers.schedules"}
    # Ours is asked for so that its things are registered.
    _, folder = (random_nets.find_folder(k, names.get(kind, f"{kind}s")) for k in (subject, keras))
    shared = {
        entry.target.__name__
        for entry in registry.entries(kind)
        if entry.is_builtin and hasattr(folder, entry.target.__name__)
    }
    assert shared == (shared & random_nets.USED[kind]) | set(random_nets.LEFT_OUT.get(kind, ()))
