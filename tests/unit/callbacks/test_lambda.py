"""LambdaCallback: only hooks, only functions."""

import pytest

from pronghorn._core.errors import ParameterError, UnknownNameError
from pronghorn.callbacks import LambdaCallback


def test_an_unknown_hook_is_refused_with_the_nearest_name():
    with pytest.raises(UnknownNameError, match="Did you mean 'on_epoch_end'"):
        LambdaCallback(on_epoch_ends=print)


def test_a_method_that_is_no_hook_is_refused():
    with pytest.raises(UnknownNameError, match="set_model"):
        LambdaCallback(set_model=print)


def test_a_value_that_is_no_function_is_refused():
    with pytest.raises(ParameterError, match=r"on_train_end: expected a function, received 3"):
        LambdaCallback(on_train_end=3)


def test_none_leaves_the_hook_as_it_is():
    assert LambdaCallback(on_epoch_end=None).on_epoch_end(0, {}) is None
