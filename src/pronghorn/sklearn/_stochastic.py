"""Training with sgd and adam: scikit-learn's epochs, whose steps the engine carries out."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.neural_network._stochastic_optimizers import (
    AdamOptimizer,
    BaseOptimizer,
    SGDOptimizer,
)

from pronghorn.errors import DataError, NumericsError, ParameterError, compose
from pronghorn.sklearn._callbacks import own_callbacks
from pronghorn.sklearn._course import Course, Keeper
from pronghorn.sklearn._design import design_of
from pronghorn.sklearn._extras import callbacks_of
from pronghorn.sklearn._held_out import HeldOut, split_held_out
from pronghorn.sklearn._network import Network
from pronghorn.sklearn._rows import SparseBatches, is_sparse
from pronghorn.sklearn._validation import (
    TooLargeError,
    has_too_large,
    refuse_not_finite,
    refuse_too_large,
)

__all__ = ["fit_stochastic", "note_method", "smooth"]

_LARGEST_SEED = 2**31 - 1


def fit_stochastic(
    estimator: Any,
    x: Any,
    y: Any,
    sample_weight: Any,
    *,
    incremental: bool,
    given: HeldOut | None = None,
    measures: bool = False,
) -> None:
    """Train an initialized estimator for up to ``max_iter`` epochs, or for one if incremental.

    Sets what scikit-learn sets: ``n_iter_``, ``t_``, ``loss_``, ``loss_curve_``, ``best_loss_``,
    ``validation_scores_``, the weights and ``_optimizer``. Messages and warnings are its own.

    Args:
        given: Rows of the caller's, in place of a share of x, to stop by and to be measured on.
        measures: Whether the loss of those rows is taken after every epoch.

    Raises TooLargeError where the first epoch fails on numbers with which float64 may still
    compute, DataError where ``measures`` leaves no other way than this; the estimator is as it was
    initialized then.
    """
    if estimator.early_stopping and incremental:
        raise ValueError("partial_fit does not support early_stopping=True")
    callbacks = own_callbacks(callbacks_of(estimator))
    if not incremental or not hasattr(estimator, "_optimizer"):
        _begin(estimator)
    if sample_weight is not None and np.all(sample_weight == 1.0):
        sample_weight = None  # the same objective, with less to read
    held_out = given
    if estimator.early_stopping and given is None:
        (x, y, sample_weight), held_out = split_held_out(estimator, x, y, sample_weight)
    course = Course(estimator, held_out, incremental=incremental, measures=measures)
    run = _Run(estimator, x, smooth(estimator, y), sample_weight)
    try:
        estimator.n_iter_ = 0
        try:
            run.train(course, 1 if incremental else int(estimator.max_iter), callbacks)
        except (NumericsError, DataError):
            if estimator._is_unchecked:
                refuse_not_finite(estimator, x)
            if estimator.n_iter_ == 0:
                run.refuse_too_large(is_only_way=measures)
            # scikit-learn goes on with weights that are no numbers; there is nothing to compute.
            run.diverge()
            while not course.is_over:
                course.end_epoch(np.float64(np.nan))
    except KeyboardInterrupt:
        warnings.warn("Training interrupted by user.", stacklevel=2)
    finally:
        # Whatever ended it: the curves tell of the epochs so far, and so do the weights.
        run.finish()
    if estimator.early_stopping:
        estimator.coefs_ = estimator._best_coefs
        estimator.intercepts_ = estimator._best_intercepts
        if "_best_norms" in vars(estimator):
            estimator.norms_ = estimator._best_norms


def note_method(estimator: Any, extras: Any, *, incremental: bool) -> None:
    """Note what a net is trained with besides scikit-learn's solver; ``partial_fit`` keeps to it.

    Raises ParameterError where it is to go on with another one, whose memory it does not have. A
    warm start takes another one, with normalizations that begin anew.
    """
    method, known = _method_of(extras), vars(estimator).get("_method") or ()
    if incremental and hasattr(estimator, "_optimizer"):
        # A pickle may be older than this note.
        is_unknown = not known and vars(estimator).get("_optimizer_arrays") is not None
        if method != known and not is_unknown:
            solver = ("scikit-learn's solver",)
            raise ParameterError(
                compose(
                    "partial_fit",
                    expected=f"what the net was trained with so far: {', '.join(known or solver)}",
                    received=", ".join(method or solver),
                    remedy="Call fit, which may take the weights of another estimator by init=",
                )
            )
    elif known and method[-1:] != known[-1:]:
        for name in ("norms_", "_best_norms"):
            vars(estimator).pop(name, None)
    estimator._method = method


def _method_of(extras: Any) -> tuple[str, ...]:
    """Optimizer, schedule and normalization in words; nothing where the solver is all."""
    if extras is None or not extras.keeps_state:
        return ()
    given = extras.optimizer
    name = given if isinstance(given, str) else getattr(given, "__name__", type(given).__name__)
    return (
        "optimizer of the solver" if given is None else f"optimizer {name}",
        "no schedule" if extras.schedule is None else "a schedule",
        f"{extras.norm}_norm" if extras.norm else "no normalization",
    )


def _begin(estimator: Any) -> None:
    """Forget the optimizer of the last fit; what dropout draws follows from the random state."""
    estimator._optimizer = _make_optimizer(estimator)
    if estimator._extras is not None:
        estimator._optimizer_arrays = None
        estimator._network = None
        estimator._noise_seed = None
        if estimator._extras.is_random:
            estimator._noise_seed = int(estimator._random_state.randint(_LARGEST_SEED))


def _make_optimizer(estimator: Any) -> Any:
    """scikit-learn's own optimizer, which keeps the learning rate and the state between fits."""
    weights = estimator.coefs_ + estimator.intercepts_
    extras = estimator._extras
    if extras is not None and extras.keeps_state:
        weights = []  # the state is kept in another form
        if extras.optimizer is not None or extras.schedule is not None:
            return BaseOptimizer(estimator.learning_rate_init)
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


