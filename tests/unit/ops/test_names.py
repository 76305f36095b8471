"""Which names of `keras.ops` are here, and what the others say."""

from __future__ import annotations

import numpy as np
import pytest

import tolerances
from parity import peers
from pronghorn import Input, Model, activations, models, ops
from pronghorn._core.left_out import LEFT_OUT


def test_every_name_of_keras_is_here_or_left_out_for_a_reason() -> None:
    keras = peers.import_keras()
    wanted = {name for name in dir(keras.ops) if not name.startswith("_")}
    left_out = [name for names in LEFT_OUT["ops"].values() for name in names.split()]
    assert len(left_out) == len(set(left_out))
    assert wanted - set(dir(ops)) == set(left_out) & wanted
    assert set(left_out) <= wanted
    assert not set(left_out) & set(dir(ops))


def test_missing_name_says_why() -> None:
    with pytest.raises(AttributeError, match=r"'svd': decompositions and"):
        ops.svd  # noqa: B018


def test_mistyped_name_suggests_the_nearest() -> None:
    with pytest.raises(AttributeError, match=r"'geluu'\. Did you mean 'gelu'"):
        ops.geluu  # noqa: B018


def test_gelu_is_the_approximation_as_in_keras_ops() -> None:
    x = np.array([0.5, 1.0], np.float32)
    assert ops.gelu(x).tolist() == activations.gelu(x, approximate=True).tolist()
    assert ops.gelu(x, approximate=False).tolist() == activations.gelu(x).tolist()


@pytest.mark.parametrize("name", ["elu", "gelu", "silu", "hard_swish", "arctan2", "cumsum"])
def test_operations_between_layers_open_in_keras(name: str, tmp_path: object) -> None:
    keras = peers.import_keras()
    x = Input((3,))
    arguments = {"arctan2": (x, x * 2.0), "cumsum": (x, -1)}.get(name, (x,))
    model = Model(x, getattr(ops, name)(*arguments))
    path = f"{tmp_path}/operation.keras"
    model.save(path)
    rows = np.linspace(-2.0, 2.0, 12, dtype=np.float32).reshape(4, 3)
    expected = model.predict(rows, verbose=0)
    twin = keras.models.load_model(path)
    tolerances.OPS_VS_KERAS.check(np.asarray(twin(rows)), expected)
    assert (models.load_model(path).predict(rows, verbose=0) == expected).all()
