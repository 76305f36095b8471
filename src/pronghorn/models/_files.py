"""Models in files: what of a model goes into one, and how a model comes out of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pronghorn._core import registry
from pronghorn._core.custom import custom_object_scope
from pronghorn._core.errors import (
    FileError,
    NotBuiltError,
    ParameterError,
    PronghornError,
    ShapeError,
    UnknownNameError,
    compose,
)
from pronghorn._core.warn import warn
from pronghorn.files import (
    CHANGED_MEANING,
    Content,
    arrange_slots,
    find_format,
    modernize,
    modernize_compile,
    reading,
    replace_weights,
    restore_own_state,
    uses,
    write_whole,
)
from pronghorn.layers import Identity
from pronghorn.layers._limit import limit_weights
from pronghorn.models._config import describe, revive

__all__ = ["load_model", "load_weights", "save_model", "save_object", "save_weights"]

_SEED = "seed"
# The arrays of an optimizer without slots: its count of steps and its learning rate.
_NUMBERS = 2


def save_model(
    model: Any, filepath: Any, overwrite: bool = True, zipped: bool | None = None, **kwargs: Any
) -> None:
    """Write a model to one file: layers, weights, and, once compiled, the state of training.

    Args:
        model: Any model whose layers are connected, or that defines ``get_config``.
        filepath: Its ending chooses the format: ``.keras`` (Keras 3's), ``.h5`` (Keras's older
            one) or ``.npz``.
        overwrite: Whether a file of that name is replaced. Default True.
        zipped: None or True: a model is always one file.
        include_optimizer: Whether the optimizer's state is written. Default True.

    The file appears whole or not at all; for ``.h5`` folders that are missing are made. Raises
    FileError where the file exists and ``overwrite`` is False, where the folder cannot be written
    to, and for other endings.

    Source: keras.saving.save_model.

    >>> import tempfile
    >>> from pronghorn import Input, Sequential, layers, models
    >>> model = Sequential([Input((3,)), layers.Dense(2)])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     model.save(f"{folder}/model.keras")
    ...     again = models.load_model(f"{folder}/model.keras")
    >>> bool((again.get_weights()[0] == model.get_weights()[0]).all())
    True
    """
    include_optimizer = kwargs.pop("include_optimizer", True)
    given = {"zipped": zipped, **kwargs}
    if zipped is False:
        raise ParameterError(
            compose("save", expected="zipped=True: a model is one file", received="zipped=False")
        )
    _refuse_rest("save", given, {"zipped": (True, None), "save_format": ("keras", "h5", None)})
    path, chosen = find_format("save", filepath, "models")
    _check_free(path, overwrite)
    content = Content(model=describe(model))
    if include_optimizer:
        _add_inner_training(content, model)
    if model.compiled:
        content.compile = model.get_compile_config()
        if include_optimizer:
            _add_training(content, model)
    write_whole(path, lambda file: chosen.write(file, content, model), chosen.makes_folders)


def save_object(
    made: Any, build_config: Mapping[str, Any], filepath: Any, overwrite: bool = True
) -> None:
    """Write what its config says whole, a preprocessing of columns, as ``.keras`` does a model.

    ``build_config``: what Keras needs besides.

    Raises FileError as ``save_model`` does, and for other endings.
    """
    path, chosen = find_format("save", filepath, "models")
    if path.suffix != ".keras":
        raise FileError(
            compose(
                f"save {str(path)!r}", expected="a name that ends in .keras", received="another"
            )
        )
    _check_free(path, overwrite)
    # A file of Keras has a place for weights; here there are none.
    described = {**registry.serialize(made), "build_config": build_config}
    content, without = Content(model=described), Identity()
    write_whole(path, lambda file: chosen.write(file, content, without))


def save_weights(
    model: Any, filepath: Any, overwrite: bool = True, max_shard_size: Any = None
) -> None:
    """Write the weights of a model; see ``Model.save_weights``."""
    _refuse_rest("save_weights", {"max_shard_size": max_shard_size}, {"max_shard_size": (None,)})
    path, chosen = find_format("save", filepath, "weights")
    _check_free(path, overwrite)
    _check_built(model, "save_weights")
    content = Content()
    _add_inner_training(content, model)
    if model.compiled:
        _add_training(content, model)
    write_whole(path, lambda file: chosen.write(file, content, model))


def load_weights(
    model: Any, filepath: Any, skip_mismatch: bool = False, by_name: bool = False
) -> None:
    """Read the weights of a model; see ``Model.load_weights``."""
    path, chosen = find_format("load", filepath, "either")
    _check_built(model, "load_weights")
    content, weights = chosen.read(path)
    replace_weights(path, model, weights, skip_mismatch=skip_mismatch, by_name=by_name)
    restore_own_state(model, content)
    is_of_weights = content.model is None and not (skip_mismatch or by_name)
    if is_of_weights:
        _restore_inner_training(path, content, model)
    if model.optimizer is not None and is_of_weights and content.optimizer:
        _restore_training_that_fits(path, content, model)


def load_model(
    filepath: Any,
    custom_objects: Mapping[str, Any] | None = None,
    compile: bool = True,
    safe_mode: bool = True,
) -> Any:
    """The model of a file: layers, weights and, with ``compile``, the state of training.

    Args:
        filepath: A file that Pronghorn, Keras 3 (``.keras``, ``.h5``), tf.keras or Keras 2
            (``.h5``) wrote.
        custom_objects: Name → class or function, for layers and functions of your own that are
            not registered.
        compile: Whether to compile the model as it was. Default True.
        safe_mode: Accepted; code in a file is never run, whatever this says.

    Errors: FileError for files that are missing, damaged, hostile or of another kind;
    UnknownNameError for classes that are not known here.

    Source: keras.saving.load_model.
    """
    path, chosen = find_format("load", filepath, "models")
    content, weights = chosen.read(path)
    if not isinstance(content.model, Mapping):
        raise FileError(
            compose(
                f"load {str(path)!r}",
                expected="a whole model",
                received="a file of weights alone",
                remedy="Make the model and call model.load_weights(file)",
            )
        )
    _warn_of_changed_names(path, content)
    with custom_object_scope(custom_objects), reading(path, "a model"):
        try:
            # No weight that the file does not hold is ever made.
            with limit_weights(weights.count):
                if content.model.get("module") == "keras.utils":
                    return _revive_object(content.model)
                model = revive(modernize(content.model))
            replace_weights(path, model, weights, skip_mismatch=False, by_name=False)
            restore_own_state(model, content)
            if content.vocabularies:
                from pronghorn.files import take_vocabularies  # the readers of HDF5 come with it

                take_vocabularies(model, content.vocabularies)
            if compile and content.compile is not None:
                _restore_compile(path, content, model)
            _restore_inner_training(path, content, model)
        except FileError:
            raise
        except UnknownNameError as error:
            raise _refuse_name(path, error) from error
        except PronghornError as error:
            raise FileError(
                compose(f"load {str(path)!r}", expected="a model", received=str(error))
            ) from error
    return model


def _revive_object(config: Mapping[str, Any]) -> Any:
    """What ``save_object`` wrote."""
    registry.load("utils")  # above this folder
    return registry.deserialize("space", config)


def _refuse_name(path: Path, error: UnknownNameError) -> UnknownNameError:
    """What to do about a name of a file that means nothing here."""
    from pronghorn._core.left_out import reason_for_kind  # only a refusal needs the table

    name = error.name or "name"
    reason = reason_for_kind(error.kind or "", name)
    remedy = (
        f"For a thing of your own pass custom_objects={{{name!r}: …}}, or register it with "
        "pronghorn.saving.register_keras_serializable; compile=False leaves losses, metrics and "
        "the optimizer aside"
    )
    return UnknownNameError(
        compose(
            f"load {str(path)!r}",
            expected="names of Pronghorn and Keras, or names that are registered",
            received=str(error) if error.name is None else f"the {error.kind} {name!r}",
            remedy=remedy if reason is None else f"It is left out: {reason}",
        ),
        error.kind,
        error.name,
    )


def _warn_of_changed_names(path: Path, content: Content) -> None:
    for name, meaning in CHANGED_MEANING.items() if content.is_keras_2 else ():
        if uses(content.model, name):
            warn(f"load {str(path)!r}: {name} was {meaning}; its outputs are not what they were.")


def _restore_compile(path: Path, content: Content, model: Any) -> None:
    given = content.compile or {}
    if model._reads_own_config:
        model.compile_from_config(given)
        if content.optimizer and model.optimizer is not None:
            _restore_training_that_fits(path, content, model)
        return
    arguments = modernize_compile(given)
    if "optimizer" not in given and not model._has_own_compile:
        # Keras 3 forgets it in a .keras file that is saved after an .h5 file of the same model.
        warn(f"load {str(path)!r}: it does not say which optimizer there was; 'rmsprop' is taken.")
        model.compile_from_config({**arguments, "optimizer": "rmsprop"})
        return
    model.compile_from_config(arguments)
    if content.optimizer and model.optimizer is not None:
        _restore_training(path, content, model)


def _add_training(content: Content, model: Any) -> None:
    # Before the first step too: Keras expects every array that the optimizer will have.
    if model.optimizer is not None:
        model.optimizer.build(model._trainer.trainable_weights())
    content.optimizer = model._trainer.optimizer_arrays()
    content.training = {_SEED: int(model._trainer.seed)}


def _inner_models(model: Any) -> Iterator[tuple[str, Any]]:
    """The way to each model inside the model that was compiled to be trained by itself."""
    from pronghorn.files import walk_objects  # the readers of HDF5 come with it

    inner: Any
    for way, inner in walk_objects(model):
        if (
            way
            and inner.built
            and getattr(inner, "compiled", False)
            and inner.optimizer is not None
        ):
            yield way, inner


def _add_inner_training(content: Content, model: Any) -> None:
    if any(hasattr(layer, "_trainer") for layer in model._with_sublayers()[1:]):
        content.inner_optimizers = {
            way: [array for _, array in inner._trainer.optimizer_arrays()]
            for way, inner in _inner_models(model)
            if inner.optimizer.built
        }


def _restore_inner_training(path: Path, content: Content, model: Any) -> None:
    for way, inner in _inner_models(model) if content.inner_optimizers else ():
        arrays = content.inner_optimizers.get(way, ())
        own = Content(optimizer=[(str(i), array) for i, array in enumerate(arrays)])
        if arrays:
            _restore_training_that_fits(path, own, inner)


def _restore_training(path: Path, content: Content, model: Any) -> None:
    """The state of the optimizer that a file has beside its own model."""
    try:
        is_taken = _take_training(content, model._trainer)
    except PronghornError as error:
        raise FileError(
            compose(
                f"load {str(path)!r}",
                expected="a state of the optimizer that belongs to the model",
                received=str(error),
                remedy="compile=False loads the model without it",
            )
        ) from error
    if not is_taken:
        warn(
            f"load {str(path)!r}: the state of its optimizer does not fit and was left aside; "
            "training begins with a new one."
        )


def _restore_training_that_fits(path: Path, content: Content, model: Any) -> None:
    """The state of the optimizer beside weights, for a model that may be compiled otherwise."""
    trainer = model._trainer
    try:
        is_taken = not _has_slots_to_lose(content, trainer) and _take_training(content, trainer)
    except ShapeError:
        is_taken = False
    if not is_taken:
        kind = type(model.optimizer).__name__
        warn(
            f"load {str(path)!r}: the state of its optimizer does not fit and was left aside: the "
            f"model has another optimizer ({kind}), or other layers are frozen."
        )


def _has_slots_to_lose(content: Content, trainer: Any) -> bool:
    """Whether only the model's optimizer has slots: the numbers of a file are not for those."""
    return len(content.optimizer) <= _NUMBERS < len(trainer.optimizer_arrays())


