"""Settings of the process, and the Python file that reads its environment variables.

Those of the runner are read in its own file, before anything else is imported.

PRONGHORN_NUM_THREADS   threads of the native engine; else OMP_NUM_THREADS; else all cores
PRONGHORN_PROFILE       1: print where the time of the native engine went, at the end
PRONGHORN_DATA          a folder with data sets, looked at first
PRONGHORN_CACHE         where downloads are kept; else the system's cache folder
KERAS_HOME              where Keras keeps its downloads; else ~/.keras
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from pronghorn._core.errors import UnknownNameError, compose, suggest
from pronghorn._core.params import Integer, Interval, OneOf, Optional, check

__all__ = [
    "backend",
    "cache_folder",
    "data_folder",
    "disable_interactive_logging",
    "enable_interactive_logging",
    "engine",
    "epsilon",
    "floatx",
    "is_interactive_logging_enabled",
    "is_profile_wanted",
    "keras_folder",
    "matmul_precision",
    "set_engine",
    "set_epsilon",
    "set_floatx",
    "set_matmul_precision",
    "set_thread_limit",
    "thread_limit",
    "use_engine",
    "use_thread_limit",
]

ENGINES = ("native", "reference")
_THREADS = Optional(Integer(low=1, high=4096))


class _Settings:
    floatx = "float32"
    matmul_precision = "highest"
    epsilon = 1e-7
    engine = "native"
    threads: int | None = None
    is_interactive = True


_settings = _Settings()
# A `with use_engine(...)` block belongs to its own thread or task; set_engine to the process.
_engine_here: ContextVar[str | None] = ContextVar("pronghorn_engine", default=None)
_threads_here: ContextVar[int | None] = ContextVar("pronghorn_threads", default=None)


def backend() -> str:
    """What carries out the mathematics, in the place of Keras's "jax" or "tensorflow".

    Source: keras.config.backend.

    >>> backend()
    'pronghorn'
    """
    return "pronghorn"


def floatx() -> str:
    """The default dtype of arrays that Pronghorn makes: "float32".

    >>> floatx()
    'float32'
    """
    return _settings.floatx


def set_floatx(value: str) -> None:
    """Set the default dtype; "float32" is the only one, ParameterError is raised for others.

    Every layer computes in float32. The engine "reference" computes in float64.
    """
    remedy = 'Weights and layers are float32; set_engine("reference") computes in float64'
    _settings.floatx = check("set_floatx", "value", value, OneOf("float32"), remedy=remedy)


def epsilon() -> float:
    """The small constant of losses and optimizers: 1e-7, as in Keras.

    >>> epsilon()
    1e-07
    """
    return _settings.epsilon


def set_epsilon(value: float) -> None:
    """Set the small constant; raises ParameterError unless it is a number in (0, 1)."""
    _settings.epsilon = check("set_epsilon", "value", value, Interval(0.0, 1.0, "neither"))


def matmul_precision() -> str:
    """How exactly layers of float32 multiply matrices: "highest", the default, or "high".

    >>> matmul_precision()
    'highest'
    """
    return _settings.matmul_precision


def set_matmul_precision(precision: str) -> None:
    """Set how exactly layers of float32 multiply matrices; models take it when they are compiled.

    "highest": in float32. "high": each operand as the sum of two bfloat16 numbers, three products
    of which are added in float32: about 5e-6 of relative error in place of 5e-7. Only on machines
    where three such products take less time than one of floats, which have tiles of bfloat16
    (AMX); on others "high" is float32 too. Raises ParameterError for other names.

    Source: torch.set_float32_matmul_precision, jax.default_matmul_precision.
    """
    rule = OneOf("highest", "high")
    _settings.matmul_precision = check("set_matmul_precision", "precision", precision, rule)


def enable_interactive_logging() -> None:
    """Let progress, messages of callbacks and summaries go to standard output: the default.

    Source: keras.config.enable_interactive_logging.
    """
    _settings.is_interactive = True


def disable_interactive_logging() -> None:
    """Let them go to the logger "pronghorn", as messages of level INFO, without bars.

    Source: keras.config.disable_interactive_logging.
    """
    _settings.is_interactive = False


def is_interactive_logging_enabled() -> bool:
    """Whether progress, messages of callbacks and summaries go to standard output.

    Source: keras.config.is_interactive_logging_enabled.

    >>> is_interactive_logging_enabled()
    True
    """
    return _settings.is_interactive


def engine() -> str:
    """The engine that models compiled from here on use: "native" (default) or "reference".

    >>> engine()
    'native'
    """
    return _engine_here.get() or _settings.engine


def set_engine(name: str) -> None:
    """Choose the engine for the whole process; raises UnknownNameError for unknown names."""
    _settings.engine = _check_engine(name)


@contextmanager
def use_engine(name: str) -> Iterator[None]:
    """Choose the engine inside a ``with`` block, for this thread only.

    >>> with use_engine("reference"):
    ...     engine()
    'reference'
    """
    token = _engine_here.set(_check_engine(name))
    try:
        yield
    finally:
        _engine_here.reset(token)


def thread_limit() -> int | None:
    """The most threads the native engine may use; None means every core of this process.

    The value of ``use_thread_limit``; in a worker thread of joblib 1, since its workers share the
    cores; else the value of ``set_thread_limit``, else PRONGHORN_NUM_THREADS, else OMP_NUM_THREADS
    (its first number; joblib's own workers find it set); 1 in any other worker process of joblib.
    Raises ParameterError where PRONGHORN_NUM_THREADS is not a whole number >= 1.
    """
    here = _threads_here.get()
    if here is not None:
        return here
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main and _is_joblib_worker():
        return 1
    if _settings.threads is not None:
        return _settings.threads
    own = os.environ.get("PRONGHORN_NUM_THREADS", "").strip()
    if own:
        number = int(own) if own.isascii() and own.isdigit() else own
        return check("environment variable", "PRONGHORN_NUM_THREADS", number, _THREADS)
    # OpenMP's own variable may hold a list per nesting level, and is not ours to complain about.
    shared = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()
    if shared.isascii() and shared.isdigit() and int(shared) > 0:
        return int(shared)
    return 1 if is_main and _is_joblib_worker() else None


def set_thread_limit(count: int | None) -> None:
    """Set the most threads the native engine may use; None returns to the environment's value."""
    _settings.threads = check("set_thread_limit", "count", count, _THREADS)


@contextmanager
def use_thread_limit(count: int) -> Iterator[None]:
    """Set the most threads of the native engine inside a ``with`` block, for this thread only.

    For programs that train several models side by side in threads of their own.

    >>> with use_thread_limit(1):
    ...     thread_limit()
    1
    """
    token = _threads_here.set(check("use_thread_limit", "count", count, Integer(low=1, high=4096)))
    try:
        yield
    finally:
        _threads_here.reset(token)


def _is_joblib_worker() -> bool:
    """Whether this thread does the work of one of several jobs that joblib runs side by side."""
    # No job runs before joblib was imported, nor where no backend was chosen: its public question
    # alone takes longer than a small step.
    joblib = sys.modules.get("joblib.parallel")
    chosen = getattr(joblib, "_backend", None)
    if joblib is None or (chosen is not None and not hasattr(chosen, "config")):
        return False
    return bool(getattr(joblib.get_active_backend()[0], "nesting_level", 0))


def is_profile_wanted() -> bool:
    """Whether PRONGHORN_PROFILE is set, to anything but nothing and "0"."""
    return os.environ.get("PRONGHORN_PROFILE", "").strip() not in ("", "0")


def data_folder() -> Path | None:
    """The folder named by PRONGHORN_DATA, or None."""
    return _folder("PRONGHORN_DATA")


def cache_folder() -> Path:
    """Where downloads are kept: PRONGHORN_CACHE, else ``pronghorn`` in the system's cache."""
    own = _folder("PRONGHORN_CACHE")
    if own is not None:
        return own
    if sys.platform == "win32":
        base = _folder("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = _folder("XDG_CACHE_HOME") or Path.home() / ".cache"
    return base / "pronghorn"


def keras_folder() -> Path:
    """Where Keras keeps its downloads: KERAS_HOME, else ``~/.keras``."""
    return _folder("KERAS_HOME") or Path.home() / ".keras"


def _folder(variable: str) -> Path | None:
    value = os.environ.get(variable, "")
    return Path(value).expanduser() if value else None


def _check_engine(name: str) -> str:
    if name not in ENGINES:
        raise UnknownNameError(
            compose(
                "engine",
                expected=f"one of {', '.join(ENGINES)}",
                received=repr(name),
                remedy=suggest(str(name), ENGINES),
            )
        )
    return name
