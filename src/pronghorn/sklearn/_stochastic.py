"""Training with sgd and adam: scikit-learn's epochs, whose steps the engine carries out."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import is_classifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.neural_network._stochastic_optimizers import AdamOptimizer, SGDOptimizer
from sklearn.utils import shuffle

from pronghorn.callbacks import Callback
from pronghorn.errors import DataError, NumericsError
from pronghorn.sklearn._network import Design, Network
from pronghorn.sklearn._rows import SparseBatches, is_sparse

__all__ = ["design_of", "fit_stochastic"]


def design_of(estimator: Any, x: Any, *, is_weighted: bool) -> Design:
    """The design of the net that the parameters of an estimator describe, for rows like x."""
    update: dict[str, Any] = {"learning_rate": float(estimator.learning_rate_init)}
    if estimator.solver == "adam":
        update |= {name: getattr(estimator, name) for name in ("beta_1", "beta_2", "epsilon")}
    elif estimator.solver == "sgd":
        update["momentum"] = float(estimator.momentum)
        update["nesterov"] = bool(estimator.nesterovs_momentum)
    return Design(
        widths=(x.shape[1], *(len(b) for b in estimator.intercepts_)),
        activation=estimator.activation,
        out_activation=estimator.out_activation_,
        loss=getattr(estimator, "loss", "squared_error"),
        alpha=float(estimator.alpha),
        solver=estimator.solver,
        update=tuple(update.items()),
        dtype=str(x.dtype),
        is_weighted=is_weighted,
    )


def fit_stochastic(
    estimator: Any, x: Any, y: Any, sample_weight: Any, *, incremental: bool
) -> None:
    """Train an initialized estimator for up to ``max_iter`` epochs, or for one if incremental.

    Sets what scikit-learn sets: ``n_iter_``, ``t_``, ``loss_``, ``loss_curve_``, ``best_loss_``,
    ``validation_scores_``, the weights and ``_optimizer``. Messages and warnings are its own.
    """
    if not incremental or not hasattr(estimator, "_optimizer"):
        estimator._optimizer = _make_optimizer(estimator)
    if estimator.early_stopping and incremental:
        raise ValueError("partial_fit does not support early_stopping=True")
    if sample_weight is not None and np.all(sample_weight == 1.0):
        sample_weight = None  # the same objective, with less to read
    held_out: tuple[Any, Any, Any] = (None, None, None)
    if estimator.early_stopping:
        (x, y, sample_weight), held_out = _hold_out(estimator, x, y, sample_weight)
    course = _Course(estimator, held_out, incremental=incremental)
    run = _Run(estimator, x, y, sample_weight)
    try:
        estimator.n_iter_ = 0
        try:
            run.train(course, 1 if incremental else estimator.max_iter)
        except (NumericsError, DataError):
            # scikit-learn goes on with weights that are no numbers; there is nothing to compute.
            run.diverge()
            while not course.is_over:
                course.end_epoch(np.nan)
    except KeyboardInterrupt:
        run.finish()
        warnings.warn("Training interrupted by user.", stacklevel=2)
    else:
        run.finish()
    if estimator.early_stopping:
        estimator.coefs_ = estimator._best_coefs
        estimator.intercepts_ = estimator._best_intercepts


def _make_optimizer(estimator: Any) -> Any:
    """scikit-learn's own optimizer, which keeps the learning rate and the state between fits."""
    weights = estimator.coefs_ + estimator.intercepts_
    if estimator.solver == "sgd":
        return SGDOptimizer(
            weights,
            estimator.learning_rate_init,
            estimator.learning_rate,
            estimator.momentum,
            estimator.nesterovs_momentum,
            estimator.power_t,
        )
    return AdamOptimizer(
        weights,
        estimator.learning_rate_init,
        estimator.beta_1,
        estimator.beta_2,
        estimator.epsilon,
    )


def _hold_out(
    estimator: Any, x: Any, y: Any, sample_weight: Any
) -> tuple[tuple[Any, Any, Any], tuple[Any, Any, Any]]:
    """(rows to train on, rows to stop by), each with targets and weights."""
    is_stratified = is_classifier(estimator) and estimator.n_outputs_ == 1
    arrays = [x, y] if sample_weight is None else [x, y, sample_weight]
    parts = train_test_split(
        *arrays,
        random_state=estimator._random_state,
        test_size=estimator.validation_fraction,
        stratify=y if is_stratified else None,
    )
    train, rest = [*parts[0::2], None][:3], [*parts[1::2], None][:3]
    if rest[0].shape[0] < 2:
        raise ValueError(
            "The validation set is too small. Increase 'validation_fraction' "
            "or the size of your dataset."
        )
    if is_classifier(estimator):
        rest[1] = estimator._label_binarizer.inverse_transform(rest[1])
    return (train[0], train[1], train[2]), (rest[0], rest[1], rest[2])


