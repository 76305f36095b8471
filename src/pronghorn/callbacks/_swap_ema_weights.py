"""SwapEMAWeights: evaluate with the averages of the weights, train on with the weights."""

from __future__ import annotations

from typing import Any

from pronghorn._core.errors import ParameterError, compose
from pronghorn._core.params import Boolean, check
from pronghorn._core.registry import register
from pronghorn.callbacks._base import Callback, Logs


@register("callback", "SwapEMAWeights")
class SwapEMAWeights(Callback):
    """Exchange weights and moving averages before each evaluation and prediction, and after it.

    For optimizers with ``use_ema=True``, which keep an average of every trained weight.

    Args:
        swap_on_epoch: Also leave the averages in the model from the end of each epoch to the
            beginning of the next, so that later callbacks, such as ``ModelCheckpoint``, see them.
            Default False.

    Errors: ``ParameterError`` where the optimizer keeps no averages.

    Source: ``keras.callbacks.SwapEMAWeights``.

    >>> import numpy as np
    >>> import pronghorn as keras
    >>> x = np.linspace(0, 1, 8)[:, None]
    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    >>> model.compile(keras.optimizers.SGD(use_ema=True), "mse")
    >>> swap = keras.callbacks.SwapEMAWeights()
    >>> _ = model.fit(x, x, validation_data=(x, x), verbose=0, callbacks=[swap])
    """

    def __init__(self, swap_on_epoch: bool = False) -> None:
        super().__init__()
        self.swap_on_epoch = check("SwapEMAWeights", "swap_on_epoch", swap_on_epoch, Boolean())
        self._is_swapped = False

    def get_state(self) -> dict[str, Any]:
        return {"is_swapped": self._is_swapped}

    def set_state(self, state: dict[str, Any]) -> None:
        self._is_swapped = state["is_swapped"]

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._put(averages=False)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if not self.swap_on_epoch:
            return
        self._put(averages=True)
        is_last = epoch + 1 == self.params.get("epochs")
        if is_last or self.model.stop_training:
            # The fit ends by writing the averages into the weights, where they are already.
            for weight, average in self._pairs():
                average.assign(weight.numpy())

    def on_test_begin(self, logs: Logs | None = None) -> None:
        self._put(averages=True)

    def on_test_end(self, logs: Logs | None = None) -> None:
        self._put(averages=False)

    def on_predict_begin(self, logs: Logs | None = None) -> None:
        self._put(averages=True)

    def on_predict_end(self, logs: Logs | None = None) -> None:
        self._put(averages=False)

    def _put(self, *, averages: bool) -> None:
        """Have the averages in the model, or the weights."""
        if self._is_swapped == averages:
            return
        for weight, average in self._pairs():
            numbers = weight.numpy()
            weight.assign(average.numpy())
            average.assign(numbers)
        self._is_swapped = averages

    def _pairs(self) -> list[tuple[Any, Any]]:
        optimizer = self.model.optimizer
        if not getattr(optimizer, "use_ema", False):
            raise ParameterError(
                compose(
                    "SwapEMAWeights",
                    expected="an optimizer with use_ema=True",
                    received="one that keeps no averages",
                    remedy="For instance compile(optimizers.Adam(use_ema=True), …)",
                )
            )
        weights = optimizer.slot_state.weights
        return [(weight, optimizer.slot_state.slots_of(weight)["average"]) for weight in weights]
