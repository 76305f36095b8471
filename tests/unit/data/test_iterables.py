"""Iterables of batches: their forms, their epochs, their ends, and what is refused."""

import itertools

import numpy as np
import pandas
import pytest

from pronghorn._core.errors import DataError, ParameterError
from pronghorn.data import BatchStream, is_batches, refuse_beside_batches


def make_batches(count, n=2):
    """count batches (x, y) of n rows; x holds the batch's number."""
    for i in range(count):
        yield np.full((n, 3), i, "f4"), np.zeros(n, int)


def list_numbers(feeds):
    return [int(feed.inputs[0].array[0, 0]) for feed in feeds]


class Reiterable:
    """Starts anew each time, and does not know its length."""

    def __init__(self, count):
        self.count = count

    def __iter__(self):
        return make_batches(self.count)


class Indexed:
    """What Keras's Sequence and PyDataset look like."""

    def __init__(self, count):
        self.batches = list(make_batches(count))
        self.calls = []

    def __len__(self):
        return len(self.batches)

    def __getitem__(self, i):
        return self.batches[i]

    def on_epoch_begin(self):
        self.calls.append("begin")

    def on_epoch_end(self):
        self.calls.append("end")


class Round(Indexed):
    """Batches that ``next`` gives for ever, as a generator of pictures does."""

    goes_round = True

    def __init__(self, count):
        super().__init__(count)
        self.reset()

    def reset(self):
        self.place = 0

    def __iter__(self):
        return self

    def __next__(self):
        self.place += 1
        return self.batches[(self.place - 1) % len(self.batches)]


@pytest.mark.parametrize(
    ("x", "answer"),
    [
        (make_batches(1), True),
        (iter([1]), True),
        (Reiterable(1), True),
        (Indexed(1), True),
        (itertools.cycle([1]), True),
        (np.zeros(3), False),
        (pandas.DataFrame({"a": [1]}), False),
        ([np.zeros(3)], False),
        ((1, 2), False),
        ({"a": 1}, False),
        ("text", False),
        (range(3), False),
        (3, False),
        (make_batches, False),
    ],
    ids=lambda value: type(value).__name__,
)
def test_which_objects_yield_batches(x, answer):
    assert is_batches(x) is answer


class TestForms:
    @pytest.mark.parametrize("wrap", [tuple, list])
    def test_x_y_and_weights(self, wrap):
        batch = wrap([np.ones((2, 3)), np.zeros(2), np.array([1.0, 5.0])])
        (feed,) = BatchStream(iter([batch])).epoch()
        assert feed.inputs[0].array.shape == (2, 3)
        assert feed.targets[0].array.tolist() == [0, 0]
        assert feed.weights[0].array.tolist() == [1.0, 5.0]

    @pytest.mark.parametrize("batch", [np.ones((2, 3)), (np.ones((2, 3)),)], ids=["bare", "tuple"])
    def test_x_alone(self, batch):
        (feed,) = BatchStream(iter([batch])).epoch()
        assert feed.n == 2 and feed.targets == ()

    def test_named_inputs(self):
        batch = ({"b": np.zeros((2, 1)), "a": np.ones((2, 3))}, np.zeros(2))
        (feed,) = BatchStream(iter([batch]), input_names=["a", "b"]).epoch()
        assert [source.sample_shape for source in feed.inputs] == [(3,), (1,)]

    def test_the_number_of_rows_may_vary(self):
        batches = ((np.zeros((n, 3)), np.zeros(n)) for n in (4, 1, 7))
        assert [feed.n for feed in BatchStream(batches).epoch()] == [4, 1, 7]

    @pytest.mark.parametrize(
        ("second", "message"),
        [
            ((np.zeros((2, 3, 1)), np.zeros(2)), r"rows of shape \(3,\), as in the first batch"),
            ((np.zeros((2, 3)), np.zeros((2, 1))), r"rows of shape \(\), as in the first"),
            ((np.zeros((2, 3)),), "y in every batch"),
            (
                (np.zeros((2, 3)), np.zeros(2), np.ones(2)),
                "sample_weight in every batch or in none",
            ),
            ((np.zeros((2, 3)), np.zeros(3)), "2 rows of batch 1: x and 3 of batch 1: y"),
            ((1, 2, 3, 4), r"expected x, \(x, y\) or"),
            ((np.zeros((0, 3)), np.zeros(0)), "empty array"),
            (None, "received None"),
        ],
    )
    def test_each_batch_is_checked_against_the_first(self, second, message):
        stream = BatchStream(iter([(np.zeros((2, 3)), np.zeros(2)), second]))
        with pytest.raises(DataError, match=message) as caught:
            list(stream.epoch())
        assert "batch 1" in str(caught.value)


