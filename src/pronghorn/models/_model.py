"""Model: compile, fit, evaluate, predict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn import data, optimizers
from pronghorn._core.errors import NotBuiltError, ParameterError, compose
from pronghorn._core.params import Integer, Optional, check
from pronghorn._core.registry import register
from pronghorn.callbacks import CallbackList, History
from pronghorn.ir.graph import Node
from pronghorn.layers._tensor import Tensor
from pronghorn.layers._variable import Variable
from pronghorn.metrics import Metric
from pronghorn.models import _config, _files
from pronghorn.models._arguments import (
    peek_batches,
    pack_outputs,
    read_batch_size,
    read_fit_plan,
    read_verbose,
)
from pronghorn.models._network import Network
from pronghorn.models._structure import Structure
from pronghorn.training import Objective, Rows, Trainer

__all__ = ["Model"]


@register("layer", "Functional", "Model")
class Model(Structure):
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
            from pronghorn.layers._names import name_automatically

            name = name_automatically("Functional")
        super().__init__(name, trainable, **kwargs)
        self._trainer = Trainer(self)
        self._compile_arguments: dict[str, Any] | None = None
        self.stop_training = False
        self.history: History | None = None
        if inputs is not None or outputs is not None:
            if inputs is None or outputs is None:
                raise ParameterError(
                    compose("Model", expected="inputs and outputs", received="one of the two")
                )
            self._take(Network(inputs, outputs))

    def _take(self, network: Network) -> None:
        super()._take(network)
        self._trainer.programs.forget()
        if self._compile_arguments is not None:
            self._trainer.objective = self._read_objective(network.output_names)
            self._trainer.ledger = None

    # Compiling.

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: Any = "auto",
        auto_scale_loss: bool = True,
    ) -> None:
        """Choose optimizer, loss and metrics; weights stay, the optimizer's state begins anew.

        Args:
            optimizer: A name, config or object. Default "rmsprop".
            loss: A name, object or function; for several outputs a list or dict of them.
            loss_weights: Factors of the losses of several outputs. Default 1 each.
            metrics: A list of names, objects or functions; for several outputs one list each.
                They ignore sample weights.
            weighted_metrics: The same, weighing rows by sample_weight.
            run_eagerly, steps_per_execution, jit_compile, auto_scale_loss: Accepted for
                Keras's sake. There is nothing to choose: the step is always one graph, and as
                many steps run at once as the callbacks allow.

        Errors: UnknownNameError with the nearest name; ParameterError for structures that do not
        match the outputs.

        Source: keras.Model.compile. Unlike there, ``metrics=None`` means no metrics.
        """
        made = optimizers.get(optimizer)
        if made is None:
            raise ParameterError(compose("compile optimizer", expected="one", received="None"))
        previous = self._compile_arguments
        self._compile_arguments = {
            "loss": loss,
            "loss_weights": loss_weights,
            "metrics": metrics,
            "weighted_metrics": weighted_metrics,
        }
        try:
            objective = self._read_objective(self._known_output_names())
        except BaseException:
            self._compile_arguments = previous
            raise
        self._trainer.compile(made, objective)
        self.stop_training = False

    def _known_output_names(self) -> list[str]:
        if self._network is not None:
            return self.output_names
        # Not built yet: what is asked of several outputs is checked when they are known.
        loss = (self._compile_arguments or {}).get("loss")
        return list(loss) if isinstance(loss, Mapping) else [self.name]

    def _read_objective(self, output_names: list[str]) -> Objective:
        given = self._compile_arguments or {}
        return Objective(
            given["loss"],
            given["loss_weights"],
            given["metrics"],
            given["weighted_metrics"],
            output_names,
        )

    @property
    def compiled(self) -> bool:
        """Whether ``compile`` was called."""
        return self._compile_arguments is not None

    @property
    def optimizer(self) -> Any:
        """The optimizer, or None before ``compile``."""
        return self._trainer.optimizer

    @property
    def loss(self) -> Any:
        """The loss as it was given to ``compile``."""
        return None if self._compile_arguments is None else self._compile_arguments["loss"]

    @property
    def metrics(self) -> list[Metric]:
        """The metric objects, the loss first; none before the first data."""
        return [] if self._trainer.ledger is None else self._trainer.ledger.metrics

    @property
    def metrics_names(self) -> list[str]:
        """The names of ``evaluate``'s values, in order; none before the first data."""
        return [] if self._trainer.ledger is None else self._trainer.ledger.names

    @property
    def optimizer_weights(self) -> list[Variable]:
        return self._trainer.slot_variables()

    def reset_metrics(self) -> None:
        """Forget the rows that the metric objects have seen; every pass begins with it."""
        if self._trainer.ledger is not None:
            self._trainer.ledger.reset()

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
        shuffle: bool | str = True,
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
            shuffle: A new order each epoch (default), "batch" within batches, or False.
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
        hooks = self._make_callbacks(callbacks, verbose, plan.epochs, steps, with_history=True)
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
        size = read_batch_size(batch_size)
        check("evaluate", "steps", steps, Optional(Integer(low=1)))
        source: Any
        if data.is_batches(x):
            data.refuse_beside_batches(y=y, sample_weight=sample_weight)
            source = self._stream(x, steps, 1)
            shown = source.steps
        else:
            source = self._trainer.fit_rows(self._unpack(x, y, sample_weight))
            shown = steps or -(-source.n // size)
        hooks = self._make_callbacks(callbacks, verbose, 1, shown)
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
        size = read_batch_size(batch_size)
        check("predict", "steps", steps, Optional(Integer(low=1)))
        source: Rows | Iterator[Rows]
        if data.is_batches(x):
            stream = self._stream(x, steps, 1)
            shown = stream.steps
            source = (self._trainer.fit_rows(f, with_targets=False) for f in stream.epoch())
        else:
            source = self._trainer.fit_rows(self._unpack(x), with_targets=False)
            shown = steps or -(-source.n // size)
        hooks = self._make_callbacks(callbacks, verbose, 1, shown)
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
        rows = self._trainer.fit_rows(self._unpack(x), with_targets=False)
        return pack_outputs(self.network.outputs, self._trainer.predict_rows(rows))

    def __call__(self, inputs: Any, *, training: bool | None = None) -> Any:
        """The model on symbolic tensors (as a layer of another model) or on arrays, at once."""
        leaf = inputs
        while isinstance(leaf, list | tuple | dict) and leaf:
            leaf = next(iter(leaf.values())) if isinstance(leaf, dict) else leaf[0]
        if training or isinstance(leaf, Tensor | Node):
            return super().__call__(inputs, training=training)
        return self.predict_on_batch(inputs)

    # Data.

    def _require_compiled(self, what: str) -> None:
        if self._compile_arguments is None:
            raise NotBuiltError(
                compose(
                    what,
                    expected="a model that was compiled",
                    received=f"{self.name!r}, which was not",
                    remedy="Call for instance model.compile('adam', loss='mse') first",
                )
            )

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
        callbacks: Any,
        verbose: Any,
        epochs: int,
        steps: int | None,
        *,
        with_history: bool = False,
    ) -> CallbackList:
        if isinstance(callbacks, CallbackList):
            return callbacks
        level = read_verbose(verbose)
        return CallbackList(
            callbacks,
            add_history=with_history,
            add_progbar=level != 0,
            model=self,
            verbose=level,
            epochs=epochs,
            steps=steps,
        )

    # Files and configuration.

    def save(self, filepath: Any, overwrite: bool = True, **kwargs: Any) -> None:
        """Write configuration, weights and optimizer state to one ``.npz`` file.

        The file appears whole or not at all. Raises FileError where it exists and ``overwrite``
        is False, or for another ending.

        Source: keras.Model.save.
        """
        _files.save_model(self, filepath, overwrite=overwrite, **kwargs)

    def get_config(self) -> dict[str, Any]:
        """The layers and how they are connected, as plain values."""
        return _config.describe_network(self)

    @classmethod
    def from_config(cls, config: Mapping[str, Any], custom_objects: Any = None) -> Any:
        """A new model, with new weights, from ``get_config()``'s result."""
        if "layers" not in config:
            return cls(**config)
        return _config.connect_network(cls, config, custom_objects)

    def get_compile_config(self) -> dict[str, Any] | None:
        """The arguments of ``compile``, as plain values; None before it."""
        return _config.describe_compile(self.optimizer, self._compile_arguments)

    def compile_from_config(self, config: Mapping[str, Any]) -> None:
        """Compile with what ``get_compile_config`` gave."""
        self.compile(**_config.read_compile(config))

    def state(self) -> dict[str, NDArray[Any]]:
        """The optimizer's state by name: iterations, the learning rate and every slot."""
        return _files.read_state(self._trainer)

    def set_state(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Go on from the state that ``state`` gave; weights are not part of it."""
        _files.write_state(self._trainer, self, state)


def _give(logs: dict[str, float], return_dict: bool) -> Any:
    if return_dict:
        return dict(sorted(logs.items()))
    values = list(logs.values())
    return values[0] if len(values) == 1 else values
