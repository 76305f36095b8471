"""Texts or whole numbers in a number of bins, by a hash."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import ParameterError, compose, describe
from pronghorn._core.params import Integer, OneOf, check
from pronghorn._core.registry import register
from pronghorn.ir.graph import Shape
from pronghorn.layers._categories._buckets import read_salt, spread, write_numbers
from pronghorn.layers._categories._category_rows import encode, shape_of_rows
from pronghorn.layers._host import HostLayer
from pronghorn.layers._options import refuse_left_out

__all__ = ["Hashing"]


@register("layer", "Hashing")
class Hashing(HostLayer):
    """y = hash(x) mod bins, in the shape of x: (n, l) → (n, l), or rows of such numbers.

    The hash is FarmHash of the text, or of the whole number written down; the same on every
    machine. With a salt it is SipHash.

    Args:
        num_bins: The number of bins; of more than one, ``mask_value`` has the first to itself.
        mask_value: The text or number that goes to bin 0, alone. Default None.
        salt: A whole number or two, the key of the other hash. Default None.
        output_mode: "int" (default), "one_hot", "multi_hot" or "count", as in ``StringLookup``.
        sparse: False, the only one.
        name, input_shape: see ``Layer``.

    Errors: ParameterError for arguments outside their values; DataError for other things than
    texts and numbers.

    Source: keras.layers.Hashing; Pike's FarmHash; Aumasson and Bernstein 2012.

    >>> from pronghorn import layers
    >>> layers.Hashing(num_bins=3)([["A"], ["B"], ["C"], ["D"], ["E"]]).tolist()
    [[1], [0], [1], [1], [2]]
    """

    def __init__(
        self,
        num_bins: int,
        mask_value: Any = None,
        salt: Any = None,
        output_mode: str = "int",
        sparse: bool = False,
        **kwargs: Any,
    ) -> None:
        refuse_left_out("Hashing", sparse=sparse)
        super().__init__(**kwargs)
        self.num_bins = check("Hashing", "num_bins", num_bins, Integer(low=1))
        if isinstance(mask_value, bool) or not isinstance(mask_value, str | int | float | None):
            raise ParameterError(
                compose(
                    "Hashing mask_value",
                    expected="None, a text or a number",
                    received=describe(mask_value),
                )
            )
        self.mask_value = mask_value
        self.salt = read_salt("Hashing", salt)
        modes = OneOf("int", "one_hot", "multi_hot", "count")
        self.output_mode = check("Hashing", "output_mode", output_mode, modes)
        self.sparse = False

    def look_up(self, *values: NDArray[Any]) -> NDArray[Any]:
        x = values[0]
        is_text = x.dtype.kind == "O"
        reserved = 1 if self.mask_value is not None and self.num_bins > 1 else 0
        texts = x.reshape(-1).tolist() if is_text else write_numbers(x)
        found = np.array(spread(texts, self.num_bins - reserved, self.salt), np.int64) + reserved
        if reserved:
            mask: Any = self.mask_value
            if is_text:
                mask = mask.encode() if isinstance(mask, str) else None
            found[np.fromiter((value == mask for value in x.flat), bool, x.size)] = 0
        return encode(found.reshape(x.shape), self.output_mode, self.num_bins)

    def row_shape(self, *shapes: Shape) -> Shape:
        owner = f"Hashing {self.name!r}"
        return shape_of_rows(owner, self.output_mode, shapes[0], self.num_bins)