def _take_training(content: Content, trainer: Any) -> bool:
    """Whether the state could be brought into order; raises ShapeError where it is another's."""
    trainer.optimizer.build(trainer.trainable_weights())
    own = trainer.optimizer_arrays()
    arrays: Any = [array for _, array in content.optimizer]
    if content.is_keras_2:
        arrays = arrange_slots(content.optimizer, own, trainer.optimizer.all_slots())
    elif len(arrays) == len(own) - 1 and not trainer.optimizer.is_scheduled:
        # tf.keras keeps the learning rate in the config alone.
        arrays.insert(1, own[1][1])
    elif len(arrays) <= _NUMBERS < len(own):
        # Saved before the first step: there is nothing but the count and the learning rate.
        arrays += [array for _, array in own[len(arrays) :]]
    if arrays is None:
        return False
    trainer.set_optimizer_arrays(arrays)
    seed = content.training.get(_SEED)
    if isinstance(seed, int):
        trainer.seed = seed
    return True


def _check_free(path: Path, overwrite: bool) -> None:
    if path.exists() and not overwrite:
        raise FileError(
            compose(
                f"save {str(path)!r}",
                expected="no file of that name",
                received="one",
                remedy="Pass overwrite=True or another name",
            )
        )


def _check_built(model: Any, what: str) -> None:
    if not model.built:
        raise NotBuiltError(
            compose(
                f"{what} of {model.name!r}",
                expected="a model whose input shape is known",
                received="one that is not built",
                remedy="Begin it with Input(shape), or call model.build(input_shape) first",
            )
        )


def _refuse_rest(what: str, given: dict[str, Any], allowed: Mapping[str, Any]) -> None:
    rest = [key for key, value in given.items() if value not in allowed.get(key, ())]
    if rest:
        raise ParameterError(
            compose(what, expected="known arguments", received=", ".join(map(repr, rest)))
        )
