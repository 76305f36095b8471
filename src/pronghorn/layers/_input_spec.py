"""What a layer says of the shapes that it takes: ``input_spec``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pronghorn._core.errors import ParameterError, ShapeError, compose, describe
from pronghorn.ir.graph import Shape

__all__ = ["InputSpec", "Specified"]


class InputSpec:
    """The rank and the lengths of axes that an input of a layer must have.

    Args:
        dtype: Kept, not checked: every value is float32. Default None.
        shape: The whole shape, the batch first; None fits any length. Default None.
        ndim, max_ndim, min_ndim: How many axes there are, at most and at least. Default None.
        axes: Axis → its length. Default None.
        allow_last_axis_squeeze: Whether a last axis of length 1 may be there or not. Default False.
        name: The key of the input in a dict of several. Default None.
        optional: Accepted. Default False.

    Errors: ParameterError for axes that are not numbers, or beyond the rank.

    Source: keras.InputSpec.

    >>> from pronghorn import layers
    >>> layers.InputSpec(min_ndim=2, axes={-1: 3})
    InputSpec(min_ndim=2, axes={-1: 3})
    """

    def __init__(
        self,
        dtype: Any = None,
        shape: Any = None,
        ndim: int | None = None,
        max_ndim: int | None = None,
        min_ndim: int | None = None,
        axes: Any = None,
        allow_last_axis_squeeze: bool = False,
        name: str | None = None,
        optional: bool = False,
    ) -> None:
        self.dtype = dtype
        self.shape = None if shape is None else tuple(shape)
        self.ndim = ndim if self.shape is None else len(self.shape)
        self.max_ndim = max_ndim
        self.min_ndim = min_ndim
        self.name = name
        self.optional = optional
        self.allow_last_axis_squeeze = allow_last_axis_squeeze
        try:
            self.axes = {int(axis): length for axis, length in dict(axes or {}).items()}
        except (ValueError, TypeError) as error:
            expected, received = "a dict of axis → length", describe(axes)
            raise ParameterError(
                compose("InputSpec axes", expected=expected, received=received)
            ) from error
        limit = self.ndim or self.max_ndim
        if self.axes and limit and max(self.axes) >= limit:
            raise ParameterError(
                compose(
                    "InputSpec axes",
                    expected=f"axes up to {limit - 1}",
                    received=f"{max(self.axes)}",
                )
            )

    def refusal(self, shape: Shape) -> str | None:
        """What is expected of ``shape`` and not there; None where it fits."""
        rank, axes, whole = len(shape), self.axes, self.shape
        squeezes = self.allow_last_axis_squeeze
        if self.ndim is not None and rank != self.ndim and not squeezes:
            return f"{self.ndim} axes"
        if self.max_ndim is not None and rank > self.max_ndim:
            return f"at most {self.max_ndim} axes"
        if self.min_ndim is not None and rank < self.min_ndim:
            return f"at least {self.min_ndim} axes"
        for axis, length in axes.items():
            if length is not None and (
                not -rank <= axis < rank or shape[axis] not in (length, None)
            ):
                return f"length {length} along axis {axis}"
        if whole is None:
            return None
        if squeezes:
            shape, whole = (s[:-1] if s[-1:] == (1,) else s for s in (shape, whole))
        pairs = zip(whole, shape, strict=False)
        fits = all(a is None or b is None or a == b for a, b in pairs)
        return None if fits else f"shape {self.shape}"

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor that Keras writes."""
        names = ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes", "optional")
        return {name: getattr(self, name) for name in names}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> InputSpec:
        """The same again, from ``get_config()``'s result."""
        return cls(**config)

    def __repr__(self) -> str:
        names = ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes")
        given = ((name, getattr(self, name)) for name in names)
        return f"InputSpec({', '.join(f'{name}={value}' for name, value in given if value)})"


class Specified:
    """The part of ``Layer`` that holds ``input_spec``."""

    name: str
    # What a program set; a layer of Pronghorn looks at shapes by itself (_check_input).
    _input_spec: Any = None

    @property
    def input_spec(self) -> Any:
        """An ``InputSpec``, or a list of one for each input, which every input must fit.

        Default None: whatever ``call`` can compute with. It is looked at before ``build``, and
        the number of rows is left out.

        Source: keras.layers.Layer.input_spec.
        """
        return self._own_spec() if self._input_spec is None else self._input_spec

    @input_spec.setter
    def input_spec(self, spec: Any) -> None:
        self._input_spec = spec

    def _own_spec(self) -> Any:
        """What a layer of Pronghorn says of its input."""
        return None

    def _check_spec(self, shapes: Sequence[Shape], like: Any, origin: str | None) -> None:
        """Raise ShapeError where inputs do not fit what the program set."""
        if self._input_spec is None:
            return
        specs: list[Any] = _list_specs(self._input_spec)
        owner, names = f"{type(self).__name__} {self.name!r}", [s and s.name for s in specs]
        if isinstance(like, Mapping) and all(names) and set(names) == set(like):
            of = dict(zip(like, shapes, strict=True))
            shapes = [of[name] for name in names]
        if len(specs) != len(shapes):
            raise ShapeError(
                compose(
                    owner,
                    expected=f"{len(specs)} inputs (its input_spec)",
                    received=f"{len(shapes)}",
                    origin=origin,
                )
            )
        for spec, shape in zip(specs, shapes, strict=True):
            expected = None if spec is None else spec.refusal(shape)
            if expected is not None:
                raise ShapeError(
                    compose(
                        owner,
                        expected=f"{expected} (its input_spec)",
                        received=f"shape {shape}",
                        origin=origin,
                    )
                )


def _list_specs(spec: Any) -> list[Any]:
    if isinstance(spec, Mapping):
        return [one for part in spec.values() for one in _list_specs(part)]
    if isinstance(spec, list | tuple):
        return [one for part in spec for one in _list_specs(part)]
    return [spec]
