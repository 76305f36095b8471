"""``tf.compat.v1``: seeds, logging and sessions that programs for Keras open in passing."""

from __future__ import annotations

import logging as _logging
from types import SimpleNamespace
from typing import Any

from pronghorn.runner import _tensorflow
from pronghorn.runner._outside import outside
from pronghorn.runner._tensorflow._control import Scope, get_logger
from pronghorn.runner._tensorflow.random import set_seed

set_random_seed = set_seed

logging = SimpleNamespace(
    DEBUG=_logging.DEBUG,
    ERROR=_logging.ERROR,
    FATAL=_logging.FATAL,
    INFO=_logging.INFO,
    WARN=_logging.WARNING,
    get_logger=get_logger,
    get_verbosity=lambda: get_logger().getEffectiveLevel(),
    set_verbosity=lambda level: get_logger().setLevel(level),
    **{name: getattr(get_logger(), name) for name in ("debug", "error", "info", "warning")},
    warn=get_logger().warning,
)


def _change_nothing(*_: Any, **__: Any) -> None:
    """For switches between graphs and eager computation: models run on compiled steps anyway."""


disable_eager_execution = enable_eager_execution = _change_nothing
disable_v2_behavior = enable_v2_behavior = _change_nothing
reset_default_graph = _change_nothing


class Graph(Scope):
    """The graph that everything is in: there is one way to compute. Source: tf.compat.v1.Graph."""

    def as_default(self) -> Scope:
        """A ``with`` block that changes nothing."""
        return self


get_default_graph = Graph


class ConfigProto(SimpleNamespace):
    """Settings of a session, all of them without effect. Source: tf.compat.v1.ConfigProto."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"gpu_options": SimpleNamespace(), **kwargs})


GPUOptions = SimpleNamespace


class Session(Scope):
    """A session that Keras is given; it has no graph to run. Source: tf.compat.v1.Session."""

    def run(self, *_: Any, **__: Any) -> Any:
        """Outside: graphs of TensorFlow 1."""
        return outside("tf.compat.v1.Session.run", "tensorflow")

    def close(self) -> None:
        """End the session."""


InteractiveSession = Session


def __getattr__(name: str) -> Any:
    return getattr(_tensorflow, name)
