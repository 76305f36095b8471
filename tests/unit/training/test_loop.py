"""The loop: how many steps at once, when callbacks are called, and how it ends."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import pronghorn as keras
from pronghorn.errors import DataError, NumericsError
from pronghorn.training._pace import Pace
from tolerances import WORKED_IN_FLOAT32, WORKED_IN_FLOAT64

rng = np.random.default_rng(5)
X = rng.normal(size=(40, 3)).astype("float32")
Y = rng.integers(0, 2, 40)


def make_model(**options: Any) -> Any:
    keras.utils.set_random_seed(11)
    model = keras.Sequential(
        [
            keras.Input((3,)),
            keras.layers.Dense(6, activation="tanh", name="hidden"),
            keras.layers.Dropout(0.25),
            keras.layers.Dense(2, activation="softmax", name="out"),
        ]
    )
    loss = "sparse_categorical_crossentropy"
    model.compile("adam", loss, **{"metrics": ["accuracy"], **options})
    return model


class Watcher(keras.Callback):
    """Writes down every hook."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def on_train_begin(self, logs: Any = None) -> None:
        self.seen.append("train begin")

    def on_train_end(self, logs: Any = None) -> None:
        self.seen.append(f"train end {sorted(logs)}")

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.seen.append(f"epoch {epoch} begin")

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.seen.append(f"epoch {epoch} end {sorted(logs)}")

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        self.seen.append(f"batch {batch} begin")

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.seen.append(f"batch {batch} end {sorted(logs)}")

    def on_test_begin(self, logs: Any = None) -> None:
        self.seen.append("test begin")

    def on_test_end(self, logs: Any = None) -> None:
        self.seen.append(f"test end {sorted(logs)}")


def test_order_of_the_hooks() -> None:
    # The order was observed with keras 3.15.1 on JAX and the same callback.
    watcher = Watcher()
    make_model(metrics=None).fit(
        X, Y, batch_size=30, validation_data=(X, Y), verbose=0, callbacks=[watcher]
    )
    assert watcher.seen == [
        "train begin",
        "epoch 0 begin",
        "batch 0 begin",
        "batch 0 end ['loss']",
        "batch 1 begin",
        "batch 1 end ['loss']",
        "test begin",
        "test end ['loss']",
        "epoch 0 end ['loss', 'val_loss']",
        "train end ['loss', 'val_loss']",
    ]


class ByBatch(keras.Callback):
    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        pass


class Looker(keras.Callback):
    def __init__(self) -> None:
        super().__init__()
        self.steps: list[int] = []

    def on_progress(self, step: int, logs: Any = None) -> None:
        self.steps.append(step)


@pytest.mark.parametrize("watch", [ByBatch, Looker], ids=["every_batch", "progress"])
def test_watching_changes_no_bit(watch: Any, engine: str) -> None:
    quiet, watched = make_model(), make_model()
    one = quiet.fit(X, Y, batch_size=7, epochs=3, verbose=0).history
    two = watched.fit(X, Y, batch_size=7, epochs=3, verbose=0, callbacks=[watch()]).history
    assert one == two
    for a, b in zip(quiet.get_weights(), watched.get_weights(), strict=True):
        assert a.tobytes() == b.tobytes()


def test_progress_ends_with_the_last_step() -> None:
    looker = Looker()
    make_model().fit(X, Y, batch_size=1, epochs=2, verbose=0, callbacks=[looker])
    assert looker.steps.count(40) == 2
    assert all(0 < step <= 40 for step in looker.steps)


def test_pace_reaches_a_tenth_of_a_second() -> None:
    pace = Pace(by_batch=False, is_watched=True)
    taken = []
    for _ in range(8):
        steps = pace.choose(10**9)
        taken.append(steps)
        pace.report(steps, steps * 1e-4)  # 100 µs a step: 1,000 steps are 0.1 s
    assert taken[0] < 100
    assert taken[-1] == 1000
    assert pace.choose(17) == 17


def test_every_epoch_and_every_fit_has_its_own_order() -> None:
    seen: list[float] = []
    x = np.arange(64, dtype=np.float32)[:, None]
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.set_weights([[[1.0]]])
    # With a rate of 0 and w = 1 the mean error of the first batch tells which rows are in it.
    model.compile(keras.optimizers.SGD(0.0), "mae")
    first = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: seen.append(logs["loss"]) if batch == 0 else None
    )
    for _ in range(2):
        model.fit(x, 0 * x, batch_size=8, epochs=3, verbose=0, callbacks=[first])
    assert len(set(seen)) == 6


