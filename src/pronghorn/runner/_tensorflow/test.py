"""``tf.test``: what a program asks about the machine."""

from __future__ import annotations

from typing import Any

from pronghorn.runner._tensorflow._calls import serve


def is_gpu_available(cuda_only: bool = False, min_cuda_compute_capability: Any = None) -> bool:
    """False. Source: tf.test.is_gpu_available."""
    return False


def is_built_with_cuda() -> bool:
    """False. Source: tf.test.is_built_with_cuda."""
    return False


is_built_with_gpu_support = is_built_with_rocm = is_built_with_cuda


def is_built_with_xla() -> bool:
    """False. Source: tf.test.is_built_with_xla."""
    return False


def gpu_device_name() -> str:
    """An empty name: there is none. Source: tf.test.gpu_device_name."""
    return ""


__getattr__, __dir__ = serve("tf.test", "test.")
