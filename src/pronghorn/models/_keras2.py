"""Methods that models had in Keras 2 and that scripts of that age still call."""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import ParameterError, compose
from pronghorn.callbacks import History

__all__ = ["Keras2Methods"]

# Arguments that arranged how batches were fetched; here they are read as they come.
_FETCHING = {"max_queue_size", "workers", "use_multiprocessing", "max_q_size", "pickle_safe"}
# Names of Keras 1.
_RENAMED = {"nb_epoch": "epochs", "samples_per_epoch": None, "nb_val_samples": None}


class Keras2Methods:
    """The part of ``Model`` that Keras 3 no longer has."""

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

    def to_yaml(self, **kwargs: Any) -> NoReturn:
        """Refused, as Keras has done since 2.6: YAML could carry code."""
        raise ParameterError(
            compose(
                "to_yaml",
                expected="a format without code",
                received="YAML",
                remedy="Use to_json() and models.model_from_json",
            )
        )


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
