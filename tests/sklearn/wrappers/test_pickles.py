"""Pickles of fitted wrappers: the model as the bytes of a file, in a fresh process too."""

from __future__ import annotations

import copy
import io
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest

from pronghorn import Input, Sequential, layers, losses
from pronghorn.errors import FileError
from pronghorn.sklearn import KerasClassifier, KerasRegressor
from pronghorn.sklearn._model_pickle import unpack_model

QUIET: dict[str, Any] = {"verbose": 0, "random_state": 0}


def fitted(**parameters: Any) -> Any:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 6)).astype(np.float32)
    return KerasClassifier(epochs=2, **QUIET, **parameters).fit(x, (x[:, 0] > 0) + 1), x


def via_pickle(estimator: Any) -> Any:
    return pickle.loads(pickle.dumps(estimator))


def via_joblib(estimator: Any) -> Any:
    buffer = io.BytesIO()
    joblib.dump(estimator, buffer)
    buffer.seek(0)
    return joblib.load(buffer)


WAYS = [via_pickle, via_joblib, copy.deepcopy]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_copy_predicts_the_same(way: Any) -> None:
    estimator, x = fitted(metrics=["accuracy"])
    again = way(estimator)
    np.testing.assert_array_equal(again.predict_proba(x), estimator.predict_proba(x))
    assert again.classes_.tolist() == [1, 2] and again.history_ == estimator.history_
    assert again.get_params() == estimator.get_params()


def test_copy_goes_on_as_the_original() -> None:
    estimator, x = fitted(optimizer="adam")
    y = (x[:, 0] > 0) + 1
    again = via_pickle(estimator)
    for one in (estimator, again):
        one.partial_fit(x, y)
    np.testing.assert_array_equal(again.predict_proba(x), estimator.predict_proba(x))


def test_unfitted_estimator_is_copied() -> None:
    estimator = KerasRegressor(optimizer__learning_rate=0.5, epochs=3)
    assert via_pickle(estimator).get_params() == estimator.get_params()


def test_pickle_is_small() -> None:
    estimator, _ = fitted(optimizer="sgd")
    weights = 4 * estimator.model_.count_params()
    assert len(pickle.dumps(estimator)) < weights + 12_000


def own_loss(y_true: Any, y_pred: Any) -> Any:
    return losses.binary_crossentropy(y_true, y_pred)


@pytest.mark.parametrize(
    "loss", [own_loss, lambda y, p: losses.binary_crossentropy(y, p)], ids=["function", "lambda"]
)
def test_loss_of_your_own_comes_from_the_parameters(
    loss: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    estimator, x = fitted(optimizer="adam", loss=loss)
    again = copy.deepcopy(estimator)
    np.testing.assert_array_equal(again.predict_proba(x), estimator.predict_proba(x))
    assert again.model_.loss is loss


PROGRAM = """
import pickle, sys
import numpy as np
import pronghorn

with open(sys.argv[1], "rb") as file:
    estimator, x, expected = pickle.load(file)
print(type(estimator).__name__, np.array_equal(estimator.predict_proba(x), expected))
"""


def test_fresh_process_loads_it(tmp_path: Path) -> None:
    estimator, x = fitted()
    path = tmp_path / "estimator.pickle"
    path.write_bytes(pickle.dumps((estimator, x, estimator.predict_proba(x))))
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path)], capture_output=True, text=True, timeout=60
    )
    assert run.stdout.split() == ["KerasClassifier", "True"], run.stderr


@pytest.mark.parametrize("what", ["model", "classes", "name"])
def test_damaged_contents_are_refused(what: str) -> None:
    estimator, _ = fitted()
    inside = {
        "model": estimator.model_.get_weights()[0].tobytes()[:64],
        "classes": estimator.classes_.tobytes(),
        "name": b"target_type_",
    }
    data = bytearray(pickle.dumps(estimator))
    data[data.index(inside[what]) + 3] ^= 1
    with pytest.raises(FileError, match="pickle of KerasClassifier: expected contents with the ch"):
        pickle.loads(bytes(data))


def test_pickle_of_another_format_is_refused() -> None:
    estimator, _ = fitted()
    packed = {**estimator.__getstate__()["model_"], "format": "pronghorn-wrapper-9"}
    with pytest.raises(FileError, match="'pronghorn-wrapper-1', received 'pronghorn-wrapper-9'"):
        unpack_model(packed, lambda: estimator.model_)


def test_build_function_that_changed_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = [4]

    def build() -> Any:
        hidden = [layers.Dense(size, activation="tanh") for size in sizes]
        return Sequential([Input((6,)), *hidden, layers.Dense(1, activation="sigmoid")])

    estimator, x = fitted(model=build)
    expected = estimator.predict_proba(x)
    sizes.append(9)
    np.testing.assert_array_equal(copy.deepcopy(estimator).predict_proba(x), expected)
