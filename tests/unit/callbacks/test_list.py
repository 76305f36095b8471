"""CallbackList: who is called, with what, and what counts as a subscription to batches."""

import numpy as np
import pytest

from pronghorn._core.errors import ParameterError
from pronghorn._core.registry import names, resolve
from pronghorn.callbacks import (
    Callback,
    CallbackList,
    EarlyStopping,
    History,
    LambdaCallback,
    ProgbarLogger,
    TerminateOnNaN,
)


class OnTrainBatchEnd(Callback):
    def on_train_batch_end(self, batch, logs=None):
        pass


class OnOldBatchBegin(Callback):
    def on_batch_begin(self, batch, logs=None):
        pass


class OnTestBatchBegin(Callback):
    def on_test_batch_begin(self, batch, logs=None):
        pass


class OnPredictBatchEnd(Callback):
    def on_predict_batch_end(self, batch, logs=None):
        pass


class OnProgress(Callback):
    def on_progress(self, step, logs=None):
        pass


class Foreign:
    """A callback of another library: the right methods, no common ancestor."""

    def __init__(self):
        self.calls = []

    def set_model(self, model):
        self.calls.append("set_model")

    def set_params(self, params):
        self.calls.append("set_params")

    def on_epoch_end(self, epoch, logs=None):
        self.calls.append(("on_epoch_end", epoch))


def ignore(*args, **kwargs):
    pass


@pytest.mark.parametrize(
    ("callback", "kinds"),
    [
        (Callback(), set()),
        (History(), set()),
        (ProgbarLogger(), set()),
        (EarlyStopping(), set()),
        (OnProgress(), set()),
        (LambdaCallback(on_epoch_end=ignore), set()),
        (OnTrainBatchEnd(), {"train"}),
        (OnOldBatchBegin(), {"train"}),
        (TerminateOnNaN(), {"train"}),
        (LambdaCallback(on_train_batch_begin=ignore), {"train"}),
        (LambdaCallback(on_batch_end=ignore), {"train"}),
        (OnTestBatchBegin(), {"test"}),
        (LambdaCallback(on_test_batch_end=ignore), {"test"}),
        (OnPredictBatchEnd(), {"predict"}),
        (Foreign(), set()),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, set) else "-".join(value),
)
def test_subscription_follows_the_overridden_hooks(callback, kinds):
    hooks = CallbackList([History(), callback])
    assert {k for k in ("train", "test", "predict") if hooks.subscribed_to_batches(k)} == kinds


def test_a_subclass_inherits_its_subscription():
    class Child(OnTrainBatchEnd):
        pass

    assert CallbackList([Child()]).subscribed_to_batches("train")


def test_a_hook_set_on_the_object_counts():
    callback = Callback()
    callback.on_test_batch_end = ignore
    assert CallbackList([callback]).subscribed_to_batches("test")


def test_an_unknown_kind_of_batch_is_refused():
    with pytest.raises(ParameterError, match="'fit'"):
        CallbackList().subscribed_to_batches("fit")


def test_logs_arrive_sorted_as_python_floats_with_dicts_unfolded():
    seen = []
    hooks = CallbackList([LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(logs))])
    hooks.on_epoch_end(0, {"loss": np.float32(0.5), "extra": {"b": 2, "a": 1}, "accuracy": 1})
    assert list(seen[0].items()) == [("accuracy", 1.0), ("a", 1.0), ("b", 2.0), ("loss", 0.5)]
    assert {type(value) for value in seen[0].values()} == {float}


def test_what_is_no_number_arrives_as_it_is():
    seen = []
    outputs = np.zeros((2, 3))
    CallbackList([LambdaCallback(on_predict_batch_end=lambda b, logs: seen.append(logs))])
    hooks = CallbackList(LambdaCallback(on_predict_batch_end=lambda b, logs: seen.append(logs)))
    hooks.on_predict_batch_end(0, {"outputs": outputs})
    assert seen[0]["outputs"] is outputs


