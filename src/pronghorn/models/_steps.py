"""The steps of a model as methods, which a subclass may define in its own way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pronghorn._core.results import as_result
from pronghorn.data._tuples import pack_x_y_sample_weight, unpack_x_y_sample_weight
from pronghorn.losses._align import as_tensor
from pronghorn.models._by_steps import know_metrics, read_logs
from pronghorn.models._on_batch import OnBatch
from pronghorn.models._overrides import defines

__all__ = ["Steps"]


class Steps(OnBatch):
    """The part of ``Model`` that makes one step of a pass.

    Where a subclass leaves these methods as they are, whole epochs run in the engine. One that
    defines ``train_step``, ``test_step`` or ``predict_step`` is called for each batch, in Python;
    ``compute_loss`` is called once, with symbolic values, and becomes a part of the graph.

    >>> import numpy as np
    >>> from pronghorn import Input, Sequential, layers
    >>> class Noisy(Sequential):
    ...     def train_step(self, data):
    ...         x, y = data
    ...         return super().train_step((x + 0.1 * np.random.normal(size=x.shape), y))
    >>> model = Noisy([Input((2,)), layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> list(model.fit(np.ones((8, 2)), np.ones(8), verbose=0).history)
    ['loss']
    """

    def train_step(self, data: Any) -> Any:
        """One step on a batch x, (x, y) or (x, y, sample_weight); returns the logs by name.

        Loss and metrics are those of the rows since ``reset_metrics``.

        Source: keras.Model.train_step, on TensorFlow.
        """
        return self._run_step("train", data)

    def test_step(self, data: Any) -> Any:
        """Loss and metrics of the rows since ``reset_metrics``, this batch included, by name.

        Source: keras.Model.test_step, on TensorFlow.
        """
        return self._run_step("test", data)

    def predict_step(self, data: Any) -> Any:
        """The outputs for a batch.

        Source: keras.Model.predict_step, on TensorFlow.
        """
        return self(unpack_x_y_sample_weight(data)[0], training=False)

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """The losses of ``compile``, weighted and added, and the penalties of ``losses``.

        Of arrays it is a number; of symbolic values, as in a graph, a symbolic one. Where there is
        neither a loss nor a penalty it is 0.

        Source: keras.Model.compute_loss.
        """
        objective = self._trainer.objective
        terms: list[Any] = []
        if objective is not None and objective.has_loss:
            targets, outputs = _list(y), _list(y_pred)
            weights = _list(sample_weight) if sample_weight is not None else [None] * len(targets)
            shapes = [(None, *t.shape[1:]) for t in map(as_tensor, targets)]
            known = [(None, *p.shape[1:]) for p in map(as_tensor, outputs)]
            found = objective.resolve(shapes, known)
            for part, t, p, w in zip(found, targets, outputs, weights, strict=True):
                terms += [goal.loss(t, p, w) * goal.weight for goal in part.goals]
        terms += self.losses
        total = terms[0] if terms else 0.0
        for term in terms[1:]:
            total = total + term
        return as_result(total)

    def _own_steps(self, kind: str) -> bool:
        """Whether the class defines the step of "train", "test" or "predict"."""
        return self._defines(f"{kind}_step")

    def _defines(self, name: str) -> bool:
        return defines(type(self), Steps, name)

    def _run_own(self, kind: str, x: Any, y: Any, sample_weight: Any) -> dict[str, Any] | None:
        if not self._own_steps(kind):
            return None
        self.reset_metrics()
        batch = as_result(pack_x_y_sample_weight(x, y, sample_weight))
        know_metrics(self, batch)
        return read_logs(self, kind, getattr(self, f"{kind}_step")(batch))

    def _run_step(self, kind: str, batch: Any) -> dict[str, Any]:
        self._require_compiled(f"{kind}_step")
        rows = self._trainer.fit_rows(self._unpack(*unpack_x_y_sample_weight(batch)))
        return self._trainer.run_batch(kind, rows, goes_on=True)


def _list(value: Any) -> list[Any]:
    if isinstance(value, Mapping):
        return list(value.values())
    return list(value) if isinstance(value, list | tuple) else [value]
