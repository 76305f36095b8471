"""A training that is killed at any moment and run again ends with the same bits."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pronghorn as keras
from pronghorn.errors import FileError
from unit.training.resume_worker import make_model

WORKER = Path(__file__).with_name("resume_worker.py")


def start(variant: str, backup: str, out: Path) -> subprocess.Popen[str]:
    command = [sys.executable, str(WORKER), variant, backup, str(out)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "begin\n"
    return process


def finish(process: subprocess.Popen[str]) -> None:
    process.communicate(timeout=300)
    assert process.returncode == 0


def kill_and_resume(variant: str, folder: Path, kills: int, longest: float) -> None:
    """Compare a run that is killed ``kills`` times with one that is left alone."""
    finish(start(variant, "-", folder / "whole"))
    # The moments are drawn anew in every run: whatever they are, the bits are the same.
    moments = random.Random()
    for _ in range(kills):
        process = start(variant, str(folder / "backup"), folder / "killed")
        time.sleep(moments.uniform(0.0, longest))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        if process.returncode == 0:
            break  # it was faster
    finish(start(variant, str(folder / "backup"), folder / "killed"))
    for ending in ("history.txt", "csv"):
        whole, killed = ((folder / f"{run}.{ending}").read_text() for run in ("whole", "killed"))
        assert killed == whole
    for ending in ("weights.npz", "best.npz"):
        whole, killed = (np.load(folder / f"{run}.{ending}") for run in ("whole", "killed"))
        assert all(whole[name].tobytes() == killed[name].tobytes() for name in whole.files)
    assert not (folder / "backup").exists()


VARIANTS = ["plateau", "scheduler", "stream"]


@pytest.mark.parametrize("variant", VARIANTS)
def test_three_kills_change_no_bit(variant: str, tmp_path: Path) -> None:
    kill_and_resume(variant, tmp_path, 3, 0.15)


@pytest.mark.slow
@pytest.mark.parametrize(("variant", "kills"), list(zip(VARIANTS, [7, 7, 6], strict=True)))
def test_twenty_kills_change_no_bit(variant: str, kills: int, tmp_path: Path) -> None:
    """Twenty in all, at moments nearer to each other."""
    kill_and_resume(variant, tmp_path, kills, 0.04)


rng = np.random.default_rng(9)
X, Y = rng.normal(size=(64, 20)).astype("float32"), rng.integers(0, 3, 64)


class Crash(keras.Callback):
    """Fails once, at a batch of an epoch or at the end of the training."""

    def __init__(self, epoch: int, batch: int | None = None) -> None:
        super().__init__()
        self._epoch, self._batch, self._now = epoch, batch, -1
        if batch is not None:
            self.on_train_batch_end = self._look  # type: ignore[method-assign]

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._now = epoch
        if self._batch is None and epoch == self._epoch:
            raise RuntimeError("crash")

    def _look(self, batch: int, logs: Any = None) -> None:
        if (self._now, batch) == (self._epoch, self._batch):
            raise RuntimeError("crash")


def fit(folder: Path, *others: Any, epochs: int = 5, x: Any = X, **options: Any) -> Any:
    model = make_model("adam")
    backup = keras.callbacks.BackupAndRestore(folder / "backup", **options)
    model.fit(x, Y, batch_size=8, epochs=epochs, verbose=0, callbacks=[backup, *others])
    return model


def crash(folder: Path, at: Crash, *others: Any, **options: Any) -> None:
    with pytest.raises(RuntimeError, match="crash"):
        fit(folder, at, *others, **options)


def whole_weights() -> list[bytes]:
    model = make_model("adam")
    model.fit(X, Y, batch_size=8, epochs=5, verbose=0)
    return [w.tobytes() for w in model.get_weights()]


@pytest.mark.parametrize(
    ("at", "save_freq"),
    [(Crash(3), "epoch"), (Crash(2, 5), 3), (Crash(3, 0), 8), (Crash(0, 2), 1), (Crash(1, 7), 2)],
    ids=["epoch", "within", "after the last batch", "first batches", "last batch"],
)
def test_resumed_weights(at: Crash, save_freq: Any, tmp_path: Path) -> None:
    crash(tmp_path, at, save_freq=save_freq)
    model = fit(tmp_path, save_freq=save_freq)
    assert [w.tobytes() for w in model.get_weights()] == whole_weights()
    assert model.history.epoch == [0, 1, 2, 3, 4]
    assert model.optimizer.iterations == 5 * 8


def test_the_beginning_of_an_epoch_counts_once(tmp_path: Path) -> None:
    def falling() -> Any:
        return keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)

    crash(tmp_path, Crash(2, 5), falling(), save_freq=3)
    model = fit(tmp_path, falling(), save_freq=3)
    assert float(model.optimizer.learning_rate) == 0.001 / 2**5
    halved = [0.001 / 2**epoch for epoch in range(1, 6)]
    assert model.history.history["learning_rate"] == halved


def test_sums_of_an_epoch_go_on(tmp_path: Path) -> None:
    crash(tmp_path, Crash(1, 5), save_freq=3)
    history = fit(tmp_path, save_freq=3).history.history
    whole = make_model("adam").fit(X, Y, batch_size=8, epochs=5, verbose=0).history
    assert history == whole
    assert history["seen"] == [64.0] * 5


class Largest(keras.metrics.Metric):
    """The largest prediction: a state that no sum holds."""

    def __init__(self) -> None:
        super().__init__(name="largest")
        self.top = self.add_weight(shape=(2,), initializer="zeros")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        self.top.assign(keras.ops.maximum(self.top, keras.ops.max(y_pred)))

    def result(self) -> Any:
        return keras.ops.sum(self.top)


def test_metrics_of_a_stream_go_on_whatever_their_state(tmp_path: Path) -> None:
    def fit_stream(*callbacks: Any) -> Any:
        keras.utils.set_random_seed(1)
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
        made = [
            keras.metrics.F1Score(),
            Largest(),
            keras.metrics.R2Score(),
            keras.metrics.AUC(multi_label=True, name="area"),
        ]
        model.compile("adam", "categorical_crossentropy", metrics=made)
        x = np.linspace(-1, 1, 160, dtype=np.float32).reshape(40, 4)
        y = np.eye(3, dtype=np.float32)[np.arange(40) % 3]
        batches = [(x[i : i + 4], y[i : i + 4]) for i in range(0, 40, 4)]
        fitted = model.fit(iter(batches), steps_per_epoch=10, verbose=0, callbacks=[*callbacks])
        return {key: np.asarray(values).tolist() for key, values in fitted.history.items()}

    def back_up() -> Any:
        return keras.callbacks.BackupAndRestore(tmp_path / "backup", save_freq=3)

    with pytest.raises(RuntimeError, match="crash"):
        fit_stream(back_up(), Crash(0, 6))
    assert fit_stream(back_up()) == fit_stream()


def test_stopped_training_is_not_taken_up_again(tmp_path: Path) -> None:
    class Stop(keras.Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            self.model.stop_training = epoch == 1

        def on_train_end(self, logs: Any = None) -> None:
            raise RuntimeError("crash")

    with pytest.raises(RuntimeError, match="crash"):
        fit(tmp_path, Stop())
    assert fit(tmp_path).history.epoch == [0, 1]


def test_backup_is_kept_on_request(tmp_path: Path) -> None:
    first = fit(tmp_path, delete_checkpoint=False)
    again = fit(tmp_path, delete_checkpoint=False, epochs=6)
    assert again.history.epoch == [0, 1, 2, 3, 4, 5]
    assert again.optimizer.iterations == first.optimizer.iterations + 8


def test_damaged_backup_gives_way_to_the_one_before(tmp_path: Path) -> None:
    crash(tmp_path, Crash(3), double_checkpoint=True)
    newest = tmp_path / "backup" / "training.npz"
    newest.write_bytes(newest.read_bytes()[:-100])
    model = fit(tmp_path, double_checkpoint=True)
    assert [w.tobytes() for w in model.get_weights()] == whole_weights()


def test_damaged_backup_alone_is_refused(tmp_path: Path) -> None:
    crash(tmp_path, Crash(3))
    newest = tmp_path / "backup" / "training.npz"
    newest.write_bytes(newest.read_bytes()[:-100])
    with pytest.raises(FileError, match=r"training\.npz"):
        fit(tmp_path)


def test_other_data_are_refused(tmp_path: Path) -> None:
    crash(tmp_path, Crash(3))
    model = make_model("adam")
    before = [w.tobytes() for w in model.get_weights()]
    backup = keras.callbacks.BackupAndRestore(tmp_path / "backup")
    with pytest.raises(FileError, match=r"8 batches an epoch.*4 batches"):
        model.fit(X, Y, batch_size=16, epochs=5, verbose=0, callbacks=[backup])
    assert [w.tobytes() for w in model.get_weights()] == before


def test_other_callbacks_are_refused(tmp_path: Path) -> None:
    crash(tmp_path, Crash(3), keras.callbacks.EarlyStopping("loss", patience=9))
    with pytest.raises(FileError, match="EarlyStopping:0"):
        fit(tmp_path)


def test_state_that_cannot_be_written_names_its_place(tmp_path: Path) -> None:
    class Odd(keras.Callback):
        def get_state(self) -> dict[str, Any]:
            return {"best": {1: object()}}

    with pytest.raises(TypeError, match=r"state\['callbacks'\]\['Odd:0'\]\['best'\]"):
        fit(tmp_path, Odd())


@pytest.mark.parametrize("save_freq", ["batch", 0, 1.5])
def test_save_freq_is_checked(save_freq: Any) -> None:
    with pytest.raises(ValueError, match="BackupAndRestore save_freq"):
        keras.callbacks.BackupAndRestore("folder", save_freq=save_freq)


@pytest.mark.parametrize("ending", ["npz", "keras", "h5"])
def test_saved_model_trains_on_with_the_same_bits(ending: str, tmp_path: Path) -> None:
    model = make_model(keras.optimizers.Adam(0.003))
    path = tmp_path / f"model.{ending}"
    half = {"batch_size": 8, "verbose": 0}
    model.fit(X, Y, epochs=2, **half)
    model.save(path)
    again = keras.models.load_model(path, custom_objects={"Seen": type(model.metrics[2])})
    model.fit(X, Y, epochs=5, initial_epoch=2, **half)
    again.fit(X, Y, epochs=5, initial_epoch=2, **half)
    for a, b in zip(model.get_weights(), again.get_weights(), strict=True):
        assert a.tobytes() == b.tobytes()
