"""Classes with a ``compile`` or a ``reset_metrics`` of their own: what Keras makes of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tolerances
from parity.draws import draw_uniform, draw_weights

X = draw_uniform(1, 24, 3)
Y = draw_uniform(2, 24, 1)

Classes = dict[str, Any]
Copy = Callable[[Any, ModuleType, Classes, Path], Any]


def make_classes(k: ModuleType) -> Classes:
    """Classes that say in their own way how they are compiled."""

    class OwnCompile(k.Model):
        def compile(self, optimizer: Any = "sgd", factor: float = 1.0) -> None:
            super().compile(optimizer, loss="mean_squared_error")
            self.factor = factor

    class ReadsOwn(OwnCompile):
        def get_compile_config(self) -> dict[str, Any]:
            return {"factor": self.factor}

        def compile_from_config(self, config: Any) -> None:
            self.compile(**config)

    class TellsLoss(k.Model):
        def get_compile_config(self) -> dict[str, Any]:
            return {"loss": "mean_squared_error"}

    return {kind.__name__: kind for kind in (OwnCompile, ReadsOwn, TellsLoss)}


def clone(model: Any, k: ModuleType, classes: Classes, folder: Path) -> Any:
    return k.models.clone_model(model)


def read_json(model: Any, k: ModuleType, classes: Classes, folder: Path) -> Any:
    return k.models.model_from_json(model.to_json(), custom_objects=classes)


def save_and_load(model: Any, k: ModuleType, classes: Classes, folder: Path) -> Any:
    model.save(folder / f"{k.__name__}.keras")
    return k.models.load_model(folder / f"{k.__name__}.keras", custom_objects=classes)


def make(k: ModuleType, kind: Any) -> Any:
    inputs = k.Input((3,))
    model = kind(inputs, k.layers.Dense(1)(inputs))
    own = {"factor": 3.0} if "Tells" not in kind.__name__ else {"loss": "mean_squared_error"}
    model.compile("adam", **own)
    return model


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("copy_model", [clone, read_json, save_and_load])
@pytest.mark.parametrize("name", ["OwnCompile", "ReadsOwn", "TellsLoss"])
def test_copies_are_compiled_as_the_class_says(
    name: str, copy_model: Copy, keras: ModuleType, subject: ModuleType, tmp_path: Path
) -> None:
    def run(k: ModuleType) -> Any:
        classes = make_classes(k)
        again = copy_model(make(k, classes[name]), k, classes, tmp_path)
        # Keras says of a model that was left uncompiled that it is compiled.
        optimizer = getattr(again, "optimizer", None)
        return [
            type(again).__name__,
            None if optimizer is None else type(optimizer).__name__,
            getattr(again, "factor", None),
        ]

    assert run(subject) == run(keras)


@pytest.mark.parametrize("config", [{}, {"optimizer": "adam"}, {"loss": "mse"}], ids=str)
def test_arguments_left_out_are_those_of_compile(
    config: dict[str, Any], keras: ModuleType, subject: ModuleType
) -> None:
    def run(k: ModuleType) -> Any:
        model = k.Sequential([k.Input((3,)), k.layers.Dense(1)])
        model.compile_from_config(config)
        return [model.compiled, type(model.optimizer).__name__, model.loss]

    assert run(subject) == run(keras)


def test_model_inside_another_stays_compiled(
    keras: ModuleType, subject: ModuleType, tmp_path: Path
) -> None:
    def run(k: ModuleType) -> Any:
        inner = k.Sequential([k.Input((3,)), k.layers.Dense(2)])
        inner.compile(k.optimizers.SGD(0.25), "mean_absolute_error")
        model = k.Sequential([k.Input((3,)), inner, k.layers.Dense(1)])
        model.save(tmp_path / "model.keras")
        found = k.models.load_model(tmp_path / "model.keras").layers[0]
        return [found.compiled, found.loss, float(found.optimizer.learning_rate)]

    assert run(subject) == run(keras)


def test_optimizer_may_be_assigned(keras: ModuleType, subject: ModuleType) -> None:
    def run(k: ModuleType) -> list[float]:
        model = k.Sequential([k.Input((3,)), k.layers.Dense(1)])
        model.set_weights([*draw_weights(3, [(3, 1)]), np.zeros(1)])
        model.compile("adam", "mse")
        model.optimizer = k.optimizers.SGD(0.5)
        model.loss, model.run_eagerly = "mae", True
        assert (model.loss, model.run_eagerly) == ("mae", True)
        found: list[float] = model.fit(X, Y, epochs=3, shuffle=False, verbose=0).history["loss"]
        return found

    tolerances.LOSS_VS_KERAS.check(run(subject), run(keras))


RESETS: dict[str, Callable[[Any], None]] = {
    "nothing": lambda model: None,
    "the loss": lambda model: model.metrics[0].reset_state(),
}


@pytest.mark.parametrize("reset", RESETS.values(), ids=RESETS)
def test_metrics_count_on_where_a_class_does_not_reset_them(
    reset: Callable[[Any], None], keras: ModuleType, subject: ModuleType
) -> None:
    def run(k: ModuleType) -> dict[str, Any]:
        class Own(k.Sequential):
            resets = 0

            def reset_metrics(self) -> None:
                self.resets += 1
                if self.metrics:
                    reset(self)

        model = Own([k.Input((3,)), k.layers.Dense(1)])
        model.set_weights([*draw_weights(3, [(3, 1)]), np.zeros(1)])
        model.compile("sgd", "mse", metrics=["mae"])
        fit = {"batch_size": 8, "shuffle": False, "verbose": 0}
        history = model.fit(X, Y, epochs=3, validation_data=(X[:5], Y[:5]), **fit).history
        return {
            **history,
            "evaluate": model.evaluate(X, Y, verbose=0),
            "on_batch": model.train_on_batch(X, Y),
            "again": model.test_on_batch(X[:7], Y[:7]),
            "resets": model.resets,
        }

    expected, actual = run(keras), run(subject)
    assert actual.keys() == expected.keys()
    assert actual["resets"] == expected["resets"]
    for name, values in expected.items():
        tolerances.LOSS_VS_KERAS.check(np.array(actual[name]), np.array(values), name)
