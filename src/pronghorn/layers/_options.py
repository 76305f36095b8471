"""Constructor arguments that all layers share, Keras's older spellings among them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pronghorn._core.dtype_policy import read_policy
from pronghorn._core.errors import ParameterError, compose, describe, suggest
from pronghorn._core.params import Integer, OneOf, Optional, check
from pronghorn.ir.graph import Shape
from pronghorn.layers._arguments import declared_arguments

__all__ = [
    "check_shape",
    "read_dtype",
    "read_legacy_shape",
    "refuse_left_out",
    "refuse_unknown",
]

# Keras has them; where they ask for nothing (their default, as in a saved config), they pass.
_LEFT_OUT = {
    "autocast": "Everything is computed in float32",
    "batch_size": "A model takes batches of any size",
    "input_tensor": "Give the shape",
    "lora_alpha": "Freeze layers with trainable=False",
    "lora_rank": "Freeze layers with trainable=False",
    "mask": "Give rows a weight with sample_weight",
    "optional": "Every input of a model is fed",
    "quantization_config": "Everything is computed in float32",
    "ragged": "Pad the rows to one length",
    "renorm": "Use the statistics of the batch",
    "renorm_clipping": "Use the statistics of the batch",
    "rms_scaling": "Use RMSNormalization",
    "sparse": "Pass dense arrays, or batches of them from a generator",
    "synchronized": "There is one machine",
    "tensor": "Give the shape",
}
_ACCEPTED = {"autocast": (True, False, None), "batch_size": None}


def check_shape(owner: str, name: str, shape: Any) -> tuple[int | None, ...]:
    """The shape of one row: whole numbers of at least 1, and None for lengths that rows bring.

    Raises ParameterError for zero, and for a bare number.
    """
    is_sequence = hasattr(shape, "__iter__") and not isinstance(shape, str | bytes)
    if not is_sequence:
        raise ParameterError(
            compose(
                f"{owner} {name}",
                expected="a tuple of whole numbers, the batch axis left out",
                received=describe(shape),
                remedy=f"Pass {name}=({shape},)" if isinstance(shape, int) else None,
            )
        )
    return tuple(check(owner, name, size, Optional(Integer(low=1))) for size in shape)


def read_dtype(owner: str, dtype: Any) -> str:
    """ "float32" for every spelling of it; raises ParameterError for others."""
    name = "float32" if dtype is None else read_policy(owner, dtype).name
    return check(owner, "dtype", name, OneOf("float32"))


def read_legacy_shape(owner: str, kwargs: dict[str, Any]) -> Shape | None:
    """Take ``input_shape``, ``input_dim`` or ``batch_input_shape`` out of the arguments."""
    shape = kwargs.pop("input_shape", None)
    dim = kwargs.pop("input_dim", None)
    batch_shape = kwargs.pop("batch_input_shape", None) or kwargs.pop("batch_shape", None)
    if batch_shape is not None:
        return (None, *check_shape(owner, "batch_input_shape", tuple(batch_shape)[1:]))
    if shape is not None:
        return (None, *check_shape(owner, "input_shape", shape))
    if dim is not None:
        return (None, check(owner, "input_dim", dim, Integer(low=1)))
    return None


def refuse_left_out(owner: str, **options: Any) -> None:
    """Refuse options of Keras that Pronghorn has only by name, unless they are None or False."""
    for key, value in options.items():
        if value is not None and value is not False:
            raise ParameterError(
                compose(
                    f"{owner} {key}",
                    expected="None (it is not available)",
                    received=describe(value),
                    remedy=_LEFT_OUT[key],
                )
            )


def refuse_unknown(kind: type, kwargs: Mapping[str, Any]) -> None:
    """Refuse arguments that no class in the layer's line declares.

    Raises ParameterError with the nearest argument, or with what to do instead of an option of
    Keras that Pronghorn leaves out.
    """
    for key, value in kwargs.items():
        if key in _LEFT_OUT and (
            value is None or value is False or value in (_ACCEPTED.get(key) or (None,))
        ):
            continue
        known = list(dict.fromkeys(argument for _, argument in declared_arguments(kind)))
        raise ParameterError(
            compose(
                kind.__name__,
                expected=f"arguments among {', '.join(known)}",
                received=f"{key}={value!r}",
                remedy=_LEFT_OUT.get(key) or suggest(key, known),
            )
        )
