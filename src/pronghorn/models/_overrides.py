"""Methods by which a subclass of Keras's Model replaces the training step: refused by name."""

from __future__ import annotations

from functools import lru_cache

from pronghorn._core.errors import ParameterError, compose

__all__ = ["INSTEAD", "refuse_overrides"]

_BY_HAND = (
    "Write the loop by hand: loss, gradients = model.compute_gradients(x, y), then "
    "optimizer.apply(gradients.values(), model.trainable_variables)"
)
_IN_COMPILE = "Pass a Loss or a Metric of your own to compile(), or call add_loss() in call()"
#: Method → what to do instead.
INSTEAD = {
    "train_step": _BY_HAND,
    "test_step": "Call model(x) on batches, and metrics on what it gives",
    "predict_step": "Change what call() returns, or what you do with predict()'s result",
    "compute_loss": _IN_COMPILE,
    "compute_metrics": _IN_COMPILE,
    "make_train_function": _BY_HAND,
    "make_test_function": "Call model(x) on batches, and metrics on what it gives",
    "make_predict_function": "Change what call() returns, or call model(x) on batches",
}


def refuse_overrides(kind: type, base: type) -> None:
    """Raise ParameterError where a class of models defines one of these methods unlike ``base``.

    One step is a graph that is built once, so a method that is to run at every step never would.
    """
    name = _find_override(kind, base)
    if name is not None:
        raise ParameterError(
            compose(
                f"{kind.__name__}.{name}",
                expected="a model whose step follows from call(), loss and optimizer",
                received=f"a class that defines {name}",
                remedy=INSTEAD[name],
            )
        )


@lru_cache(maxsize=256)
def _find_override(kind: type, base: type) -> str | None:
    for name in INSTEAD:
        if getattr(kind, name, None) is not getattr(base, name, None):
            return name
    return None
