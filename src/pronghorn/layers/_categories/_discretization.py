"""Numbers as the bins they lie in."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import DataError, NotBuiltError, ParameterError, compose, describe
from pronghorn._core.params import Integer, Interval, OneOf, Optional, check
from pronghorn._core.registry import register
from pronghorn.ir.graph import Shape
from pronghorn.layers._arguments import renamed
from pronghorn.layers._categories._category_rows import encode, shape_of_rows
from pronghorn.layers._host import HostLayer
from pronghorn.layers._options import refuse_left_out

__all__ = ["Discretization"]

D = TypeVar("D", bound="Discretization")


@register("layer", "Discretization")
class Discretization(HostLayer):
    """y = the number of boundaries b ≤ x, in the shape of x: 0 … k for k boundaries.

    Args:
        bin_boundaries: The boundaries, in rising order. Default None: ``adapt`` finds them. Older
            spelling: ``bins``.
        num_bins: How many bins ``adapt`` makes, each with about as many numbers.
        epsilon: How exactly: the share of the numbers by which a boundary may be off. Default 0.01.
        output_mode: "int" (default), "one_hot", "multi_hot" or "count", as in ``StringLookup``.
        sparse: False, the only one.
        name, input_shape: see ``Layer``.

    Errors: ParameterError unless one of bin_boundaries and num_bins is given; NotBuiltError
    before ``adapt``; DataError for what is no number.

    Source: keras.layers.Discretization.

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> bins = layers.Discretization(bin_boundaries=[0.0, 1.0, 2.0])
    >>> bins(np.array([[-1.5, 1.0, 3.4, 0.5]])).tolist()
    [[0, 2, 3, 1]]
    """

    @renamed(bins="bin_boundaries")
    def __init__(
        self,
        bin_boundaries: Any = None,
        num_bins: int | None = None,
        epsilon: float = 0.01,
        output_mode: str = "int",
        sparse: bool = False,
        dtype: Any = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        refuse_left_out("Discretization", sparse=sparse)
        super().__init__(dtype=dtype, name=name, **kwargs)
        self.num_bins = check("Discretization", "num_bins", num_bins, Optional(Integer(low=1)))
        self.bin_boundaries = _read_boundaries(bin_boundaries)
        if (num_bins is None) == (bin_boundaries is None):
            raise ParameterError(
                compose(
                    "Discretization",
                    expected="num_bins or bin_boundaries",
                    received="none of them" if num_bins is None else "both",
                )
            )
        share = Interval(0.0, 1.0, closed="right")
        self.epsilon = check("Discretization", "epsilon", epsilon, share)
        modes = OneOf("int", "one_hot", "multi_hot", "count")
        self.output_mode = check("Discretization", "output_mode", output_mode, modes)
        self.sparse = False

    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Find boundaries between which lie about as many numbers of the data.

        ``data``: an array, or an iterable of batches, of which ``steps`` limits the number.
        Raises ParameterError where boundaries were given, DataError for no numbers.

        Source: keras.layers.Discretization.adapt.
        """
        if self.num_bins is None:
            raise ParameterError(
                compose(
                    f"Discretization {self.name!r} adapt",
                    expected="a layer that was made with num_bins",
                    received="one with bin_boundaries",
                )
            )
        is_array = hasattr(data, "shape") or np.ndim(data) == 1
        batches = [data] if is_array else islice(iter(data), steps)
        points = np.empty((2, 0), np.float32)
        for batch in batches:
            fresh = _summarize(self._read(np.asarray(batch)), self.epsilon)
            joined = np.concatenate([fresh, points], axis=1)
            joined = joined[:, np.argsort(joined[0])]
            points = _shorten(joined, self.epsilon)
        if not points.shape[1]:
            raise DataError(
                compose(f"Discretization {self.name!r} adapt", expected="numbers", received="none")
            )
        self.bin_boundaries = _shorten(points, 1.0 / self.num_bins)[0, :-1].tolist()

    def look_up(self, *values: NDArray[Any]) -> NDArray[Any]:
        if self.bin_boundaries is None:
            raise NotBuiltError(
                compose(
                    f"Discretization {self.name!r}",
                    expected="boundaries",
                    received="none yet",
                    remedy="Call adapt(data), or pass bin_boundaries=[…]",
                )
            )
        boundaries = np.array(self.bin_boundaries, np.float32)
        found = np.searchsorted(boundaries, self._read(values[0]), side="right")
        return encode(found, self.output_mode, len(boundaries) + 1)

    def _read(self, values: NDArray[Any]) -> NDArray[np.float32]:
        if values.dtype.kind not in "biuf" or not np.isfinite(values).all():
            raise DataError(
                compose(
                    f"Discretization {self.name!r}",
                    expected="finite numbers",
                    received=describe(values),
                )
            )
        return values.astype(np.float32)

    def row_shape(self, *shapes: Shape) -> Shape:
        known = self.bin_boundaries
        depth = int(self.num_bins or 1) if known is None else len(known) + 1
        owner = f"Discretization {self.name!r}"
        return shape_of_rows(owner, self.output_mode, shapes[0], depth)

    @classmethod
    def from_config(cls: type[D], config: Mapping[str, Any]) -> D:
        """A new layer from ``get_config()``'s result, with the boundaries that were learned."""
        learned = config.get("bin_boundaries") if config.get("num_bins") is not None else None
        if learned is None:
            return super().from_config(config)
        layer = super().from_config({**config, "bin_boundaries": None})
        layer.bin_boundaries = _read_boundaries(learned)
        return layer


def _read_boundaries(given: Any) -> list[float] | None:
    if given is None:
        return None
    try:
        found = np.asarray(given, np.float64)
    except (TypeError, ValueError):
        found = np.empty((0, 0))
    if found.ndim != 1 or not np.isfinite(found).all() or (np.diff(found) < 0).any():
        raise ParameterError(
            compose(
                "Discretization bin_boundaries",
                expected="finite numbers in rising order",
                received=describe(given),
            )
        )
    numbers: list[float] = found.tolist()
    return numbers


def _summarize(values: NDArray[np.float32], epsilon: float) -> NDArray[np.float32]:
    """Points (2, k): every so-manieth of the sorted numbers, and how many it stands for."""
    ordered = np.sort(values.reshape(-1))
    step = max(len(ordered) / (1.0 / epsilon), 1.0)
    points = ordered[int(step - 1) :: int(step)]
    return np.stack([points, np.full(len(points), step, np.float32)]).astype(np.float32)


def _shorten(points: NDArray[np.float32], epsilon: float) -> NDArray[np.float32]:
    """Points at equal shares of the weight, 1 / epsilon of them, where there are more.

    What lies between two points is interpolated.
    """
    if points.shape[1] * epsilon < 1:
        return points
    shares = epsilon + np.arange(0.0, 1.0, epsilon)
    sums = points[1].cumsum()
    known = sums / sums[-1]
    places = np.interp(shares, known, points[0])
    weights = np.diff(np.interp(shares, known, sums), prepend=0.0)
    return np.stack([places, weights]).astype(np.float32)
