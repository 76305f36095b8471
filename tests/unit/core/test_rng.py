"""Randomness: known answers, layout of the mask, seeding."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from pronghorn._core import rng
from pronghorn._core.errors import ParameterError
from tolerances import RANDOM_VS_DEFINITION

# kat_vectors of Random123 1.14 (D. E. Shaw Research), rows "philox4x32 10".
KNOWN_ANSWERS = [
    (
        "00000000 00000000 00000000 00000000",
        "00000000 00000000",
        "6627e8d5 e169c58d bc57ac4c 9b00dbd8",
    ),
    (
        "ffffffff ffffffff ffffffff ffffffff",
        "ffffffff ffffffff",
        "408f276d 41c83b0e a20bc7c6 6d5451fd",
    ),
    (
        "243f6a88 85a308d3 13198a2e 03707344",
        "a4093822 299f31d0",
        "d16cfe09 94fdcceb 5001e420 24126ea1",
    ),
]


def words(text: str) -> list[int]:
    return [int(word, 16) for word in text.split()]


@pytest.mark.parametrize(("counter", "key", "expected"), KNOWN_ANSWERS, ids=["0", "f", "pi"])
def test_philox_gives_the_known_answers(counter: str, key: str, expected: str) -> None:
    low, high = words(key)
    result = rng.philox(np.array([words(counter)], np.uint32), high << 32 | low)
    assert result.tolist() == [words(expected)]


def test_philox_treats_rows_alone() -> None:
    counters = np.array([words(row[0]) for row in KNOWN_ANSWERS], np.uint32)
    together = rng.philox(counters, 5)
    alone = [rng.philox(counters[i : i + 1], 5)[0].tolist() for i in range(3)]
    assert together.tolist() == alone


def plain_mask(seed: int, stream: int, step: int, rate: float, rows: int, cols: int) -> np.ndarray:
    """The definition in native/kernels/table.h, one element at a time."""
    keep = float(np.float32(1.0 - rate))
    threshold = int(keep * 2**32)
    mask = np.zeros((rows, cols), np.float32)
    for i in range(rows):
        for j in range(cols):
            c0 = (i * -(-cols // 64) + j // 64) * 16 + j % 16
            counter = np.array([[c0, stream, step % 2**32, step >> 32]], np.uint32)
            word = int(rng.philox(counter, seed)[0, j % 64 // 16])
            mask[i, j] = np.float32(1) / np.float32(keep) if word < threshold else 0
    return mask


@pytest.mark.parametrize("cols", [1, 16, 63, 64, 65, 130])
def test_mask_is_laid_out_as_the_kernel_has_it(cols: int) -> None:
    arguments = (2**63 + 11, 3, 2**32 + 7, 0.3, 3, cols)
    np.testing.assert_array_equal(rng.dropout_mask(*arguments), plain_mask(*arguments))


def test_mask_keeps_the_right_share() -> None:
    mask = rng.dropout_mask(1, 0, 0, 0.2, 1000, 1000)
    # 10^6 draws: the standard deviation of the kept share is 0.0004.
    assert abs(float((mask > 0).mean()) - 0.8) < 0.002
    assert set(np.unique(mask).tolist()) == {0.0, float(np.float32(1) / np.float32(0.8))}


def test_mask_at_the_ends() -> None:
    assert (rng.dropout_mask(1, 0, 0, 0.0, 50, 70) == 1.0).all()
    assert (rng.dropout_mask(1, 0, 0, 1.0, 50, 70) == 0.0).all()
    assert rng.dropout_mask(1, 0, 0, 0.5, 0, 7).shape == (0, 7)


@pytest.mark.parametrize("change", ["seed", "stream", "step"])
def test_mask_depends_on_all_its_counters(change: str) -> None:
    base = {"seed": 1, "stream": 2, "step": 3}
    first = rng.dropout_mask(**base, rate=0.5, rows=8, cols=64)
    second = rng.dropout_mask(**(base | {change: 9}), rate=0.5, rows=8, cols=64)
    assert not np.array_equal(first, second)


@pytest.mark.parametrize("rate", [-0.1, 1.1, float("nan"), "half"])
def test_mask_refuses_other_rates(rate: float) -> None:
    with pytest.raises(ParameterError, match="rate"):
        rng.dropout_mask(0, 0, 0, rate, 1, 1)


def word_of(seed: int, stream: int, step: int, i: int, j: int, cols: int) -> int:
    """The random word of an element, as native/kernels/table.h defines it."""
    c0 = (i * -(-cols // 64) + j // 64) * 16 + j % 16
    counter = np.array([[c0, stream, step % 2**32, step >> 32]], np.uint32)
    return int(rng.philox(counter, seed)[0, j % 64 // 16])


@pytest.mark.parametrize("cols", [1, 33, 70])
def test_uniform_numbers_are_laid_out_as_the_kernel_has_them(cols: int) -> None:
    place = (2**63 + 11, 3, 2**32 + 7)
    expected = [[(word_of(*place, i, j, cols) >> 8) / 2**24 for j in range(cols)] for i in range(3)]
    np.testing.assert_array_equal(rng.random_uniform(*place, 3, cols), expected)


@pytest.mark.parametrize("j", [0, 15, 32, 47, 64])
def test_normal_numbers_come_in_pairs_sixteen_columns_apart(j: int) -> None:
    place = (7, 3, 2**32 + 7)
    drawn = rng.random_normal(*place, 1, 100)[0]
    u, v = ((word_of(*place, 0, column, 100) >> 8) / 2**24 for column in (j, j + 16))
    # The pair is a point whose distance and direction are drawn.
    point = complex(drawn[j], drawn[j + 16])
    RANDOM_VS_DEFINITION.check(abs(point) ** 2 / 2, -np.log(u + 2.0**-24))
    RANDOM_VS_DEFINITION.check(np.angle(point) % (2 * np.pi), 2 * np.pi * v)


@pytest.mark.parametrize("power", [1, 2, 3, 4])
def test_normal_numbers_have_the_normal_moments(power: int) -> None:
    drawn = rng.random_normal(1, 0, 0, 1000, 1000).astype(np.float64)
    moment, square = {1: (0, 1), 2: (1, 3), 3: (0, 15), 4: (3, 105)}[power]
    # Four standard deviations of the mean of 10^6 independent draws.
    deviation = np.sqrt((square - moment**2) / 1e6)
    assert abs((drawn**power).mean() - moment) < 4 * deviation


def test_uniform_numbers_fill_the_unit_interval_evenly() -> None:
    drawn = rng.random_uniform(1, 0, 0, 1000, 1000)
    assert drawn.min() >= 0.0 and drawn.max() < 1.0
    shares = np.histogram(drawn, 10, (0.0, 1.0))[0] / 1e6
    # 10^6 draws: the standard deviation of each share is 0.0003.
    assert abs(shares - 0.1).max() < 0.0012


@pytest.mark.parametrize("draw", [rng.random_normal, rng.random_uniform])
def test_empty_matrices_are_drawn(draw: Callable[..., np.ndarray]) -> None:
    assert draw(1, 0, 0, 0, 7).shape == (0, 7)
    assert draw(1, 0, 0, 7, 0).shape == (7, 0)


def draw_everything() -> tuple[float, float, int, int]:
    return (random.random(), float(np.random.rand()), rng.next_seed(), rng.next_seed())  # noqa: NPY002


def test_set_random_seed_repeats_everything() -> None:
    rng.set_random_seed(123)
    first = draw_everything()
    rng.set_random_seed(123)
    assert draw_everything() == first
    rng.set_random_seed(124)
    assert all(a != b for a, b in zip(draw_everything(), first, strict=True))


def test_seeds_differ_and_fit_63_bits() -> None:
    rng.set_random_seed(0)
    seeds = [rng.next_seed() for _ in range(1000)]
    assert len(set(seeds)) == 1000
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_unseeded_source_is_not_repeatable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rng, "_source", rng._SeedSource())
    first = rng.next_seed()
    monkeypatch.setattr(rng, "_source", rng._SeedSource())
    assert rng.next_seed() != first


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, "1", None])
def test_set_random_seed_refuses_other_seeds(seed: int) -> None:
    before = random.getstate()
    with pytest.raises(ParameterError, match="seed"):
        rng.set_random_seed(seed)
    assert random.getstate() == before


def test_seed_of_a_block_repeats_and_leaves_the_others_alone() -> None:
    rng.set_random_seed(5)
    plain = [rng.next_seed() for _ in range(2)]
    rng.set_random_seed(5)
    first = rng.next_seed()
    with rng.use_random_seed(9):
        inside = rng.next_seed()
    with rng.use_random_seed(9):
        assert rng.next_seed() == inside
    assert [first, rng.next_seed()] == plain


def test_seed_of_a_block_stays_in_its_thread() -> None:
    rng.set_random_seed(5)
    expected = rng.next_seed()
    rng.set_random_seed(5)
    with rng.use_random_seed(9), ThreadPoolExecutor(1) as pool:
        assert pool.submit(rng.next_seed).result() == expected


def test_seed_of_a_block_is_checked() -> None:
    with pytest.raises(ParameterError, match="use_random_seed"), rng.use_random_seed(-1):
        pass
