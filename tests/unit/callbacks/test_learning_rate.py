"""LearningRateScheduler, and what both callbacks of the learning rate refuse."""

import numpy as np
import pytest

import pronghorn as keras
from pronghorn.callbacks import LearningRateScheduler, ReduceLROnPlateau
from pronghorn.errors import ParameterError, PronghornError


def scale(epoch, rate):
    return rate / (epoch + 1)


def by_epoch(epoch):
    return 1.0 / (epoch + 2)


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        # 0.5, 0.5 / 2, 0.25 / 3
        (scale, [0.5, 0.25, 0.25 / 3]),
        (by_epoch, [1 / 2, 1 / 3, 1 / 4]),
        (lambda epoch: np.float32(0.125), [0.125] * 3),
    ],
    ids=["epoch and rate", "epoch", "float32"],
)
def test_rates_of_epochs(schedule, expected, model):
    scheduler = LearningRateScheduler(schedule)
    scheduler.set_model(model)
    for epoch, rate in enumerate(expected):
        scheduler.on_epoch_begin(epoch)
        logs = {}
        scheduler.on_epoch_end(epoch, logs)
        assert logs["learning_rate"] == model.optimizer.learning_rate == rate


def test_message_is_that_of_keras(model, capsys):
    scheduler = LearningRateScheduler(scale, verbose=1)
    scheduler.set_model(model)
    scheduler.on_epoch_begin(1)
    expected = "\nEpoch 2: LearningRateScheduler setting learning rate to 0.25.\n"
    assert capsys.readouterr().out == expected


@pytest.mark.parametrize("value", [None, "fast", [0.1], True])
def test_a_schedule_gives_a_number(value, model):
    scheduler = LearningRateScheduler(lambda epoch: value)
    scheduler.set_model(model)
    with pytest.raises(ParameterError, match="LearningRateScheduler schedule"):
        scheduler.on_epoch_begin(0)
    assert model.optimizer.learning_rate == 0.5


def test_an_error_of_the_schedule_itself_passes(model):
    def broken(epoch, rate):
        raise TypeError("mine")

    scheduler = LearningRateScheduler(broken)
    scheduler.set_model(model)
    with pytest.raises(TypeError, match="mine"):
        scheduler.on_epoch_begin(0)


@pytest.mark.parametrize(
    "callback",
    [LearningRateScheduler(by_epoch), ReduceLROnPlateau("loss", patience=0, mode="max")],
    ids=["scheduler", "plateau"],
)
def test_a_schedule_of_the_optimizer_is_not_overruled(callback):
    x = np.linspace(0, 1, 8)[:, None]
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    decay = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    model.compile(keras.optimizers.SGD(decay), "mse")
    with pytest.raises(PronghornError, match="schedule"):
        model.fit(x, x, epochs=5, verbose=0, callbacks=[callback])


def test_rate_is_part_of_the_history():
    x = np.linspace(0, 1, 8)[:, None]
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.5), "mse")
    halve = LearningRateScheduler(lambda epoch, rate: rate / 2)
    history = model.fit(x, x, epochs=3, verbose=0, callbacks=[halve]).history
    assert history["learning_rate"] == [0.25, 0.125, 0.0625]


@pytest.mark.parametrize(
    "arguments", [{"factor": 1.0}, {"factor": 2.0}, {"colour": 1}], ids=["1", "2", "keyword"]
)
def test_arguments_of_a_plateau_are_checked(arguments):
    with pytest.raises(ParameterError, match="ReduceLROnPlateau"):
        ReduceLROnPlateau(**arguments)


def test_epsilon_is_min_delta_by_its_old_name():
    assert ReduceLROnPlateau(epsilon=0.5).min_delta == 0.5


def test_a_missing_key_is_a_warning(model):
    reduce = ReduceLROnPlateau()
    reduce.set_model(model)
    reduce.on_train_begin()
    with pytest.warns(UserWarning, match="ReduceLROnPlateau monitor 'val_loss': .* logs of .*loss"):
        reduce.on_epoch_end(0, {"loss": 1.0})
