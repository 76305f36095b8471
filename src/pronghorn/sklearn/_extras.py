"""What an estimator is asked for beyond scikit-learn: read and checked before a fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from numbers import Real
from typing import Any

from sklearn.base import is_classifier
from sklearn.neural_network._base import DERIVATIVES

from pronghorn import activations, callbacks, layers, optimizers
from pronghorn.errors import ParameterError, compose, describe
from pronghorn.sklearn._parameters import make

__all__ = ["Extras", "callbacks_of", "hidden_sizes", "name_output", "read_extras", "translate"]

# What scikit-learn calls an activation, and what Keras does.
_KERAS_NAMES: Mapping[str, str] = {
    "identity": "linear",
    "logistic": "sigmoid",
    "tanh": "tanh",
    "relu": "relu",
    "softmax": "softmax",
    "exp": "exponential",
}
# What takes steps, which "lbfgs" does not.
_OF_STEPS = ("dropout", "batch_norm", "layer_norm", "optimizer", "callbacks", "scoring")


@dataclass(frozen=True)
class Extras:
    """What of an estimator's net and training scikit-learn's own code has no place for.

    ``activations`` and ``dropout``: one for each hidden layer. ``norm``: "batch", "layer" or "".
    ``optimizer``: in place of the solver. ``schedule``: function from the step to the rate.
    """

    activations: tuple[Any, ...]
    dropout: tuple[float, ...] = ()
    norm: str = ""
    l1: float = 0.0
    optimizer: Any = None
    schedule: Any = None
    label_smoothing: float = 0.0
    loss: Any = None
    out_activation: Any = None

    @property
    def is_random(self) -> bool:
        """Whether training draws numbers beside the order of the rows."""
        return any(self.dropout)

    @property
    def keeps_state(self) -> bool:
        """Whether the optimizer's memory is another than scikit-learn's has room for."""
        return bool(self.norm) or self.optimizer is not None or self.schedule is not None


def translate(activation: Any) -> Any:
    """An activation as Keras calls it: scikit-learn's name, or what was given.

    >>> translate("logistic"), translate("gelu")
    ('sigmoid', 'gelu')
    """
    return _KERAS_NAMES.get(activation, activation) if isinstance(activation, str) else activation


def name_output(activation: Any) -> Any:
    """An activation of outputs by scikit-learn's name, where it has one.

    >>> name_output("sigmoid"), name_output("softplus")
    ('logistic', 'softplus')
    """
    own = {keras: name for name, keras in _KERAS_NAMES.items()}
    return own.get(activation, activation) if isinstance(activation, str) else activation


def hidden_sizes(estimator: Any) -> list[int]:
    """The units of each hidden layer."""
    sizes = estimator.hidden_layer_sizes
    return list(sizes) if hasattr(sizes, "__iter__") else [sizes]


def read_extras(estimator: Any) -> Extras | None:
    """The extras of an estimator; None where scikit-learn's own parameters say it all.

    Raises ParameterError (or UnknownNameError) for values and combinations that there are not.
    """
    depth = len(hidden_sizes(estimator))
    if estimator.batch_norm and estimator.layer_norm:
        raise ParameterError(
            compose(_name(estimator), expected="batch_norm or layer_norm", received="both")
        )
    norm = "batch" if estimator.batch_norm else "layer" if estimator.layer_norm else ""
    is_scheduled = not isinstance(estimator.learning_rate, str)
    found = Extras(
        activations=_read_activations(estimator, depth),
        dropout=_read_dropout(estimator, depth),
        norm=norm,
        l1=float(estimator.l1),
        optimizer=estimator.optimizer,
        schedule=estimator.learning_rate if is_scheduled else None,
        label_smoothing=float(getattr(estimator, "label_smoothing", 0.0)),
        loss=None if estimator.loss in _losses_of_scikit_learn(estimator) else estimator.loss,
        out_activation=estimator.out_activation,
    )
    if estimator.out_activation is not None:
        _check_activation(estimator, "out_activation", estimator.out_activation)
    _check_optimizer(estimator, is_scheduled=is_scheduled)
    _check_solver(estimator, is_scheduled=is_scheduled)
    callbacks_of(estimator)
    plain = Extras(activations=(estimator.activation,) * depth, dropout=(0.0,) * depth)
    is_plain = isinstance(estimator.activation, str) and estimator.activation in DERIVATIVES
    return None if is_plain and _are_equal(found, plain) else found


def callbacks_of(estimator: Any) -> list[Any]:
    """The callbacks of a fit: objects, also of those that were given as names or classes."""
    made = make("callbacks", estimator.callbacks, {})
    if made is None:
        return []
    found = list(made) if isinstance(made, list | tuple) else [made]
    for callback in found:
        if not hasattr(callback, "on_epoch_end"):
            raise ParameterError(
                compose(
                    "callbacks",
                    expected=f"{callbacks.Callback.__name__}s, or their classes or names",
                    received=describe(callback),
                )
            )
    return found


def _losses_of_scikit_learn(estimator: Any) -> Sequence[str]:
    return ("log_loss",) if is_classifier(estimator) else ("squared_error", "poisson")


def _are_equal(a: Extras, b: Extras) -> bool:
    """Whether all fields are; by identity first, as objects of users may not compare."""
    pairs = [(getattr(a, f.name), getattr(b, f.name)) for f in fields(Extras)]
    return all(x is y or (type(x) is type(y) and x == y) for x, y in pairs)


def _read_activations(estimator: Any, depth: int) -> tuple[Any, ...]:
    given = estimator.activation
    found = list(given) if isinstance(given, list | tuple) else [given] * depth
    if len(found) != depth:
        raise ParameterError(
            compose(
                "activation",
                expected=f"one for each of {depth} hidden layers, or one for all",
                received=f"{len(found)}",
            )
        )
    for one in found:
        _check_activation(estimator, "activation", one)
    return tuple(found)


def _check_activation(estimator: Any, what: str, given: Any) -> None:
    if isinstance(given, layers.Layer):
        raise ParameterError(
            compose(
                what,
                expected="a name or a function",
                received=describe(given),
                remedy="Layers with weights of their own belong into a model: KerasClassifier",
            )
        )
    activations.get(translate(given))


def _read_dropout(estimator: Any, depth: int) -> tuple[float, ...]:
    given = estimator.dropout
    found = list(given) if isinstance(given, list | tuple) else [given] * depth
    rates = [rate for rate in found if isinstance(rate, Real) and 0.0 <= float(rate) < 1.0]
    if len(rates) != depth:
        raise ParameterError(
            compose(
                "dropout",
                expected=f"one rate for all of {depth} hidden layers, or a list of as many, each "
                "in [0, 1)",
                received=describe(given),
            )
        )
    return tuple(float(rate) for rate in rates)


def _check_optimizer(estimator: Any, *, is_scheduled: bool) -> None:
    given, rate = estimator.optimizer, estimator.learning_rate
    if given is None:
        return
    if not is_scheduled and rate != "constant":
        raise ParameterError(
            compose(
                "learning_rate",
                expected="'constant' or a schedule beside an optimizer",
                received=describe(rate),
                remedy="'invscaling' and 'adaptive' are schedules of solver='sgd'",
            )
        )
    if is_scheduled and isinstance(given, optimizers.Optimizer):
        raise ParameterError(
            compose(
                "learning_rate",
                expected="'constant' beside an optimizer that is an object",
                received=describe(rate),
                remedy="Give the schedule to the optimizer, or name the optimizer",
            )
        )
    optimizers.get(given)


def _check_solver(estimator: Any, *, is_scheduled: bool) -> None:
    if estimator.solver != "lbfgs":
        return
    given = [name for name in _OF_STEPS if _says_something(getattr(estimator, name))]
    given += ["learning_rate"] if is_scheduled else []
    if given:
        raise ParameterError(
            compose(
                "solver 'lbfgs'",
                expected="no parameters of steps and epochs, which it does not take",
                received=", ".join(given),
                remedy="Use solver='adam' or solver='sgd'",
            )
        )


def _says_something(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(map(_says_something, value))
    return value not in (None, False, 0.0)


def _name(estimator: Any) -> str:
    return type(estimator).__name__
