"""Columns of data with mean 0 and variance 1."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn import ops
from pronghorn._core.config import epsilon
from pronghorn._core.errors import DataError, ParameterError, ShapeError, compose, describe
from pronghorn._core.params import Boolean, Integer, Several, check
from pronghorn._core.registry import register
from pronghorn._core.results import as_result
from pronghorn.ir.graph import Shape, constant
from pronghorn.layers._base import Layer
from pronghorn.layers._shapes import lengths_along, normalize_axes

__all__ = ["Normalization"]


@register("layer", "Normalization")
class Normalization(Layer):
    """y = (x − mean) / max(sqrt(variance), 1e-7), with numbers given or learned by ``adapt``.

    Args:
        axis: The axis, or the axes, that have a mean and a variance for each place; None: one
            for everything. Default −1.
        mean, variance: Both or none: numbers, or arrays for the places of the axes. Default None:
            ``adapt`` finds them, and until then they are 0 and 1.
        invert: Compute x · max(sqrt(variance), 1e-7) + mean instead. Default False.
        name, input_shape: see ``Layer``.

    Without mean and variance it has the weights mean, variance and count, none of them trained.

    Errors: ParameterError for one of mean and variance alone, for shapes that do not fit, and for
    axes that there are not.

    Source: keras.layers.Normalization.

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> norm = layers.Normalization()
    >>> norm.adapt(np.array([[0.0, 10.0], [2.0, 30.0]]))
    >>> norm(np.array([[2.0, 20.0]])).tolist()
    [[1.0, 0.0]]
    """

    def __init__(
        self,
        axis: Any = -1,
        mean: Any = None,
        variance: Any = None,
        invert: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        axes = () if axis is None else axis if hasattr(axis, "__iter__") else (axis,)
        self.axis = tuple(check("Normalization", "axis", axes, Several(Integer())))
        self.input_mean, self.input_variance = _read_given(mean, variance, len(self.axis))
        self.invert = check("Normalization", "invert", invert, Boolean())

    def build(self, input_shape: Any) -> None:
        axes = self._axes(len(input_shape))
        if self.input_mean is not None:
            return
        shape = tuple(input_shape[axis] for axis in axes)
        self.adapt_mean = self.add_weight(shape, "zeros", trainable=False, name="mean")
        self.adapt_variance = self.add_weight(shape, "ones", trainable=False, name="variance")
        self.count = self.add_weight((), "zeros", trainable=False, name="count")

    @property
    def mean(self) -> NDArray[np.float32] | None:
        """What is subtracted, with axes of length 1 where it repeats; None before it is known."""
        return self._spread(self.input_mean, "adapt_mean")

    @property
    def variance(self) -> NDArray[np.float32] | None:
        """The square of what is divided by, in the shape of ``mean``."""
        return self._spread(self.input_variance, "adapt_variance")

    def _spread(self, given: Any, adapted: str) -> NDArray[np.float32] | None:
        if not self.built:
            return None
        rank = len(self._build_shape)
        axes = self._axes(rank)
        values = getattr(self, adapted).numpy() if given is None else given
        shaped = np.asarray(values.reshape(_align(values.shape, axes, rank)), np.float32)
        found: NDArray[np.float32] = as_result(shaped)
        return found

    def adapt(self, data: Any) -> None:
        """Take mean and variance (not corrected for bias) from data, forgetting earlier ones.

        ``data``: an array, or an iterable of batches (of which tuples give their first member).
        Raises DataError for no data, ShapeError for rows of another shape.

        Source: keras.layers.Normalization.adapt.
        """
        batches = [data] if hasattr(data, "shape") else _as_batches(data)
        count, mean, square = 0, np.zeros(()), np.zeros(())
        for batch in batches:
            x = _as_rows(batch)
            if x.ndim == 1 and self.axis:
                x = x[:, None]  # one number a row
            self._build([(None, *x.shape[1:])])
            others = tuple(i for i in range(x.ndim) if i not in self._axes(x.ndim))
            n = int(np.prod([x.shape[i] for i in others], dtype=np.int64))
            new_mean, new_square = x.mean(others), x.var(others) * n
            # Means and sums of squares of two sets of rows, joined (Chan et al. 1979).
            apart = new_mean - mean
            square = square + new_square + apart**2 * (count * n / (count + n))
            count += n
            mean = mean + apart * (n / count)
        if count == 0:
            raise DataError(
                compose(f"Normalization {self.name!r} adapt", expected="rows", received="none")
            )
        if self.input_mean is not None:
            return
        self.adapt_mean.assign(mean)
        self.adapt_variance.assign(square / count)

    def call(self, x: Any) -> Any:
        if self.input_mean is None:
            along = lengths_along(x.shape, self._axes(x.rank))
            mean = ops.reshape(self.adapt_mean.node(), along)
            variance = ops.reshape(self.adapt_variance.node(), along)
        else:
            mean, variance = (
                constant(given.reshape(_align(given.shape, self._axes(x.rank), x.rank)))
                for given in (self.input_mean, self.input_variance)
            )
        deviation = ops.maximum(ops.sqrt(variance), epsilon())
        if self.invert:
            return ops.add(ops.multiply(x, deviation), mean)
        return ops.divide(ops.subtract(x, mean), deviation)

    def _check_input(self, shapes: Sequence[Shape], origin: str | None) -> None:
        axes = self._axes(len(shapes[0]))
        kept: tuple[Any, ...] = tuple(shapes[0][axis] for axis in axes)
        if self.input_mean is not None:
            given = self.input_mean.shape
            pairs = zip(reversed(given), reversed(kept), strict=False)
            known, fits = given, all(length in (1, own) for length, own in pairs)
        else:
            known = self.adapt_mean.shape if self.built else kept
            fits = known == kept
        if not fits:
            raise ShapeError(
                compose(
                    f"Normalization {self.name!r}",
                    expected=f"lengths {known} along axis {self.axis}",
                    received=f"shape {shapes[0]}",
                    origin=origin,
                )
            )

    def _axes(self, rank: int) -> tuple[int, ...]:
        return normalize_axes(f"Normalization {self.name!r}", self.axis, rank)

    def get_config(self) -> dict[str, Any]:
        """The arguments; what ``adapt`` found are weights."""
        given = {"mean": self.input_mean, "variance": self.input_variance}
        plain = {key: None if v is None else v.tolist() for key, v in given.items()}
        return {**super().get_config(), **plain}


def _read_given(mean: Any, variance: Any, axes: int) -> tuple[Any, Any]:
    if (mean is None) != (variance is None):
        raise ParameterError(
            compose(
                "Normalization",
                expected="mean and variance, or neither",
                received="mean alone" if variance is None else "variance alone",
            )
        )
    if mean is None:
        return None, None
    found = [np.asarray(value) for value in (mean, variance)]
    fits = found[0].shape == found[1].shape and found[0].ndim <= axes
    if not fits or any(a.dtype.kind not in "iuf" or not np.isfinite(a).all() for a in found):
        raise ParameterError(
            compose(
                "Normalization mean and variance",
                expected=f"finite numbers, or two arrays of one shape with up to {axes} axes",
                received=f"{describe(mean)} and {describe(variance)}",
            )
        )
    return found[0].astype(np.float64), found[1].astype(np.float64)


def _as_batches(data: Any) -> Iterable[Any]:
    if isinstance(data, list) and not any(hasattr(part, "shape") for part in data):
        data = [data]
    elif not isinstance(data, Iterable):
        raise _refuse_data(data)
    for batch in data:
        yield batch[0] if isinstance(batch, tuple) else batch


def _as_rows(batch: Any) -> Any:
    x = np.asarray(batch)
    if x.dtype.kind not in "biuf" or x.ndim == 0 or len(x) == 0:
        raise _refuse_data(batch)
    return x.astype(np.float64)


def _refuse_data(data: Any) -> DataError:
    return DataError(
        compose(
            "Normalization adapt",
            expected="an array with one row per sample, or batches of them",
            received=describe(data),
        )
    )


def _align(given: tuple[int, ...], axes: tuple[int, ...], rank: int) -> tuple[int, ...]:
    """The shape in which numbers for the last of the kept axes repeat along rows."""
    shape = [1] * rank
    for length, axis in zip(reversed(given), reversed(axes), strict=False):
        shape[axis] = length
    return tuple(shape)
