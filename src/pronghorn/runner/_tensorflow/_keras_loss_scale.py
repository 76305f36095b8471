"""``keras.mixed_precision.LossScaleOptimizer``: against numbers too small for float16."""

from __future__ import annotations

from typing import Any

from pronghorn import optimizers

__all__ = ["LossScaleOptimizer"]


def LossScaleOptimizer(inner_optimizer: Any, *_: Any, **__: Any) -> Any:
    """The inner optimizer: gradients are float32 under every policy, so none needs a scale.

    Source: keras.optimizers.LossScaleOptimizer.
    """
    return optimizers.get(inner_optimizer)
