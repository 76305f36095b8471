"""Pickles of fitted drop-ins: small, whole, versioned, and refused where they are damaged."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn import neural_network

import tolerances
from pronghorn.errors import FileError
from pronghorn.sklearn import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

rng = np.random.default_rng(11)
X = rng.normal(size=(600, 12))
Y = np.digitize(X[:, 0], [-0.5, 0.5])


def fitted(**parameters: Any) -> Any:
    return MLPClassifier((30,), max_iter=3, random_state=0, **parameters).fit(X, Y)


def through_joblib(estimator: Any, folder: Path) -> Any:
    joblib.dump(estimator, folder / "mlp.joblib")
    return joblib.load(folder / "mlp.joblib")


WAYS: dict[str, Any] = {
    "pickle": lambda e, _: pickle.loads(pickle.dumps(e)),
    "joblib": through_joblib,
    "deepcopy": lambda e, _: copy.deepcopy(e),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_copy_predicts_the_same(way: str, tmp_path: Path) -> None:
    mlp = fitted()
    copied = WAYS[way](mlp, tmp_path)
    np.testing.assert_array_equal(copied.predict_proba(X), mlp.predict_proba(X))
    assert copied.get_params() == mlp.get_params()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("solver", ["adam", "sgd"])
def test_a_copy_trains_on_as_the_original_does(solver: str, way: str, tmp_path: Path) -> None:
    mlp = fitted(solver=solver)
    copied = WAYS[way](mlp, tmp_path)
    for estimator in (mlp, copied):
        estimator.partial_fit(X, Y)
    for a, b in zip(mlp.coefs_, copied.coefs_, strict=True):
        np.testing.assert_array_equal(a, b)


def test_an_unfitted_estimator_travels() -> None:
    assert pickle.loads(pickle.dumps(MLPRegressor(alpha=0.25))).alpha == 0.25


@pytest.mark.parametrize("parameters", [{}, {"early_stopping": True}], ids=str)
def test_it_is_smaller_than_that_of_scikit_learn(parameters: dict[str, Any]) -> None:
    theirs = neural_network.MLPClassifier((30,), max_iter=3, random_state=0, **parameters)
    assert len(pickle.dumps(fitted(**parameters))) < 0.8 * len(pickle.dumps(theirs.fit(X, Y)))


def test_it_loads_in_a_fresh_process(tmp_path: Path) -> None:
    mlp = fitted()
    path = tmp_path / "mlp.pickle"
    path.write_bytes(pickle.dumps((mlp, X, mlp.predict(X))))
    program = (
        "import pickle, sys\n"
        "mlp, x, y = pickle.load(open(sys.argv[1], 'rb'))\n"
        "print((mlp.predict(x) == y).all())"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, timeout=300
    )
    assert run.stdout == "True\n", run.stderr


def damage(what: str, mlp: Any) -> bytes:
    """The pickle with another bit in the weights, in the classes or in a name."""
    inside = {
        "weights": mlp.coefs_[0].tobytes()[:64],
        "classes": mlp.classes_.tobytes(),
        "name": b"out_activation_",
    }
    data = bytearray(pickle.dumps(mlp))
    place = data.find(inside[what])
    assert place > 0
    data[place + 3] ^= 0x01
    return bytes(data)


@pytest.mark.parametrize("what", ["weights", "classes", "name"])
def test_damaged_contents_are_refused(what: str) -> None:
    data = damage(what, fitted())
    with pytest.raises(FileError, match="pickle of MLPClassifier: expected contents with the chec"):
        pickle.loads(data)


def test_mapped_arrays_are_the_same_contents(tmp_path: Path) -> None:
    mlp = fitted()
    joblib.dump(mlp, tmp_path / "mlp.joblib")
    mapped = joblib.load(tmp_path / "mlp.joblib", mmap_mode="r")
    assert isinstance(mapped.coefs_[0], np.memmap)
    np.testing.assert_array_equal(mapped.predict_proba(X), mlp.predict_proba(X))


def test_missing_bytes_are_refused() -> None:
    data = pickle.dumps(fitted())
    with pytest.raises((pickle.UnpicklingError, EOFError)):
        pickle.loads(data[: len(data) // 2])


@pytest.mark.parametrize("version", [None, 1, "2"])
def test_other_formats_are_refused(version: Any) -> None:
    state = fitted().__getstate__()
    state["_pronghorn_format"] = version
    with pytest.raises(FileError, match="expected format 2"):
        MLPClassifier.__new__(MLPClassifier).__setstate__(state)


@pytest.mark.parametrize("target", ["classes", "values"])
def test_to_sklearn_is_plain_and_equal(target: str) -> None:
    mlp: Any = fitted()
    if target == "values":
        mlp = MLPRegressor(hidden_layer_sizes=(30,), max_iter=3, random_state=0).fit(X, X[:, 0])
    plain = mlp.to_sklearn()
    assert type(plain).__module__.startswith("sklearn.")
    assert plain.get_params().items() <= mlp.get_params().items()
    assert b"pronghorn" not in pickle.dumps(plain)
    np.testing.assert_array_equal(plain.predict(X[:50]), mlp.predict(X[:50]))
    plain.coefs_[0][...] = 0.0
    assert mlp.coefs_[0].any()


def test_to_sklearn_trains_on() -> None:
    mlp = fitted()
    plain = mlp.to_sklearn().partial_fit(X, Y)
    mlp.partial_fit(X, Y)
    assert plain._optimizer.t == mlp._optimizer.t and plain.t_ == mlp.t_
    for a, b in zip(plain.coefs_, mlp.coefs_, strict=True):
        tolerances.SCIKIT_LEARN_TRAINS_ON.check(a, b)
