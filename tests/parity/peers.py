"""The two libraries under comparison, each as a module that reads like Keras."""

from __future__ import annotations

import importlib
import os
from types import ModuleType

import pytest

# Keras reads this once, when it is first imported.
os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_PLATFORMS", "cpu")


def import_keras() -> ModuleType:
    """Return real Keras 3 on JAX, or skip where it is not installed."""
    keras = pytest.importorskip("keras", reason="real Keras is not installed (extra 'test')")
    assert keras.__version__.startswith("3."), f"the peer is Keras 3, found {keras.__version__}"
    assert keras.backend.backend() == "jax", f"Keras runs on {keras.backend.backend()}, not on jax"
    return keras


def import_subject() -> ModuleType:
    """Return the library under test: pronghorn.

    PRONGHORN_TEST_SUBJECT=keras puts Keras in its place, which shows that a test's own logic
    holds for the library it takes its expected values from.
    """
    return importlib.import_module(os.environ.get("PRONGHORN_TEST_SUBJECT", "pronghorn"))
