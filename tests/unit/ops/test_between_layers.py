"""Operations between layers are those of Keras's functional models; variables take part in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tolerances
from parity import peers
from pronghorn import Input, Model, Variable, layers, models, ops
from unit.ops.cases import FLAT, V, W

BOUNDS = np.array([-0.5, 0.5], np.float32)
Case = Callable[[Any, Any], Any]

CASES: dict[str, Case] = {
    "unequal": lambda o, x: o.cast(x != 0.5, "float32") * x,
    "over the batch": lambda o, x: x - o.mean(x, axis=0),
    "over all": lambda o, x: x / o.max(o.abs(x)),
    "by their number": lambda o, x: x * o.size(x),
    "by a length": lambda o, x: o.reshape(x * o.shape(x)[-1], (-1, len(o.shape(x)) + 1)),
    "roll": lambda o, x: o.roll(x, [1], axis=[-1]),
    "pad": lambda o, x: o.pad(x, ((0, 0), (1, 1)), mode="reflect"),
    "einsum": lambda o, x: o.einsum("...i,ij->...j", x, W),
    "erfc": lambda o, x: o.erfc(x),
    "digitize": lambda o, x: o.digitize(x, BOUNDS),
    "searchsorted": lambda o, x: o.searchsorted(BOUNDS, x, side="right"),
    "isclose": lambda o, x: o.isclose(x, o.round(x), rtol=0.1, atol=0.1),
    "trace": lambda o, x: o.trace(x[:, None] * x[..., None], axis1=1, axis2=2),
    "trapezoid": lambda o, x: o.trapezoid(x, dx=0.5),
    "crossentropy": lambda o, x: o.categorical_crossentropy(o.softmax(x), x, from_logits=True),
    "take": lambda o, x: o.take(W, o.argmax(x, axis=-1), axis=0),
    "dtype by its type": lambda o, x: o.cast(x > 0, np.float32),
}


@pytest.fixture(scope="module")
def keras() -> ModuleType:
    return peers.import_keras()


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_models_and_their_files(case: Case, keras: ModuleType, tmp_path: Path) -> None:
    place = keras.Input((3,))
    original = keras.Model(place, case(keras.ops, place))
    expected = np.asarray(original(FLAT), np.float32)
    x = Input((3,))
    model = Model(x, case(ops, x))
    assert model.output_shape == original.output_shape
    found = model.predict(FLAT, verbose=0)
    tolerances.OPS_VS_KERAS.check(found, expected)
    path = tmp_path / "ours.keras"
    model.save(path)
    assert (models.load_model(path).predict(FLAT, verbose=0) == found).all()
    tolerances.OPS_VS_KERAS.check(
        np.asarray(keras.models.load_model(path)(FLAT), np.float32), expected
    )
    original.save(tmp_path / "theirs.keras")
    again = models.load_model(tmp_path / "theirs.keras").predict(FLAT, verbose=0)
    tolerances.OPS_VS_KERAS.check(again, expected)


WAYS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "times": lambda o, v, x: x * v,
    "behind it": lambda o, v, x: x - v,
    "by name": lambda o, v, x: o.multiply(x, v),
    "matrix": lambda o, v, x: x @ o.reshape(v, (3, 1)),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_variable_between_layers_is_its_numbers(
    way: Callable[[Any, Any, Any], Any], keras: ModuleType, tmp_path: Path
) -> None:
    place = keras.Input((3,))
    original = keras.Model(place, way(keras.ops, keras.Variable(V), place))
    x = Input((3,))
    model = Model(x, way(ops, Variable(V), x))
    assert model.count_params() == original.count_params() == 0
    found = model.predict(FLAT, verbose=0)
    tolerances.OPS_VS_KERAS.check(found, np.asarray(original(FLAT)))
    model.save(tmp_path / "model.keras")
    assert (models.load_model(tmp_path / "model.keras").predict(FLAT, verbose=0) == found).all()


def test_tensors_are_found_by_identity() -> None:
    x, y = Input((3,)), Input((3,))
    assert x in [y, x] and x not in [y] and {x: 1}[x] == 1
    assert x == x and x != None  # noqa: E711


def test_a_tensor_knows_its_shape() -> None:
    x = Input((2, 3))
    assert ops.shape(x) == (None, 2, 3) and ops.ndim(x) == 3
    assert ops.dtype(x) == "float32" and ops.is_tensor(x)


def test_variables_compare_with_numbers_and_are_found_by_identity() -> None:
    v, w = Variable([1.0, 2.0]), Variable([1.0, 2.0])
    assert (v == 2.0).tolist() == [False, True] and (v != [1.0, 0.0]).tolist() == [False, True]
    assert v in [w, v] and v not in [w] and v == v and v != w
    assert {v: 1}[v] == 1 and v is not None and v != None  # noqa: E711


class Counted(layers.Layer):
    """Its rows, beside a table of one row that is the same for all of them."""

    def __init__(self, repeat: Callable[[Any], Any]) -> None:
        super().__init__()
        self.repeat = repeat
        self.table = self.add_weight(shape=(1, 2), initializer="ones")
        self.steps = self.add_weight(shape=(), initializer="zeros", trainable=False)

    def call(self, x: Any) -> Any:
        first = ops.where(self.steps == 0, 2.0, 3.0)
        rows = self.repeat(self.table) * ops.multiply(first, ops.ones((ops.shape(x)[0], 1)))
        return ops.concatenate([x, rows], axis=-1)


REPEATS: dict[str, Callable[[Any], Any]] = {
    "tile": lambda row: ops.tile(row, (None, 1)),
    "repeat": lambda row: ops.repeat(row, None, axis=0),
}


@pytest.mark.parametrize("repeat", REPEATS.values(), ids=REPEATS)
@pytest.mark.parametrize("n", [1, 4])
def test_a_row_repeats_for_every_row_of_the_batch(n: int, repeat: Callable[[Any], Any]) -> None:
    x = Input((3,))
    found = Model(x, Counted(repeat)(x)).predict(FLAT[:n], verbose=0)
    # The table's ones, doubled while no step was counted.
    assert (found == np.concatenate([FLAT[:n], np.full((n, 2), 2.0)], axis=1)).all()
