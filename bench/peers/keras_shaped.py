"""The same lines for Keras and for Pronghorn: a Sequential model, compile, fit."""

from types import ModuleType
from typing import Any

import numpy.typing as npt

from bench.workloads import CLASSES, INPUTS, Workload


class KerasShapedSession:
    """A model of the library `keras`, one `fit` an epoch."""

    def __init__(
        self,
        keras: ModuleType,
        workload: Workload,
        arrays: tuple[npt.NDArray[Any], ...],
        scale: float,
        **compile_options: Any,
    ) -> None:
        self.x_train, self.y_train, self.x_test, self.y_test = arrays
        self.batch = workload.batch
        layers: list[Any] = [keras.Input((INPUTS,))]
        if scale != 1.0:
            layers.append(keras.layers.Rescaling(scale))
        for width in workload.hidden:
            layers.append(keras.layers.Dense(width, activation="relu"))
            if workload.dropout:
                layers.append(keras.layers.Dropout(workload.dropout))
        layers.append(keras.layers.Dense(CLASSES, activation="softmax"))
        self.model = keras.Sequential(layers)
        self.model.compile(
            optimizer=workload.optimizer,
            loss="sparse_categorical_crossentropy",
            metrics=["accuracy"],
            **compile_options,
        )

    def train_epoch(self) -> None:
        self.model.fit(self.x_train, self.y_train, batch_size=self.batch, epochs=1, verbose=0)

    def measure_accuracy(self) -> float:
        return float(self.model.evaluate(self.x_test, self.y_test, verbose=0)[1])
