"""Weights for a model that is compiled otherwise: what real Keras takes, and what it leaves."""

from __future__ import annotations

import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

import keras as real
import numpy as np
import pytest

import pronghorn

# Keras's own variables lack an argument that this NumPy asks for.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings(r"ignore::DeprecationWarning:keras\..*"),
]
rng = np.random.default_rng(0)
X = rng.normal(size=(16, 3)).astype("float32")
Y = rng.normal(size=(16, 2)).astype("float32")
# Optimizer of the file, of the model, whether the model's first layer is frozen, whether its
# optimizer has taken steps.
CASES = {
    "same": ("adam", "adam", False, True),
    "same_before_fit": ("adam", "adam", False, False),
    "without_slots": ("adam", "sgd", False, False),
    "without_slots_after_fit": ("adam", "sgd", False, True),
    "frozen": ("adam", "adam", True, False),
    "frozen_after_fit": ("adam", "adam", True, True),
    "with_slots": ("sgd", "adam", False, True),
    "same_slots": ("adagrad", "rmsprop", False, True),
}
# Keras leaves a whole state too where the model's optimizer has not been built.
TAKEN = {"same", "same_before_fit", "same_slots"}


def make(k: ModuleType, optimizer: str, is_frozen: bool = False) -> Any:
    model = k.Sequential([k.Input((3,)), k.layers.Dense(4), k.layers.Dense(2)])
    model.layers[0].trainable = not is_frozen
    model.compile(optimizer, "mse")
    return model


def load(k: ModuleType, path: Path, case: str) -> tuple[Any, list[str]]:
    _, optimizer, is_frozen, is_fit = CASES[case]
    model = make(k, optimizer, is_frozen)
    if is_fit:
        model.fit(X, Y, verbose=0)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.load_weights(path)
    return model, [str(w.message) for w in caught if "optimizer" in str(w.message)]


@pytest.mark.parametrize("source", [pronghorn, real], ids=["own", "from_keras"])
@pytest.mark.parametrize("case", CASES)
def test_weights_are_taken_and_the_state_where_it_fits(
    case: str, source: ModuleType, tmp_path: Path
) -> None:
    path = tmp_path / "w.weights.h5"
    model = make(source, CASES[case][0])
    model.fit(X, Y, epochs=2, verbose=0)
    model.save_weights(path)
    ours, our_warnings = load(pronghorn, path, case)
    theirs, their_warnings = load(real, path, case)
    expected = model.get_weights()
    for other in (ours, theirs):
        assert all(map(np.array_equal, other.get_weights(), expected))
    assert len(our_warnings) == (case not in TAKEN)
    if case != "same_before_fit":
        assert len(their_warnings) == len(our_warnings)
        assert ours.optimizer.iterations == int(theirs.optimizer.iterations)
    ours.fit(X, Y, verbose=0)


def test_file_of_a_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "w.weights.h5"
    model = make(pronghorn, "adam")
    keep = pronghorn.callbacks.ModelCheckpoint(path, save_weights_only=True)
    model.fit(X, Y, verbose=0, callbacks=[keep])
    again, caught = load(pronghorn, path, "frozen")
    assert all(map(np.array_equal, again.get_weights(), model.get_weights()))
    assert len(caught) == 1


def test_state_that_keras_cannot_take_either(tmp_path: Path) -> None:
    """As many arrays, of other shapes: Keras raises when it has taken the weights already."""
    model = make(pronghorn, "adam", is_frozen=True)
    model.fit(X, Y, verbose=0)
    model.save_weights(tmp_path / "w.weights.h5")
    again = make(pronghorn, "rmsprop")
    again.fit(X, Y, verbose=0)
    with pytest.warns(UserWarning, match="optimizer does not fit"):
        again.load_weights(tmp_path / "w.weights.h5")
    assert all(map(np.array_equal, again.get_weights(), model.get_weights()))


def make_units(k: ModuleType, units: tuple[int, ...], *, use_bias: bool = True) -> Any:
    dense = [k.layers.Dense(n, use_bias=use_bias) for n in units]
    return k.Sequential([k.Input((3,)), *dense])


def load_units(
    k: ModuleType, path: Path, units: tuple[int, ...], skip_mismatch: bool, use_bias: bool
) -> list[Any] | None:
    """The weights of a model of ones afterwards; None where it refuses the file."""
    model = make_units(k, units, use_bias=use_bias)
    model.set_weights([np.ones(w.shape) for w in model.weights])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            model.load_weights(path, skip_mismatch=skip_mismatch)
        except ValueError:
            return None
    return [np.asarray(w) for w in model.weights]


@pytest.mark.parametrize("skip_mismatch", [False, True], ids=["strict", "skip_mismatch"])
@pytest.mark.parametrize("ending", [".weights.h5", ".keras"])
@pytest.mark.parametrize("use_bias", [True, False], ids=["bias", "no_bias"])
@pytest.mark.parametrize(
    "units",
    [(4,), (4, 2), (4, 2, 1), (4, 3), (5, 2)],
    ids=["fewer", "same", "more", "wider_end", "wider_begin"],
)
def test_layers_that_are_others_than_in_the_file(
    units: tuple[int, ...], use_bias: bool, ending: str, skip_mismatch: bool, tmp_path: Path
) -> None:
    """What only the file has is passed over; a layer that does not fit is left whole."""
    path = tmp_path / f"w{ending}"
    source = make_units(real, (4, 2))
    (source.save_weights if ending == ".weights.h5" else source.save)(path)
    ours, theirs = (load_units(k, path, units, skip_mismatch, use_bias) for k in (pronghorn, real))
    assert (ours is None) == (theirs is None)
    if ours is not None and theirs is not None:
        assert all(map(np.array_equal, ours, theirs))
