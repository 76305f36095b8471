"""What a model is once it is compiled: optimizer, losses, metrics, and the state of training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pronghorn import optimizers
from pronghorn._core.calls import refuse_arguments, suggest_arguments
from pronghorn._core.custom import custom_object_scope
from pronghorn._core.errors import LeftOutError, NotBuiltError, ParameterError, compose
from pronghorn._core.naming import name_apart
from pronghorn._core.params import Integer, check
from pronghorn._core.warn import warn
from pronghorn.callbacks import History
from pronghorn.layers._variable import Variable
from pronghorn.metrics import Metric
from pronghorn.models import _config, _files
from pronghorn.models._arguments import label_outputs
from pronghorn.models._keras2 import order_metrics
from pronghorn.models._learner import Learner
from pronghorn.models._network import Network
from pronghorn.models._overrides import INSTEAD, defines, refuse_overrides
from pronghorn.models._predictor import Predictor
from pronghorn.models._structure import Structure
from pronghorn.training import Objective, Trainer
from pronghorn.training._ledger import read_metrics
from pronghorn.training._objective import Label, list_paths

__all__ = ["Compiled"]

# Between what a model is made: the arguments of Model.
_ENDS = ("inputs", "outputs")


class Compiled(Structure):
    """The part of ``Model`` that is asked to learn something, but has seen no data."""

    _predictor: Predictor
    _kinds = ("Model", *Structure._kinds)

    def __init__(self, name: str | None, trainable: bool, **kwargs: Any) -> None:
        super().__init__(name, trainable, **kwargs)
        self._trainer = Trainer(Learner(self))
        self._compile_arguments: dict[str, Any] | None = None
        self._run_eagerly = False
        self.steps_per_execution: Any = 1  # told, without effect: runs are as long as they can be
        self.stop_training = self.stop_evaluating = self.stop_predicting = False
        self.history: History | None = None

    def _take(self, network: Network) -> None:
        super()._take(network)
        self._trainer.forget()
        if self._compile_arguments is not None:
            self._trainer.objective = self._read_objective(self._compile_arguments)

    @suggest_arguments
    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: Any = 1,
        jit_compile: Any = "auto",
        auto_scale_loss: bool = True,
    ) -> None:
        """Choose optimizer, loss and metrics; weights stay, the optimizer's state begins anew.

        Args:
            optimizer: A name, config or object. Default "rmsprop". None: the model can be
                evaluated, but ``fit`` is refused.
            loss: A name, object or function; for several outputs a list or dict of them, where an
                output may have a list of losses, which are added up. None: the loss is 0, and
                what layers add to it.
            loss_weights: Factors of the losses of several outputs. Default 1 each. Metrics in
                this place, where Keras 2 had them, are taken for metrics.
            metrics: A list of names, objects or functions; for several outputs one list each.
                They ignore sample weights.
            weighted_metrics: The same, weighing rows by sample_weight.
            run_eagerly, steps_per_execution, jit_compile, auto_scale_loss: Accepted for
                Keras's sake. There is nothing to choose: the step is always one graph, and as
                many steps run at once as the callbacks allow.

        Errors: UnknownNameError with the nearest name; ParameterError for structures that do not
        match the outputs, and for a ``steps_per_execution`` below 1.

        Source: keras.Model.compile.
        """
        self._require_init()
        made = optimizers.get(optimizer)
        if steps_per_execution is not None and steps_per_execution != "auto":  # as on TensorFlow
            check("compile", "steps_per_execution", steps_per_execution, Integer(low=1))
        loss_weights, metrics = order_metrics(loss_weights, metrics)
        given = {
            "loss": loss,
            "loss_weights": loss_weights,
            "metrics": metrics,
            "weighted_metrics": weighted_metrics,
        }
        self._trainer.compile(made, self._read_objective(given))
        self._compile_arguments = given
        self._trainer.loss = loss
        self._run_eagerly = bool(run_eagerly)
        self.steps_per_execution = steps_per_execution
        if self._network is not None:
            self._trainer.trainable_weights()
        self.stop_training = False

    def _read_objective(self, given: Mapping[str, Any]) -> Objective:
        names, labels = self._known_outputs(given)
        return Objective(
            given["loss"],
            given["loss_weights"],
            given["metrics"],
            given["weighted_metrics"],
            names,
            labels,
        )

    def _known_outputs(self, given: Mapping[str, Any]) -> tuple[list[str], list[Label] | None]:
        """The names of the outputs, and what they are called in logs."""
        if self._network is not None:
            names, outputs = self._network.output_names, self._network.outputs
            return names, label_outputs(outputs, names, is_named=self._is_functional)
        # Not built yet: what is asked of several outputs is checked when they are known.
        asked = [part for part in given.values() if isinstance(part, Mapping)]
        paths = dict.fromkeys(path for part in asked for path in list_paths(part) if path)
        if paths:
            return ["/".join(path) for path in paths], [
                Label(path, None, is_key=True, place=path) for path in paths
            ]
        loss = given["loss"]
        count = len(loss) if isinstance(loss, list | tuple) else 1
        return [self.name] if count == 1 else [f"{self.name}_{i}" for i in range(count)], None

    def _kept_metrics(self) -> list[Metric]:
        # What a model inside keeps is for its own training.
        layers = (layer for layer in self._with_sublayers() if not isinstance(layer, Compiled))
        held = (metric for holder in (self, *layers) for metric in holder._own_metrics())
        return list(dict.fromkeys(held))

    @property
    def compiled(self) -> bool:
        """Whether ``compile`` was called."""
        return self._compile_arguments is not None

    @property
    def run_eagerly(self) -> bool:
        """What it was set to, without effect: the step is always one graph."""
        return self._run_eagerly

    @run_eagerly.setter
    def run_eagerly(self, value: bool) -> None:
        self._run_eagerly = bool(value)

    @property
    def jit_compile(self) -> bool:
        """False: nothing is left to compile when a model trains."""
        return False

    @property
    def optimizer(self) -> Any:
        """The optimizer, or None before ``compile`` and where it was given none.

        Another one may be assigned; losses and metrics stay.
        """
        return self._trainer.optimizer

    @optimizer.setter
    def optimizer(self, value: Any) -> None:
        self._trainer.optimizer = optimizers.get(value)
        self._trainer.forget()

    @property
    def loss(self) -> Any:
        """The loss as it was given to ``compile``.

        What is assigned is for the program's own steps: training keeps that of ``compile``.
        """
        return self._trainer.loss

    @loss.setter
    def loss(self, value: Any) -> None:
        self._trainer.loss = value

    @property
    def metrics(self) -> list[Metric]:
        """The metric objects, the loss first; before the first data those in attributes alone."""
        ledger = self._trainer.ledger
        return self._kept_metrics() if ledger is None else ledger.metrics

    @property
    def metrics_names(self) -> list[str]:
        """The names of ``evaluate``'s values, in order; none before the first data."""
        return [] if self._trainer.ledger is None else self._trainer.ledger.names

    def _slot_variables(self) -> list[Variable]:
        return self._trainer.slot_variables()

    def reset_metrics(self) -> None:
        """Forget the rows that the metric objects have seen; every pass begins with it.

        A class may define its own: metrics that it leaves alone count on from pass to pass.
        """
        if self._trainer.ledger is not None:
            self._trainer.ledger.forget()
        for metric in self.metrics:  # those of the class, where it has some
            metric.reset_state()

    def get_metrics_result(self) -> dict[str, Any]:
        """The loss and the metrics over the rows seen last, by name; a class may define its own,
        which then makes the logs of every pass.

        Source: keras.Model.get_metrics_result.
        """
        ledger, shown = self._trainer.ledger, self._trainer.model.shown_metrics
        if shown is not None:
            return read_metrics((metric.name, metric) for metric in shown)
        return {} if ledger is None else ledger.measure()

    def make_predict_function(self, force: bool = False) -> Predictor:
        """A function from one batch of inputs to the outputs: ``model(x)`` and nothing around it.

        It is the quickest way to predict single rows: f = model.make_predict_function(), then
        f(x) with a float32 array (n, …). It follows the model when that is trained further, and
        several threads may call it at once. ``force`` is accepted: nothing grows old.

        Source: keras.Model.make_predict_function, whose function takes an iterator of batches.
        """
        return self._predictor

    def _require_compiled(self, what: str, *, with_optimizer: bool = False) -> None:
        refuse_overrides(type(self), Compiled)
        if self._compile_arguments is None or (with_optimizer and self.optimizer is None):
            raise NotBuiltError(
                compose(
                    what,
                    expected="a model that was compiled"
                    + (" with an optimizer" if with_optimizer else ""),
                    received=f"{self.name!r}, which was not",
                    remedy="Call for instance model.compile('adam', loss='mse') first",
                )
            )

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if name not in INSTEAD:
                return super().__getattr__(name)
            own = type(self).__name__
            text = f"{own!r} object has no attribute {name!r}"
            raise LeftOutError(compose(text, remedy=INSTEAD[name]), f"{own}.{name}")

    # Files and configuration.

    def save(
        self, filepath: Any, overwrite: bool = True, zipped: bool | None = None, **kwargs: Any
    ) -> None:
        """Write layers, weights and, once compiled, the state of training to one file.

        Args: those of ``models.save_model``: the ending ``.keras``, ``.h5`` or ``.npz`` chooses
        the format. The file appears whole or not at all. Raises FileError where it exists and
        ``overwrite`` is False, or for another ending.

        Source: keras.Model.save.
        """
        _files.save_model(self, filepath, overwrite, zipped, **kwargs)

    def save_weights(
        self,
        filepath: Any,
        overwrite: bool = True,
        max_shard_size: Any = None,
        **kwargs: Any,
    ) -> None:
        """Write the weights to one file.

        The ending chooses the format: ``.weights.h5`` (Keras 3's, with the optimizer's state of a
        compiled model), ``.h5`` (by the names of layers, as Keras 2), ``.safetensors`` (by name,
        for other frameworks: "dense/kernel") or ``.npz``. ``max_shard_size`` must be None: weights
        are one file. ``save_format`` is Keras 2's, and accepted. Raises FileError as ``save`` does.

        Source: keras.Model.save_weights.
        """
        kwargs.pop("save_format", None)
        refuse_arguments(Compiled.save_weights, kwargs)
        _files.save_weights(self, filepath, overwrite, max_shard_size)

    def load_weights(self, filepath: Any, skip_mismatch: bool = False, **kwargs: Any) -> None:
        """Read the weights of a file of any format, of a whole model too: all, or none.

        Args:
            filepath: What ``save_weights`` or ``save``, here or in Keras, wrote.
            skip_mismatch: Take what fits, with a warning that lists the rest. Default False.
            by_name: Only layers whose names are in the file, for ``.h5`` and ``.safetensors``.
                Default False.

        A file of weights alone that holds an optimizer's state restores that as well where the
        model is compiled; a state that does not fit its optimizer is left out, with a warning.
        Raises FileError, before anything is changed.

        Source: keras.Model.load_weights.
        """
        by_name = kwargs.pop("by_name", False)
        refuse_arguments(Compiled.load_weights, kwargs)
        _files.load_weights(self, filepath, skip_mismatch, by_name)

    def get_config(self) -> dict[str, Any]:
        """The layers and how they are connected, as plain values.

        Of a class with a ``call`` or a constructor of its own: what its constructor was given, or,
        where the class extends this in a ``get_config`` of its own, name and trainable alone.
        """
        if self._is_functional and _config.is_made_of(type(self), _ENDS):
            return _config.describe_network(self)
        return super().get_config()

    @classmethod
    def from_config(cls, config: Mapping[str, Any], custom_objects: Any = None) -> Any:
        """A new model, with new weights, from ``get_config()``'s result."""
        if "layers" in config and _config.is_made_of(cls, _ENDS):
            return _config.connect_network(cls, config, custom_objects)
        with custom_object_scope(custom_objects):
            return super().from_config(config)

    def get_compile_config(self) -> dict[str, Any]:
        """The arguments of ``compile``, as plain values; none before it."""
        return _config.describe_compile(self.optimizer, self._compile_arguments) or {}

    def _describe_compile(self) -> dict[str, Any]:
        try:
            config = self.get_compile_config()
        except ParameterError:
            return {}
        return {"compile_config": config} if config else {}

    def compile_from_config(self, config: Mapping[str, Any]) -> None:
        """Compile with what ``get_compile_config`` gave.

        A class with a ``compile`` of its own stays as it is, with a warning.
        """
        if self._has_own_compile:
            kind = type(self).__name__
            warn(
                f"{kind} defines compile(), so {self.name!r} is left uncompiled. Define "
                "get_compile_config() and compile_from_config(config) as well, or call compile()."
            )
            return
        self.compile(**_config.read_compile(config))

    def _defines(self, name: str) -> bool:
        """Whether the class has a method of this name unlike that of a model of Pronghorn."""
        return defines(type(self), Compiled, name)

    @property
    def _has_own_compile(self) -> bool:
        return self._defines("compile")

    @property
    def _has_own_compile_config(self) -> bool:
        return self._reads_own_config or self._defines("get_compile_config")

    @property
    def _reads_own_config(self) -> bool:
        return self._defines("compile_from_config")

    def state(self) -> dict[str, NDArray[Any]]:
        """What training goes on from, beside the weights: the seed, and the optimizer's arrays."""
        arrays = name_apart(self._trainer.optimizer_arrays())
        return {"seed": np.array(self._trainer.seed, np.int64), **arrays}

    def set_state(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Go on from the state that ``state`` gave; raises ShapeError, changing nothing.

        ParameterError for a state without a seed.
        """
        self._require_compiled("set_state")
        if "seed" not in state:
            raise ParameterError(
                compose(
                    "set_state",
                    expected="what model.state() gave",
                    received=f"a state without 'seed': {', '.join(map(repr, state))}",
                )
            )
        arrays = [array for name, array in state.items() if name != "seed"]
        if arrays or self.optimizer is not None:
            self._trainer.set_optimizer_arrays(arrays)
        self._trainer.seed = int(state["seed"])