def test_what_one_callback_adds_the_next_one_sees(model):
    class Adder(Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["a_rate"] = 0.1

    hooks = CallbackList([Adder()], add_history=True, model=model)
    hooks.on_epoch_end(0, {"loss": 1.0, "val_loss": 2.0, "accuracy": 0.5})
    assert list(model.history.history) == ["accuracy", "loss", "val_loss", "a_rate"]


def test_history_and_progress_are_added_once():
    given = History()
    hooks = CallbackList([given], add_history=True, add_progbar=True)
    assert hooks.history is given
    assert [type(member) for member in hooks.callbacks] == [History, ProgbarLogger]


def test_nested_lists_are_flattened():
    first, second = Callback(), Callback()
    assert CallbackList([first, (second,), []]).callbacks == [first, second]


def test_model_and_params_reach_every_member(model):
    member = Callback()
    CallbackList([member], model=model, epochs=3, steps=7, verbose=0)
    assert member.model is model
    assert member.params == {"epochs": 3, "steps": 7, "verbose": 0}


def test_a_foreign_callback_takes_part(model):
    foreign = Foreign()
    hooks = CallbackList([foreign], model=model, epochs=1)
    hooks.on_progress(5, {"loss": 1.0})
    hooks.on_epoch_end(4, {"loss": 1.0})
    assert foreign.calls == ["set_model", "set_params", ("on_epoch_end", 4)]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (EarlyStopping, "received the class EarlyStopping. Pass an object of it: EarlyStopping()."),
        ("EarlyStopping", "received 'EarlyStopping'"),
        ([History(), 3], "received 3"),
    ],
    ids=["class", "string", "number"],
)
def test_what_is_no_callback_is_refused(wrong, message):
    with pytest.raises(ParameterError) as caught:
        CallbackList(wrong)
    assert str(caught.value).startswith("callbacks: expected a list of Callback objects, ")
    assert message in str(caught.value)


HOOKS = [
    ("on_train_begin", ({"loss": 1.0},), {}),
    ("on_train_end", ({"loss": 1.0},), {}),
    ("on_test_begin", ({},), {}),
    ("on_test_end", ({"loss": 1.0},), {}),
    ("on_predict_begin", ({},), {}),
    ("on_predict_end", ({},), {}),
    ("on_epoch_begin", (2, {}), {}),
    ("on_epoch_end", (2, {"loss": 1.0}), {}),
    ("on_progress", (2, {"loss": 1.0}), {}),
    ("on_batch_begin", (2,), {"logs": {}}),
    ("on_batch_end", (2,), {"logs": {"loss": 1.0}}),
    ("on_train_batch_begin", (2,), {"logs": {}}),
    ("on_train_batch_end", (2,), {"logs": {"loss": 1.0}}),
    ("on_test_batch_begin", (2,), {"logs": {}}),
    ("on_test_batch_end", (2,), {"logs": {"loss": 1.0}}),
    ("on_predict_batch_begin", (2,), {"logs": {}}),
    ("on_predict_batch_end", (2,), {"logs": {"loss": 1.0}}),
]


@pytest.mark.parametrize(("hook", "args", "kwargs"), HOOKS, ids=[case[0] for case in HOOKS])
def test_every_hook_is_passed_on(hook, args, kwargs):
    calls = []
    member = LambdaCallback(**{hook: lambda *a, **k: calls.append((a, k))})
    getattr(CallbackList([member]), hook)(*args, **kwargs)
    assert calls == [(args, kwargs)]


def test_the_hooks_of_the_table_are_all_hooks():
    assert {case[0] for case in HOOKS} == {name for name in vars(Callback) if name[:3] == "on_"}


def test_new_batch_hooks_call_the_old_ones():
    calls = []
    member = LambdaCallback(
        on_batch_begin=lambda batch, logs: calls.append(("begin", batch)),
        on_batch_end=lambda batch, logs: calls.append(("end", batch, logs)),
    )
    hooks = CallbackList([member])
    hooks.on_train_batch_begin(4)
    hooks.on_train_batch_end(4, {"loss": 2})
    assert calls == [("begin", 4), ("end", 4, {"loss": 2.0})]


def test_the_registry_knows_the_callbacks():
    assert {"EarlyStopping", "History", "LambdaCallback", "ProgbarLogger", "TerminateOnNaN"} <= set(
        names("callback")
    )
    assert isinstance(resolve("callback", "early_stopping"), EarlyStopping)
