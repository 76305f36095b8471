"""Settings: engine, threads, output, the default dtype and the small constant of Keras."""

from pronghorn._core import left_out
from pronghorn._core.config import (
    backend,
    cache_folder,
    data_folder,
    disable_interactive_logging,
    enable_interactive_logging,
    engine,
    epsilon,
    floatx,
    is_interactive_logging_enabled,
    keras_folder,
    matmul_precision,
    set_engine,
    set_epsilon,
    set_floatx,
    set_matmul_precision,
    set_thread_limit,
    thread_limit,
    use_engine,
    use_thread_limit,
)
from pronghorn._core.dtype_policy import dtype_policy, set_dtype_policy
from pronghorn._core.nonfinite import nan_ends_training, set_nan_ends_training
from pronghorn._core.results import set_result_wrapper
from pronghorn.engines._profile import profile

__all__ = [
    "backend",
    "cache_folder",
    "data_folder",
    "disable_interactive_logging",
    "disable_traceback_filtering",
    "dtype_policy",
    "enable_interactive_logging",
    "enable_traceback_filtering",
    "engine",
    "epsilon",
    "floatx",
    "is_interactive_logging_enabled",
    "is_traceback_filtering_enabled",
    "keras_folder",
    "matmul_precision",
    "nan_ends_training",
    "profile",
    "set_dtype_policy",
    "set_engine",
    "set_epsilon",
    "set_floatx",
    "set_matmul_precision",
    "set_nan_ends_training",
    "set_result_wrapper",
    "set_thread_limit",
    "thread_limit",
    "use_engine",
    "use_thread_limit",
]

left_out.attach(__name__)


def enable_traceback_filtering() -> None:
    """Changes nothing: tracebacks are always whole. It is here for programs that call it.

    Source: keras.config.enable_traceback_filtering.
    """


def disable_traceback_filtering() -> None:
    """Changes nothing: tracebacks are always whole.

    Source: keras.config.disable_traceback_filtering.
    """


def is_traceback_filtering_enabled() -> bool:
    """False: tracebacks are always whole.

    Source: keras.config.is_traceback_filtering_enabled.

    >>> is_traceback_filtering_enabled()
    False
    """
    return False
