"""Epochs of a given number of steps, and passes that callbacks end: as many steps as Keras's."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tolerances

X = np.ones((16, 4), "float32")
Y = X.sum(axis=1)


def make_batches(k: ModuleType, count: int) -> Any:
    class Batches(k.utils.PyDataset):  # type: ignore[misc]
        def __len__(self) -> int:
            return count

        def __getitem__(self, i: int) -> Any:
            return X[4 * i : 4 * i + 4], Y[4 * i : 4 * i + 4]

    return Batches()


def make_model(k: ModuleType) -> Any:
    model = k.Sequential([k.Input((4,)), k.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def train(k: ModuleType, count: int, steps: int, epochs: int) -> Any:
    model, batches = make_model(k), make_batches(k, count)
    history = model.fit(batches, steps_per_epoch=steps, epochs=epochs, shuffle=False, verbose=0)
    return int(model.optimizer.iterations), history.epoch, len(history.history["loss"])


# The last three have epochs that end early, with a warning.
@pytest.mark.filterwarnings("ignore:.*ran out of (batches|data)")
@pytest.mark.parametrize(
    "case", [(4, 4, 3), (4, 2, 3), (4, 1, 6), (4, 3, 4), (3, 2, 5), (4, 5, 3)], ids=str
)
def test_steps_per_epoch(case: Any, keras: ModuleType, subject: ModuleType) -> None:
    assert train(subject, *case) == train(keras, *case)


def validate(k: ModuleType, steps: int) -> Any:
    data = make_batches(k, 4)
    history = make_model(k).fit(
        X, Y, validation_data=data, validation_steps=steps, epochs=4, verbose=0
    )
    return len(history.history["val_loss"])


@pytest.mark.parametrize("steps", [1, 2, 4])
def test_validation_steps(steps: int, keras: ModuleType, subject: ModuleType) -> None:
    assert validate(subject, steps) == validate(keras, steps) == 4


def validate_on_numbers(k: ModuleType, steps: int, length: int | None, is_own: bool) -> Any:
    """The losses of a model that says 0 and learns nothing, on batches whose targets differ.

    ``is_own``: in a class that has a ``test_step`` of its own.
    """

    class Model(k.Sequential):  # type: ignore[misc]
        if is_own:

            def test_step(self, *given: Any) -> Any:
                return super().test_step(*given)

    class Numbered(k.utils.PyDataset):  # type: ignore[misc]
        num_batches = length

        def __len__(self) -> int:
            if length is None:
                raise TypeError("no end")
            return length

        def __getitem__(self, i: int) -> Any:
            return X[:4], np.full(4, float(i + 1))

    model = Model([k.Input((4,)), k.layers.Dense(1, kernel_initializer="zeros")])
    model.compile(k.optimizers.SGD(0.0), "mse")
    data = Numbered()
    history = model.fit(X, Y, validation_data=data, validation_steps=steps, epochs=3, verbose=0)
    return [*history.history["val_loss"], model.evaluate(data, steps=steps, verbose=0)]


@pytest.mark.parametrize("is_own", [False, True], ids=["", "own test_step"])
@pytest.mark.parametrize("length", [4, None], ids=["four", "endless"])
@pytest.mark.parametrize("steps", [1, 3, 4])
def test_every_validation_takes_the_first_batches(
    steps: int, length: int | None, is_own: bool, keras: ModuleType, subject: ModuleType
) -> None:
    # The mean of 1², 2², …
    expected = [sum(i * i for i in range(1, steps + 1)) / steps] * 4
    for k in (subject, keras):
        found = validate_on_numbers(k, steps, length, is_own)
        tolerances.LOSS_VS_KERAS.check(np.array(found), np.array(expected), k.__name__)


def test_steps_per_execution_is_told(keras: ModuleType, subject: ModuleType) -> None:
    def read(k: ModuleType) -> list[Any]:
        model = k.Sequential([k.Input((4,)), k.layers.Dense(1)])
        found = [model.steps_per_execution]
        for asked in ({}, {"steps_per_execution": 4}, {}):
            model.compile("sgd", "mse", **asked)
            found.append(model.steps_per_execution)
        return found

    assert read(subject) == read(keras) == [1, 1, 4, 1]


def make_hook(k: ModuleType, hook: str, flag: str, at: int = 0) -> Any:
    """A callback that sets a flag of the model in one hook, of one epoch or batch."""

    def end(self: Any, number: Any = None, logs: Any = None) -> None:
        setattr(self.model, flag, not isinstance(number, int) or number >= at)

    return type("Hook", (k.callbacks.Callback,), {hook: end})()


HOOKS = ["on_train_begin", "on_epoch_begin", "on_train_batch_begin", "on_train_batch_end"]


@pytest.mark.parametrize("by_batches", [False, True], ids=["arrays", "batches"])
@pytest.mark.parametrize("hook", [*HOOKS, "on_test_begin", "on_epoch_end"])
def test_stop_training(hook: str, by_batches: bool, keras: ModuleType, subject: ModuleType) -> None:
    def train(k: ModuleType) -> Any:
        model = make_model(k)
        data = (make_batches(k, 4),) if by_batches else (X, Y)
        history = model.fit(
            *data,
            batch_size=4,
            epochs=3,
            shuffle=False,
            verbose=0,
            validation_data=(X, Y),
            callbacks=[make_hook(k, hook, "stop_training", 1)],
        )
        return int(model.optimizer.iterations), history.epoch, sorted(history.history)

    assert train(subject) == train(keras)


def test_logs_of_an_epoch_that_is_cut(keras: ModuleType, subject: ModuleType) -> None:
    def train(k: ModuleType) -> Any:
        model = make_model(k)
        model.set_weights([np.full((4, 1), 0.5, "float32"), np.zeros(1, "float32")])
        hook = make_hook(k, "on_epoch_begin", "stop_training")
        rows = np.arange(64, dtype="float32").reshape(16, 4) / 64
        options = {"shuffle": False, "verbose": 0, "validation_data": (rows, Y)}
        return model.fit(rows, Y, 4, 3, callbacks=[hook], **options).history

    expected = train(keras)
    for name, values in train(subject).items():
        tolerances.OUTPUTS_VS_KERAS.check(values, expected[name], name)


@pytest.mark.parametrize("at", [0, 2])
def test_stop_evaluating_and_predicting(at: int, keras: ModuleType, subject: ModuleType) -> None:
    rows = np.arange(64, dtype="float32").reshape(16, 4) / 64

    def run(k: ModuleType) -> Any:
        model = make_model(k)
        model.set_weights([np.full((4, 1), 0.5, "float32"), np.zeros(1, "float32")])
        hook = make_hook(k, "on_test_batch_end", "stop_evaluating", at)
        loss = model.evaluate(rows, Y, batch_size=5, verbose=0, callbacks=[hook])
        hook = make_hook(k, "on_predict_batch_end", "stop_predicting", at)
        return loss, model.predict(rows, batch_size=5, verbose=0, callbacks=[hook])

    for found, expected in zip(run(subject), run(keras), strict=True):
        tolerances.OUTPUTS_VS_KERAS.check(found, expected, "")


@pytest.mark.parametrize("kind", [dict, list, tuple])
def test_outputs_in_the_logs_of_a_batch(kind: type, keras: ModuleType, subject: ModuleType) -> None:
    def predict(k: ModuleType) -> Any:
        seen: list[Any] = []
        x = k.Input((4,))
        parts = {name: k.layers.Dense(i + 1)(x) for i, name in enumerate("ab")}
        model = k.Model(x, parts if kind is dict else kind(parts.values()))
        look = k.callbacks.LambdaCallback()
        look.on_predict_batch_end = lambda batch, logs=None: seen.append(
            {name: np.shape(v) or [p.shape for p in v] for name, v in logs.items()}
            if kind is dict
            else [part.shape for part in logs["outputs"]]
        )
        model.predict(X, batch_size=5, verbose=0, callbacks=[look])
        return seen

    assert predict(subject) == predict(keras)


@pytest.mark.parametrize(
    "options",
    [
        {"epochs": 0},
        {"epochs": 2, "initial_epoch": 5},
        {"shuffle": None},
        {"shuffle": 0},
        {"verbose": None},
    ],
    ids=str,
)
def test_arguments_at_the_edge(
    options: dict[str, Any], keras: ModuleType, subject: ModuleType
) -> None:
    def train(k: ModuleType) -> Any:
        history = make_model(k).fit(X, Y, **{"verbose": 0, **options})
        return history.epoch, history.params["steps"], list(history.history)

    assert train(subject) == train(keras)
