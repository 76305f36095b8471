"""Rows that are 0 in the same places share tiles, and a fit stays what it is."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pronghorn import Sequential, _native, config, layers
from pronghorn.data import epoch_order
from pronghorn.engines import _alike
from pronghorn.engines._alike import find_places
from pronghorn.engines._held import Quotients
from pronghorn.engines.shuffle import group_alike
from pronghorn.initializers import GlorotUniform
from pronghorn.utils import set_random_seed
from tolerances import OUTPUTS_VS_KERAS

KINDS, COLUMNS, TILE = 8, 784, 4


def pictures(rows: int = 6000, seed: int = 0) -> np.ndarray:
    """Rows (n, 784) of eight kinds, each 0 in a half of its own but for a tenth of the columns."""
    random = np.random.default_rng(seed)
    shapes = random.random((KINDS, COLUMNS)) < 0.5
    is_set = shapes[random.integers(KINDS, size=rows)] ^ (random.random((rows, COLUMNS)) < 0.05)
    return (is_set * random.integers(1, 256, is_set.shape)).astype("uint8")


PICTURES = pictures()


def share_left(rows: np.ndarray, order: np.ndarray) -> float:
    """The share of columns in which one of four rows that follow each other is not 0."""
    tiles = (rows.reshape(len(rows), -1)[order] != 0).reshape(-1, TILE, COLUMNS)
    return float(tiles.any(axis=1).mean())


def places_of(rows: object) -> np.ndarray | None:
    return find_places({"x": rows}, {"x": COLUMNS * 128})


@pytest.mark.parametrize(
    "rows",
    [
        PICTURES,
        PICTURES.reshape(-1, 28, 28),
        PICTURES != 0,
        PICTURES.astype("uint16"),
        (PICTURES / 255.0).astype("float32"),
        PICTURES - 0.5 * (PICTURES != 0),
        np.repeat(PICTURES, 2, axis=0)[::-2],
        Quotients(PICTURES, 255.0),
    ],
    ids=["bytes", "28x28", "bool", "uint16", "float32", "float64", "apart", "held"],
)
def test_alike_rows_share_tiles(rows: object) -> None:
    places = places_of(rows)
    assert places is not None
    plain = rows.bytes if isinstance(rows, Quotients) else np.asarray(rows)
    order = epoch_order(len(plain), seed=1, epoch=0)
    # Four rows of one kind leave 0.5 + 0.5 (1 - 0.95⁴) = 0.59 in the mean, four of any kinds up to
    # 1 - 0.5⁴ = 0.94.
    assert share_left(plain, order) > 0.85
    assert share_left(plain, group_alike(order, 200, places)) < 0.7


@pytest.mark.parametrize("order", ["class by class", "in turns"])
@pytest.mark.parametrize("rows", [6000, 8192])
def test_rows_in_an_order_of_their_own_have_places_as_well(order: str, rows: int) -> None:
    kinds = PICTURES[
        np.arange(rows) * 8 // rows if order == "class by class" else np.arange(rows) % 8
    ]
    places = places_of(kinds)
    assert places is not None
    assert len(np.unique(places)) == 8


RANDOM = np.random.default_rng(3)


@pytest.mark.parametrize(
    "rows",
    [
        RANDOM.random((6000, COLUMNS), "float32") + 1,
        RANDOM.integers(0, 2, (6000, COLUMNS), "uint8"),
        np.zeros((6000, COLUMNS), "uint8"),
        PICTURES[:4000],
        PICTURES.astype("complex128"),
    ],
    ids=["no zeros", "no pattern", "nothing", "few", "no numbers of the engine"],
)
def test_other_rows_have_none(rows: np.ndarray) -> None:
    if rows.dtype.kind == "c":
        with pytest.raises(ValueError, match="dtype"):
            places_of(rows)
    else:
        assert places_of(rows) is None


def test_what_gains_less_than_it_costs_is_left_alone() -> None:
    assert find_places({"x": PICTURES}, {"x": (1 << 16) - 1}) is None
    assert find_places({"x": PICTURES}, {"x": 1 << 16}) is not None
    assert find_places({}, {}) is None


@given(
    arrays.arrays(np.uint16, st.integers(1, 60)),
    st.integers(1, 70),
    st.data(),
)
def test_batches_keep_their_rows(places: np.ndarray, batch: int, data: st.DataObject) -> None:
    n = len(places)
    index = np.array(data.draw(st.lists(st.integers(0, n - 1), max_size=150)), np.int64)
    before = index.copy()
    grouped = group_alike(index, batch, places)
    np.testing.assert_array_equal(index, before)
    for first in range(0, len(index), batch):
        rows = grouped[first : first + batch]
        assert sorted(rows) == sorted(index[first : first + batch])
        # Sorted by place, the rows of a tile are four that follow each other.
        line = np.sort(places[rows]).tolist()
        whole = len(rows) // TILE * TILE
        tiles = [sorted(places[rows[i : i + TILE]].tolist()) for i in range(0, whole, TILE)]
        assert sorted(tiles) == sorted(line[i : i + TILE] for i in range(0, whole, TILE))
        assert sorted(places[rows[whole:]]) == line[whole:]
        # A fit that goes on in the middle of an epoch has the same batches.
        np.testing.assert_array_equal(group_alike(index[first:], batch, places), grouped[first:])


@pytest.mark.parametrize("batch", [32, 64, 200, 512])
@pytest.mark.parametrize("threads", [2, 3, 4])
def test_the_part_of_a_thread_is_like_the_batch(batch: int, threads: int) -> None:
    places = RANDOM.integers(0, 1 << 16, 100 * batch).astype("uint16")
    order = group_alike(np.arange(100 * batch), batch, places)
    parts = np.array_split(places[order].reshape(100, batch).astype(float), threads, axis=1)
    means = np.array([part.mean() for part in parts]) / (1 << 16)
    # In the order of the places, parts of two threads would have 0.25 and 0.75.
    assert np.abs(means - 0.5).max() < 0.15


LABELS = np.arange(len(PICTURES)) % 10


def net() -> Sequential:
    model = Sequential([layers.Input((COLUMNS,)), layers.Rescaling(1 / 255)])
    model.add(layers.Dense(128, "relu", kernel_initializer=GlorotUniform(seed=1)))
    model.add(layers.Dense(10, "softmax", kernel_initializer=GlorotUniform(seed=2)))
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def train(shuffle: bool | str = True, x: np.ndarray = PICTURES) -> tuple[list[np.ndarray], list]:
    model = net()
    course = model.fit(x, LABELS, batch_size=200, epochs=2, verbose=0, shuffle=shuffle)
    return model.get_weights(), course.history["loss"]


@pytest.fixture
def grouped(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How often rows were given places."""
    calls: list[int] = []
    find = _native.find_places
    monkeypatch.setattr(
        _alike._native, "find_places", lambda *given: calls.append(1) or find(*given)
    )
    return calls


