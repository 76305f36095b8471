"""Classes derived from the wrappers whose own method makes the network, as SciKeras has them."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

import pronghorn as keras
from pronghorn.errors import ParameterError
from pronghorn.sklearn import KerasClassifier, KerasRegressor


class Perceptron(KerasClassifier):
    """Its method reads the estimator, and takes the optimizer that the parameters describe."""

    def __init__(
        self,
        widths: Any = (5,),
        optimizer: Any = "adam",
        optimizer__learning_rate: float = 0.001,
        epochs: int = 2,
        verbose: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.widths = widths
        self.optimizer = optimizer
        self.optimizer__learning_rate = optimizer__learning_rate
        self.epochs = epochs
        self.verbose = verbose

    def _keras_build_fn(self, compile_kwargs: dict[str, Any]) -> Any:
        hidden = [keras.layers.Dense(width, activation="relu") for width in self.widths]
        head = keras.layers.Dense(self.n_classes_, activation="softmax")
        model = keras.Sequential([keras.Input((self.n_features_in_,)), *hidden, head])
        model.compile(loss="sparse_categorical_crossentropy", optimizer=compile_kwargs["optimizer"])
        return model


class Routed(KerasRegressor):
    """Its method takes arguments: one under a route, one of its own, and what the data is."""

    def __init__(self, model__width: int = 3, head: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.model__width = model__width
        self.head = head

    def _keras_build_fn(self, width: int, head: Any, meta: dict[str, Any]) -> Any:
        layers = [keras.layers.Dense(width), keras.layers.Dense(1, activation=head)]
        return keras.Sequential([keras.Input((meta["n_features_in_"],)), *layers])


class Unset(KerasClassifier):
    """Its constructor leaves an argument to the library's default, as SciKeras's tutorial does."""

    def __init__(
        self, optimizer: Any = "sgd", optimizer__learning_rate: float = 0.001, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.optimizer = optimizer


class Closed(KerasRegressor):
    """Takes no further names, and compiles with what the estimator holds."""

    def __init__(self, width: int = 4) -> None:
        super().__init__(optimizer="sgd", epochs=1, verbose=0)
        self.width = width

    def _keras_build_fn(self) -> Any:
        model = keras.Sequential([keras.layers.Dense(self.width), keras.layers.Dense(1)])
        model.compile(optimizer=self.optimizer, loss="mae")
        return model


def widths(estimator: Any) -> list[int]:
    return [layer.units for layer in estimator.model_.layers]


def test_method_makes_the_model(blobs: Any) -> None:
    found = Perceptron((7, 6), optimizer__learning_rate=0.25).fit(*blobs)
    assert widths(found) == [7, 6, 3]
    assert found.model_.optimizer.learning_rate == 0.25


def test_method_is_given_what_it_takes(blobs: Any) -> None:
    found = Routed(5, epochs=1, verbose=0).fit(*blobs)
    assert widths(found) == [5, 1]


def test_method_that_compiles_by_itself(blobs: Any) -> None:
    found = Closed(2).fit(*blobs)
    assert widths(found) == [2, 1] and found.model_.loss == "mae"
    assert clone(found).get_params() == {"width": 2}


def test_model_that_is_given_takes_its_place(blobs: Any) -> None:
    given = keras.Sequential([keras.Input((6,)), keras.layers.Dense(3, activation="softmax")])
    assert widths(Perceptron(model=given).fit(*blobs)) == [3]


def test_clone_keeps_what_its_constructor_hands_on() -> None:
    copy = clone(Perceptron((9,), random_state=4, batch_size=7, loss="mse"))
    kept = {name: getattr(copy, name) for name in ("widths", "random_state", "batch_size", "loss")}
    assert kept == {"widths": (9,), "random_state": 4, "batch_size": 7, "loss": "mse"}


@pytest.mark.parametrize("name", ["widths", "optimizer__learning_rate", "batch_size"])
def test_search_goes_over_its_parameters(blobs: Any, name: str) -> None:
    values = {"widths": [(2,), (3,)], "optimizer__learning_rate": [0.1, 1e-9], "batch_size": [8, 9]}
    search = GridSearchCV(Perceptron(), {name: values[name]}, cv=2).fit(*blobs)
    assert list(search.best_params_) == [name]


def test_argument_that_the_constructor_leaves_out_can_be_set(blobs: Any) -> None:
    estimator = Unset(verbose=0).set_params(optimizer__learning_rate=0.25)
    assert float(estimator.fit(*blobs).model_.optimizer.learning_rate) == 0.25
    assert clone(estimator).get_params()["optimizer__learning_rate"] == 0.25
    search = GridSearchCV(Unset(verbose=0), {"optimizer__learning_rate": [0.1, 1e-9]}, cv=2)
    assert list(search.fit(*blobs).best_params_) == ["optimizer__learning_rate"]


def test_argument_that_the_constructor_leaves_out_stays_out_of_a_refusal() -> None:
    estimator = Unset()
    with pytest.raises(ParameterError, match="optimiser"):
        estimator.set_params(optimizer__learning_rate=0.25, optimiser="adam")
    assert "optimizer__learning_rate" not in estimator.get_params()


def test_pickle_predicts_the_same(blobs: Any) -> None:
    found = Perceptron(random_state=0).fit(*blobs)
    again = pickle.loads(pickle.dumps(found))
    np.testing.assert_array_equal(again.predict_proba(blobs[0]), found.predict_proba(blobs[0]))