def test_stop_training_ends_after_the_batch() -> None:
    class Stop(keras.Callback):
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            self.model.stop_training = batch == 2

    model = make_model()
    history = model.fit(X, Y, batch_size=4, epochs=5, verbose=0, callbacks=[Stop()])
    assert model.optimizer.iterations == 3
    assert history.epoch == [0]


# Five batches in epochs of two: the epochs have the batches 1 2, 3 4, 5, and again 1 2.
@pytest.mark.filterwarnings("ignore:.*This epoch ends")
@pytest.mark.parametrize("shuffle", [True, False])
def test_epochs_of_some_steps_go_on_through_the_rows(shuffle: bool, engine: str) -> None:
    x, y = X[:18], Y[:18]
    orders = [make_model(), make_model()]
    parts = orders[0]
    history = parts.fit(
        x, y, batch_size=4, steps_per_epoch=2, epochs=4, shuffle=shuffle, verbose=0
    ).history
    whole = orders[1]
    whole.fit(x, y, batch_size=4, epochs=1, shuffle=shuffle, verbose=0)
    assert parts.optimizer.iterations == 7 and len(history["loss"]) == 4
    whole.fit(x, y, batch_size=4, steps_per_epoch=2, epochs=1, shuffle=shuffle, verbose=0)
    for got, want in zip(parts.get_weights(), whole.get_weights(), strict=True):
        np.testing.assert_array_equal(got, want)


def test_epoch_that_ends_with_the_rows_says_so() -> None:
    with pytest.warns(UserWarning, match="3 more batches for steps_per_epoch, received the last 2"):
        make_model().fit(X[:8], Y[:8], batch_size=4, steps_per_epoch=3, epochs=1, verbose=0)


def test_steps_per_epoch_and_initial_epoch() -> None:
    model = make_model()
    history = model.fit(X, Y, batch_size=4, epochs=5, initial_epoch=3, steps_per_epoch=2, verbose=0)
    assert history.epoch == [3, 4]
    assert model.optimizer.iterations == 4


@pytest.mark.parametrize(
    ("freq", "epochs"), [(1, [0, 1, 2, 3]), (2, [1, 3]), ([1, 4], [0, 3])], ids=str
)
def test_validation_freq(freq: Any, epochs: list[int]) -> None:
    validated: list[int] = []
    watch = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: validated.append(epoch) if "val_loss" in logs else None
    )
    make_model().fit(
        X, Y, epochs=4, validation_split=0.5, validation_freq=freq, verbose=0, callbacks=[watch]
    )
    assert validated == epochs


@pytest.mark.parametrize("stretches", ["whole epochs", "many"])
def test_interruption_leaves_whole_steps(engine: str, stretches: str) -> None:
    """The counter says after which step it stopped: the same number of steps gives the weights."""
    # Whoever looks at an epoch while it runs has it run in stretches.
    looks = [keras.callbacks.LambdaCallback(on_progress=lambda step, logs: None)]
    callbacks = looks if stretches == "many" else []
    x, y = np.tile(X, (5000, 1)), np.tile(Y, 5000)
    model = make_model()
    # Of the processor's time, not of the clock's: a busy machine makes as many steps in it.
    old = signal.signal(signal.SIGPROF, signal.default_int_handler)
    model.fit(x[:4], y[:4], verbose=0)
    try:
        signal.setitimer(signal.ITIMER_PROF, 0.3)
        with pytest.raises(KeyboardInterrupt):
            model.fit(
                x, y, batch_size=1, epochs=10_000, shuffle=False, verbose=0, callbacks=callbacks
            )
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, old)
    steps = model.optimizer.iterations - 1
    assert steps > 0
    again = make_model()
    again.fit(x[:4], y[:4], verbose=0)
    epochs, rest = divmod(steps, len(x))
    if epochs:
        again.fit(x, y, batch_size=1, epochs=epochs, shuffle=False, verbose=0)
    if rest:
        again.fit(x[:rest], y[:rest], batch_size=1, shuffle=False, verbose=0)
    assert again.optimizer.iterations == model.optimizer.iterations
    for a, b in zip(model.get_weights(), again.get_weights(), strict=True):
        assert a.tobytes() == b.tobytes()


