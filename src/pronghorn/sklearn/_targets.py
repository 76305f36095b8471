"""Targets of the wrappers: classes of any dtype to what a loss compares, and outputs back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, softmax
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import type_of_target

from pronghorn import losses
from pronghorn.errors import DataError, ParameterError, ShapeError, compose
from pronghorn.utils import to_categorical

__all__ = ["Classes", "Column", "Head", "find_classes"]

Array = NDArray[Any]

_MULTILABEL = "multilabel-indicator"
_ONE_HOT = "multiclass-onehot"


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

    def probabilities(self, outputs: Array, *, is_multilabel: bool = False) -> Array:
        """The outputs; of a loss ``from_logits`` their sigmoid or softmax, as the loss takes them.

        For a loss of the user's own ``is_multilabel`` decides: labels exclude no other label.
        """
        if not getattr(self.loss, "from_logits", False):
            return outputs
        if self.is_own:
            is_each_by_itself = is_multilabel
        else:
            is_each_by_itself = "binary" in self._function.__name__.lower()
        if self.units == 1 or is_each_by_itself:
            return np.asarray(expit(outputs))
        return np.asarray(softmax(outputs, axis=-1))


@dataclass(frozen=True, eq=False)
class Column:
    """The classes of one column of targets, sorted; class number c is ``classes[c]``."""

    classes: Array

    def encode(self, y: Array, head: Head) -> Array:
        """Class numbers (n,), or (n, units) one-hot, as the head's loss takes them."""
        numbers = self._number(y)
        self._check_units(head.units)
        if not head.is_one_hot:
            return numbers
        return np.asarray(to_categorical(numbers, head.units))

    def weigh(self, y: Array, class_weight: Mapping[Any, float]) -> Array:
        """The weight of each row's class, 1 for those that ``class_weight`` leaves out."""
        known = self.classes.tolist()
        unknown = [label for label in class_weight if label not in known]
        if unknown:
            raise ParameterError(
                compose(
                    "class_weight",
                    expected=f"weights of the classes {', '.join(map(repr, known[:10]))}",
                    received=f"one of {unknown[0]!r}",
                    remedy="Pass all classes to the first partial_fit(X, y, classes=...)",
                )
            )
        table = np.array([class_weight.get(label, 1.0) for label in known], np.float64)
        return np.asarray(table[self._number(y)])

    def _number(self, y: Array) -> Array:
        """The number of each row's class."""
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
        return np.asarray(numbers)

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
    are targets as they are. "multiclass-onehot", a kind that scikit-learn does not tell from
    these, are rows with a single one, which is in the column of their class number.
    """

    kind: str
    columns: tuple[Column, ...]

    @property
    def is_multilabel(self) -> bool:
        return self.kind == _MULTILABEL

    @property
    def is_one_hot(self) -> bool:
        return self.kind == _ONE_HOT

    @property
    def target_type(self) -> str:
        """``kind`` by the name that scikit-learn has for it."""
        return _MULTILABEL if self.is_one_hot else self.kind

    def weigh(self, y: Array, class_weight: Any) -> Array:
        """The weight of each row by its classes; "balanced" by how often y has them."""
        if self.is_one_hot:
            y = self._number_rows(y)
        tables = [class_weight] if isinstance(class_weight, Mapping) else class_weight
        if not isinstance(tables, list | tuple) or len(tables) != len(self.columns):
            return np.asarray(compute_sample_weight(class_weight, y))
        pairs = zip(self.columns, y.reshape(len(y), -1).T, tables, strict=True)
        found = [column.weigh(values, table) for column, values, table in pairs]
        return np.asarray(np.prod(found, axis=0))

    def encode(self, y: Array, heads: Sequence[Head]) -> Any:
        """The targets of a model with these heads."""
        if self.is_multilabel:
            return y
        if self.is_one_hot:
            numbers = self._number_rows(y)
            if len(heads) == 1 and heads[0].units > 1 and heads[0].is_own:
                return y  # The loss was written for the rows that its author gives.
            y = numbers
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
        if self.is_one_hot:
            (column,) = self.columns
            return np.eye(len(column.classes), dtype=np.int64)[column.decode(outputs[0])]
        found = [c.decode(o) for c, o in zip(self.columns, outputs, strict=True)]
        return found[0] if len(found) == 1 else np.stack(found, axis=1)

    def probabilities(self, outputs: Sequence[Array]) -> Any:
        """(n, classes), a list of these for several columns; (n, labels) for multilabel."""
        if self.is_multilabel:
            return outputs[0]
        found = [c.probabilities(o) for c, o in zip(self.columns, outputs, strict=True)]
        return found[0] if len(found) == 1 else found

    def _number_rows(self, y: Array) -> Array:
        """The class number of each one-hot row."""
        units = len(self.columns[0].classes)
        if y.ndim != 2 or y.shape[1] != units or not _is_one_hot(y):
            raise DataError(
                compose(
                    "y",
                    expected=f"one-hot rows of {units} classes, as the first y had",
                    received="others",
                    remedy="For labels that exclude no other label, pass "
                    f"classes=[[0, 1]] * {units} to the first partial_fit",
                )
            )
        return np.asarray(y.argmax(axis=1))


def find_classes(y: Array, given: Any = None) -> Classes:
    """The classes that y has, or those given, of which y may lack some.

    Args:
        y: (n,) or (n, columns).
        given: The classes of the only column, or a list of those of each column. Columns that are
            given the classes 0 and 1 are labels, also where each row of y has a single one.
    """
    kind = type_of_target(y, input_name="y")
    is_by_column = given is not None and any(np.ndim(classes) > 0 for classes in given)
    if kind == _MULTILABEL and not is_by_column:
        if not _is_one_hot(y):
            return Classes(kind, ())
        return Classes(_ONE_HOT, (Column(np.arange(y.shape[1])),))
    columns = y.reshape(len(y), -1).T
    if given is None:
        return Classes(kind, tuple(Column(np.unique(values)) for values in columns))
    if len(columns) == 1:
        found = np.unique(given)
        return Classes("multiclass" if len(found) > 2 else "binary", (Column(found),))
    if not is_by_column or len(given) != len(columns):
        raise ParameterError(
            compose(
                "partial_fit: classes",
                expected=f"{len(columns)} lists of classes, one for each column of y",
                received=repr(given),
            )
        )
    by_column = [np.unique(classes) for classes in given]
    if kind == _MULTILABEL and all(np.isin(classes, [0, 1]).all() for classes in by_column):
        return Classes(kind, ())
    return Classes("multiclass-multioutput", tuple(map(Column, by_column)))


def _is_one_hot(y: Array) -> bool:
    return bool(np.isin(y, [0, 1]).all() and (y.sum(axis=1) == 1).all())
