"""Several features as one: the bin of their values together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import DataError, ShapeError, compose, describe
from pronghorn._core.params import Integer, OneOf, check
from pronghorn._core.registry import register
from pronghorn.ir.graph import Shape
from pronghorn.layers._categories._category_rows import encode, shape_of_rows
from pronghorn.layers._categories._fingerprint import fingerprint, join_fingerprints
from pronghorn.layers._host import HostLayer
from pronghorn.layers._options import refuse_left_out

__all__ = ["HashedCrossing"]

# TensorFlow's key for crosses, with which the first feature is joined.
_KEY = 0xDECAFCAFFE
_WORD = 2**64 - 1


@register("layer", "HashedCrossing")
class HashedCrossing(HostLayer):
    """y = hash(x₁, x₂, …) mod bins for a list of features (n, 1), texts or whole numbers.

    Args:
        num_bins: The number of bins.
        output_mode: "int" (default), (n, 1); or "one_hot", (n, bins).
        sparse: False, the only one.
        name, input_shape: see ``Layer``.

    Errors: ParameterError for arguments outside their values; ShapeError for fewer than two
    features and for others than (n,) or (n, 1); DataError for broken numbers.

    Source: keras.layers.HashedCrossing.

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> crossing = layers.HashedCrossing(num_bins=5)
    >>> crossing([np.array(["A", "B", "A"]), np.array([101, 101, 101])]).tolist()
    [1, 4, 1]
    """

    _takes_several = True

    def __init__(
        self,
        num_bins: int,
        output_mode: str = "int",
        sparse: bool = False,
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        refuse_left_out("HashedCrossing", sparse=sparse)
        super().__init__(name=name, dtype=dtype, **kwargs)
        self.num_bins = check("HashedCrossing", "num_bins", num_bins, Integer(low=1))
        modes = OneOf("int", "one_hot")
        self.output_mode = check("HashedCrossing", "output_mode", output_mode, modes)
        self.sparse = False

    def look_up(self, *values: NDArray[Any]) -> NDArray[Any]:
        self._check_input([value.shape for value in values], None)
        columns = [self._codes(value) for value in values]
        known: dict[tuple[int, ...], int] = {}
        for row in zip(*columns, strict=True):
            if row not in known:
                code = _KEY
                for part in row:
                    code = join_fingerprints(code, part)
                known[row] = code % self.num_bins
        found = np.array([known[row] for row in zip(*columns, strict=True)], np.int64)
        return encode(found.reshape(values[0].shape), self.output_mode, self.num_bins)

    def _codes(self, values: NDArray[Any]) -> list[int]:
        flat = values.reshape(-1).tolist()
        if values.dtype.kind == "O":
            return [fingerprint(text) for text in flat]
        if values.dtype.kind == "f" and not np.array_equal(values, np.floor(values)):
            raise DataError(
                compose(
                    f"HashedCrossing {self.name!r}",
                    expected="texts or whole numbers",
                    received=describe(values),
                    remedy="Make bins of it first: Discretization",
                )
            )
        return [int(number) & _WORD for number in flat]

    def _check_input(self, shapes: Sequence[Shape], origin: str | None) -> None:
        is_column = all(len(shape) < 2 or (len(shape) == 2 and shape[1] == 1) for shape in shapes)
        if len(shapes) < 2 or len(set(map(tuple, shapes))) > 1 or not is_column:
            raise ShapeError(
                compose(
                    f"HashedCrossing {self.name!r}",
                    expected="a list of two or more features, all of shape (n, 1) or (n,)",
                    received=f"the shapes {', '.join(map(str, shapes))}",
                    origin=origin,
                )
            )

    def row_shape(self, *shapes: Shape) -> Shape:
        owner = f"HashedCrossing {self.name!r}"
        return shape_of_rows(owner, self.output_mode, shapes[0], self.num_bins)
