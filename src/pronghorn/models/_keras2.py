"""Methods that models had in Keras 2 and that scripts of that age still call."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import ParameterError, compose
from pronghorn.callbacks import History
from pronghorn.layers._arguments import ignored, is_builtin
from pronghorn.layers._tensor import Tensor, map_leaves

__all__ = ["Keras2Methods", "ignore_fetching", "order_metrics", "show_validation"]

# Arguments that arranged how batches were fetched; here they are read as they come.
_FETCHING = {"max_queue_size", "workers", "use_multiprocessing", "max_q_size", "pickle_safe"}
ignore_fetching = ignored(*_FETCHING)
# Names of Keras 1.
_RENAMED = {"nb_epoch": "epochs", "samples_per_epoch": None, "nb_val_samples": None}


def order_metrics(loss_weights: Any, metrics: Any) -> tuple[Any, Any]:
    """The two arguments of ``compile`` as they are meant: for Keras 2 the metrics came first.

    >>> order_metrics(["accuracy"], None), order_metrics([1.0, 0.5], ["mae"])
    ((None, ['accuracy']), ([1.0, 0.5], ['mae']))
    """
    parts: list[Any] = []
    map_leaves(loss_weights, parts.append)
    if any(isinstance(part, str) or callable(part) for part in parts):
        return metrics, loss_weights
    return loss_weights, metrics


class Keras2Methods:
    """The part of ``Model`` that Keras 3 no longer has."""

    def add_loss(self: Any, loss: Any) -> None:
        """Add a term, or a list of them, to the loss that training minimizes.

        As for a layer; and of a model made of symbolic tensors a term may be one that follows from
        its inputs. A file of the model does not hold that. Call it before ``fit``.

        Source: Model.add_loss of Keras 2.
        """
        terms = list(loss) if isinstance(loss, list | tuple) else [loss]
        between = [term for term in terms if isinstance(term, Tensor)]
        if not between or not self._is_functional:
            super().add_loss(terms)  # type: ignore[misc]
            return
        for term in terms:
            if isinstance(term, Tensor):
                self._known_network.add_loss(term)
            else:
                super().add_loss(term)  # type: ignore[misc]
        self._trainer.forget()

    def predict_classes(
        self: Any, x: Any, batch_size: int | None = None, verbose: Any = 0
    ) -> NDArray[Any]:
        """The class of each row: argmax over the outputs, or whether the only one is above 0.5.

        Returns: integers (n,), or (n, 1) for a single output.

        Source: Sequential.predict_classes of Keras 2.

        >>> import numpy as np
        >>> from pronghorn import Input, Sequential, layers
        >>> model = Sequential([Input((2,)), layers.Dense(3, kernel_initializer="ones")])
        >>> model.predict_classes(np.ones((1, 2))).tolist()
        [0]
        """
        found = self.predict(x, batch_size=batch_size, verbose=verbose)
        if not isinstance(found, np.ndarray):
            raise ParameterError(
                compose("predict_classes", expected="a model with one output", received="several")
            )
        if found.shape[-1] > 1:
            return np.asarray(found.argmax(axis=-1))
        return (found > 0.5).astype("int32")

    def predict_proba(
        self: Any, x: Any, batch_size: int | None = None, verbose: Any = 0
    ) -> NDArray[Any]:
        """The outputs for every row, as ``predict`` gives them.

        Source: Sequential.predict_proba of Keras 2.
        """
        found: NDArray[Any] = self.predict(x, batch_size=batch_size, verbose=verbose)
        return found

    def fit_generator(
        self: Any,
        generator: Any,
        steps_per_epoch: int | None = None,
        epochs: int = 1,
        **kwargs: Any,
    ) -> History:
        """``fit`` on batches from a generator; arguments about how they are fetched are ignored.

        Source: Model.fit_generator of Keras 2.
        """
        options = _read_options("fit_generator", kwargs)
        epochs = options.pop("epochs", epochs)
        history: History = self.fit(
            generator, steps_per_epoch=steps_per_epoch, epochs=epochs, **options
        )
        return history

    def evaluate_generator(
        self: Any, generator: Any, steps: int | None = None, **kwargs: Any
    ) -> Any:
        """``evaluate`` on batches from a generator.

        Source: Model.evaluate_generator of Keras 2.
        """
        options = {"verbose": 0, **_read_options("evaluate_generator", kwargs)}
        return self.evaluate(generator, steps=steps, **options)

    def predict_generator(
        self: Any, generator: Any, steps: int | None = None, **kwargs: Any
    ) -> Any:
        """``predict`` on batches from a generator.

        Source: Model.predict_generator of Keras 2.
        """
        options = {"verbose": 0, **_read_options("predict_generator", kwargs)}
        return self.predict(generator, steps=steps, **options)

    def to_yaml(self: Any, **_: Any) -> str:
        """The text of ``to_json``: JSON is YAML too, and carries no code.

        Source: Model.to_yaml of Keras 2, whose own texts could.
        """
        text: str = self.to_json()
        return text


class _HeldOut(list[Any]):
    """The arrays that a fit showed to a callback: the next fit may show others."""


def show_validation(callbacks: Iterable[Any], rows: Any) -> None:
    """Let a program's own callbacks see the arrays of ``rows`` as their ``validation_data``.

    Inputs, targets and weights stand in one list; weights of 1 where none were given. Where a
    callback has something of its own there, or validation is by batches, nothing changes.

    Source: Callback.validation_data of Keras 2.
    """
    if not hasattr(rows, "sources"):
        return
    in_order = sorted(rows.sources, key=lambda name: "xyw".index(name[0]))
    shown = _HeldOut(rows.sources[name].array for name in in_order)
    for member in callbacks:
        held = getattr(member, "validation_data", shown)
        if not is_builtin(type(member)) and (held is None or type(held) is _HeldOut):
            absent = sum(shape is None for shape in rows.weight_shapes)
            member.validation_data = _HeldOut([*shown, *[np.ones(rows.n, np.float32)] * absent])


def _read_options(what: str, given: dict[str, Any]) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for name, value in given.items():
        if name in _FETCHING:
            continue
        known = _RENAMED.get(name, name)
        if known is None:
            raise ParameterError(
                compose(
                    what,
                    expected="a number of batches (steps_per_epoch, validation_steps)",
                    received=f"a number of samples, {name}={value!r}",
                    remedy="Divide it by the batch size",
                )
            )
        options[known] = value
    return options
