"""The precision of products: which are rounded, how nets train with them, and what says it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest

import pronghorn
import tolerances
from pronghorn import config, layers, mixed_precision, utils
from pronghorn.engines import _lowering
from pronghorn.errors import ParameterError
from pronghorn.layers import Dense

MIXED = "mixed_bfloat16"
RNG = np.random.default_rng(3)
X = RNG.normal(size=(48, 9)).astype(np.float32)
Y = np.arange(48) % 3


@pytest.fixture(autouse=True)
def global_policy() -> Iterator[None]:
    yield
    config.set_dtype_policy("float32")
    config.set_matmul_precision("highest")


def rounded(x: Any) -> Any:
    return np.asarray(x, np.float32).astype(ml_dtypes.bfloat16).astype(np.float64)


def make_net(dtype: str | None, seed: int = 1) -> Any:
    utils.set_random_seed(seed)
    return pronghorn.Sequential(
        [
            pronghorn.Input((9,)),
            Dense(17, activation="tanh", dtype=dtype),
            Dense(3, activation="softmax", dtype=dtype),
        ]
    )


# What is rounded.


@pytest.mark.parametrize("engine", ["native", "reference"])
def test_a_dense_layer_multiplies_rounded_numbers(engine: str) -> None:
    layer = Dense(5, dtype=MIXED, bias_initializer="ones")
    with config.use_engine(engine):
        found = layer(X)
    # The bias is added to the sum as it is.
    tolerances.KERNELS_VS_FLOAT64.check(found, rounded(X) @ rounded(layer.kernel.numpy()) + 1.0)


@pytest.mark.parametrize("engine", ["native", "reference"])
def test_a_step_takes_slopes_from_rounded_numbers(engine: str) -> None:
    # z = r(x) r(W), loss = Σ over the row of z² / 2 / m: dz = z / m / n, dW = r(x)ᵀ r(dz).
    with config.use_engine(engine):
        model = pronghorn.Sequential([Dense(4, use_bias=False, dtype=MIXED)])
        model.compile(pronghorn.optimizers.SGD(1.0), "mse")
        model.build((None, 9))
        w = model.get_weights()[0]
        model.train_on_batch(X, np.zeros((48, 4)))
        found = w - model.get_weights()[0]
    dz = 2.0 * (rounded(X) @ rounded(w)) / 4 / 48
    expected = rounded(X).T @ rounded(dz)
    # dz itself is rounded to float32 first: near a tie it may go the other way.
    tolerances.SLOPES_OF_BFLOAT16.check(found, expected)


def test_rows_of_several_axes_are_rounded_alike() -> None:
    x = X.reshape(8, 6, 9)
    layer = Dense(5, dtype=MIXED, use_bias=False)
    found = layer(x)
    tolerances.KERNELS_VS_FLOAT64.check(found, rounded(x) @ rounded(layer.kernel.numpy()))


def test_layers_of_a_mixed_model_keep_their_own_policy() -> None:
    config.set_dtype_policy(MIXED)
    plain = Dense(5, dtype="float32", use_bias=False)
    model = pronghorn.Sequential([pronghorn.Input((9,)), plain])
    found = model.predict(X, verbose=0)
    expected = X.astype(np.float64) @ plain.kernel.numpy()
    tolerances.KERNELS_VS_FLOAT64.check(found, expected)


# Products of three parts.


def test_high_precision_is_float32_where_three_products_take_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_lowering, "split_pays", lambda plan: False)
    layer = Dense(5, use_bias=False)
    highest = layer(X)
    config.set_matmul_precision("high")
    assert layer(X).tobytes() == highest.tobytes()


def train_with(monkeypatch: pytest.MonkeyPatch, precision: str, engine: str) -> list[float]:
    """Losses of ten steps, the native engine splitting whatever the machine."""
    monkeypatch.setattr(_lowering, "split_pays", lambda plan: True)
    config.set_matmul_precision(precision)
    with config.use_engine(engine):
        model = make_net(None)
        model.compile("adam", "sparse_categorical_crossentropy")
        return [float(model.train_on_batch(X, Y)) for _ in range(10)]


@pytest.mark.parametrize("engine", ["native", "reference"])
def test_high_precision_trains_as_float32_does(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    split = train_with(monkeypatch, "high", engine)
    whole = train_with(monkeypatch, "highest", "reference")
    assert split != whole
    tolerances.LOSSES_OF_THREE_PARTS.check(split, whole)


def test_high_precision_runs_on_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = train_with(monkeypatch, "highest", "reference")
    monkeypatch.undo()
    monkeypatch.setenv("PRONGHORN_UNIT", "emulated_amx")
    config.set_matmul_precision("high")
    model = make_net(None)
    model.compile("adam", "sparse_categorical_crossentropy")
    split = [float(model.train_on_batch(X, Y)) for _ in range(10)]
    assert split != whole
    tolerances.LOSSES_OF_THREE_PARTS.check(split, whole)


def test_a_product_of_three_parts_keeps_sixteen_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_lowering, "split_pays", lambda plan: True)
    layer = Dense(5, use_bias=False)
    whole = layer(X)
    config.set_matmul_precision("high")
    found = layer(X)
    assert found.tobytes() != whole.tobytes()
    tolerances.PRODUCTS_OF_THREE_PARTS.check(found, whole)


def test_another_matmul_precision_is_refused() -> None:
    with pytest.raises(ParameterError, match="'highest', 'high'"):
        config.set_matmul_precision("medium")
    assert config.matmul_precision() == "highest"


# How it trains.


def test_ten_steps_are_those_of_the_reference_engine() -> None:
    losses = []
    for engine in ("native", "reference"):
        with config.use_engine(engine):
            model = make_net(MIXED)
            model.compile("adam", "sparse_categorical_crossentropy")
            losses.append([model.train_on_batch(X, Y) for _ in range(10)])
    tolerances.LOSSES_OF_BFLOAT16.check(losses[0], losses[1])


def test_the_digits_are_learned_as_well_as_in_float32() -> None:
    datasets = pytest.importorskip("sklearn.datasets")
    digits, labels = datasets.load_digits(return_X_y=True)
    digits = (digits / 16).astype(np.float32)

    def score(dtype: str, seed: int) -> float:
        utils.set_random_seed(seed)
        net = [Dense(128, "relu", dtype=dtype), Dense(64, "relu", dtype=dtype)]
        model = pronghorn.Sequential([*net, Dense(10, "softmax", dtype=dtype)])
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        model.fit(digits[::2], labels[::2], epochs=20, verbose=0)
        return float(model.evaluate(digits[1::2], labels[1::2], verbose=0)[1])

    gap = np.mean([score(MIXED, seed) - score("float32", seed) for seed in range(3)])
    assert gap >= -tolerances.ACCURACY_OF_BFLOAT16


# What says it.


def test_the_global_policy_holds_for_layers_made_after_it() -> None:
    before = Dense(2)
    mixed_precision.set_global_policy(MIXED)
    after = Dense(2)
    assert (before.compute_dtype, after.compute_dtype) == ("float32", "bfloat16")
    assert after.dtype == after.variable_dtype == "float32"
    assert mixed_precision.global_policy() == pronghorn.DTypePolicy(MIXED) == after.dtype_policy


def test_clear_session_returns_to_float32() -> None:
    config.set_dtype_policy(MIXED)
    utils.clear_session()
    assert config.dtype_policy().name == "float32"


@pytest.mark.parametrize("ending", ["keras", "h5"])
def test_files_keep_the_policy_of_each_layer(ending: str, tmp_path: Path) -> None:
    model = pronghorn.Sequential(
        [pronghorn.Input((9,)), Dense(4, dtype=MIXED), Dense(3, "softmax")]
    )
    model.save(tmp_path / f"net.{ending}")
    again: Any = pronghorn.models.load_model(tmp_path / f"net.{ending}")
    assert [part.dtype_policy.name for part in again.layers] == [MIXED, "float32"]
    assert again.predict(X, verbose=0).tobytes() == model.predict(X, verbose=0).tobytes()


def test_a_config_says_it_as_keras_does() -> None:
    keras = pytest.importorskip("keras")
    theirs = keras.layers.Dense(4, dtype=MIXED).get_config()["dtype"]
    assert Dense(4, dtype=MIXED).get_config()["dtype"] == theirs
    assert layers.Dense.from_config({"units": 4, "dtype": theirs}).compute_dtype == "bfloat16"


def test_float16_is_a_name_for_float32() -> None:
    nets = [make_net("float32"), make_net("mixed_float16")]
    for net in nets:
        net.compile("adam", "sparse_categorical_crossentropy")
        net.fit(X, Y, epochs=2, shuffle=False, verbose=0)
    layer = nets[1].layers[0]
    assert (layer.compute_dtype, layer.variable_dtype) == ("float16", "float32")
    assert nets[1].predict(X, verbose=0).tobytes() == nets[0].predict(X, verbose=0).tobytes()


def test_float16_is_what_keras_rounds() -> None:
    keras = pytest.importorskip("keras")
    theirs = keras.layers.Dense(4, dtype="mixed_float16")
    ours = Dense.from_config(theirs.get_config())
    expected = np.asarray(theirs(X), np.float32)
    ours.build((None, 9))
    ours.set_weights([np.asarray(weight.value) for weight in theirs.weights])
    # Keras rounds x, W and the result to 11 bits.
    tolerances.PRODUCTS_OF_FLOAT16.check(ours(X), expected)
    assert ours.get_config()["dtype"] == theirs.get_config()["dtype"]


@pytest.mark.parametrize("policy", ["bfloat16", "float16", "float64", 3, None], ids=str)
def test_another_policy_is_refused_and_changes_nothing(policy: Any) -> None:
    config.set_dtype_policy(MIXED)
    with pytest.raises(ParameterError, match="'float32' or 'mixed_bfloat16' or"):
        config.set_dtype_policy(policy)
    assert config.dtype_policy().name == MIXED
