"""Model: compile, fit, evaluate, predict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from pronghorn import data
from pronghorn._core.calls import refuse_arguments, suggest_arguments
from pronghorn._core.errors import ParameterError, compose
from pronghorn._core.params import Integer, Optional, check
from pronghorn._core.registry import register
from pronghorn._core.results import as_result
from pronghorn.callbacks import CallbackList, History
from pronghorn.ir.graph import Node
from pronghorn.layers._arguments import renamed
from pronghorn.layers._names import name_automatically
from pronghorn.layers._tensor import Tensor
from pronghorn.models._arguments import (
    pack_outputs,
    pack_scores,
    peek_batches,
    read_batch_size,
    read_fit_plan,
    read_verbose,
)
from pronghorn.models._by_steps import (
    evaluate_by_steps,
    fit_by_steps,
    predict_by_steps,
    read_batches,
)
from pronghorn.models._keras2 import Keras2Methods, ignore_fetching, show_validation
from pronghorn.models._network import Network
from pronghorn.models._predictor import Predictor
from pronghorn.models._steps import Steps
from pronghorn.training import FitPlan, Rows, recorded_fit

__all__ = ["Model"]

_STEPS = Optional(Integer(low=1))


@register("layer", "Functional", "Model")
class Model(Keras2Methods, Steps):
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

    @renamed(input="inputs", output="outputs")
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
        if inputs is self and outputs is None:
            inputs = None  # super().__init__(self), which Keras 2 took
        if inputs is not None or outputs is not None:
            if inputs is None or outputs is None:
                raise ParameterError(
                    compose("Model", expected="inputs and outputs", received="one of the two")
                )
            self._take(Network(inputs, outputs))

    # Whole passes.

    @ignore_fetching
    @renamed(nb_epoch="epochs", X="x", Y="y")
    @suggest_arguments
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
            steps_per_epoch, validation_steps: Batches an epoch, a validation. Default, and 0: all.
            validation_batch_size: Default ``batch_size``.
            validation_freq: Validate every so many epochs, or after the epochs of a list.

        Errors, before anything is changed: ShapeError, DataError (with the row) and
        ParameterError. While training: NumericsError where the loss is not finite, with epoch,
        step and layer. Ctrl-C ends it between two steps, with whole weights.

        Source: keras.Model.fit.
        """
        self._require_compiled("fit", with_optimizer=not self._own_steps("train"))
        plan = read_fit_plan(
            epochs=epochs,
            initial_epoch=initial_epoch,
            batch_size=batch_size,
            shuffle=shuffle,
            steps_per_epoch=steps_per_epoch or None,
            validation_steps=validation_steps or None,
            validation_batch_size=validation_batch_size,
            validation_freq=validation_freq,
        )
        if self._own_steps("train") or self._own_steps("test"):
            held_out = validation_data if validation_data is not None else validation_split
            given = (x, y, sample_weight)
            return self._fit_by_steps(given, held_out, class_weight, plan, callbacks, verbose)
        source: Any
        validation: Any = None
        weigh = None
        if class_weight is not None:
            weigh = partial(data.weigh_classes, class_weight=class_weight)
        if data.is_batches(x):
            data.refuse_beside_batches(
                y=y, sample_weight=sample_weight, validation_split=validation_split
            )
            source = self._stream(x, plan.steps_per_epoch, plan.epochs - plan.initial_epoch)
            steps = source.steps
        else:
            feed = self._unpack(x, y, sample_weight)
            if validation_split and validation_data is None:
                feed, held_out = data.split_validation(feed, validation_split)
                validation = self._trainer.fit_rows(held_out)
            source = self._trainer.fit_rows(feed if weigh is None else weigh(feed))
            steps = plan.steps_per_epoch or -(-feed.n // plan.batch_size)
            weigh = None
        if validation_data is not None:
            validation = self._read_validation(validation_data, plan.validation_steps)
        hooks = self._make_callbacks(
            "fit", callbacks, verbose, plan.epochs, steps, with_history=True
        )
        show_validation(hooks.callbacks, validation)
        told = {"epochs": plan.epochs - plan.initial_epoch, "batch_size": plan.batch_size}
        with recorded_fit(self, (x, y), engine=self._trainer.programs.engine.name, **told):
            self._trainer.fit(self, source, validation, plan, hooks, weigh)
        assert self.history is not None
        return self.history

    @ignore_fetching
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

        Args: those of ``fit``; ``steps``: at most so many batches (None and 0: all). With
        ``return_dict`` a dict, sorted by name. The loss includes regularization.

        Source: keras.Model.evaluate.
        """
        refuse_arguments(Model.evaluate, kwargs)
        self._require_compiled("evaluate")
        size = read_batch_size("evaluate", batch_size)
        steps = check("evaluate", "steps", steps or None, _STEPS)
        if self._own_steps("test"):
            batches = read_batches(self, (x, y, sample_weight), size, steps)
            hooks = self._make_callbacks("evaluate", callbacks, verbose, 1, batches.shown)
            return pack_scores(evaluate_by_steps(self, batches, hooks), return_dict)
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
        return pack_scores(logs, return_dict)

    @ignore_fetching
    @suggest_arguments
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
        steps = check("predict", "steps", steps or None, _STEPS)
        if self._own_steps("predict"):
            return self._predict_by_calls(x, size, steps, callbacks, verbose)
        is_watched = callbacks is not None or read_verbose("predict", verbose) > 0
        if not is_watched and (one := self._predictor.try_as_it_is(x, most=size)) is not None:
            return one
        x = self._learn_shape(x)
        if self._known_network.assigns:
            return self._predict_by_calls(x, size, steps, callbacks, verbose)
        source: Rows | Iterator[Rows]
        if data.is_batches(x):
            stream = self._stream(x, steps, 1)
            shown = stream.steps
            source = (self._trainer.fit_rows(f, with_targets=False) for f in stream.epoch())
        else:
            source = self._trainer.fit_rows(self._unpack(x), with_targets=False)
            if source.n <= size and not is_watched:
                return pack_outputs(self._known_network.outputs, self._trainer.predict_rows(source))
            shown = steps or -(-source.n // size)
        hooks = self._make_callbacks("predict", callbacks, verbose, 1, shown)
        found = self._trainer.predict(self, source, size, steps, hooks)
        return pack_outputs(self._known_network.outputs, found)

    def __call__(self, inputs: Any, *args: Any, training: bool | None = None, **kwargs: Any) -> Any:
        """The model on symbolic tensors (as a layer of another model) or on arrays, at once."""
        self._require_init()
        leaf = inputs
        while isinstance(leaf, (list, tuple, dict)) and leaf:
            leaf = next(iter(leaf.values())) if isinstance(leaf, dict) else leaf[0]
        is_new = self._network is None and training
        if args or kwargs or is_new or isinstance(leaf, (Tensor, Node)):
            return super().__call__(inputs, *args, training=training, **kwargs)
        if self._network is None:
            self._build_for(inputs)
        network = self._known_network
        is_told = network.leaves_traces if training is False else not network.is_called_as_predicted
        if training or is_told:
            return super().__call__(self._predictor.lay_out(inputs), training=training)
        return as_result(self._predictor(inputs))

    def _predict_by_calls(
        self, x: Any, size: int, steps: int | None, callbacks: Any, verbose: Any
    ) -> Any:
        """``predict`` with ``predict_step``, for each batch in turn."""
        batches = read_batches(self, (x, None, None), size, steps)
        hooks = self._make_callbacks("predict", callbacks, verbose, 1, batches.shown)
        return predict_by_steps(self, batches, hooks)

    def _fit_by_steps(
        self,
        given: tuple[Any, Any, Any],
        held_out: Any,
        class_weight: Mapping[Any, float] | None,
        plan: FitPlan,
        callbacks: Any,
        verbose: Any,
    ) -> History:
        """``fit`` where the class has steps of its own; ``held_out``: data, a share or 0."""
        epochs, size = plan.epochs - plan.initial_epoch, plan.batch_size
        batches = read_batches(self, given, size, plan.steps_per_epoch, epochs, class_weight)
        validation = None
        if isinstance(held_out, float) and held_out:
            batches, validation = batches.split(held_out)
        elif data.is_batches(held_out):
            validation = read_batches(self, (held_out, None, None), size, plan.validation_steps)
        elif isinstance(held_out, tuple | list):
            parts = (*held_out, None, None)[:3]
            size = plan.validation_batch_size
            validation = read_batches(self, parts, size, plan.validation_steps)
        hooks = self._make_callbacks(
            "fit", callbacks, verbose, plan.epochs, batches.shown, with_history=True
        )
        engine = self._trainer.programs.engine.name
        with recorded_fit(
            self, given[:2], engine=engine, epochs=epochs, batch_size=plan.batch_size
        ):
            fit_by_steps(self, batches, validation, plan, hooks)
        assert self.history is not None
        return self.history

    # Data.

    def _learn_shape(self, x: Any) -> Any:
        """Arrays or batches as they are, for a model that knows its inputs from here on."""
        if self._network is not None:
            return x
        first = x
        if data.is_batches(x):
            batch, x = peek_batches(x)
            first = batch[0] if isinstance(batch, list | tuple) else batch
        self._build_for(first)
        return x

    def _stream(
        self, batches: Any, steps: int | None, epochs: int = 1, **called: Any
    ) -> data.BatchStream:
        batches = self._learn_shape(batches)
        return data.BatchStream(
            batches,
            input_names=self._known_network.input_names,
            output_names=self._known_network.output_names,
            text_names=self._known_network.text_names,
            flatten=self._known_network.flatten_data if self._known_network.is_nested else None,
            steps=steps,
            epochs=epochs,
            **called,
        )

    def _read_validation(self, given: Any, steps: int | None) -> Any:
        if data.is_batches(given):
            return self._stream(given, steps, name="validation_data", steps_name="validation_steps")
        if self._known_network.is_nested and isinstance(given, list | tuple):
            given = self._known_network.flatten_data(*given)
        feed = data.unpack_tuple(
            given,
            input_names=self._known_network.input_names,
            output_names=self._known_network.output_names,
            text_names=self._known_network.text_names,
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
