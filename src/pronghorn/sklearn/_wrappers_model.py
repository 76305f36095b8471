"""The model of a wrapper: what its build function, or the model it was given, comes to."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from pronghorn import activations
from pronghorn.errors import ParameterError, compose
from pronghorn.models import Model, clone_model
from pronghorn.sklearn._parameters import (
    arguments_of,
    library_parameters,
    make,
    route,
    takes_any,
)
from pronghorn.sklearn._targets import Head

__all__ = ["heads_of", "make_model", "model_like"]

_COMPILED = ("optimizer", "loss", "metrics")
# Those of ``compile`` that change nothing beside a model that comes compiled.
_IDLE = (*_COMPILED, "weighted_metrics", "loss_weights")
# Divided by the sum of the weights, so that a row of weight 2 is the row twice, as it is to
# scikit-learn's own estimators; Keras divides by the number of rows.
_LOSS_BY_WEIGHTS = {"loss__reduction": "mean_with_sample_weight"}


def make_model(estimator: Any) -> Model:
    """A compiled model with weights of its own, for the data that the estimator has looked at.

    From ``estimator.model`` (or ``build_fn``): a function's result, a new model like the one
    given; else what the method ``_keras_build_fn`` of a derived class gives, or the default.
    """
    build = estimator._build
    if estimator.model is not None and estimator.build_fn is not None:
        raise _refuse(estimator, "model or build_fn", "both")
    arguments: dict[str, Any] = {}
    if isinstance(build, Model):
        model = model_like(build)
    elif build is None:
        model = estimator._make_default()
    elif callable(build):
        arguments = _read_arguments(estimator, build)
        model = build(**arguments)
        if not isinstance(model, Model):
            raise _refuse(estimator, "a model from the build function", repr(model))
    else:
        raise _refuse(estimator, "a function that gives a model, or a model", repr(build))
    if not model.built:
        model.build((None, *estimator.X_shape_[1:]))
    if model.compiled:
        # The method of a derived class reads what it wants from the estimator.
        if getattr(build, "__self__", None) is not estimator:
            _refuse_idle(estimator, frozenset(arguments))
        _fit_default_loss(estimator, model, arguments.get("compile_kwargs", {}))
    else:
        model.compile(**_compile_arguments(estimator, model))
    return model


def _fit_default_loss(estimator: Any, model: Model, handed: Mapping[str, Any]) -> None:
    """Compile again with the default loss, if the build function took that from ``handed``.

    There it had to be chosen before there was a model whose outputs it fits.
    """
    is_taken = model.loss is not None and model.loss is handed.get("loss")
    if not (is_taken and _has_default_loss(estimator)):
        return
    loss = _make_default_loss(estimator, model)
    if type(loss) is not type(model.loss):
        model.compile(model.optimizer, **{**(model._compile_arguments or {}), "loss": loss})


def model_like(given: Model) -> Model:
    """A model of the same layers with new weights, compiled in the same way."""
    model: Model = clone_model(given)
    if given._compile_arguments is not None:
        optimizer = type(given.optimizer).from_config(given.optimizer.get_config())
        model.compile(optimizer, **deepcopy(given._compile_arguments))
    return model


def heads_of(model: Any) -> list[Head]:
    """The outputs of a compiled model, each with its loss."""
    given, names = model.loss, model.output_names
    if isinstance(given, Mapping):
        losses = [given.get(name) for name in names]
    elif isinstance(given, list | tuple):
        losses = list(given)
    else:
        losses = [given] * len(names)
    shapes = model.output_shapes
    return [Head(int(s[-1] or 1), loss) for s, loss in zip(shapes, losses, strict=True)]


def _read_arguments(estimator: Any, build: Any) -> dict[str, Any]:
    """What the build function is called with."""
    given, names, is_open = estimator.get_params(), arguments_of(build), takes_any(build)
    own = library_parameters(estimator)
    arguments: dict[str, Any] = {}
    for name, value in given.items():
        if name in own:
            # One that was left at its default leaves the build function's default alone too.
            fits = name in names and value is not own[name].default
        else:
            fits = "__" not in name and (name in names or is_open)
        if fits:
            arguments[name] = value
    for kind in set(_COMPILED) & set(arguments):
        arguments[kind] = make(kind, arguments[kind], given)
    arguments |= route(given, "model")
    if "meta" in names:
        arguments.setdefault("meta", _meta(estimator))
    if "compile_kwargs" in names:
        arguments.setdefault("compile_kwargs", _compile_arguments(estimator, None))
    if "params" in names:
        arguments.setdefault("params", dict(given))
    unknown = [] if is_open else sorted(set(arguments) - names)
    if unknown:
        raise _refuse(
            estimator,
            f"arguments of the build function ({', '.join(sorted(names)) or 'it has none'})",
            ", ".join(unknown),
        )
    return arguments


def _meta(estimator: Any) -> dict[str, Any]:
    """What is known of the data: the fitted attributes that there are before the model is."""
    return {
        name: value
        for name, value in vars(estimator).items()
        if name.endswith("_") and not name.startswith("_") and name not in ("model_", "history_")
    }


def _compile_arguments(estimator: Any, model: Model | None) -> dict[str, Any]:
    """What ``compile`` is called with; ``model`` is None before there is one."""
    given = estimator.get_params()
    made = {
        "optimizer": make("optimizer", given["optimizer"] or "rmsprop", given),
        "loss": make("loss", given["loss"], given)
        if given["loss"]
        else _make_default_loss(estimator, model),
        "metrics": make("metrics", given["metrics"], given),
    }
    others = arguments_of(Model.compile) - set(made)
    made |= {name: given[name] for name in others if name in given}
    if "weighted_metrics" in made:
        # As in SciKeras, the route ``metrics__`` leads to ``metrics`` alone.
        made["weighted_metrics"] = make("metrics", made["weighted_metrics"], {})
    return {**made, **route(given, "compile")}


def _has_default_loss(estimator: Any) -> bool:
    given = estimator.get_params()
    return not (given.get("loss") or {"compile__loss", "model__compile_kwargs"} & set(given))


def _make_default_loss(estimator: Any, model: Model | None) -> Any:
    """The loss where none was given: one for all outputs, or a list where these differ."""
    if model is None:
        chosen = estimator._choose_loss(None)
    else:
        outputs = zip(model.output_shapes, model.outputs, strict=True)
        names = [
            estimator._choose_loss(int(shape[-1] or 1), is_sigmoid=_is_sigmoid(tensor))
            for shape, tensor in outputs
        ]
        chosen = names if len(set(names)) > 1 else names[0]
    return make("loss", chosen, {**_LOSS_BY_WEIGHTS, **estimator.get_params()})


def _is_sigmoid(output: Any) -> bool:
    return getattr(output.producer, "activation", None) is activations.sigmoid


def _refuse_idle(estimator: Any, taken: frozenset[str]) -> None:
    """Refuse parameters that would change nothing, since the model came compiled."""
    if "compile_kwargs" in taken:
        return
    given = estimator.get_params()
    kinds = [*(kind for kind in _IDLE if kind not in taken), "compile"]
    idle = [kind for kind in kinds if given.get(kind) is not None]
    idle += [f"{kind}__{name}" for kind in kinds for name in route(given, kind)]
    if idle:
        raise ParameterError(
            compose(
                type(estimator).__name__,
                expected="a model that is not compiled yet",
                received=f"a compiled one, where {', '.join(idle)} would change nothing",
                remedy="Leave compile() out of the build function, or give it the argument "
                "compile_kwargs and call model.compile(**compile_kwargs)",
            )
        )


def _refuse(estimator: Any, expected: str, received: str) -> ParameterError:
    return ParameterError(compose(type(estimator).__name__, expected=expected, received=received))
