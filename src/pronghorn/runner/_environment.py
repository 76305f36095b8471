"""The runner's own environment variables; no other file of the runner looks at the environment.

PRONGHORN_ACCEL    1: every Python process that starts serves Keras, TensorFlow and scikit-learn
PRONGHORN_RUN      the folder in which the processes of one run leave what they counted
"""

from __future__ import annotations

import json
import os

__all__ = ["close_run", "keras_backend", "limit_threads", "open_run", "run_folder", "without_run"]

_ACCEL, _RUN, _THREADS = "PRONGHORN_ACCEL", "PRONGHORN_RUN", "PRONGHORN_NUM_THREADS"


def run_folder() -> str | None:
    """The folder of the run that this process was started by, or None."""
    return os.environ.get(_RUN) or None


def open_run(folder: str) -> dict[str, str | None]:
    """Let the processes that this one starts belong to the run; gives what was set before."""
    before = {name: os.environ.get(name) for name in (_ACCEL, _RUN)}
    os.environ[_ACCEL], os.environ[_RUN] = "1", folder
    return before


def close_run(before: dict[str, str | None]) -> None:
    """Set the variables to what ``open_run`` found."""
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def keras_backend() -> str:
    """What Keras computes on: KERAS_BACKEND, else its file of settings, else tensorflow."""
    chosen = os.environ.get("KERAS_BACKEND")
    if chosen:
        return chosen
    folder = os.environ.get("KERAS_HOME") or os.path.join(os.path.expanduser("~"), ".keras")
    try:
        with open(os.path.join(folder, "keras.json"), encoding="utf-8") as file:
            found = json.load(file).get("backend")
    except (OSError, ValueError, AttributeError):
        found = None
    return found if isinstance(found, str) else "tensorflow"


def limit_threads(count: int) -> None:
    """Let this process, and those that it starts, use at most so many threads."""
    os.environ[_THREADS] = str(count)


def without_run() -> dict[str, str]:
    """The environment of a process that is to run as if there were no Pronghorn."""
    return {name: value for name, value in os.environ.items() if name not in (_ACCEL, _RUN)}
