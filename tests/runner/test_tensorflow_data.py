"""``tf.data.Dataset``: what its steps give, and what ``fit`` makes of it."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import pronghorn as keras
from pronghorn.errors import DataError, ParameterError
from pronghorn.runner import _tensorflow as tf
from pronghorn.runner._tensorflow._keras_series import timeseries_dataset_from_array

Dataset = tf.data.Dataset
X = np.arange(10.0, dtype=np.float32).reshape(5, 2)
Y = np.arange(5)


def numbers(dataset: Any) -> list[Any]:
    """The elements with lists in the place of arrays."""

    def plain(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(map(plain, value))
        return (
            {k: plain(v) for k, v in value.items()} if isinstance(value, dict) else value.tolist()
        )

    return [plain(element) for element in dataset.as_numpy_iterator()]


# A data set, its elements as TensorFlow's documentation defines the steps, its cardinality.
SETS: dict[str, tuple[Callable[[], Any], list[Any], int]] = {
    "slices": (lambda: Dataset.from_tensor_slices([1, 2]), [1, 2], 2),
    "slices of a dict": (
        lambda: Dataset.from_tensor_slices(({"a": [1, 2]}, [3, 4])),
        [({"a": 1}, 3), ({"a": 2}, 4)],
        2,
    ),
    "tensors": (lambda: Dataset.from_tensors([1, 2]), [[1, 2]], 1),
    "range": (lambda: Dataset.range(1, 7, 2), [1, 3, 5], 3),
    "generator": (
        lambda: Dataset.from_generator(lambda n: iter(range(n)), tf.int32, args=(3,)),
        [0, 1, 2],
        -2,
    ),
    "zip": (lambda: Dataset.zip((Dataset.range(3), Dataset.range(5, 7))), [(0, 5), (1, 6)], 2),
    "take": (lambda: Dataset.range(5).take(2), [0, 1], 2),
    "skip": (lambda: Dataset.range(5).skip(3), [3, 4], 2),
    "shard": (lambda: Dataset.range(5).shard(2, 1), [1, 3], 2),
    "repeat": (lambda: Dataset.range(2).repeat(2), [0, 1, 0, 1], 4),
    "repeat without end": (lambda: Dataset.range(2).repeat().take(3), [0, 1, 0], 3),
    "batch": (lambda: Dataset.range(5).batch(2), [[0, 1], [2, 3], [4]], 3),
    "whole batches": (lambda: Dataset.range(5).batch(2, drop_remainder=True), [[0, 1], [2, 3]], 2),
    "batch of batches": (lambda: Dataset.range(4).batch(2).batch(2), [[[0, 1], [2, 3]]], 1),
    "unbatch": (lambda: Dataset.range(3).batch(2).unbatch(), [0, 1, 2], -2),
    "map": (lambda: Dataset.range(3).map(lambda n: n * n), [0, 1, 4], 3),
    "map of tuples": (
        lambda: Dataset.from_tensor_slices(([1, 2], [3, 4])).map(lambda a, b: (a + b, a)),
        [(4, 1), (6, 2)],
        2,
    ),
    "map to a list": (lambda: Dataset.range(2).map(lambda n: [n, n]), [[0, 0], [1, 1]], 2),
    "filter": (lambda: Dataset.range(5).filter(lambda n: n % 2 == 0), [0, 2, 4], -2),
    "enumerate": (lambda: Dataset.range(2).enumerate(start=5), [(5, 0), (6, 1)], 2),
    "concatenate": (lambda: Dataset.range(2).concatenate(Dataset.range(2)), [0, 1, 0, 1], 4),
    "flat_map": (
        lambda: Dataset.range(3).flat_map(lambda n: Dataset.from_tensors(n).repeat(2)),
        [0, 0, 1, 1, 2, 2],
        -2,
    ),
    # Two at a time, one element of each in turn; the third begins when one of them has ended.
    "interleave": (
        lambda: Dataset.range(1, 4).interleave(
            lambda n: Dataset.from_tensors(n).repeat(2), cycle_length=2
        ),
        [1, 2, 1, 2, 3, 3],
        -2,
    ),
    "window": (
        lambda: Dataset.range(5).window(3, shift=2).flat_map(lambda w: w.batch(3)),
        [[0, 1, 2], [2, 3, 4], [4]],
        -2,
    ),
    "window with stride": (
        lambda: (
            Dataset.range(6)
            .window(2, shift=3, stride=2, drop_remainder=True)
            .flat_map(lambda w: w.batch(2))
        ),
        [[0, 2], [3, 5]],
        -2,
    ),
    "prefetch and options": (
        lambda: Dataset.range(2).prefetch(tf.data.AUTOTUNE).with_options(tf.data.Options()),
        [0, 1],
        2,
    ),
    "apply": (lambda: Dataset.range(3).apply(lambda d: d.skip(1)), [1, 2], 2),
}


@pytest.mark.parametrize(("make", "elements", "count"), SETS.values(), ids=SETS)
def test_elements_of_a_data_set(make: Callable[[], Any], elements: list[Any], count: int) -> None:
    dataset = make()
    assert numbers(dataset) == elements
    assert numbers(dataset) == elements  # a second pass begins anew
    assert dataset.cardinality().numpy() == count


def test_shuffle_with_a_large_buffer_gives_every_order() -> None:
    dataset = Dataset.range(3).shuffle(10, seed=1)
    assert {tuple(numbers(dataset)) for _ in range(200)} == {
        (0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)
    }  # fmt: skip


def test_shuffle_draws_from_the_next_elements_only() -> None:
    """With a buffer of 3, element i comes out at place i - 2 at the earliest."""
    for order in (numbers(Dataset.range(50).shuffle(3)) for _ in range(20)):
        assert sorted(order) == list(range(50))
        assert all(order.index(i) >= i - 2 for i in range(50))


def test_order_follows_from_the_seeds() -> None:
    def orders() -> list[Any]:
        tf.random.set_seed(1)
        ours, fixed = Dataset.range(20).shuffle(20), Dataset.range(20).shuffle(20, seed=7)
        return [numbers(d) for d in (ours, ours, fixed, fixed)]

    first = orders()
    assert orders() == first
    assert first[0] != first[1]
    assert first[2] != first[3]


def test_order_stays_where_it_is_asked_to() -> None:
    dataset = Dataset.range(20).shuffle(20, reshuffle_each_iteration=False)
    assert numbers(dataset) == numbers(dataset)


def test_cache_keeps_the_first_whole_pass() -> None:
    calls = []

    def note(n: Any) -> Any:
        calls.append(int(n))
        return n

    dataset = Dataset.range(3).map(note).cache()
    next(iter(dataset))  # a pass that is not finished keeps nothing
    assert numbers(dataset) == numbers(dataset) == [0, 1, 2]
    assert calls == [0, 0, 1, 2]


def test_spec_says_shapes_and_types() -> None:
    rows = Dataset.from_tensor_slices((X, Y))
    batches = rows.batch(2)
    assert rows.element_spec[0] == tf.TensorSpec((2,), tf.float32)
    assert batches.element_spec == (
        tf.TensorSpec((None, 2), tf.float32),
        tf.TensorSpec((None,), tf.int64),
    )
    assert rows.batch(2, drop_remainder=True).element_spec[1].shape.as_list() == [2]


def test_reduce_and_single_element() -> None:
    assert Dataset.range(5).reduce(np.int64(0), lambda total, n: total + n).numpy() == 10
    assert Dataset.from_tensors([1]).get_single_element().numpy().tolist() == [1]


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (lambda: Dataset.from_tensor_slices(([1, 2], [1])), DataError, "arrays of one length"),
        (lambda: Dataset.from_tensor_slices(3), DataError, "arrays of one length"),
        (lambda: Dataset.range(3).batch(0), ParameterError, "at least 1"),
        (lambda: len(Dataset.range(3).repeat()), TypeError, "has no end"),
        (lambda: len(Dataset.range(3).unbatch()), TypeError, "not known"),
        (lambda: Dataset.range(3).get_single_element(), DataError, "one element"),
    ],
    ids=["lengths", "number", "batch of 0", "endless length", "unknown length", "single"],
)
def test_what_cannot_be_is_refused(make: Callable[[], Any], error: type, text: str) -> None:
    with pytest.raises(error, match=text):
        make()


def test_elements_of_different_shapes_make_no_batch() -> None:
    def ragged() -> Iterator[Any]:
        yield [1]
        yield [1, 2]

    with pytest.raises(DataError, match=r"\(1,\) and \(2,\)"):
        numbers(Dataset.from_generator(ragged, tf.int32).batch(2))


# Fed to a model.


def line() -> Any:
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.set_weights([np.array([[0.5], [-0.5]]), np.array([0.0])])
    model.compile("sgd", "mse", metrics=["mae"])
    return model


def test_fit_takes_batches_as_arrays_of_the_same_order() -> None:
    by_arrays, by_batches = line(), line()
    expected = by_arrays.fit(X, Y, batch_size=2, epochs=3, shuffle=False, verbose=0)
    rows = Dataset.from_tensor_slices((X, Y)).batch(2).prefetch(tf.data.AUTOTUNE)
    found = by_batches.fit(rows, epochs=3, verbose=0)
    assert found.history == expected.history
    assert [w.tolist() for w in by_batches.get_weights()] == [
        w.tolist() for w in by_arrays.get_weights()
    ]


def test_validation_evaluate_and_predict_take_batches() -> None:
    model, rows = line(), Dataset.from_tensor_slices((X, Y)).batch(2)
    history = model.fit(rows, validation_data=rows, verbose=0).history
    assert history["val_loss"] == [model.evaluate(X, Y, verbose=0)[0]]
    assert model.evaluate(rows, verbose=0) == model.evaluate(X, Y, batch_size=2, verbose=0)
    assert model.predict(rows, verbose=0).tolist() == model.predict(X, verbose=0).tolist()


def test_data_set_without_end_needs_steps() -> None:
    model, rows = line(), Dataset.from_tensor_slices((X, Y)).batch(2).repeat()
    with pytest.raises(ParameterError, match="a Dataset never ends"):
        model.fit(rows, verbose=0)
    assert len(model.fit(rows, epochs=2, steps_per_epoch=2, verbose=0).history["loss"]) == 2


def test_model_with_named_inputs_takes_dicts() -> None:
    a, b = keras.Input((1,), name="a"), keras.Input((1,), name="b")
    model = keras.Model({"a": a, "b": b}, keras.layers.Add()([a, b]))
    columns = Dataset.from_tensor_slices({"a": [[1.0], [2.0]], "b": [[3.0], [5.0]]})
    assert model.predict(columns.batch(2), verbose=0).tolist() == [[4.0], [7.0]]


# keras.utils.timeseries_dataset_from_array of Keras 3.15.1 gave these.
WINDOWS = {
    "windows": ({"sequence_length": 3}, [[[0, 1, 2], [1, 2, 3]], [[2, 3, 4], [3, 4, 5]]]),
    "apart": ({"sequence_length": 2, "sequence_stride": 3}, [[[0, 1], [3, 4]]]),
    "every second step": (
        {"sequence_length": 2, "sampling_rate": 2, "start_index": 1, "end_index": 5},
        [[[1, 3], [2, 4]]],
    ),
}


@pytest.mark.parametrize(("arguments", "expected"), WINDOWS.values(), ids=WINDOWS)
def test_windows_of_a_series(arguments: dict[str, int], expected: list[Any]) -> None:
    given = {"targets": None, "batch_size": 2, **arguments}
    found = timeseries_dataset_from_array(np.arange(6), **given)
    assert [batch.numpy().tolist() for batch in found] == expected


def test_windows_come_with_the_target_of_their_first_step() -> None:
    series = np.arange(6)
    found = timeseries_dataset_from_array(series, series * 10, 2, shuffle=True, batch_size=None)
    rows = sorted((x.numpy().tolist(), int(y)) for x, y in found)
    assert rows == [([i, i + 1], 10 * i) for i in range(5)]
    with pytest.raises(ParameterError, match="rate: expected a whole number from 1 to 6"):
        timeseries_dataset_from_array(series, None, 2, sampling_rate=0)
