"""TerminateOnNaN: the batch that is blamed, and the two ways to end."""

import pytest

from pronghorn._core.errors import NumericsError
from pronghorn.callbacks import CallbackList, TerminateOnNaN


@pytest.mark.parametrize("loss", [float("nan"), float("inf"), float("-inf")])
def test_training_stops_at_the_batch(model, capsys, loss):
    hooks = CallbackList([TerminateOnNaN()], model=model)
    hooks.on_train_batch_end(0, {"loss": 1.0})
    assert not model.stop_training
    hooks.on_train_batch_end(1, {"loss": loss})
    assert model.stop_training
    # The sentence of keras 3.15.1.
    assert capsys.readouterr().out == "Batch 1: Invalid loss, terminating training\n"


def test_it_raises_where_it_is_told_to(model):
    hooks = CallbackList([TerminateOnNaN(raise_error=True)], model=model)
    with pytest.raises(NumericsError, match="nan after batch 4"):
        hooks.on_train_batch_end(4, {"loss": float("nan")})
    assert not model.stop_training


def test_logs_without_a_loss_say_nothing(model):
    CallbackList([TerminateOnNaN()], model=model).on_train_batch_end(0, {"accuracy": 0.0})
    assert not model.stop_training
