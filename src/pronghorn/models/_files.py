"""Models in files: what of a model goes into one, and how a model comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core import registry
from pronghorn._core.errors import FileError, ParameterError, PronghornError, ShapeError, compose
from pronghorn.models._config import revive
from pronghorn.saving import read_npz, write_npz
from pronghorn.training import Trainer

__all__ = ["load_model", "read_state", "save_model", "write_state"]

_ENDING = ".npz"
_ITERATIONS, _RATE, _SEED = "iterations", "learning_rate", "seed"


def save_model(model: Any, filepath: Any, overwrite: bool = True, **kwargs: Any) -> None:
    """Write configuration, weights and optimizer state of a model to one ``.npz`` file.

    The file appears whole or not at all. ``include_optimizer=False`` leaves the optimizer's
    state out. Raises FileError where the file exists and ``overwrite`` is False, where the
    folder cannot be written to, and for endings other than ``.npz``.

    Source: keras.models.save_model.

    >>> import tempfile
    >>> from pronghorn import Input, Sequential, layers, models
    >>> model = Sequential([Input((3,)), layers.Dense(2)])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     model.save(f"{folder}/model.npz")
    ...     again = models.load_model(f"{folder}/model.npz")
    >>> bool((again.get_weights()[0] == model.get_weights()[0]).all())
    True
    """
    include_optimizer = kwargs.pop("include_optimizer", True)
    if kwargs:
        raise ParameterError(
            compose("save", expected="known arguments", received=", ".join(map(repr, kwargs)))
        )
    path = _check_path("save", filepath)
    if path.exists() and not overwrite:
        raise FileError(
            compose(
                f"save {str(path)!r}",
                expected="no file of that name",
                received="one",
                remedy="Pass overwrite=True or another name",
            )
        )
    config = {"model": registry.serialize(model), "compile": None}
    arrays = {f"weights/{i}": w for i, w in enumerate(model.get_weights())}
    if model.compiled:
        config["compile"] = model.get_compile_config()
        if include_optimizer:
            arrays.update({f"state/{name}": a for name, a in model.state().items()})
    write_npz(path, config, arrays)


def load_model(
    filepath: Any,
    custom_objects: Mapping[str, Any] | None = None,
    compile: bool = True,
    **kwargs: Any,
) -> Any:
    """The model that ``save`` wrote: layers, weights and, with ``compile``, the training state.

    ``custom_objects``: name → class or function, for layers and functions of your own.
    ``safe_mode`` is accepted: a file never holds code.

    Raises FileError for files that are missing, damaged or of another kind, UnknownNameError for
    classes that are not known here.

    Source: keras.models.load_model.
    """
    kwargs.pop("safe_mode", None)
    if kwargs:
        raise ParameterError(
            compose("load_model", expected="known arguments", received=", ".join(map(repr, kwargs)))
        )
    path = _check_path("load", filepath)
    config, arrays = read_npz(path)
    described = config.get("model")
    if not isinstance(described, Mapping):
        raise _mismatch(path, "no description of a model")
    model = revive(described, custom_objects)
    weights = [arrays[name] for name in _numbered(arrays)]
    try:
        model.set_weights(weights)
    except ShapeError as error:
        raise _mismatch(path, str(error)) from error
    if compile and config.get("compile") is not None:
        model.compile_from_config(config["compile"])
        state = {n.removeprefix("state/"): a for n, a in arrays.items() if n.startswith("state/")}
        if state:
            try:
                model.set_state(state)
            except (PronghornError, KeyError) as error:
                raise _mismatch(path, str(error)) from error
    return model


def read_state(trainer: Trainer) -> dict[str, NDArray[Any]]:
    """Iterations, learning rate (unless scheduled), seed, and every slot in Keras's order."""
    optimizer = trainer.optimizer
    if optimizer is None:
        return {}
    state: dict[str, NDArray[Any]] = {
        _ITERATIONS: np.array(optimizer.iterations, np.int64),
        _SEED: np.array(trainer.seed, np.int64),
    }
    if not optimizer.is_scheduled:
        state[_RATE] = np.array(optimizer.learning_rate, np.float64)
    for i, slot in enumerate(trainer.slot_variables()):
        state[f"slots/{i}"] = slot.numpy()
    return state


def write_state(trainer: Trainer, state: Mapping[str, NDArray[Any]]) -> None:
    """Take over what ``read_state`` gave; everything is checked before the first change."""
    optimizer, slots = trainer.optimizer, trainer.slots
    if optimizer is None or slots is None:
        raise ParameterError(
            compose("set_state", expected="a model that was compiled", received="none")
        )
    given = [state[name] for name in _numbered(state, "slots/")]
    made: list[Any] = []
    if given:
        weights = trainer.trainable_weights()
        slots.prepare(weights)
        made = slots.variables(weights)
    if [v.shape for v in made] != [array.shape for array in given]:
        raise ShapeError(
            compose(
                "optimizer state",
                expected=f"{len(made)} arrays of the weights' shapes",
                received=f"{len(given)} arrays of {[array.shape for array in given]}",
            )
        )
    optimizer.iterations = int(state[_ITERATIONS])
    if not optimizer.is_scheduled:
        optimizer.learning_rate = float(state[_RATE])
    trainer.seed = int(state[_SEED])
    for variable, array in zip(made, given, strict=True):
        variable.assign(array)


def _numbered(arrays: Mapping[str, Any], prefix: str = "weights/") -> list[str]:
    """The names prefix + 0, 1, 2 … that are there, in order."""
    found = (name for name in arrays if name.startswith(prefix))
    return sorted(found, key=lambda name: (len(name), name))


def _check_path(verb: str, filepath: Any) -> Path:
    path: Path | None
    try:
        path = Path(filepath)
    except TypeError:
        path = None
    if path is None or path.suffix != _ENDING:
        raise FileError(
            compose(
                f"{verb} {str(filepath)!r}",
                expected=f"a file name that ends in {_ENDING!r}",
                received=repr(path.suffix) if path is not None else type(filepath).__name__,
                remedy=f"Use {path.with_suffix(_ENDING).name!r}" if path is not None else None,
            )
        )
    return path


def _mismatch(path: Path, received: str) -> FileError:
    return FileError(
        compose(
            f"load {str(path)!r}",
            expected="weights and a description that belong together",
            received=received,
            remedy="The file is damaged; save the model again",
        )
    )
