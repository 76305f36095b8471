"""Who watches fits is told of each that ended well, and what trained it."""

import numpy as np
import pytest

import pronghorn as keras
from pronghorn.errors import NumericsError
from pronghorn.training import recorded_fit, tell_engine, watch_fits

X, Y = np.ones((8, 2), np.float32), np.ones((8, 1), np.float32)


@pytest.fixture
def seen():
    found = []
    end = watch_fits(found.append)
    yield found
    end()


def make_model(rate=0.1):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(rate), "mse")
    return model


def test_fit_is_told_with_its_engine_and_data(seen):
    with keras.config.use_engine("reference"):
        model = make_model()
        model.fit(X, Y, epochs=3, initial_epoch=1, batch_size=4, verbose=0)
    (fit,) = seen
    assert (fit.subject, fit.engine, fit.reason) == (model, "reference", None)
    assert fit.data[0] is X and fit.data[1] is Y
    assert fit.arguments == {"epochs": 2, "batch_size": 4}
    assert fit.seconds > 0


def test_fit_that_fails_is_not_told(seen):
    with pytest.raises(NumericsError):
        make_model(rate=1e30).fit(X, Y * 1e30, epochs=9, verbose=0)
    assert seen == []


def test_fits_of_an_estimator_are_one(seen):
    with recorded_fit("estimator", (X, Y), epochs=2):
        make_model().fit(X, Y, verbose=0)
        make_model().fit(X, Y, verbose=0)
        tell_engine(None, "too late: an engine has trained it")
    (fit,) = seen
    assert (fit.subject, fit.engine, fit.reason) == ("estimator", "native", None)


def test_estimator_that_no_engine_trained_says_why(seen):
    with recorded_fit("estimator", (X, Y)):
        tell_engine(None, "it is small")
    assert [(fit.engine, fit.reason) for fit in seen] == [(None, "it is small")]


def test_gradients_by_hand_count_for_the_estimator_only(seen):
    make_model().compute_gradients(X, Y)
    with recorded_fit("estimator", (X, Y)):
        make_model().compute_gradients(X, Y)
    assert [(fit.subject, fit.engine) for fit in seen] == [("estimator", "native")]


def test_fit_inside_a_callback_is_one_of_its_own(seen):
    inner = make_model()
    fits_too = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: inner.fit(X, Y, verbose=0)
    )
    outer = make_model()
    outer.fit(X, Y, verbose=0, callbacks=[fits_too])
    assert [fit.subject for fit in seen] == [inner, outer]


def test_error_of_the_watcher_leaves_fit():
    def refuse(fit):
        raise ValueError("not this one")

    end = watch_fits(refuse)
    try:
        with pytest.raises(ValueError, match="not this one"):
            make_model().fit(X, Y, verbose=0)
    finally:
        end()
    make_model().fit(X, Y, verbose=0)
