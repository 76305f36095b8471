"""What every metric is: sums over rows, or variables of its own, and a result from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from pronghorn import initializers
from pronghorn._core.configurable import Configurable
from pronghorn._core.errors import DataError, ShapeError, compose
from pronghorn._core.members import list_members
from pronghorn._core.params import OfType, Optional, check
from pronghorn._core.results import as_result
from pronghorn.ir.graph import Node
from pronghorn.layers._emission import current
from pronghorn.layers._kept import KeptMetric
from pronghorn.layers._names import name_automatically
from pronghorn.layers._variable import Variable
from pronghorn.losses._base import read_dtype
from pronghorn.metrics._held import Held, Peek, holding

# Of what metrics hold in attributes, what is certainly no other metric.
_NO_PARTS = (float, str, np.ndarray, type(None))


class Metric(Configurable, KeptMetric):
    """finish(Σ_i w_i · call(y_i, p_i), Σ_i w_i) over all rows since ``reset_state``.

    There are two ways to write one.

    *Sums.* ``call(y_true, y_pred)`` gives one value a row, (n,), or several, (n, k), written
    with ``pronghorn.ops``, so that an engine can add them up; ``finish(total, count)`` turns the
    sums into the result and is total / count unless a metric says otherwise (0 before any row).
    Sums are float64. A value without rows, (), counts once for each batch.

    *Variables*, in Keras's manner: ``add_weight`` in ``__init__``, then ``update_state(y_true,
    y_pred, sample_weight=None)`` that assigns to them, and ``result()`` that reads them. In
    ``fit`` and ``evaluate`` ``update_state`` is traced once, on symbolic values, and the engine
    assigns at every step; so it must be written with ``pronghorn.ops``. Other metrics may be its
    parts.

    Without a name it is called after its class, numbered like a layer: "auc", "auc_1", … for the
    whole process. Metrics whose name has a default of its own, all means of losses among them, are
    not numbered.

    Source: keras.metrics.Metric.

    >>> from pronghorn import ops
    >>> class LargestError(Metric):
    ...     def call(self, y_true, y_pred):
    ...         return ops.max(ops.absolute(y_true - y_pred), axis=-1)
    >>> metric = LargestError()
    >>> metric.update_state(np.zeros((2, 2)), np.array([[1.0, 3.0], [0.0, 2.0]]))
    >>> metric.result()  # (3 + 2) / 2
    2.5
    """

    #: The function form of the class, where there is one.
    fn: ClassVar[Callable[..., Any] | None] = None
    # Whether more is better: "up", "down", or None where that is not known (Keras's name).
    _direction: str | None = None
    _total: NDArray[np.float64]
    _count: float
    _rows: float

    #: Σ w · value, and Σ w. A metric may have variables of these names in their place.
    total = Peek("total", "_total")
    count = Peek("count", "_count")

    def __init__(self, dtype: str | None = None, name: str | None = None) -> None:
        owner = type(self).__name__
        self.name = check(owner, "name", name, Optional(OfType(str))) or name_automatically(owner)
        self.dtype = read_dtype(owner, dtype)
        self._own_variables: list[Variable] = []
        self._clear()

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """One value a row, or several; defined by each metric that is made of sums."""
        raise NotImplementedError(
            f"{type(self).__name__} must define call(y_true, y_pred), or update_state and result"
        )

    def finish(self, total: Any, count: float) -> Any:
        """The result from the two sums."""
        return total / count if count else total * 0.0

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add rows, each with its weight (1 by default)."""
        self._add_rows(self.call(y_true, y_pred), sample_weight)

    def add(self, total: Any, count: float, rows: float | None = None) -> None:
        """Add sums that an engine has formed over rows of its own (``rows`` of them)."""
        total = np.asarray(total, np.float64)
        if self._rows and self._total.shape != total.shape:
            raise ShapeError(
                compose(
                    self.name,
                    expected=f"sums of shape {self._total.shape}, as for the rows before",
                    received=f"sums of shape {total.shape}",
                    remedy="Call reset_state() before data of another width",
                )
            )
        self._total = self._total + total
        self._count += float(count)
        self._rows += float(count if rows is None else rows)

    def result(self) -> Any:
        """The value over all rows since the last reset: a float, or an array for several."""
        return as_result(_plain(self.finish(self._total[()], self._count)))

    def reset_state(self) -> None:
        """Forget all rows: sums, variables and the parts' state."""
        self._clear()
        for variable in self._own_variables:
            variable.fill(0.0)
        for part in self.held_metrics():
            part.reset_state()

    def reset_states(self) -> None:
        """``reset_state`` by its name in Keras 2."""
        self.reset_state()

    def replace(self, total: Any, count: float, rows: float) -> None:
        """Take sums in place of those known; variables stay."""
        self._clear()
        self.add(total, count, rows)

    def add_variable(
        self,
        shape: Any,
        initializer: Any,
        dtype: str | None = None,
        aggregation: str = "sum",
        name: str | None = None,
    ) -> Variable:
        """A variable of the state; ``reset_state`` sets it to 0 unless a metric says otherwise.

        ``dtype`` and ``aggregation`` are accepted for Keras's sake: state is float32 and on one
        machine.
        """
        size = (shape,) if isinstance(shape, int) else tuple(shape)
        made = initializers.get("zeros" if initializer is None else initializer)
        variable = Variable(made(size), name=name or "variable", trainable=False)
        variable.owner = self.name
        self._own_variables.append(variable)
        return variable

    def add_weight(
        self,
        shape: Any = (),
        initializer: Any = None,
        dtype: str | None = None,
        name: str | None = None,
    ) -> Variable:
        """``add_variable`` by its older name; a name may come first, as in Keras 2."""
        if isinstance(shape, str):
            shape, name = (), shape
        return self.add_variable(shape, initializer, dtype, name=name)

    @property
    def variables(self) -> list[Variable]:
        """Keras's variables of the state, then what ``add_variable`` made, then those of the parts.

        Where the state is sums, the first are views of them. Scores of classes have theirs from
        the first rows on, when the classes are known.
        """
        held = [Held(self, name, value) for name, value in self._unfold().items()]
        parts = (v for part in self.held_metrics() for v in part.variables)
        return [*held, *self._own_variables, *parts]

    def assigned(self) -> list[Variable]:
        """The variables that ``update_state`` assigns: ``variables`` without those of sums."""
        return [v for v in self.variables if not isinstance(v, Held)]

    def stateless_update_state(
        self, metric_variables: Sequence[Any], *args: Any, **kwargs: Any
    ) -> list[Any]:
        """The values of ``variables`` after ``update_state(…)``, had they been these before.

        The metric keeps its own. Raises ParameterError for another number of values, ShapeError
        for other shapes.

        Source: keras.metrics.Metric.
        """
        with holding(self, metric_variables):
            self.update_state(*args, **kwargs)
            return self._values()

    def stateless_result(self, metric_variables: Sequence[Any]) -> Any:
        """``result()``, were ``variables`` these values; raises as ``stateless_update_state``."""
        with holding(self, metric_variables):
            return self.result()

    def stateless_reset_state(self) -> list[Any]:
        """The values of ``variables`` after ``reset_state()``; the metric keeps its own."""
        with holding(self, None):
            self.reset_state()
            return self._values()

    def held_metrics(self) -> list[Metric]:
        """The metrics that this one holds in its attributes, lists and dicts of them included."""
        # Asked for at every epoch, some of which are shorter than a walk through all attributes.
        held = (value for value in vars(self).values() if not isinstance(value, _NO_PARTS))
        return [m for value in held for m in list_members(value) if isinstance(m, Metric)]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """``update_state`` followed by ``result``."""
        self.update_state(*args, **kwargs)
        return self.result()

    def _values(self) -> list[Any]:
        return [as_result(variable.value) for variable in self.variables]

    def _unfold(self) -> dict[str, Any]:
        """The sums as Keras's variables, by name and in Keras's order."""
        own = type(self)
        is_sums = own.update_state is Metric.update_state and own.call is not Metric.call
        return {"total": self._total, "count": self._count} if is_sums else {}

    def _fold(self, parts: Mapping[str, Any]) -> None:
        """The inverse of ``_unfold``: take Keras's variables as the sums."""
        self._total = np.asarray(parts["total"], np.float64)
        if "count" in parts:
            self._count = self._rows = float(parts["count"])

    def _clear(self) -> None:
        self._set_sums(np.zeros(()), 0.0, 0.0)

    def _sums(self) -> tuple[Any, float, float]:
        return self._total, self._count, self._rows

    def _set_sums(self, total: NDArray[np.float64], count: float, rows: float) -> None:
        self._total, self._count, self._rows = total, count, rows

    def _add_rows(self, values: Any, sample_weight: Any) -> None:
        if isinstance(values, Node):
            current().add_up(self, values, sample_weight)
            return
        rows = np.asarray(values, np.float64)
        rows = rows.reshape(1) if rows.ndim == 0 else rows
        if sample_weight is None:
            self.add(rows.sum(axis=0), len(rows))
            return
        weights = np.asarray(sample_weight, np.float64).reshape(-1)
        if weights.size not in (1, len(rows)):
            raise DataError(
                compose(
                    f"{self.name} sample_weight",
                    expected=f"one weight for each of {len(rows)} rows",
                    received=f"{weights.size}",
                )
            )
        weights = np.broadcast_to(weights, (len(rows),))
        column = weights.reshape(-1, *(1 for _ in rows.shape[1:]))
        self.add((rows * column).sum(axis=0), float(weights.sum()), len(rows))


def _plain(value: Any) -> Any:
    """Single numbers as floats."""
    return float(value) if np.ndim(value) == 0 else value
