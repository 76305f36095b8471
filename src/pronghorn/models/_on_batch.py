"""What a model does with one batch: a step, its loss, its gradients, every number of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pronghorn import data
from pronghorn._core.naming import name_apart
from pronghorn.ir.graph import Shape
from pronghorn.layers._input import InputLayer
from pronghorn.layers._tensor import Tensor, map_leaves
from pronghorn.models._arguments import pack_scores
from pronghorn.models._compiled import Compiled
from pronghorn.training import Trace, compute_gradients, tell_engine, trace_batch

__all__ = ["OnBatch"]


class OnBatch(Compiled):
    """The part of ``Model`` that takes one batch at a time."""

    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: Mapping[Any, float] | None = None,
        return_dict: bool = False,
    ) -> Any:
        """One step on one batch; returns its loss and metrics, as ``evaluate`` does.

        Source: keras.Model.train_on_batch.
        """
        self._require_compiled("train_on_batch")
        own = self._run_own("train", x, y, sample_weight)
        if own is not None:
            return pack_scores(own, return_dict)
        feed = self._unpack(x, y, sample_weight)
        if class_weight is not None:
            feed = data.weigh_classes(feed, class_weight)
        return pack_scores(
            self._trainer.run_batch("train", self._trainer.fit_rows(feed)), return_dict
        )

    def test_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """Loss and metrics of one batch, as ``evaluate`` gives them; nothing is trained.

        Source: keras.Model.test_on_batch.
        """
        self._require_compiled("test_on_batch")
        own = self._run_own("test", x, y, sample_weight)
        if own is not None:
            return pack_scores(own, return_dict)
        rows = self._trainer.fit_rows(self._unpack(x, y, sample_weight))
        return pack_scores(self._trainer.run_batch("test", rows), return_dict)

    def predict_on_batch(self, x: Any) -> Any:
        """The outputs for one batch.

        Source: keras.Model.predict_on_batch.
        """
        return self._predictor(x)

    def compute_gradients(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        *,
        loss: Any = None,
        training: bool = True,
    ) -> tuple[float, dict[str, Any]]:
        """(L, {w: ∂L/∂w}): the loss of one batch, and its gradient by each trainable weight.

        Args:
            x, y, sample_weight: Those of ``train_on_batch``.
            loss: In place of that of ``compile``; with it the model need not be compiled.
            training: Whether layers are in their training form (default): dropout drops, and
                moving averages move, as in a step of ``fit``. The weights stay as they are.

        Returns: the loss with its penalties, and a dict of float32 arrays by the path of each
        weight, in the order of ``trainable_variables`` (of equal paths the second ends in "_1");
        None for a weight on which the loss does not depend.

        Errors: NotBuiltError without a loss or without trainable weights; NumericsError where
        the loss is not finite.

        A training loop by hand, which ends with the weights that ``train_on_batch`` would give:

        >>> import numpy as np
        >>> from pronghorn import Input, Sequential, layers, optimizers
        >>> x, y = np.arange(8.0).reshape(4, 2) / 8, np.ones((4, 1))
        >>> model = Sequential([Input((2,)), layers.Dense(1, kernel_initializer="zeros")])
        >>> optimizer = optimizers.SGD(0.5)
        >>> for step in range(3):
        ...     loss, gradients = model.compute_gradients(x, y, loss="mse")
        ...     optimizer.apply(gradients.values(), model.trainable_variables)
        ...     print(f"{loss:.3f}")
        1.000
        0.212
        0.057
        """
        feed = self._unpack(x, y, sample_weight)
        value, found = compute_gradients(self._trainer, feed, loss, training)
        tell_engine(self._trainer.programs.engine.name)
        return value, name_apart((weight.path, gradient) for weight, gradient in found.items())

    def trace(
        self, x: Any, y: Any = None, sample_weight: Any = None, *, apply: bool = False
    ) -> Trace:
        """Every number of the training step that would come next, on this batch.

        Pre-activations, activations, loss terms, gradients by neuron and by weight, the optimizer's
        state before and after, and the updates: see ``pronghorn.inspection.Trace``.

        Args:
            x, y, sample_weight: Those of ``train_on_batch``.
            apply: Whether the step is made. Default False: weights, optimizer and moving averages
                stay as they are.

        Errors: NotBuiltError before ``compile``; those of ``train_on_batch``, but a loss that is
        not finite is shown instead of refused.

        One step of w ← w − 0.1 ∂L/∂w with L = (w x − 1)², w = 2 and x = 3: ∂L/∂w = 2 · 5 · 3.

        >>> import numpy as np
        >>> from pronghorn import Input, Sequential, initializers, layers, optimizers
        >>> two = initializers.Constant(2.0)
        >>> dense = layers.Dense(1, use_bias=False, kernel_initializer=two, name="line")
        >>> model = Sequential([Input((1,)), dense])
        >>> model.compile(optimizers.SGD(0.1), loss="mse")
        >>> trace = model.trace(np.array([[3.0]]), np.array([[1.0]]))
        >>> trace.loss, trace.layer("line").pre_activation.tolist()
        (25.0, [[6.0]])
        >>> weight = trace.weights["line/kernel"]
        >>> weight.gradient.item(), weight.after.item()
        (30.0, -1.0)
        """
        return trace_batch(self._trainer, self._unpack(x, y, sample_weight), apply)

    def _run_own(self, kind: str, x: Any, y: Any, sample_weight: Any) -> dict[str, Any] | None:
        """The logs of a step that the class defines; None where it defines none."""
        return None

    def _unpack(self, x: Any, y: Any = None, sample_weight: Any = None) -> data.Feed:
        if self._network is None:
            self._build_for(x)
        if self._known_network.is_nested:
            x, y, sample_weight = self._known_network.flatten_data(x, y, sample_weight)
        return data.unpack(
            x,
            y,
            sample_weight,
            input_names=self._known_network.input_names,
            output_names=self._known_network.output_names,
            text_names=self._known_network.text_names,
        )

    def _build_for(self, x: Any) -> None:
        """Make the weights of a model that learns its input shape from the first data."""
        if not self._is_functional and data.is_nested(x):
            self._connect_given(map_leaves(x, _make_input))
            return
        names = list(x) if isinstance(x, Mapping) else None
        several = x if isinstance(x, list | tuple) and np.ndim(x[0]) > 1 else None
        count = None if several is None else [str(i) for i in range(len(several))]
        feed = data.unpack(x, input_names=names or count, text_names=names or count or [""])
        columns = [_read_column(source) for source in feed.inputs]
        shapes = [(None, *shape) for shape, _ in columns]
        self._connect_to(shapes, names, dtypes=[kind for _, kind in columns])


def _read_column(source: data.ArraySource) -> tuple[Shape, str | None]:
    """The shape of a row and its dtype; None: numbers."""
    kind = "string" if source.dtype.kind == "O" else None
    # One number a row is a column; one text is what a lookup takes as it is.
    return source.sample_shape or ((1,) if kind is None else ()), kind


def _make_input(array: Any) -> Tensor:
    shape, kind = _read_column(data.as_source(array, name="x", takes_text=True))
    made: Tensor = InputLayer(shape, dtype=kind).output
    return made