def smooth(estimator: Any, y: Any) -> Any:
    """The share s of each target spread over the classes: y (1 − s) + s / c."""
    smoothing = 0.0 if estimator._extras is None else estimator._extras.label_smoothing
    if smoothing == 0.0:
        return y
    is_one_of_several = estimator._label_binarizer.y_type_ == "multiclass"
    classes = y.shape[1] if is_one_of_several else 2
    return (y * (1.0 - smoothing) + smoothing / classes).astype(np.float32)


class _Run:
    """The rows of a fit, and the net that is trained on them."""

    def __init__(self, estimator: Any, x: Any, y: Any, weights: Any) -> None:
        self.estimator, self.x, self.weights = estimator, x, weights
        self.n = x.shape[0]
        self.batch_size = _batch_size(estimator, self.n)
        self.network: Network = estimator._network_of(
            design_of(estimator, x, is_weighted=weights is not None)
        )
        self.y = self.network.targets(y)
        self._order = np.arange(self.n)
        self._has_begun = False
        extras = estimator._extras
        self._keeps_state = extras is not None and extras.keeps_state
        self._is_own_rate = extras is not None and (
            extras.optimizer is not None or extras.schedule is not None
        )

    def train(self, course: Course, epochs: int, callbacks: list[Any]) -> None:
        """Run the epochs, between which the course may end it."""
        network = self.network
        course.run = self
        with network.lock:
            network.write(
                self.estimator.coefs_,
                self.estimator.intercepts_,
                vars(self.estimator).get("norms_"),
            )
            self._write_state()
            self._has_begun = True
            keeper = [Keeper(self.estimator)] if callbacks or course.measures else []
            common: dict[str, Any] = {
                "epochs": epochs,
                "verbose": 0,
                "callbacks": [course, *callbacks, *keeper],
            }
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

    def _write_state(self) -> None:
        network, optimizer = self.network, self.estimator._optimizer
        if not self._keeps_state:
            network.write_state(getattr(optimizer, "t", 0), _slots(optimizer))
        elif self.estimator._optimizer_arrays is not None:
            network.optimizer.build(network.trained.trainable_variables)
            network.optimizer.set_weights(self.estimator._optimizer_arrays)
        if not self._is_own_rate:
            self._rate = self.rate()
            network.optimizer.learning_rate = self._rate

    def rate(self) -> float:
        """The learning rate of the next steps; Adam's corrections are the optimizer's own."""
        optimizer = self.estimator._optimizer
        is_adam = isinstance(optimizer, AdamOptimizer)
        return float(optimizer.learning_rate_init if is_adam else optimizer.learning_rate)

    def renew_rate(self) -> None:
        """Hand the optimizer the rate where it changed; otherwise a callback's own stays."""
        if not self._is_own_rate and self.rate() != self._rate:
            self._rate = self.rate()
            self.network.optimizer.learning_rate = self._rate

    def draw_order(self, n: int) -> NDArray[np.int64]:
        """The order of an epoch, from scikit-learn's random numbers."""
        if self.estimator.shuffle:
            # What sklearn.utils.shuffle draws, without its checks, which cost a small epoch.
            places = np.arange(self.n)
            self.estimator._random_state.shuffle(places)
            self._order = self._order[places]
        # One batch of all rows is the same in any order, but for the rounding.
        order = np.arange(n) if self.batch_size >= n else self._order
        if self.weights is not None:
            self._check_weights(order)
        return order

    def _check_weights(self, order: NDArray[np.int64]) -> None:
        """Raise ZeroDivisionError, as scikit-learn does, for a batch whose weights add up to 0."""
        if self.weights.min() > 0.0:
            return
        sums = np.add.reduceat(self.weights[order], np.arange(0, len(order), self.batch_size))
        if not sums.all():
            raise ZeroDivisionError(
                compose(
                    "sample_weight",
                    expected=f"in every batch of {self.batch_size} rows one with a weight",
                    received="a batch whose weights add up to 0",
                    remedy="Leave out the rows of weight 0, or take a larger batch_size",
                )
            )

    def read_weights(self) -> None:
        """Bring ``coefs_``, ``intercepts_`` and ``norms_`` up to date."""
        self.network.read(self.estimator.coefs_, self.estimator.intercepts_)
        if self.network.design.norm:
            self.estimator.norms_ = self.network.read_norms()

    def finish(self) -> None:
        """Give the estimator the weights and the state of the optimizer."""
        if not (self._has_begun and self.network.optimizer.built):
            return
        self.read_weights()
        if self._keeps_state:
            self.estimator._optimizer_arrays = self.network.optimizer.get_weights()
            return
        steps, slots = self.network.read_state()
        optimizer = self.estimator._optimizer
        if isinstance(optimizer, AdamOptimizer):
            optimizer.ms, optimizer.vs = slots
            optimizer.t = steps
        elif slots:
            (optimizer.velocities,) = slots

    def refuse_too_large(self, *, is_only_way: bool) -> None:
        """Raise for numbers that are too large for float32; nothing of this run is kept then."""
        if not has_too_large(self.x, self.y, self.weights):
            return
        has_begun, self._has_begun = self._has_begun, False
        if not is_only_way:
            raise TooLargeError
        refuse_too_large(X=self.x, y=self.y, sample_weight=self.weights)
        self._has_begun = has_begun

    def diverge(self) -> None:
        """Make the weights what they have become: no numbers."""
        for weight in (*self.estimator.coefs_, *self.estimator.intercepts_):
            weight.fill(np.nan)
        self.network.write(self.estimator.coefs_, self.estimator.intercepts_)


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
