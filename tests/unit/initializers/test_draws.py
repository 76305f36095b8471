"""Initializers: distributions against SciPy's, bounds worked by hand, seeds."""

import copy
import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from pronghorn import initializers, layers
from pronghorn._core.errors import ParameterError, ShapeError
from pronghorn._core.rng import set_random_seed
from tolerances import KINDS_VS_KERAS

# (784, 300) kernel. Bounds of the uniform ones: sqrt(6 / 1084), sqrt(6 / 784), sqrt(3 / 784);
# variances of the normal ones: 2 / 1084, 2 / 784, 1 / 784 (the variance after the cut).
UNIFORM = {"glorot_uniform": 0.0743975, "he_uniform": 0.0874818, "lecun_uniform": 0.0618590}
NORMAL = {"glorot_normal": 0.0429534, "he_normal": 0.0505076, "lecun_normal": 0.0357143}
# Deviation of a standard normal cut at 2: sqrt(1 − 4 φ(2) / (2 Φ(2) − 1)) = 0.8796256610342398.
CUT = float(stats.truncnorm(-2, 2).std())

# A right generator fails a Kolmogorov-Smirnov test at this level once in a million seeds.
LEVEL = 1e-6


def draw(identifier: Any, shape: tuple[int, ...] = (784, 300)) -> np.ndarray:
    set_random_seed(11)
    values: np.ndarray = initializers.get(identifier)(shape, dtype="float64")
    return values


@pytest.mark.parametrize("name", UNIFORM)
def test_uniform_ones_fill_their_interval(name: str) -> None:
    limit = UNIFORM[name]
    values = draw(name).ravel()
    assert np.abs(values).max() <= limit * (1 + 1e-5)
    assert stats.kstest(values, stats.uniform(-limit, 2 * limit).cdf).pvalue > LEVEL


@pytest.mark.parametrize("name", NORMAL)
def test_normal_ones_are_cut_and_rescaled(name: str) -> None:
    scale = NORMAL[name] / CUT
    values = draw(name).ravel()
    assert np.abs(values).max() <= 2 * scale * (1 + 1e-5)
    assert stats.kstest(values, stats.truncnorm(-2, 2, scale=scale).cdf).pvalue > LEVEL


@pytest.mark.parametrize(
    ("initializer", "law"),
    [
        (initializers.RandomNormal(0.5, 0.1, seed=3), stats.norm(0.5, 0.1)),
        (initializers.RandomUniform(-0.2, 0.6, seed=3), stats.uniform(-0.2, 0.8)),
        (initializers.TruncatedNormal(0.5, 0.1, seed=3), stats.truncnorm(-2, 2, 0.5, 0.1)),
        # fan_out of (784, 300): variance 3 / 300 = 0.01
        (
            initializers.VarianceScaling(3.0, "fan_out", "untruncated_normal", seed=3),
            stats.norm(0.0, 0.1),
        ),
    ],
    ids=["normal", "uniform", "truncated", "scaling"],
)
def test_distributions(initializer: Any, law: Any) -> None:
    assert stats.kstest(initializer((784, 300), "float64").ravel(), law.cdf).pvalue > LEVEL


@pytest.mark.parametrize(
    ("shape", "limit"),
    [
        # glorot_uniform: sqrt(6 / (fan_in + fan_out)); a vector has both fans n, a scalar 1.
        ((50,), math.sqrt(6 / 100)),
        ((), math.sqrt(6 / 2)),
        # (2, 3, 4): field 2, fans 2 · 3 and 2 · 4.
        ((2, 3, 4), math.sqrt(6 / 14)),
    ],
)
def test_fans_of_other_ranks(shape: tuple[int, ...], limit: float) -> None:
    # The largest of 2000 seeds' first values comes close to the limit and never passes it.
    draws = [abs(initializers.GlorotUniform(seed=s)(shape, "float64")).max() for s in range(2000)]
    assert 0.99 * limit < max(draws) <= limit


def test_named_axes_count_as_fans() -> None:
    # (100, 4, 25) with inputs on axis 2 and outputs on axis 0: he_uniform limit sqrt(6 / 25).
    w = initializers.HeUniform(seed=1, input_axes=[2], output_axes=[0])((100, 4, 25))
    assert 0.99 * math.sqrt(6 / 25) < np.abs(w).max() <= math.sqrt(6 / 25) * (1 + 1e-6)


RANDOM = [
    "random_normal",
    "random_uniform",
    "truncated_normal",
    "variance_scaling",
    *UNIFORM,
    *NORMAL,
]


@pytest.mark.parametrize("name", RANDOM)
def test_an_object_repeats_itself(name: str) -> None:
    initializer = initializers.get(name)
    np.testing.assert_array_equal(initializer((5, 4)), initializer((5, 4)))
    np.testing.assert_array_equal(copy.deepcopy(initializer)((5, 4)), initializer((5, 4)))


@pytest.mark.parametrize("name", RANDOM)
def test_unseeded_objects_differ(name: str) -> None:
    assert not np.array_equal(initializers.get(name)((5, 4)), initializers.get(name)((5, 4)))


@pytest.mark.parametrize("name", RANDOM)
def test_config_of_an_unseeded_object_has_no_seed(name: str) -> None:
    initializer = initializers.get(name)
    assert initializer.get_config()["seed"] is None
    assert not np.array_equal(initializer.clone()((5, 4)), initializer((5, 4)))


