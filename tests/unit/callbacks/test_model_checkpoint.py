"""ModelCheckpoint with real models: files that open again, and what it refuses."""

import numpy as np
import pytest

import pronghorn as keras
from pronghorn.callbacks import CallbackList, ModelCheckpoint
from pronghorn.errors import FileError, ParameterError

X = np.linspace(-1, 1, 12)[:, None]


def fit(*callbacks, epochs=3, **options):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    model.fit(X, 3 * X, batch_size=4, epochs=epochs, verbose=0, callbacks=callbacks, **options)
    return model


def test_the_last_file_holds_the_model(tmp_path):
    path = tmp_path / "deep" / "model.keras"
    model = fit(ModelCheckpoint(path))
    again = keras.models.load_model(path)
    assert (again.predict(X, verbose=0) == model.predict(X, verbose=0)).all()


def test_weights_alone(tmp_path):
    path = tmp_path / "model.weights.h5"
    model = fit(ModelCheckpoint(path, save_weights_only=True))
    other = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    other.load_weights(path)
    assert (other.get_weights()[0] == model.get_weights()[0]).all()


def test_names_are_filled_in(tmp_path):
    name = tmp_path / "{epoch:02d}-{batch:03d}.npz"
    fit(ModelCheckpoint(name, save_freq=2), epochs=2)
    # Six batches, three an epoch: after the 2nd, the 4th and the 6th.
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "01-002.npz",
        "02-001.npz",
        "02-003.npz",
    ]


def test_epochs_alone_leave_the_engine_its_batches():
    hooks = CallbackList([ModelCheckpoint("model.keras")])
    assert not hooks.subscribed_to_batches("train")
    assert CallbackList([ModelCheckpoint("m.keras", save_freq=5)]).subscribed_to_batches("train")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("model.txt", {}),
        ("model", {}),
        ("model.weights.h5.zip", {"save_weights_only": True}),
    ],
)
def test_an_ending_without_a_format_is_refused_at_once(name, options):
    with pytest.raises(FileError, match="file name that ends in"):
        ModelCheckpoint(name, **options)


@pytest.mark.parametrize("save_freq", ["batch", 0, 2.5])
def test_save_freq_is_checked(save_freq):
    with pytest.raises(
        ParameterError, match="save_freq: expected 'epoch', or a whole number of at least 1"
    ):
        ModelCheckpoint("model.keras", save_freq=save_freq)


def test_a_name_that_the_logs_lack_is_refused(tmp_path):
    with pytest.raises(ParameterError, match="names among epoch, loss"):
        fit(ModelCheckpoint(tmp_path / "{val_loss:.2f}.npz"))


@pytest.mark.parametrize(
    ("logs", "message"),
    [({"loss": 1.0}, "received logs of loss"), ({"val_loss": np.ones(2)}, "expected a number")],
    ids=["missing", "array"],
)
def test_what_cannot_be_compared_is_a_warning_and_is_saved(logs, message, model):
    saved = []
    model.save = lambda path, overwrite: saved.append(path)
    checkpoint = ModelCheckpoint("model.keras", save_best_only=True)
    checkpoint.set_model(model)
    with pytest.warns(UserWarning, match=message):
        checkpoint.on_epoch_end(0, logs)
    assert saved == ["model.keras"]


def test_an_unclear_direction_is_an_error(model):
    checkpoint = ModelCheckpoint("model.keras", "score", save_best_only=True)
    checkpoint.set_model(model)
    with pytest.raises(ParameterError, match="mode='min' or mode='max'"):
        checkpoint.on_epoch_end(0, {"score": 1.0})


def test_period_counts_epochs(tmp_path):
    fit(ModelCheckpoint(tmp_path / "{epoch}.npz", period=2), epochs=5)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2.npz", "4.npz"]
    with pytest.raises(ParameterError, match="period"):
        ModelCheckpoint(tmp_path / "a.npz", period=0)


def test_names_of_other_versions_are_filled_in(tmp_path):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    path = tmp_path / "{mean_absolute_error:.0f}.npz"
    model.fit(X, X, verbose=0, callbacks=[ModelCheckpoint(path)])
    assert [path.stem.isdigit() for path in tmp_path.iterdir()] == [True]
