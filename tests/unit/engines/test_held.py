"""Rows held as bytes: which are, and that no bit of a training changes."""

import threading

import numpy as np
import pytest

from pronghorn import Sequential, layers
from pronghorn.engines import _held
from pronghorn.engines._held import Quotients, hold

PIXELS = np.random.default_rng(0).integers(0, 256, (6000, 28, 28), "uint8")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("divisor", [1, 255, 256])
def test_quotients_are_held_as_their_bytes(dtype: str, divisor: int) -> None:
    held = hold((PIXELS / divisor).astype(dtype))
    assert isinstance(held, Quotients) and held.divisor == divisor
    np.testing.assert_array_equal(held.bytes, PIXELS)


def test_division_in_float32_gives_the_same_quotients() -> None:
    assert isinstance(hold(PIXELS.astype("float32") / np.float32(255)), Quotients)


def test_rows_apart_from_each_other_are_held_close_together() -> None:
    held = hold((PIXELS / 255.0)[::-2])
    assert isinstance(held, Quotients)
    np.testing.assert_array_equal(held.bytes, PIXELS[::-2])


def with_one(value: float) -> np.ndarray:
    rows = PIXELS / 255.0
    rows[4321, 17, 5] = value
    return rows


@pytest.mark.parametrize(
    "rows",
    [
        PIXELS,
        (PIXELS / 255.0).astype("float16"),
        PIXELS[:50] / 255.0,
        PIXELS / 127.5 - 1.0,
        (PIXELS - PIXELS.mean()) / PIXELS.std(),
        with_one(-1 / 255),
        with_one(256 / 255),
        with_one(0.3),
        with_one(-0.0),
        with_one(np.nan),
        with_one(np.inf),
    ],
    ids=lambda rows: f"{rows.dtype}-{rows.shape[0]}-{float(rows.reshape(-1)[:9].sum()):.3g}",
)
def test_other_rows_stay_the_array_that_they_are(rows: np.ndarray) -> None:
    assert hold(rows) is rows


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_training_on_held_rows_has_the_same_bits(
    dtype: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = (PIXELS / 255.0).astype(dtype)
    y = PIXELS[:, 14, 14] % 10

    def train() -> tuple[list[np.ndarray], dict[str, list[float]]]:
        model = Sequential(
            [
                layers.Input((28, 28)),
                layers.Flatten(),
                layers.Dense(20, activation="relu", kernel_initializer=seeded(1)),
                layers.Dense(10, activation="softmax", kernel_initializer=seeded(2)),
            ]
        )
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        course = model.fit(x, y, epochs=2, verbose=0, shuffle=False, validation_split=0.5)
        return model.get_weights(), course.history

    held, held_course = train()
    with monkeypatch.context() as patch:
        patch.setattr(_held, "_LEAST_BYTES", x.nbytes + 1)
        assert hold(x) is x
        plain, plain_course = train()
    assert held_course == plain_course
    for a, b in zip(held, plain, strict=True):
        np.testing.assert_array_equal(a, b)


def seeded(seed: int) -> object:
    from pronghorn.initializers import GlorotUniform

    return GlorotUniform(seed=seed)


def test_a_bad_number_is_named_though_all_others_are_quotients() -> None:
    model = Sequential([layers.Input((28, 28)), layers.Flatten(), layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="row 4321, column 481"):
        model.fit(with_one(np.nan), np.zeros(6000), verbose=0)


def bytes_of(rows: np.ndarray) -> np.ndarray:
    held = hold(rows)
    assert isinstance(held, Quotients)
    return held.bytes


def test_memory_serves_the_next_rows_once_it_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_held, "_memory", _held._Memory())
    rows, fewer = PIXELS / 255.0, PIXELS[:5900] / 255.0
    first = bytes_of(rows)
    place = first.ctypes.data
    # Any view of it keeps it: nobody's rows change.
    view = first[7:]
    del first
    other = bytes_of(1.0 - rows)
    assert other.ctypes.data != place
    np.testing.assert_array_equal(view, PIXELS[7:])
    del other, view
    again = bytes_of(fewer)
    assert again.ctypes.data == place
    np.testing.assert_array_equal(again, PIXELS[:5900])


def test_memory_of_large_arrays_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_held, "_memory", _held._Memory())
    monkeypatch.setattr(_held, "_MOST_BYTES_KEPT", PIXELS.size - 1)
    bytes_of(PIXELS / 255.0)
    assert _held._memory._kept.size == 0


def test_threads_have_memory_of_their_own() -> None:
    rows = [np.roll(PIXELS, k, axis=0) for k in range(4)]
    wrong: dict[int, int] = {}

    def work(k: int) -> None:
        source = rows[k] / 255.0
        held = [bytes_of(source) for _ in range(5)]
        wrong[k] = sum(int((one != rows[k]).sum()) for one in held)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == dict.fromkeys(range(4), 0)
