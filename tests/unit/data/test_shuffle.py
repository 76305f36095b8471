"""The order of an epoch: a permutation, the same for the same seed and epoch, without bias."""

import numpy as np
import pytest

from pronghorn._core.errors import ParameterError
from pronghorn.data import epoch_order


@pytest.mark.parametrize("n", [0, 1, 2, 31, 1000])
@pytest.mark.parametrize("shuffle", [True, False, "batch"])
def test_every_row_once(n, shuffle):
    order = epoch_order(n, seed=5, epoch=2, shuffle=shuffle, batch_size=7)
    assert order.dtype == np.int64 and order.shape == (n,)
    assert sorted(order.tolist()) == list(range(n))


@pytest.mark.parametrize("shuffle", [True, "batch"])
def test_a_pure_function_of_its_arguments(shuffle):
    first = epoch_order(100, seed=1, epoch=4, shuffle=shuffle)
    np.random.default_rng().random()
    np.testing.assert_array_equal(first, epoch_order(100, seed=1, epoch=4, shuffle=shuffle))


def test_seeds_and_epochs_differ():
    orders = {tuple(epoch_order(50, s, e).tolist()) for s in range(5) for e in range(5)}
    assert len(orders) == 25


def test_seeds_of_any_size_and_sign():
    assert sorted(epoch_order(9, seed=-1, epoch=0).tolist()) == list(range(9))
    assert sorted(epoch_order(9, seed=2**64 - 1, epoch=0).tolist()) == list(range(9))


def test_without_shuffle_the_rows_stay():
    assert epoch_order(4, seed=9, epoch=9, shuffle=False).tolist() == [0, 1, 2, 3]


def test_batch_mode_mixes_inside_each_batch():
    order = epoch_order(103, seed=0, epoch=0, shuffle="batch", batch_size=10)
    batches = [order[i : i + 10] for i in range(0, 103, 10)]
    for i, batch in enumerate(batches):
        assert sorted(batch.tolist()) == list(range(10 * i, min(10 * i + 10, 103)))
    # Ten batches of ten in order each have the chance 1/10! of staying so.
    assert all(not np.array_equal(batch, np.sort(batch)) for batch in batches[:10])


def test_every_place_is_equally_likely():
    # 6,000 orders of 6 rows: row i lands on place j 1,000 times, with standard deviation
    # sqrt(6000 · 1/6 · 5/6) = 28.9. Six deviations is 173; the seeds are fixed.
    counts = np.zeros((6, 6), int)
    for epoch in range(6000):
        counts[epoch_order(6, seed=0, epoch=epoch), np.arange(6)] += 1
    assert np.abs(counts - 1000).max() < 173


@pytest.mark.parametrize("shuffle", ["Batch", None, 2])
def test_other_modes_are_refused(shuffle):
    with pytest.raises(ParameterError, match="True, False, 'batch' or a function"):
        epoch_order(5, 0, 0, shuffle=shuffle)


@pytest.mark.parametrize(("n", "batch_size"), [(-1, 32), (5, 0)])
def test_sizes_below_zero_are_refused(n, batch_size):
    with pytest.raises(ParameterError, match="batch_size"):
        epoch_order(n, 0, 0, shuffle="batch", batch_size=batch_size)


def test_a_function_gives_the_order():
    order = epoch_order(3, seed=0, epoch=0, shuffle=lambda n: np.arange(n, dtype=np.int32)[::-1])
    assert order.tolist() == [2, 1, 0] and order.dtype == np.int64


@pytest.mark.parametrize("given", [[0, 3], [-1, 0], [0.0, 1.0], [[0, 1]], [], None], ids=str)
def test_a_function_must_give_row_numbers(given):
    with pytest.raises(ParameterError, match="row numbers from 0 to 2"):
        epoch_order(3, seed=0, epoch=0, shuffle=lambda n: given)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 5, 255, 256, 257, 258, 513, 4096, 4097, 70_000])
@pytest.mark.parametrize(
    "key", [(0, 0), (1, 2), (2**64 - 1, 5), (12345678901234567, 2**63)], ids=str
)
def test_the_order_is_numpys_permutation(n, key):
    philox = np.random.Philox(key=np.array(key, np.uint64))
    np.testing.assert_array_equal(
        epoch_order(n, seed=key[0], epoch=key[1]), np.random.Generator(philox).permutation(n)
    )
