"""Settings: the engine, threads, the default dtype and the small constant of Keras."""

from pronghorn._core.config import (
    cache_folder,
    data_folder,
    engine,
    epsilon,
    floatx,
    keras_folder,
    set_engine,
    set_epsilon,
    set_floatx,
    set_thread_limit,
    thread_limit,
    use_engine,
)

__all__ = [
    "cache_folder",
    "data_folder",
    "engine",
    "epsilon",
    "floatx",
    "keras_folder",
    "set_engine",
    "set_epsilon",
    "set_floatx",
    "set_thread_limit",
    "thread_limit",
    "use_engine",
]
