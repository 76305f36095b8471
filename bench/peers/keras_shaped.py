"""The same lines for Keras and for Pronghorn: a Sequential model, compile, fit."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from bench.data import Data, float_rows
from bench.workloads import Workload


class KerasShapedSession:
    """A model of the library `keras`, one `fit` an epoch; the rows are held by `hold`."""

    def __init__(
        self,
        keras: ModuleType,
        workload: Workload,
        data: Data,
        hold: Callable[[Any], Any] = float_rows,
        **compile_options: Any,
    ) -> None:
        self.x_train, self.x_test = hold(data.x_train), hold(data.x_test)
        self.y_train, self.y_test = data.y_train, data.y_test
        self.batch = workload.batch
        layers: list[Any] = [keras.Input((workload.inputs,))]
        if self.x_train.dtype == np.uint8:
            layers.append(keras.layers.Rescaling(1 / 255))
        for width in workload.hidden:
            layers.append(keras.layers.Dense(width, activation="relu"))
            if workload.dropout:
                layers.append(keras.layers.Dropout(workload.dropout))
        last, loss = (
            ("sigmoid", "binary") if workload.is_binary else ("softmax", "sparse_categorical")
        )
        layers.append(keras.layers.Dense(workload.outputs, activation=last))
        self.model = keras.Sequential(layers)
        self.model.compile(
            optimizer=workload.optimizer,
            loss=f"{loss}_crossentropy",
            metrics=["accuracy"],
            **compile_options,
        )

    def train_epoch(self) -> None:
        self.model.fit(self.x_train, self.y_train, batch_size=self.batch, epochs=1, verbose=0)

    def measure_accuracy(self) -> float:
        return float(self.model.evaluate(self.x_test, self.y_test, verbose=0)[1])


class KerasShapedNet:
    """784-128-10 with Adam in the library `keras`, for single calls."""

    def __init__(self, keras: ModuleType) -> None:
        self.model = keras.Sequential(
            [
                keras.Input((784,)),
                keras.layers.Dense(128, "relu"),
                keras.layers.Dense(10, "softmax"),
            ]
        )
        self.model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])

    def train_on_batch(self, x: Any, y: Any) -> Any:
        return self.model.train_on_batch(x, y)

    def calls(self, x: Any, y: Any, many: Any) -> dict[str, Callable[[], Any]]:
        model, row = self.model, x[:1]
        return {
            # The arrays of JAX come later than the call returns.
            "model(x), 1 row": lambda: np.asarray(model(row)),
            "predict, 1 row": lambda: model.predict(row, verbose=0),
            "predict, 32 rows": lambda: model.predict(x, verbose=0),
            "predict, 10,000 rows": lambda: model.predict(many, verbose=0),
            "train_on_batch, 32 rows": lambda: model.train_on_batch(x, y),
            "fit, 32 rows, one step": lambda: model.fit(x, y, verbose=0),
        }


@dataclass(frozen=True)
class KerasOn:
    """Keras 3 on one of its backends, as its users run it."""

    backend: str

    def load(self) -> Any:
        """The library; the first of a process decides on the backend."""
        os.environ["KERAS_BACKEND"] = self.backend
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
        import keras

        return keras

    def refuses(self, workload: Workload) -> str | None:
        return None

    def start(
        self, workload: Workload, data: Data, seed: int, **compile_options: Any
    ) -> KerasShapedSession:
        keras = self.load()
        keras.utils.set_random_seed(seed)
        return KerasShapedSession(keras, workload, data, **compile_options)

    def make_net(self) -> KerasShapedNet:
        return KerasShapedNet(self.load())