@pytest.mark.parametrize("name", RANDOM)
def test_global_seed_repeats_the_sequence(name: str) -> None:
    def pair() -> list[list[float]]:
        return [initializers.get(name)((6,)).tolist() for _ in range(2)]

    set_random_seed(99)
    first = pair()
    set_random_seed(99)
    assert pair() == first


@pytest.mark.parametrize("name", [*RANDOM, "zeros", "ones", "constant"])
def test_dtype_is_floatx_unless_given(name: str) -> None:
    assert initializers.get(name)((2, 2)).dtype == np.float32
    assert initializers.get(name)((2, 2), dtype="float64").dtype == np.float64


def test_arrays_are_initializers() -> None:
    values = np.arange(6.0).reshape(2, 3)
    initializer = initializers.get(values)
    values[0, 0] = 99.0  # the initializer keeps its own copy
    assert initializer((2, 3)).tolist() == [[0, 1, 2], [3, 4, 5]]
    with pytest.raises(ShapeError, match=r"\(2, 3\).*received shape \(3, 2\)"):
        initializer((3, 2))


def test_array_goes_through_its_config() -> None:
    initializer = initializers.Constant(np.array([1.5, 2.5], np.float32))
    again = initializers.deserialize(initializers.serialize(initializer))
    assert again((2,)).tolist() == [1.5, 2.5]


def test_callables_are_initializers() -> None:
    def count(shape: tuple[int, ...], dtype: Any = None) -> np.ndarray:
        return np.arange(math.prod(shape), dtype=dtype).reshape(shape)

    assert initializers.get(count) is count


@pytest.mark.parametrize("shape", [3, (2, -1), (2.5,), "ab"], ids=str)
def test_bad_shapes_are_refused(shape: Any) -> None:
    with pytest.raises(ParameterError, match="shape: expected a tuple"):
        initializers.Zeros()(shape)


@pytest.mark.parametrize(
    ("cls", "kwargs"),
    [
        ("RandomNormal", {"stddev": -1}),
        ("RandomUniform", {"minval": 1.0, "maxval": 0.0}),
        ("TruncatedNormal", {"mean": float("nan")}),
        ("VarianceScaling", {"scale": 0}),
        ("VarianceScaling", {"mode": "fan_sideways"}),
        ("VarianceScaling", {"distribution": "cauchy"}),
        ("GlorotUniform", {"seed": -1}),
        ("GlorotUniform", {"seed": "one"}),
        ("Constant", {"value": "one"}),
    ],
    ids=str,
)
def test_bad_arguments_are_refused(cls: str, kwargs: dict[str, Any]) -> None:
    with pytest.raises(ParameterError, match=f"{cls}.*expected"):
        getattr(initializers, cls)(**kwargs)


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 4), (2, 3, 4)])
def test_orthogonal_keeps_lengths(shape: tuple[int, ...]) -> None:
    w = initializers.Orthogonal(gain=2.0, seed=3)(shape, "float64").reshape(-1, shape[-1])
    product = w.T @ w if w.shape[0] >= w.shape[1] else w @ w.T
    KINDS_VS_KERAS.check(product, 4.0 * np.eye(min(w.shape)))


def test_orthogonal_is_uniform_over_rotations() -> None:
    # Element (0, 0) of a uniform orthogonal 3 × 3 matrix is uniform in [−1, 1] (Archimedes).
    first = [initializers.Orthogonal(seed=s)((3, 3), "float64")[0, 0] for s in range(2000)]
    assert stats.kstest(first, stats.uniform(-1.0, 2.0).cdf).pvalue > LEVEL


def test_identity_of_a_wide_kernel() -> None:
    w = initializers.Identity(gain=3.0)((2, 3))
    assert w.tolist() == [[3.0, 0.0, 0.0], [0.0, 3.0, 0.0]]


@pytest.mark.parametrize("name", ["Orthogonal", "Identity"])
def test_matrices_are_refused_for_a_bias(name: str) -> None:
    with pytest.raises(ShapeError, match=rf"{name}: expected a weight of .*received shape \(4,\)"):
        initializers.get(name)((4,))


@pytest.mark.parametrize(
    ("name", "cls"),
    [
        ("IdentityInitializer", initializers.Identity),
        ("OrthogonalInitializer", initializers.Orthogonal),
        ("normal", initializers.RandomNormal),
        ("uniform", initializers.RandomUniform),
        ("zero", initializers.Zeros),
        ("one", initializers.Ones),
    ],
)
def test_other_names_of_keras(name: str, cls: type) -> None:
    assert type(initializers.get(name)) is cls


def test_a_function_is_an_initializer() -> None:
    def rising(shape: tuple[int, ...], dtype: Any = None) -> np.ndarray:
        return np.arange(math.prod(shape), dtype=dtype).reshape(shape)

    layer = layers.Dense(2, kernel_initializer=rising)
    layer.build((None, 3))
    assert np.asarray(layer.get_weights()[0]).tolist() == [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]


def test_an_array_is_an_initializer() -> None:
    layer = layers.Dense(2, kernel_initializer=np.eye(2))
    layer.build((None, 2))
    assert np.asarray(layer.get_weights()[0]).tolist() == [[1.0, 0.0], [0.0, 1.0]]
