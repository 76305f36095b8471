"""The original libraries: whether they are installed, and how many fits they do."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from types import ModuleType
from typing import Any

from pronghorn.runner._environment import keras_backend
from pronghorn.runner._served import original_spec

__all__ = ["count_fits", "is_installed", "other_backend"]


def is_installed(package: str) -> bool:
    """Whether an original package could be imported, with what it computes on; it is not."""
    try:
        spec = original_spec(package)
    except (ImportError, ValueError):
        return False
    # A folder that happens to have the name is no package.
    if spec is None or spec.origin is None:
        return False
    backend = keras_backend() if package == "keras" else package
    return backend == package or backend == "numpy" or is_installed(backend)


def other_backend() -> str | None:
    """What an installed Keras could compute on in place of what it is told to; None for nothing."""
    try:
        if original_spec("keras") is None:
            return None
    except (ImportError, ValueError):
        return None
    return next((name for name in ("jax", "torch") if is_installed(name)), None)


def count_fits(module: ModuleType, note: Callable[[str, float], None]) -> Callable[[], None]:
    """Call ``note`` with class and seconds after each fit of the original Keras.

    ``module``: the package, as it was just imported. Returns what ends it.
    """
    model: Any = getattr(module, "Model", None)
    fit = getattr(model, "fit", None)
    if fit is None:
        return lambda: None

    @wraps(fit)
    def counted(self: Any, *args: Any, **kwargs: Any) -> Any:
        begin = time.perf_counter()
        found = fit(self, *args, **kwargs)
        note(type(self).__name__, time.perf_counter() - begin)
        return found

    own = vars(model).get("fit")
    model.fit = counted

    def restore() -> None:
        if own is None:
            del model.fit
        else:
            model.fit = own

    return restore
