"""What both wrappers share: data in, a model trained, outputs out, pickles."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from pronghorn import layers
from pronghorn.errors import ParameterError, compose
from pronghorn.models import Model, Sequential
from pronghorn.sklearn._callbacks import own_callbacks
from pronghorn.sklearn._checksum import check_sum, checksum
from pronghorn.sklearn._model_pickle import pack_model, unpack_model
from pronghorn.sklearn._parameters import arguments_of, make, route
from pronghorn.sklearn._validation import read_weights, validate_data
from pronghorn.sklearn._wrappers_model import heads_of, make_model
from pronghorn.sklearn._wrappers_parameters import RoutedParameters
from pronghorn.utils import use_random_seed

__all__ = ["Wrapper"]

_HIDDEN = 100
_LARGEST_SEED = 2**31 - 1
_SUM = "_pronghorn_checksum"


class Wrapper(RoutedParameters):
    """The parts of ``KerasClassifier`` and ``KerasRegressor`` that know nothing of targets."""

    model_: Model
    history_: dict[str, list[Any]]
    # Arguments of Model.fit that are made of the wrapper's own.
    _made_for_fit = frozenset({"sample_weight"})

    def __init__(
        self,
        model: Any = None,
        *,
        build_fn: Any = None,
        warm_start: bool = False,
        random_state: Any = None,
        optimizer: Any = None,
        loss: Any = None,
        metrics: Any = None,
        batch_size: int | None = None,
        validation_batch_size: int | None = None,
        verbose: Any = 1,
        callbacks: Any = None,
        validation_split: float = 0.0,
        shuffle: Any = True,
        epochs: int = 1,
        **kwargs: Any,
    ) -> None:
        self.model = model
        self.build_fn = build_fn
        self.warm_start = warm_start
        self.random_state = random_state
        self.optimizer = optimizer
        self.loss = loss
        self.metrics = metrics
        self.batch_size = batch_size
        self.validation_batch_size = validation_batch_size
        self.verbose = verbose
        self.callbacks = callbacks
        self.validation_split = validation_split
        self.shuffle = shuffle
        self.epochs = epochs
        self._set_routed(kwargs)

    # What the kinds of targets answer.

    def _note_targets(self, y: NDArray[Any], classes: Any) -> None:
        """Set the attributes that say what y is."""
        raise NotImplementedError(type(self).__name__)

    def _encode(self, y: NDArray[Any], heads: Any) -> Any:
        """y as the losses of the model take it."""
        raise NotImplementedError(type(self).__name__)

    def _choose_loss(self, units: int | None, *, is_sigmoid: bool = False) -> str:
        """The loss of an output where none was given; ``units`` is None before there is one."""
        raise NotImplementedError(type(self).__name__)

    def _default_head(self) -> tuple[int, str]:
        """Units and activation of the output of the model that is made where none is given."""
        raise NotImplementedError(type(self).__name__)

    def _weigh(self, y: NDArray[Any], weights: NDArray[Any] | None) -> NDArray[Any] | None:
        """The weights of the rows, with what else weighs them."""
        return weights

    # Training.

    def fit(self, X: Any, y: Any, sample_weight: Any = None, **kwargs: Any) -> Self:
        """Make the model and train it; with ``warm_start`` go on with the one there is.

        Args:
            X: (n, features), or rows of any shape that the model takes; kept in its dtype.
            y: (n,) or (n, outputs).
            sample_weight: One weight a row.
            **kwargs: Further arguments of ``Model.fit``, for this call alone, in place of those
                of the estimator. The targets of ``validation_data`` are as y.

        Errors: those of scikit-learn's validation and of ``Model.fit``; ParameterError for a
        model or parameters that do not go together.
        """
        is_fresh = not (self.warm_start and self.__sklearn_is_fitted__())
        self._train(X, y, sample_weight, kwargs, is_fresh=is_fresh)
        return self

    def _train(
        self,
        X: Any,
        y: Any,
        sample_weight: Any,
        arguments: Mapping[str, Any],
        *,
        is_fresh: bool,
        classes: Any = None,
    ) -> None:
        X, y = self._read(X, y, reset=is_fresh)
        if is_fresh:
            self.X_shape_, self.X_dtype_ = X.shape, X.dtype
            self.y_ndim_, self.y_dtype_ = y.ndim, y.dtype
            self._note_targets(y, classes)
        weights = self._weigh(y, read_weights(sample_weight, X))
        with self._seeded() if is_fresh else nullcontext():
            model = make_model(self) if is_fresh else self.model_
            given = self._fit_arguments(arguments, len(X))
            if isinstance(given.get("validation_data"), tuple | list):
                given["validation_data"] = self._read_validation(given["validation_data"], model)
            target = self._encode(y, heads_of(model))
            history = model.fit(X, target, sample_weight=weights, **given).history
        self.model_ = model
        self.n_outputs_expected_ = len(model.outputs)
        before: dict[str, list[Any]] = {} if is_fresh else self.history_
        names = dict.fromkeys([*before, *history])
        self.history_ = {n: [*before.get(n, []), *history.get(n, [])] for n in names}

    def _train_on(
        self, X: Any, y: Any, sample_weight: Any, arguments: Mapping[str, Any], classes: Any = None
    ) -> None:
        is_fresh = not self.__sklearn_is_fitted__()
        epoch = 0 if is_fresh else self.current_epoch
        own = {"initial_epoch": epoch, "epochs": epoch + 1}
        refused = [name for name in arguments if name.removeprefix("fit__") in own]
        if refused:
            raise ParameterError(
                compose(
                    f"{type(self).__name__}.partial_fit",
                    expected="arguments of a single epoch",
                    received=f"{refused[0]}={arguments[refused[0]]!r}",
                    remedy="Call it once for each epoch, or fit() with warm_start=True",
                )
            )
        arguments = {**arguments, **own}
        self._train(X, y, sample_weight, arguments, is_fresh=is_fresh, classes=classes)

    @property
    def current_epoch(self) -> int:
        """Epochs trained so far, in ``fit`` and in ``partial_fit``."""
        check_is_fitted(self)
        return len(self.history_.get("loss", []))

    def __sklearn_is_fitted__(self) -> bool:
        return "model_" in vars(self)

    def _seeded(self) -> AbstractContextManager[None]:
        if self.random_state is None:
            return nullcontext()
        return use_random_seed(int(check_random_state(self.random_state).randint(_LARGEST_SEED)))

    def _fit_arguments(self, call: Mapping[str, Any], n_rows: int) -> dict[str, Any]:
        given = self.get_params()
        own = arguments_of(Model.fit) - {"self", "x", "y"} - self._made_for_fit
        found = {name: given[name] for name in own if name in given}
        made = make("callbacks", self.callbacks, given)
        found["callbacks"] = list(made.values()) if isinstance(made, Mapping) else made
        found |= route(given, "fit")
        found |= {name.removeprefix("fit__"): value for name, value in call.items()}
        return {**_count_rows(found, n_rows), "callbacks": own_callbacks(found["callbacks"])}

    def _make_default(self) -> Sequential:
        units, activation = self._default_head()
        chain: list[Any] = [layers.Input(self.X_shape_[1:])]
        if len(self.X_shape_) > 2:
            chain.append(layers.Flatten())
        chain.append(layers.Dense(_HIDDEN, activation="relu"))
        return Sequential([*chain, layers.Dense(units, activation=activation)])

    # Data.

    def _read(self, X: Any, y: Any, *, reset: bool) -> tuple[NDArray[Any], NDArray[Any]]:
        if hasattr(y, "toarray"):
            y = y.toarray()
        X, y = validate_data(self, X, y, reset=reset, allow_nd=True, multi_output=True)
        return X, y

    def _read_X(self, X: Any) -> NDArray[Any]:
        found: NDArray[Any] = validate_data(self, X, reset=False, allow_nd=True)
        return found

    def _read_validation(self, given: Any, model: Any) -> Any:
        x, y, *weights = given
        return (self._read_X(x), self._encode(np.asarray(y), heads_of(model)), *weights)

    def _outputs(self, X: Any, arguments: Mapping[str, Any]) -> list[NDArray[Any]]:
        check_is_fitted(self)
        X = self._read_X(X)
        own = self.get_params()
        given: dict[str, Any] = {n: own[n] for n in ("batch_size", "steps") if n in own}
        given |= {"verbose": 0, **route(own, "predict")}
        given |= {name.removeprefix("predict__"): value for name, value in arguments.items()}
        found = self.model_.predict(X, **_count_rows(given, len(X)))
        if isinstance(found, Mapping):
            return list(found.values())
        return found if isinstance(found, list) else [found]

    # Pickles.

    def __getstate__(self) -> dict[str, Any]:
        state: dict[str, Any] = dict(super().__getstate__())
        if "model_" in state:
            state["model_"] = pack_model(state["model_"])
        return {**state, _SUM: checksum(state)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        state = dict(state)
        check_sum(state, state.pop(_SUM, None), type(self).__name__)
        packed = state.pop("model_", None)
        super().__setstate__(state)
        if packed is not None:
            self.model_ = unpack_model(packed, lambda: make_model(self))


def _count_rows(given: Mapping[str, Any], n_rows: int) -> dict[str, Any]:
    """The arguments with the number of rows for batch sizes of −1."""
    sizes = ("batch_size", "validation_batch_size")
    counted = {name: n_rows for name in sizes if name in given and given[name] == -1}
    return {**given, **counted}
