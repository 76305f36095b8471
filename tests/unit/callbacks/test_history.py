"""History: what fit returns."""

import copy
import json
import pickle

import pytest

from pronghorn.callbacks import CallbackList, History


def test_values_are_gathered_by_name(model):
    hooks = CallbackList(add_history=True, model=model, epochs=2, steps=3, verbose=0)
    hooks.on_train_begin()
    hooks.on_epoch_end(0, {"loss": 2, "accuracy": 0.25, "val_loss": 3, "val_accuracy": 0.5})
    hooks.on_epoch_end(1, {"loss": 1, "accuracy": 0.75})
    record = model.history
    assert record.epoch == [0, 1]
    assert list(record.history) == ["accuracy", "loss", "val_accuracy", "val_loss"]
    assert record.history["loss"] == [2.0, 1.0]
    assert record.history["val_loss"] == [3.0]
    assert {type(value) for values in record.history.values() for value in values} == {float}
    assert record.params == {"epochs": 2, "steps": 3, "verbose": 0}
    assert record.model is model


def test_epochs_count_from_the_initial_one(model):
    record = History()
    hooks = CallbackList([record], model=model)
    hooks.on_train_begin()
    hooks.on_epoch_end(5, {"loss": 1})
    hooks.on_train_begin()
    hooks.on_epoch_end(6, {"loss": 0.5})
    # As in Keras: a record that is used again restarts its epochs and goes on with its values.
    assert record.epoch == [6]
    assert record.history == {"loss": [1.0, 0.5]}


OTHER_NAMES = {
    "acc": "accuracy",
    "val_acc": "val_accuracy",
    "out_accuracy": "out_acc",
    "val_mean_absolute_error": "val_mae",
    "mse": "mean_squared_error",
    "lr": "learning_rate",
}


@pytest.mark.parametrize(("asked", "kept"), OTHER_NAMES.items(), ids=OTHER_NAMES)
def test_a_value_is_found_by_its_other_names(asked, kept, model):
    record, logs = History(), []
    hooks = CallbackList([record], model=model)
    record.set_model(model)
    record.on_epoch_end = lambda epoch, values: logs.append(values)
    hooks.on_epoch_end(0, {kept: 0.5, "loss": 1})
    History.on_epoch_end(record, 0, logs[0])
    assert logs[0][asked] == logs[0].get(asked) == 0.5
    assert record.history[asked] == [0.5]
    assert sorted(record.history) == sorted([kept, "loss"])
    assert asked not in record.history


def test_a_name_that_nothing_has_is_missing(model):
    hooks = CallbackList(add_history=True, model=model)
    hooks.on_epoch_end(0, {"accuracy": 0.5})
    history = model.history.history
    assert history.get("val_acc") is None
    assert history.get("loss", 3) == 3
    with pytest.raises(KeyError, match="val_acc"):
        history["val_acc"]


def test_what_is_kept_is_a_plain_dictionary(model):
    hooks = CallbackList(add_history=True, model=model)
    hooks.on_epoch_end(0, {"accuracy": 0.5})
    history = model.history.history
    plain = {"accuracy": [0.5]}
    for kept in (pickle.loads(pickle.dumps(history)), json.loads(json.dumps(history))):
        assert (type(kept), kept) == (dict, plain)
    assert copy.deepcopy(history) == plain
