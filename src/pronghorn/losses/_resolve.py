"""Losses found by what the user wrote, and by the shapes of the data."""

from __future__ import annotations

from typing import Any

from pronghorn._core import registry
from pronghorn._core.errors import ParameterError, UnknownNameError, compose, describe
from pronghorn.losses._base import Loss, LossFunctionWrapper
from pronghorn.losses._binary_crossentropy import BinaryCrossentropy
from pronghorn.losses._categorical_crossentropy import CategoricalCrossentropy
from pronghorn.losses._sparse_categorical_crossentropy import SparseCategoricalCrossentropy

#: Names of the cross-entropy that fits targets and predictions, for ``compile`` alone.
CHOSEN_BY_SHAPES = ("crossentropy", "ce")


def get(identifier: Any) -> Any:
    """The loss that a name, class, config or callable means, as in Keras; None stays None.

    A class's own name gives an object; the other names give its function. ``resolve`` always
    gives an object. Raises UnknownNameError for unknown names, ParameterError otherwise.

    >>> get("mse").__name__, type(get("MeanSquaredError")).__name__
    ('mean_squared_error', 'MeanSquaredError')
    """
    if isinstance(identifier, str):
        if identifier in CHOSEN_BY_SHAPES:
            raise UnknownNameError(
                compose(
                    "loss",
                    expected="the name of one loss",
                    received=f"{identifier!r}, which compile() chooses by the shapes of the data",
                    remedy="Name binary_crossentropy, categorical_crossentropy or "
                    "sparse_categorical_crossentropy",
                )
            )
        target = registry.lookup("loss", identifier)
        entry = registry.find_entry(target, "loss")
        if entry is not None and entry.function is not None and identifier != target.__name__:
            return entry.function
    found = registry.resolve("loss", identifier)
    if found is not None and not callable(found):
        raise ParameterError(
            compose("loss", expected="a name or a callable", received=describe(identifier))
        )
    return found


def resolve(identifier: Any) -> Loss | None:
    """The Loss object that ``compile(loss=…)`` means; None stays None.

    Functions ``fn(y_true, y_pred)`` are wrapped. Raises as ``get``.

    >>> resolve("mse")
    MeanSquaredError(reduction='sum_over_batch_size', name='mean_squared_error')
    """
    found = get(identifier)
    if found is None or isinstance(found, Loss):
        return found
    entry = registry.find_entry(found, "loss")
    if entry is not None and entry.function is found and issubclass(entry.target, Loss):
        made: Loss = entry.target()
        return made
    return LossFunctionWrapper(found)


def resolve_crossentropy(y_shape: tuple[int | None, ...], p_shape: tuple[int | None, ...]) -> Loss:
    """The cross-entropy that ``loss="crossentropy"`` means for targets and predictions.

    One output: binary; labels of lower rank or one column: sparse; else categorical.

    >>> resolve_crossentropy((None,), (None, 10)).name
    'sparse_categorical_crossentropy'
    """
    if p_shape[-1] == 1:
        return BinaryCrossentropy()
    if len(y_shape) < len(p_shape) or y_shape[-1] == 1:
        return SparseCategoricalCrossentropy()
    return CategoricalCrossentropy()


def serialize(loss: Any) -> Any:
    """The config of a loss: a dict for an object, the registered name for a function or a name.

    So a file holds names that Keras 3 knows. Names that nobody registered stay as they are.

    >>> serialize(get("mse")), serialize("cosine_proximity")
    ('mean_squared_error', 'cosine_similarity')
    """
    if isinstance(loss, str):
        return _find_canonical_name(loss)
    if isinstance(loss, LossFunctionWrapper):
        return registry.serialize(loss.function)
    return registry.serialize(loss)


def _find_canonical_name(name: str) -> str:
    try:
        target = registry.lookup("loss", name)
    except UnknownNameError:
        return name
    entry = registry.find_entry(target, "loss")
    # The name of a class means an object, which its function is not.
    return name if entry is None or name == target.__name__ else entry.name


def deserialize(name: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The loss that ``serialize`` described; ``custom_objects`` adds names.

    >>> config = serialize(BinaryCrossentropy(from_logits=True))
    >>> deserialize(config).from_logits
    True
    """
    if isinstance(name, str) and name not in (custom_objects or {}):
        return get(name)
    return registry.deserialize("loss", name, custom_objects)