class TestEpochs:
    def test_a_generator_goes_on_where_the_last_epoch_stopped(self):
        stream = BatchStream(make_batches(6), steps=2, epochs=3)
        assert [list_numbers(stream.epoch()) for _ in range(3)] == [[0, 1], [2, 3], [4, 5]]
        assert not stream.is_exhausted

    def test_an_iterable_starts_anew_each_epoch(self):
        stream = BatchStream(Reiterable(3), epochs=2)
        assert [list_numbers(stream.epoch()) for _ in range(2)] == [[0, 1, 2], [0, 1, 2]]
        assert stream.steps is None

    def test_an_iterable_with_steps_goes_on_too(self):
        stream = BatchStream(Reiterable(4), steps=2, epochs=2)
        assert [list_numbers(stream.epoch()) for _ in range(2)] == [[0, 1], [2, 3]]

    @pytest.mark.parametrize("make", [Indexed, Reiterable])
    @pytest.mark.parametrize("steps", [1, 2, 4])
    def test_behind_the_last_batch_comes_the_first(self, make, steps):
        stream = BatchStream(make(4), steps=steps)
        expected = itertools.cycle(range(4))
        for _ in range(9):
            assert list_numbers(stream.epoch()) == list(itertools.islice(expected, steps))

    @pytest.mark.parametrize("make", [Indexed, Reiterable, Round])
    def test_rewound_batches_begin_with_the_first(self, make):
        stream = BatchStream(make(4), steps=3)
        for _ in range(2):
            assert list_numbers(stream.epoch()) == [0, 1, 2]
            stream.rewind()

    def test_a_rewound_generator_goes_on(self):
        stream = BatchStream(make_batches(4), steps=2)
        assert list_numbers(stream.epoch()) == [0, 1]
        stream.rewind()
        assert list_numbers(stream.epoch()) == [2, 3]

    def test_an_indexed_object_in_a_given_order_with_its_hooks(self):
        batches = Indexed(3)
        stream = BatchStream(batches)
        assert stream.is_indexed and stream.steps == 3
        assert list_numbers(stream.epoch()) == [0, 1, 2]
        assert list_numbers(stream.epoch([2, 0, 1])) == [2, 0, 1]
        assert batches.calls == ["begin", "end"] * 2

    def test_steps_win_over_the_length(self):
        assert BatchStream(Indexed(3), steps=2).steps == 2

    def test_batches_are_made_only_when_asked_for(self):
        made = []

        def make():
            for i in range(100):
                made.append(i)
                yield np.zeros((1, 1))

        stream = BatchStream(make(), steps=2)
        list(stream.epoch())
        assert made == [0, 1]


class TestEnds:
    def test_running_out_early_warns_and_stops(self):
        stream = BatchStream(make_batches(3), steps=2, epochs=2)
        assert list_numbers(stream.epoch()) == [0, 1]
        with pytest.warns(UserWarning, match="ran out of batches after 1 of 2 steps"):
            assert list_numbers(stream.epoch()) == [2]
        assert stream.is_exhausted

    def test_an_iterable_that_runs_out_is_not_exhausted(self):
        stream = BatchStream(Reiterable(1), steps=2)
        with pytest.warns(UserWarning, match="ran out of batches after 1 of 2 steps"):
            list(stream.epoch())
        assert not stream.is_exhausted

    def test_no_batch_at_all_is_an_error(self):
        with pytest.raises(DataError, match="at least one batch"):
            list(BatchStream(iter([])).epoch())

    def test_a_used_up_generator_is_an_error(self):
        used = make_batches(1)
        list(used)
        with pytest.raises(DataError, match="yields its batches only once"):
            list(BatchStream(used).epoch())

    def test_a_generator_for_several_epochs_needs_steps(self):
        with pytest.raises(ParameterError, match=r"x: steps_per_epoch: expected a number .* None"):
            BatchStream(make_batches(3), epochs=2)

    def test_a_generator_for_one_epoch_needs_none(self):
        stream = BatchStream(make_batches(3), epochs=1)
        assert list_numbers(stream.epoch()) == [0, 1, 2]
        assert stream.is_exhausted

    @pytest.mark.parametrize(
        "endless", [itertools.cycle([1]), itertools.count(), itertools.repeat(1)]
    )
    def test_what_never_ends_needs_steps(self, endless):
        with pytest.raises(ParameterError, match="never ends"):
            BatchStream(endless, epochs=1, steps_name="steps")

    def test_an_error_inside_the_generator_comes_through(self):
        def fail():
            yield np.zeros((1, 1))
            raise RuntimeError("disk on fire")

        with pytest.raises(RuntimeError, match="disk on fire"):
            list(BatchStream(fail()).epoch())

    @pytest.mark.parametrize("steps", [0, -1, 1.5, True, "3"])
    def test_steps_must_be_a_whole_number(self, steps):
        with pytest.raises(ParameterError, match="steps_per_epoch: expected None or a whole"):
            BatchStream(make_batches(1), steps=steps)


class TestBeside:
    def test_nothing_is_fine(self):
        refuse_beside_batches(y=None, sample_weight=None, validation_split=0.0)

    def test_y_is_refused(self):
        with pytest.raises(ParameterError, match=r"fit: y: .*Yield tuples"):
            refuse_beside_batches(y=np.zeros(3))

    def test_a_validation_split_is_refused(self):
        with pytest.raises(ParameterError, match="Pass validation_data"):
            refuse_beside_batches(validation_split=0.2)
