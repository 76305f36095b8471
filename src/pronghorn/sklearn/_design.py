"""The design of an estimator's net: what its parameters and its weights come to."""

from __future__ import annotations

from typing import Any

from pronghorn.sklearn._network import Design

__all__ = ["design_of"]


def design_of(estimator: Any, x: Any, *, is_weighted: bool) -> Design:
    """The design of the net that the parameters of an estimator describe, for rows like x."""
    extras = estimator._extras
    rate: Any = float(estimator.learning_rate_init)
    common: dict[str, Any] = {
        "widths": (x.shape[1], *(len(b) for b in estimator.intercepts_)),
        "out_activation": estimator.out_activation_,
        "alpha": float(estimator.alpha),
        "solver": estimator.solver,
        "dtype": str(x.dtype),
        "is_weighted": is_weighted,
    }
    if extras is None:
        # The rate is written when a fit begins.
        update = {n: v for n, v in _update_of(estimator, rate).items() if n != "learning_rate"}
        return Design(
            activations=(estimator.activation,) * (len(estimator.intercepts_) - 1),
            loss=getattr(estimator, "loss", "squared_error"),
            update=tuple(update.items()),
            **common,
        )
    update = _update_of(estimator, rate if extras.schedule is None else extras.schedule)
    if isinstance(extras.optimizer, str | type):
        update = {"learning_rate": update["learning_rate"]}
    elif extras.optimizer is not None:
        update = {}  # an object has its own
    loss, arguments = estimator._loss_of_outputs()
    return Design(
        activations=extras.activations,
        loss=loss,
        loss_arguments=arguments,
        update=tuple(update.items()),
        dropout=extras.dropout,
        norm=extras.norm,
        l1=extras.l1,
        optimizer=extras.optimizer,
        seed=estimator.__dict__.get("_noise_seed"),
        **common,
    )


def _update_of(estimator: Any, rate: Any) -> dict[str, Any]:
    """The arguments of the solver's optimizer."""
    update: dict[str, Any] = {"learning_rate": rate}
    if estimator.solver == "adam":
        update |= {name: getattr(estimator, name) for name in ("beta_1", "beta_2", "epsilon")}
    elif estimator.solver == "sgd":
        update["momentum"] = float(estimator.momentum)
        update["nesterov"] = bool(estimator.nesterovs_momentum)
    return update
