"""EarlyStopping: the epochs in which Keras stops, and what it restores.

The expected epochs were observed with keras 3.15.1 (JAX backend): its EarlyStopping was given
the same curves, on a model whose weights were the number of the epoch.
"""

import warnings

import pytest

from pronghorn._core.errors import ParameterError
from pronghorn.callbacks import CallbackList, EarlyStopping

NAN = float("nan")


class Metric:
    def __init__(self, name, direction):
        self.name = name
        self._direction = direction


def run(model, stopper, curve, key="val_loss"):
    """Play ``fit``: the weights of epoch e are [e]; the epochs that ran come back."""
    hooks = CallbackList([stopper], model=model)
    model.stop_training = False
    hooks.on_train_begin()
    for epoch, value in enumerate(curve):
        model.weights = [float(epoch)]
        hooks.on_epoch_end(epoch, {key: value})
        if model.stop_training:
            break
    hooks.on_train_end()
    return epoch + 1


# options, curve, epochs that ran, stopped_epoch, best value, weights afterwards
CASES = {
    "plain": ({}, [3, 2, 2.5, 1], 3, 2, 2, 2),
    "equal is no improvement": ({}, [3, 3, 1], 2, 1, 3, 1),
    "never in the first epoch": ({"baseline": 1}, [3, 2], 2, 0, 2, 1),
    "patience": ({"patience": 2}, [3, 2, 2.5, 2.6, 1], 4, 3, 2, 3),
    "patience starts again": ({"patience": 2}, [3, 4, 2, 4, 4, 1], 5, 4, 2, 4),
    "min_delta": ({"min_delta": 0.5}, [3, 2.6, 1], 2, 1, 3, 1),
    "min_delta has no sign": ({"min_delta": -0.5}, [3, 2.6, 1], 2, 1, 3, 1),
    "max": ({"mode": "max"}, [1, 2, 1.5, 3], 3, 2, 2, 2),
    "max with min_delta": ({"mode": "max", "min_delta": 1}, [1, 1.5, 3], 2, 1, 1, 1),
    "NaN never improves": ({"patience": 1}, [3, NAN, 1], 2, 1, 3, 1),
    "restore": ({"patience": 1, "restore_best_weights": True}, [3, 1, 2, 0.5], 3, 2, 1, 1),
    "restore without a stop": (
        {"patience": 9, "restore_best_weights": True},
        [3, 1, 2],
        3,
        0,
        1,
        1,
    ),
    "baseline": ({"patience": 2, "baseline": 1}, [3, 2.5, 2.4, 2.6], 4, 3, 2.4, 3),
    "baseline beaten": ({"patience": 2, "baseline": 2.7}, [3, 2.5, 2.6, 2.7], 4, 3, 2.5, 3),
    "start": ({"start_from_epoch": 2}, [1, 2, 3, 2.5, 2.6], 5, 4, 2.5, 4),
}


@pytest.mark.parametrize(
    ("options", "curve", "ran", "stopped", "best", "weight"), CASES.values(), ids=CASES
)
def test_stops_where_keras_stops(model, options, curve, ran, stopped, best, weight):
    stopper = EarlyStopping(**options)
    assert run(model, stopper, curve) == ran
    assert stopper.stopped_epoch == stopped
    assert stopper.best == best
    assert model.weights == [weight]


def test_a_second_fit_starts_afresh(model):
    stopper = EarlyStopping(patience=1, restore_best_weights=True)
    run(model, stopper, [1, 2])
    assert run(model, stopper, [9, 8, 7]) == 3
    assert model.weights == [2.0]


def test_a_nan_at_the_start_is_never_beaten(model):
    # Keras's peculiarity, kept: every later comparison with NaN is false.
    assert run(model, EarlyStopping(patience=2), [NAN, 3, 2, 1]) == 3


def test_messages_are_those_of_keras(model, capsys):
    stopper = EarlyStopping(verbose=1, restore_best_weights=True)
    run(model, stopper, [3, 2, 2.5])
    assert capsys.readouterr().out == (
        "Epoch 3: early stopping\nRestoring model weights from the end of the best epoch: 2.\n"
    )


def test_silent_by_default(model, capsys):
    run(model, EarlyStopping(restore_best_weights=True), [3, 2, 2.5])
    assert capsys.readouterr().out == ""


def test_a_missing_key_is_a_warning(model):
    with pytest.warns(UserWarning) as caught:
        ran = run(model, EarlyStopping(restore_best_weights=True), [3, 4, 5], key="loss")
    assert ran == 3
    assert str(caught[0].message) == (
        "EarlyStopping monitor 'val_loss': expected a name in the logs, received logs of loss. "
        "This epoch is passed over. Give fit validation_data or validation_split."
    )


@pytest.mark.parametrize(
    ("monitor", "metrics", "curve", "ran"),
    [
        ("loss", [], [2, 1, 3], 3),
        ("val_loss", [], [2, 1, 3], 3),
        ("accuracy", [], [1, 2, 1.5], 3),
        ("val_acc", [], [1, 2, 1.5], 3),
        ("auc", [], [1, 2, 1.5], 3),
        ("mean_absolute_error", [], [2, 1, 3], 3),
        ("age_loss", [], [2, 1, 3], 3),
        ("val_kind_accuracy", [], [1, 2, 1.5], 3),
        ("score", [Metric("score", "up")], [1, 2, 1.5], 3),
        ("val_score", [Metric("score", "down")], [2, 1, 3], 3),
        # What the metric says of itself wins over its name.
        ("my_error", [Metric("my_error", "up")], [1, 2, 1.5], 3),
    ],
)
def test_the_direction_is_found(make_model, monitor, metrics, curve, ran):
    # In the wrong direction, the second epoch would be the last one.
    assert run(make_model(metrics), EarlyStopping(monitor), curve, key=monitor) == ran


def test_an_unclear_direction_is_an_error(model):
    with pytest.raises(ParameterError) as caught:
        run(model, EarlyStopping("score"), [1, 2], key="score")
    assert str(caught.value) == (
        "EarlyStopping: monitor: expected a metric that says whether more or less of it is "
        "better, received 'score', which does not, with mode='auto'. "
        "Pass mode='min' or mode='max'."
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert run(model, EarlyStopping("score", mode="max"), [1, 2, 1], key="score") == 3


def test_an_unclear_direction_is_an_error_without_the_key(model):
    with pytest.raises(ParameterError):
        run(model, EarlyStopping("score"), [1, 2], key="loss")


def test_an_unknown_mode_is_a_warning_and_becomes_auto():
    with pytest.warns(UserWarning, match="'lowest'"):
        assert EarlyStopping(mode="lowest").mode == "auto"


def test_a_subclass_says_what_is_watched(model):
    class Reversed(EarlyStopping):
        def get_monitor_value(self, logs):
            return -logs["val_loss"]

    # −1, −2 improve; −1.5 is worse.
    assert run(model, Reversed(), [1, 2, 1.5]) == 3


@pytest.mark.parametrize(
    "arguments",
    [{"patience": "a"}, {"min_delta": None}, {"monitor": 3}, {"baseline": []}, {"verbose": "no"}],
    ids=lambda given: next(iter(given)),
)
def test_an_argument_of_another_type_is_named(arguments):
    (name,) = arguments
    with pytest.raises(ParameterError, match=f"EarlyStopping {name}: expected .*, received"):
        EarlyStopping(**arguments)
