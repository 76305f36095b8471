"""Rows of different lengths, as functions of texts give them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from pronghorn.runner._tensorflow._tensor import Tensor, make_tensor, read_value

__all__ = ["RaggedTensor"]


class RaggedTensor:
    """Rows of texts or numbers, each of its own length.

    Source: tf.RaggedTensor, with one ragged axis.

    >>> RaggedTensor([[1], [2, 3]]).to_tensor().numpy().tolist()
    [[1, 0], [2, 3]]
    """

    def __init__(self, rows: Sequence[Any]) -> None:
        self._rows = [read_value(row) for row in rows]

    def to_list(self) -> list[Any]:
        """The rows as lists."""
        return [row.tolist() for row in self._rows]

    def to_tensor(self, default_value: Any = None, shape: Any = None) -> Tensor:
        """The rows side by side, filled up (with 0, or empty texts) or cut to one length."""
        length = None if shape is None else tuple(shape)[-1]
        if length is None:
            length = max(map(len, self._rows), default=0)
        is_text = any(row.dtype.kind == "O" for row in self._rows)
        kind = next((row.dtype for row in self._rows if len(row)), np.dtype(np.float32))
        fill = (b"" if is_text else 0) if default_value is None else default_value
        found = np.full((len(self._rows), length), fill, object if is_text else kind)
        for to, row in zip(found, self._rows, strict=True):
            to[: len(row)] = row[:length]
        return make_tensor(found)

    def row_lengths(self) -> Tensor:
        """How long each row is."""
        return make_tensor(np.array([len(row) for row in self._rows], np.int64))

    @property
    def flat_values(self) -> Tensor:
        """All rows one after the other."""
        return make_tensor(np.concatenate(self._rows))

    values = flat_values

    @property
    def shape(self) -> tuple[int | None, ...]:
        """The number of rows, and None."""
        return (len(self._rows), None)

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, key: Any) -> Any:
        found = self._rows[key]
        return RaggedTensor(found) if isinstance(found, list) else make_tensor(found)

    def __iter__(self) -> Iterator[Tensor]:
        return map(make_tensor, self._rows)

    def __repr__(self) -> str:
        return f"<tf.RaggedTensor {self.to_list()}>"
