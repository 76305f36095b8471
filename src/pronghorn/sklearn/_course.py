"""What happens between two epochs: curves, scores, the learning rate, the end of training."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from pronghorn.callbacks import Callback
from pronghorn.sklearn._held_out import HeldOut
from pronghorn.sklearn._rows import is_sparse

__all__ = ["Course", "Keeper"]


class Course(Callback):
    """What scikit-learn does between two epochs: curves, scores, learning rate, the end."""

    def __init__(
        self, estimator: Any, held_out: HeldOut | None, *, incremental: bool, measures: bool
    ) -> None:
        super().__init__()
        self.estimator, self.held_out, self.incremental = estimator, held_out, incremental
        self.measures = measures
        self.run: Any = None
        self.is_over = False

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Take the loss of the epoch and decide whether there is another."""
        assert logs is not None
        if self.held_out is not None:
            self.run.read_weights()
            if self.measures:
                logs["val_loss"] = self._measure()
        self.end_epoch(np.float64(logs["loss"]))
        if self.held_out is not None and self.measures:
            logs["val_score"] = self._read_score()
        self.run.renew_rate()
        if self.is_over:
            self.model.stop_training = True

    def _measure(self) -> float:
        held_out: Any = self.held_out
        x = held_out.x.toarray() if is_sparse(held_out.x) else held_out.x
        found: float = self.run.network.measure(x, held_out.y, held_out.weights)
        self.estimator._val_loss = found
        return found

    def _read_score(self) -> float:
        """The score of the epoch, which stopping early has computed."""
        mlp, held_out = self.estimator, self.held_out
        if mlp.early_stopping:
            return float(mlp.validation_scores_[-1])
        assert held_out is not None
        return float(mlp._score(held_out.x, held_out.labels, held_out.weights))

    def end_epoch(self, loss: np.float64) -> None:
        """Count the epoch, and end the course where nothing improves."""
        mlp = self.estimator
        mlp.n_iter_ += 1
        mlp.loss_ = loss
        mlp.t_ += self.run.n
        mlp.loss_curve_.append(loss)
        if mlp.verbose:
            print(f"Iteration {mlp.n_iter_}, loss = {loss:.8f}")
        mlp._update_no_improvement_count(mlp.early_stopping, *self._validation())
        mlp._optimizer.iteration_ends(mlp.t_)
        if mlp._no_improvement_count > mlp.n_iter_no_change:
            what = "Validation score" if mlp.early_stopping else "Training loss"
            text = (
                f"{what} did not improve more than tol={mlp.tol:f} "
                f"for {mlp.n_iter_no_change:d} consecutive epochs."
            )
            self.is_over = mlp._optimizer.trigger_stopping(text, mlp.verbose)
            if not self.is_over:
                mlp._no_improvement_count = 0
        if self.incremental:
            self.is_over = True
        elif not self.is_over and mlp.n_iter_ == mlp.max_iter:
            self.is_over = True
            warnings.warn(
                f"Stochastic Optimizer: Maximum iterations ({mlp.max_iter:d}) "
                "reached and the optimization hasn't converged yet.",
                ConvergenceWarning,
                stacklevel=2,
            )

    def _validation(self) -> tuple[Any, ...]:
        # Before sample weights came (1.7), the estimator scored without them.
        if self.held_out is None:
            return (None,) * (3 if self.estimator._scores_with_weights else 2)
        found = (self.held_out.x, self.held_out.labels, self.held_out.weights)
        return found if self.estimator._scores_with_weights else found[:2]


class Keeper(Callback):
    """Keeps what the logs of each epoch hold beside the loss, that of other callbacks too."""

    def __init__(self, estimator: Any) -> None:
        super().__init__()
        # A pickle leaves nothing for nothing.
        self._curves: dict[str, list[Any]] = vars(estimator).setdefault("_curves", {})

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Append the values of the epoch."""
        for name, value in (logs or {}).items():
            if name != "loss":
                self._curves.setdefault(name, []).append(value)
