"""The design of an estimator's net: what its parameters and its weights come to."""

from __future__ import annotations

from typing import Any

from sklearn.neural_network._stochastic_optimizers import AdamOptimizer, SGDOptimizer

from pronghorn.sklearn._network import Design

__all__ = ["design_of"]

# Below, the squares of gradients that an epsilon stands beside are no numbers of float32.
_LEAST_EPSILON = 1e-19


def design_of(estimator: Any, x: Any, *, is_weighted: bool) -> Design:
    """The design of the net that the parameters of an estimator describe, for rows like x."""
    extras = estimator._extras
    rate: Any = float(estimator.learning_rate_init)
    solver, update = _read_solver(estimator)
    common: dict[str, Any] = {
        "widths": (x.shape[1], *(len(b) for b in estimator.intercepts_)),
        "out_activation": estimator.out_activation_,
        "alpha": float(estimator.alpha),
        "solver": solver,
        "dtype": str(x.dtype),
        "is_weighted": is_weighted,
    }
    if extras is None:
        # The rate is written when a fit begins.
        return Design(
            activations=(estimator.activation,) * (len(estimator.intercepts_) - 1),
            loss=getattr(estimator, "loss", "squared_error"),
            update=tuple(update.items()),
            **common,
        )
    rate = rate if extras.schedule is None else extras.schedule
    if extras.optimizer is None:
        update = {"learning_rate": rate, **update}
    elif isinstance(extras.optimizer, str | type):
        update = {"learning_rate": rate}
    else:
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


def _read_solver(estimator: Any) -> tuple[str, dict[str, Any]]:
    """The solver and what its optimizer takes beside the rate.

    As scikit-learn, ``partial_fit`` goes on with the optimizer that there is, whatever the
    parameters have become since.
    """
    optimizer, solver = vars(estimator).get("_optimizer"), estimator.solver
    if solver == "lbfgs":
        return solver, {}
    if isinstance(optimizer, AdamOptimizer | SGDOptimizer):
        solver = "adam" if isinstance(optimizer, AdamOptimizer) else "sgd"
    else:  # a schedule stands in for scikit-learn's rates, and the parameters say the rest
        optimizer = estimator
    if solver == "adam":
        betas = {name: getattr(optimizer, name) for name in ("beta_1", "beta_2")}
        return solver, {**betas, "epsilon": max(optimizer.epsilon, _LEAST_EPSILON)}
    nesterov = optimizer.nesterovs_momentum if optimizer is estimator else optimizer.nesterov
    return solver, {"momentum": float(optimizer.momentum), "nesterov": bool(nesterov)}