class _Run:
    """The rows of a fit, and the net that is trained on them."""

    def __init__(self, estimator: Any, x: Any, y: Any, weights: Any) -> None:
        self.estimator, self.x, self.y, self.weights = estimator, x, y, weights
        self.n = x.shape[0]
        self.batch_size = _batch_size(estimator, self.n)
        self.network: Network = estimator._network_of(
            design_of(estimator, x, is_weighted=weights is not None)
        )
        self._order = np.arange(self.n)

    def train(self, course: _Course, epochs: int) -> None:
        """Run the epochs, between which the course may end it."""
        estimator, network = self.estimator, self.network
        course.run = self
        optimizer = estimator._optimizer
        slots, steps = _slots(optimizer), getattr(optimizer, "t", 0)
        with network.lock:
            network.write(estimator.coefs_, estimator.intercepts_)
            network.write_state(steps, slots)
            network.optimizer.learning_rate = self.rate()
            common: dict[str, Any] = {"epochs": epochs, "verbose": 0, "callbacks": [course]}
            if is_sparse(self.x):
                batches = SparseBatches(
                    network.inputs, self.x, self.y, self.weights, self.batch_size, self.draw_order
                )
                network.trained.fit(batches, shuffle=False, **common)
            else:
                network.trained.fit(
                    network.inputs(self.x, self.weights),
                    self.y,
                    sample_weight=self.weights,
                    batch_size=self.batch_size,
                    shuffle=self.draw_order,
                    **common,
                )

    def rate(self) -> float:
        """The learning rate of the next steps; Adam's corrections are the optimizer's own."""
        optimizer = self.estimator._optimizer
        is_adam = self.estimator.solver == "adam"
        return float(optimizer.learning_rate_init if is_adam else optimizer.learning_rate)

    def draw_order(self, n: int) -> NDArray[np.int64]:
        """The order of an epoch, from scikit-learn's random numbers."""
        if self.estimator.shuffle:
            self._order = shuffle(self._order, random_state=self.estimator._random_state)
        # One batch of all rows is the same in any order, but for the rounding.
        return np.arange(n) if self.batch_size >= n else self._order

    def read_weights(self) -> None:
        """Bring ``coefs_`` and ``intercepts_`` up to date."""
        self.network.read(self.estimator.coefs_, self.estimator.intercepts_)

    def finish(self) -> None:
        """Give the estimator the weights and the state of the optimizer."""
        if not self.network.optimizer.built:
            return
        self.read_weights()
        steps, slots = self.network.read_state()
        optimizer = self.estimator._optimizer
        if self.estimator.solver == "adam":
            optimizer.ms, optimizer.vs = slots
            optimizer.t = steps
        elif slots:
            (optimizer.velocities,) = slots

    def diverge(self) -> None:
        """Make the weights what they have become: no numbers."""
        for weight in (*self.estimator.coefs_, *self.estimator.intercepts_):
            weight.fill(np.nan)
        self.network.write(self.estimator.coefs_, self.estimator.intercepts_)


class _Course(Callback):
    """What scikit-learn does between two epochs: curves, scores, learning rate, the end."""

    def __init__(
        self, estimator: Any, held_out: tuple[Any, Any, Any], *, incremental: bool
    ) -> None:
        super().__init__()
        self.estimator, self.held_out, self.incremental = estimator, held_out, incremental
        self.run: Any = None
        self.is_over = False

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Take the loss of the epoch and decide whether there is another."""
        assert logs is not None
        if self.estimator.early_stopping:
            self.run.read_weights()
        self.end_epoch(float(logs["loss"]))
        self.run.network.optimizer.learning_rate = self.run.rate()
        self.model.stop_training = self.is_over

    def end_epoch(self, loss: float) -> None:
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
        takes_weights = self.estimator._scores_with_weights
        return self.held_out if takes_weights else self.held_out[:2]


def _batch_size(estimator: Any, n: int) -> int:
    if estimator.batch_size == "auto":
        return min(200, n)
    if estimator.batch_size > n:
        warnings.warn(
            "Got `batch_size` less than 1 or larger than sample size. It is going to be clipped",
            stacklevel=2,
        )
    return int(np.clip(estimator.batch_size, 1, n))


def _slots(optimizer: Any) -> list[Any]:
    """The memory of scikit-learn's optimizer: one array a weight, for each slot."""
    if isinstance(optimizer, AdamOptimizer):
        return [optimizer.ms, optimizer.vs]
    return [optimizer.velocities] if optimizer.momentum else []
