"""Configs beside those of real Keras: what they say, and in which types."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import keras as real
import numpy as np
import pytest

import pronghorn
from pronghorn._core.params import MismatchError
from pronghorn.optimizers._arguments import POSITIVE, AsGiven

SCHEDULES: dict[str, Callable[[Any], Any]] = {
    "exponential": lambda s: s.ExponentialDecay(1, 10, 0.5),
    "exponential_of_floats": lambda s: s.ExponentialDecay(1.0, 10.0, 1),
    "inverse_time": lambda s: s.InverseTimeDecay(1, 10, 2),
    "cosine": lambda s: s.CosineDecay(1, 100),
    "cosine_with_warmup": lambda s: s.CosineDecay(0.1, 100, 1, "w", 2, 5),
    "restarts": lambda s: s.CosineDecayRestarts(1, 10, 3, 1, 0),
    "piecewise": lambda s: s.PiecewiseConstantDecay([1, 2.0], [1, 0.5, 2]),
    "polynomial": lambda s: s.PolynomialDecay(1, 10, 0, 2),
}
LAYERS: dict[str, Callable[[Any], Any]] = {
    "Dense": lambda k: k.layers.Dense(3, name="d"),
    "mixed": lambda k: k.layers.Dense(3, dtype="mixed_bfloat16", name="d"),
    "Dropout": lambda k: k.layers.Dropout(0.5, noise_shape=(None, 1), name="d"),
    "Reshape": lambda k: k.layers.Reshape((2, 2), name="d"),
    "Permute": lambda k: k.layers.Permute((2, 1), name="d"),
}


def spell(value: Any) -> str:
    """Values with their types: 3 is not 3.0, and a tuple is no list."""
    return repr(value)


@pytest.mark.parametrize("make", SCHEDULES.values(), ids=SCHEDULES)
def test_schedule_keeps_numbers_as_they_are_given(make: Callable[[Any], Any]) -> None:
    ours, theirs = make(pronghorn.optimizers.schedules), make(real.optimizers.schedules)
    assert spell(ours.get_config()) == spell(theirs.get_config())
    again = type(ours).from_config(theirs.get_config())
    assert [float(again(i)) for i in range(5)] == [float(ours(i)) for i in range(5)]


def test_number_as_given_follows_its_rule() -> None:
    with pytest.raises(MismatchError):
        AsGiven(POSITIVE).convert(0)
    assert spell(AsGiven(POSITIVE).convert(np.float32(2))) == "2.0"


@pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS)
def test_layer_says_what_it_was_given(make: Callable[[ModuleType], Any]) -> None:
    ours, theirs = make(pronghorn), make(real)
    found, expected = ours.get_config(), theirs.get_config()
    assert {key: spell(value) for key, value in found.items()} == {
        key: spell(expected[key]) for key in found
    }
    for config in (found, expected):
        assert spell(type(ours).from_config(config).get_config()) == spell(found)
    assert spell(type(theirs).from_config(found).get_config()) == spell(expected)


def make_own(k: ModuleType) -> Any:
    class Own(k.layers.Layer):  # type: ignore[misc, name-defined]
        def __init__(self, sizes: Any, options: Any = None, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.sizes, self.options = sizes, options

        def call(self, x: Any) -> Any:
            return x

    return Own


@pytest.mark.parametrize(
    "given", [(3, 4), ((1, 2), [3]), [(1,), 2]], ids=["tuple", "list_in_it", "tuple_in_list"]
)
def test_tuples_stay_tuples_in_memory(given: Any) -> None:
    """In a class without get_config; JSON, and so a file, has lists only."""
    seen = []
    for k in (pronghorn, real):
        kind = make_own(k)
        config = kind(given, {"a": given}, name="own").get_config()
        again = kind.from_config(config)
        parts = (config["sizes"], config["options"], again.get_config()["sizes"])
        seen.append(spell(parts))
    assert seen[0] == seen[1]


@pytest.mark.parametrize("value", [np.float32(0.5), np.int64(2)], ids=["float32", "int64"])
def test_json_of_numbers_of_numpy(value: Any) -> None:
    """As Keras writes them: numbers."""

    def text(k: ModuleType) -> str:
        class Own(k.layers.Layer):  # type: ignore[misc, name-defined]
            def call(self, x: Any) -> Any:
                return x

            def get_config(self) -> dict[str, Any]:
                return {**super().get_config(), "value": value}

        found: str = k.Sequential([k.Input((2,)), Own(name="own")]).to_json()
        return found[found.index('"value"') :][: len('"value": ') + 3]

    assert text(pronghorn) == text(real)