def test_a_fit_in_this_order_differs_by_rounding(
    grouped: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    set_random_seed(5)
    weights, losses = train()
    assert len(grouped) == 1
    monkeypatch.setattr(_alike, "_LEAST_NUMBERS", PICTURES.size + 1)
    set_random_seed(5)
    plain, plain_losses = train()
    assert len(grouped) == 1
    OUTPUTS_VS_KERAS.check(losses, plain_losses)
    assert any((a != b).any() for a, b in zip(weights, plain, strict=True))


def test_bits_do_not_depend_on_the_threads(grouped: list[int]) -> None:
    found = []
    for threads in (1, 2):
        set_random_seed(5)
        with config.use_thread_limit(threads):
            found.append(train()[0])
    assert len(grouped) == 2
    for a, b in zip(*found, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("epochs", [[1, 1, 1], [2, 1]])
def test_bits_do_not_depend_on_how_epochs_are_asked_for(epochs: list[int]) -> None:
    found = []
    for parts in ([3], epochs):
        set_random_seed(5)
        model = net()
        for count in parts:
            model.fit(PICTURES, LABELS, batch_size=200, epochs=count, verbose=0)
        found.append(model.get_weights())
    for a, b in zip(*found, strict=True):
        np.testing.assert_array_equal(a, b)


def test_rows_that_are_not_shuffled_stay_in_order(grouped: list[int]) -> None:
    train(shuffle=False)
    assert not grouped
    train(shuffle="batch")
    assert grouped


def test_mapped_files_are_not_read_for_it(grouped: list[int], tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", PICTURES)
    train(x=np.load(tmp_path / "x.npy", mmap_mode="r"))
    assert not grouped
