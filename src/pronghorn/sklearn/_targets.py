"""Targets of the wrappers: classes of any dtype to what a loss compares, and outputs back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn import losses
from pronghorn.errors import DataError, ShapeError, compose
from pronghorn.utils import to_categorical

__all__ = ["Classes", "Column", "Head"]

Array = NDArray[Any]


@dataclass(frozen=True)
class Head:
    """One output of a model: its units, and the loss that compares it with its target."""

    units: int
    loss: Any

    @property
    def is_one_hot(self) -> bool:
        """Whether the loss compares a row of class probabilities, not a class number.

        A loss function of the user's own is given class numbers.
        """
        if self.units == 1 or self._is_chosen_by_shapes or self.is_own:
            return False
        return "sparse" not in self._function.__name__.lower()

    @property
    def is_own(self) -> bool:
        """Whether the loss is a function or a class of the user's own."""
        if self._is_chosen_by_shapes:
            return False
        return bool(self._function.__module__.split(".")[0] != losses.__name__.split(".")[0])

    @property
    def _is_chosen_by_shapes(self) -> bool:
        return isinstance(self.loss, str) and self.loss in ("crossentropy", "ce")

    @property
    def _function(self) -> Any:
        """The function, or the class, that is the loss."""
        found = losses.get(self.loss)
        found = getattr(found, "function", found)
        return found if hasattr(found, "__name__") else type(found)

    def probabilities(self, outputs: Array) -> Array:
        """The outputs; of a loss ``from_logits`` their sigmoid or softmax."""
        if not getattr(self.loss, "from_logits", False):
            return outputs
        if self.units == 1:
            found: Array = 1.0 / (1.0 + np.exp(-outputs))
            return found
        grown = np.exp(outputs - outputs.max(axis=-1, keepdims=True))
        return np.asarray(grown / grown.sum(axis=-1, keepdims=True))


@dataclass(frozen=True, eq=False)
class Column:
    """The classes of one column of targets, sorted; class number c is ``classes[c]``."""

    classes: Array

    def encode(self, y: Array, head: Head) -> Array:
        """Class numbers (n,), or (n, units) one-hot, as the head's loss takes them."""
        numbers = np.minimum(np.searchsorted(self.classes, y), len(self.classes) - 1)
        unseen = self.classes[numbers] != y
        if unseen.any():
            known = ", ".join(map(repr, self.classes[:10].tolist()))
            raise DataError(
                compose(
                    "y",
                    expected=f"the classes {known}",
                    received=f"{y[unseen].tolist()[0]!r} in row {int(np.argmax(unseen))}",
                    remedy="Pass all classes to the first partial_fit(X, y, classes=...)",
                )
            )
        self._check_units(head.units)
        if not head.is_one_hot:
            return numbers
        return np.asarray(to_categorical(numbers, head.units))

    def _check_units(self, units: int) -> None:
        if units < len(self.classes) and not (units == 1 and len(self.classes) == 2):
            or_one = ", or of one" if len(self.classes) == 2 else ""
            raise ShapeError(
                compose(
                    "model",
                    expected=f"an output of {len(self.classes)} units, one for each class in y"
                    f"{or_one}",
                    received=f"one of {units}",
                    remedy="A build function with an argument `meta` finds their number in "
                    "meta['n_classes_']",
                )
            )

    def probabilities(self, outputs: Array) -> Array:
        """(n, classes); units beyond the classes that y had are left out of each row's sum."""
        if outputs.shape[1] == 1:
            if len(self.classes) == 1:
                return np.ones_like(outputs)
            return np.hstack([1.0 - outputs, outputs])
        found = outputs[:, : len(self.classes)]
        if found.shape[1] < outputs.shape[1]:
            total = found.sum(axis=1, keepdims=True)
            found = np.divide(
                found, total, out=np.full_like(found, 1 / found.shape[1]), where=total > 0
            )
        return found

    def decode(self, outputs: Array) -> Array:
        """The class of each row: whether the only unit is above 0.5, or the largest one."""
        if outputs.shape[1] == 1:
            numbers = (outputs[:, 0] > 0.5).astype(np.int64)
        else:
            numbers = outputs[:, : len(self.classes)].argmax(axis=1)
        return np.asarray(self.classes[np.minimum(numbers, len(self.classes) - 1)])


@dataclass(frozen=True, eq=False)
class Classes:
    """The targets of a classifier: ``kind`` is what scikit-learn's ``type_of_target`` says.

    One column of classes for each output; none for "multilabel-indicator", whose zeros and ones
    are targets as they are.
    """

    kind: str
    columns: tuple[Column, ...]

    @property
    def is_multilabel(self) -> bool:
        return self.kind == "multilabel-indicator"

    def encode(self, y: Array, heads: Sequence[Head]) -> Any:
        """The targets of a model with these heads."""
        if self.is_multilabel:
            return y
        if len(heads) != len(self.columns):
            raise ShapeError(
                compose(
                    "model",
                    expected=f"{len(self.columns)} outputs, one for each column of y",
                    received=str(len(heads)),
                )
            )
        by_column = y.reshape(len(y), -1).T
        pairs = zip(self.columns, by_column, heads, strict=True)
        found = [column.encode(values, head) for column, values, head in pairs]
        return found[0] if len(found) == 1 else found

    def decode(self, outputs: Sequence[Array]) -> Array:
        """The predicted targets, in the shape that y had."""
        if self.is_multilabel:
            return (outputs[0] > 0.5).astype(np.int64)
        found = [c.decode(o) for c, o in zip(self.columns, outputs, strict=True)]
        return found[0] if len(found) == 1 else np.stack(found, axis=1)

    def probabilities(self, outputs: Sequence[Array]) -> Any:
        """(n, classes), a list of these for several columns; (n, labels) for multilabel."""
        if self.is_multilabel:
            return outputs[0]
        found = [c.probabilities(o) for c, o in zip(self.columns, outputs, strict=True)]
        return found[0] if len(found) == 1 else found
