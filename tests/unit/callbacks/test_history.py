"""History: what fit returns."""

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