def test_loss_that_is_not_finite_names_epoch_step_and_layer(engine: str) -> None:
    class Burst(keras.layers.Layer):
        def call(self, x: Any) -> Any:
            return keras.ops.exp(x * 1e4)

    model = keras.Sequential(
        [keras.Input((1,)), Burst(name="burst"), keras.layers.Dense(1, name="out")]
    )
    model.compile("sgd", "mse")
    x = np.array([[-1.0]] * 9 + [[1.0]])
    before = model.get_weights()
    with pytest.raises(NumericsError) as caught:
        model.fit(x, x, batch_size=4, shuffle=False, verbose=0)
    text = str(caught.value)
    assert "epoch 1, step 3" in text
    assert "'burst'" in text
    assert model.optimizer.iterations == 2
    assert np.isfinite(model.get_weights()[0]).all()
    assert len(before) == 2


@pytest.fixture
def ends_at_nan() -> Iterator[None]:
    keras.config.set_nan_ends_training(True)
    yield
    keras.config.set_nan_ends_training(False)


@pytest.mark.usefixtures("ends_at_nan")
@pytest.mark.parametrize("by_batch", [False, True])
def test_training_ends_at_nan_where_that_is_chosen(by_batch: bool) -> None:
    losses: list[float] = []
    look = keras.callbacks.LambdaCallback(
        on_train_batch_end=(lambda batch, logs: losses.append(logs["loss"])) if by_batch else None
    )
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(1e30), "mse")
    with pytest.warns(RuntimeWarning, match="epoch 1, step .* The training ends here"):
        history = model.fit(X[:, :1], X[:, :1], batch_size=4, epochs=3, verbose=0, callbacks=[look])
    assert history.epoch == [0]
    assert np.isnan(history.history["loss"]).all()
    assert np.isfinite(model.get_weights()[0]).all()
    assert np.isnan(losses[-1:]).all() and bool(losses) == by_batch


def test_terminate_on_nan_ends_in_the_ordinary_way() -> None:
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(1e30), "mse")
    guard = keras.callbacks.TerminateOnNaN()
    history = model.fit(X[:, :1], X[:, :1], batch_size=4, epochs=3, verbose=0, callbacks=[guard])
    assert history.epoch == [0]
    assert np.isnan(history.history["loss"]).tolist() == [True]
    assert model.optimizer.iterations < 10


@pytest.mark.parametrize("where", ["fit", "evaluate", "predict"])
def test_bad_row_in_a_mapped_file_is_named(where: str, tmp_path: Any, engine: str) -> None:
    x = X.copy()
    x[33, 1] = np.nan
    np.save(tmp_path / "x.npy", x)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    model = make_model()
    run = {
        "fit": lambda: model.fit(mapped, Y, batch_size=4, shuffle=False, verbose=0),
        "evaluate": lambda: model.evaluate(mapped, Y, verbose=0),
        "predict": lambda: model.predict(mapped, verbose=0),
    }[where]
    with pytest.raises(DataError, match="row 33, column 1"):
        run()


def batches(size: int = 8) -> Iterator[Any]:
    for start in range(0, len(X), size):
        yield X[start : start + size], Y[start : start + size]


def test_stream_of_batches_trains_like_the_arrays(engine: str) -> None:
    whole, streamed = make_model(), make_model()
    one = whole.fit(X, Y, batch_size=8, shuffle=False, verbose=0).history
    two = streamed.fit(batches(), verbose=0).history
    assert one == two
    for a, b in zip(whole.get_weights(), streamed.get_weights(), strict=True):
        assert a.tobytes() == b.tobytes()
    assert streamed.evaluate(batches(), verbose=0) == whole.evaluate(X, Y, batch_size=8, verbose=0)
    assert (streamed.predict((x for x, _ in batches()), verbose=0) == whole.predict(X)).all()


def test_stream_of_growing_batches() -> None:
    def growing() -> Iterator[Any]:
        for start, stop in ((0, 2), (2, 9), (9, 40)):
            yield X[start:stop], Y[start:stop]

    model = make_model()
    rows_loss = model.evaluate(X, Y, verbose=0)
    assert model.evaluate(growing(), verbose=0) == WORKED_IN_FLOAT32.approx(rows_loss)
    model.fit(growing(), verbose=0)
    assert model.optimizer.iterations == 3


def test_evaluation_does_not_depend_on_the_batch(engine: str) -> None:
    model = make_model()
    results = {tuple(model.evaluate(X, Y, batch_size=b, verbose=0)) for b in (1, 3, 40, 1000)}
    low, high = min(results), max(results)
    assert low == WORKED_IN_FLOAT64.approx(high)


def test_seed_repeats_a_training(engine: str) -> None:
    runs = [make_model() for _ in range(2)]
    histories = [m.fit(X, Y, batch_size=8, epochs=3, verbose=0).history for m in runs]
    assert histories[0] == histories[1]
    for a, b in zip(*(m.get_weights() for m in runs), strict=True):
        assert a.tobytes() == b.tobytes()
