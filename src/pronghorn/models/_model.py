"""Model: compile, fit, evaluate, predict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from pronghorn import data
from pronghorn._core.errors import ParameterError, compose
from pronghorn._core.naming import name_apart
from pronghorn._core.params import Integer, Optional, check
from pronghorn._core.registry import register
from pronghorn._core.results import as_result
from pronghorn.callbacks import CallbackList, History
from pronghorn.ir.graph import Node
from pronghorn.layers._names import name_automatically
from pronghorn.layers._tensor import Tensor
from pronghorn.models._arguments import (
    pack_outputs,
    peek_batches,
    read_batch_size,
    read_fit_plan,
    read_verbose,
)
from pronghorn.models._compiled import Compiled
from pronghorn.models._keras2 import Keras2Methods
from pronghorn.models._network import Network
from pronghorn.models._predictor import Predictor
from pronghorn.training import (
    Rows,
    Trace,
    compute_gradients,
    recorded_fit,
    tell_engine,
    trace_batch,
)

__all__ = ["Model"]

_STEPS = Optional(Integer(low=1))


@register("layer", "Functional", "Model")
class Model(Keras2Methods, Compiled):
    """Layers connected: outputs as a function of inputs, with weights that are trained.

    Three ways to make one: ``Model(inputs, outputs)`` from symbolic tensors; ``Sequential`` for a
    chain; or a subclass that makes its layers in ``__init__`` and connects them in
    ``call(x)``.

    Args:
        inputs: What ``Input`` returned: one tensor, a list, or a dict by name.
        outputs: What the layers returned, likewise.
        name: Default "functional", "functional_1", ...
        trainable: Whether training changes the weights. Default True.

    Errors: GraphError where an output does not follow from the inputs.

    Source: keras.Model.

    >>> import numpy as np
    >>> from pronghorn import Input, Model, layers
    >>> x = Input((2,))
    >>> model = Model(x, layers.Dense(1, kernel_initializer="ones")(x))
    >>> model.predict(np.array([[1.0, 2.0]]), verbose=0).tolist()
    [[3.0]]
    """

    def __init__(
        self,
        inputs: Any = None,
        outputs: Any = None,
        name: str | None = None,
        trainable: bool = True,
        **kwargs: Any,
    ) -> None:
        if name is None and type(self) is Model:
            name = name_automatically("Functional")
        super().__init__(name, trainable, **kwargs)
        self._predictor = Predictor(self)
        if inputs is not None or outputs is not None:
            if inputs is None or outputs is None:
                raise ParameterError(
                    compose("Model", expected="inputs and outputs", received="one of the two")
                )
            self._take(Network(inputs, outputs))

    # Whole passes.

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: data.Shuffle = True,
        class_weight: Mapping[Any, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: Any = 1,
    ) -> History:
        """Train for ``epochs`` passes over the data; returns the History.

        Args:
            x: Arrays (of any numeric dtype, kept as they are), a data frame, a list or dict for
                several inputs, or an iterable of batches ``(x, y)`` or ``(x, y, weights)``.
            y: Targets, likewise.
            batch_size: Rows a step. Default 32.
            epochs: Where to stop, counted from 0: ``epochs - initial_epoch`` passes. Default 1.
            verbose: 0 silent, 1 (and "auto", the default) a progress line, 2 a line an epoch.
            callbacks: A list of ``callbacks.Callback``.
            validation_split: The share at the end of the data that validates. Default 0.
            validation_data: ``(x, y)``, ``(x, y, weights)`` or batches; wins over the split.
            shuffle: A new order each epoch (default), "batch" within batches, False, or a
                function that is called each epoch with the number of rows (of batches, where x
                is indexed by them) and gives their order as whole numbers.
            class_weight: Class number → weight of its rows.
            sample_weight: One weight a row.
            initial_epoch: Where to begin counting. Default 0.
            steps_per_epoch, validation_steps: Batches an epoch, a validation. Default: all.
            validation_batch_size: Default ``batch_size``.
            validation_freq: Validate every so many epochs, or after the epochs of a list.

        Errors, before anything is changed: ShapeError, DataError (with the row) and
        ParameterError. While training: NumericsError where the loss is not finite, with epoch,
        step and layer. Ctrl-C ends it between two steps, with whole weights.

        Source: keras.Model.fit.
        """
        self._require_compiled("fit")
        plan = read_fit_plan(locals())
        source: Any
        validation: Any = None
        transform = None
        if data.is_batches(x):
            data.refuse_beside_batches(
                y=y, sample_weight=sample_weight, validation_split=validation_split
            )
            source = self._stream(x, steps_per_epoch, plan.epochs - plan.initial_epoch)
            steps = source.steps
            if class_weight is not None:
                weights = class_weight
                transform = lambda feed: data.weigh_classes(feed, weights)  # noqa: E731
        else:
            feed = self._unpack(x, y, sample_weight)
            if validation_split and validation_data is None:
                feed, held_out = data.split_validation(feed, validation_split)
                validation = self._trainer.fit_rows(held_out)
            if class_weight is not None:
                feed = data.weigh_classes(feed, class_weight)
            source = self._trainer.fit_rows(feed)
            steps = steps_per_epoch or -(-feed.n // plan.batch_size)
        if validation_data is not None:
            validation = self._read_validation(validation_data, validation_steps)
        hooks = self._make_callbacks(
            "fit", callbacks, verbose, plan.epochs, steps, with_history=True
        )
        told = {"epochs": plan.epochs - plan.initial_epoch, "batch_size": plan.batch_size}
        with recorded_fit(self, (x, y), engine=self._trainer.programs.engine.name, **told):
            self._trainer.fit(self, source, validation, plan, hooks, transform)
        assert self.history is not None
        return self.history

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Any = None,
        return_dict: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Loss and metrics over the data: a list in compile order, or the loss alone.

        Args: those of ``fit``; ``steps``: at most so many batches. With ``return_dict`` a dict,
        sorted by name. The loss includes regularization.

        Source: keras.Model.evaluate.
        """
        if kwargs:
            raise ParameterError(
                compose("evaluate", expected="known arguments", received=", ".join(kwargs))
            )
        self._require_compiled("evaluate")
        size = read_batch_size("evaluate", batch_size)
        check("evaluate", "steps", steps, _STEPS)
        source: Any
        if data.is_batches(x):
            data.refuse_beside_batches(y=y, sample_weight=sample_weight)
            source = self._stream(x, steps, 1)
            shown = source.steps
        else:
            source = self._trainer.fit_rows(self._unpack(x, y, sample_weight))
            shown = steps or -(-source.n // size)
        hooks = self._make_callbacks("evaluate", callbacks, verbose, 1, shown)
        logs = self._trainer.evaluate(self, source, size, steps, hooks)
        return _give(logs, return_dict)

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: Any = "auto",
        steps: int | None = None,
        callbacks: Any = None,
    ) -> Any:
        """The outputs for every row, float32 (n, …); a list or dict of arrays for several.

        Args: those of ``fit``. Needs no ``compile``.

        Source: keras.Model.predict.
        """
        size = read_batch_size("predict", batch_size)
        check("predict", "steps", steps, _STEPS)
        source: Rows | Iterator[Rows]
        if data.is_batches(x):
            stream = self._stream(x, steps, 1)
            shown = stream.steps
            source = (self._trainer.fit_rows(f, with_targets=False) for f in stream.epoch())
        else:
            source = self._trainer.fit_rows(self._unpack(x), with_targets=False)
            if source.n <= size and callbacks is None and read_verbose("predict", verbose) == 0:
                found = self._trainer.predict_rows(source)  # one batch that nobody watches
                return pack_outputs(self.network.outputs, found)
            shown = steps or -(-source.n // size)
        hooks = self._make_callbacks("predict", callbacks, verbose, 1, shown)
        found = self._trainer.predict(self, source, size, steps, hooks)
        return pack_outputs(self.network.outputs, found)

    # Single batches.

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
        feed = self._unpack(x, y, sample_weight)
        if class_weight is not None:
            feed = data.weigh_classes(feed, class_weight)
        return _give(self._trainer.run_batch("train", self._trainer.fit_rows(feed)), return_dict)

    def test_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """Loss and metrics of one batch, as ``evaluate`` gives them; nothing is trained.

        Source: keras.Model.test_on_batch.
        """
        self._require_compiled("test_on_batch")
        rows = self._trainer.fit_rows(self._unpack(x, y, sample_weight))
        return _give(self._trainer.run_batch("test", rows), return_dict)

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

    def __call__(self, inputs: Any, *args: Any, training: bool | None = None, **kwargs: Any) -> Any:
        """The model on symbolic tensors (as a layer of another model) or on arrays, at once."""
        self._require_init()
        leaf = inputs
        while isinstance(leaf, (list, tuple, dict)) and leaf:
            leaf = next(iter(leaf.values())) if isinstance(leaf, dict) else leaf[0]
        if training or args or kwargs or isinstance(leaf, (Tensor, Node)):
            return super().__call__(inputs, *args, training=training, **kwargs)
        if self._network is None:
            self._build_for(inputs)
        if self.network.adds_losses:
            return super().__call__(inputs)  # which keeps them for `losses`
        return as_result(self._predictor(inputs))

    # Data.

    def _unpack(self, x: Any, y: Any = None, sample_weight: Any = None) -> data.Feed:
        if self._network is None:
            self._build_for(x)
        return data.unpack(
            x,
            y,
            sample_weight,
            input_names=self.input_names,
            output_names=self.output_names,
        )

    def _build_for(self, x: Any) -> None:
        """Make the weights of a model that learns its input shape from the first data."""
        names = list(x) if isinstance(x, Mapping) else None
        several = x if isinstance(x, list | tuple) and np.ndim(x[0]) > 1 else None
        count = None if several is None else [str(i) for i in range(len(several))]
        feed = data.unpack(x, input_names=names or count)
        shapes = [(None, *(source.sample_shape or (1,))) for source in feed.inputs]
        self._connect_to(shapes, names)

    def _stream(self, batches: Any, steps: int | None, epochs: int) -> data.BatchStream:
        if self._network is None:
            first, batches = peek_batches(batches)
            self._build_for(first[0] if isinstance(first, list | tuple) else first)
        return data.BatchStream(
            batches,
            input_names=self.input_names,
            output_names=self.output_names,
            steps=steps,
            epochs=epochs,
        )

    def _read_validation(self, given: Any, steps: int | None) -> Any:
        if data.is_batches(given):
            return data.BatchStream(
                given,
                input_names=self.input_names,
                output_names=self.output_names,
                steps=steps,
                name="validation_data",
                steps_name="validation_steps",
            )
        feed = data.unpack_tuple(
            given, input_names=self.input_names, output_names=self.output_names
        )
        return self._trainer.fit_rows(feed)

    def _make_callbacks(
        self,
        owner: str,
        callbacks: Any,
        verbose: Any,
        epochs: int,
        steps: int | None,
        *,
        with_history: bool = False,
    ) -> CallbackList:
        if isinstance(callbacks, CallbackList):
            return callbacks
        level = read_verbose(owner, verbose)
        return CallbackList(
            callbacks,
            add_history=with_history,
            add_progbar=level != 0,
            model=self,
            verbose=level,
            epochs=epochs,
            steps=steps,
        )


def _give(logs: dict[str, float], return_dict: bool) -> Any:
    if return_dict:
        return dict(sorted(logs.items()))
    values = list(logs.values())
    return values[0] if len(values) == 1 else values
