"""``tf.config``: one machine, one device, its processor."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, NamedTuple

from pronghorn import config as _settings
from pronghorn.runner._tensorflow._calls import FUNCTIONS, serve

__all__ = ["PhysicalDevice"]


class PhysicalDevice(NamedTuple):
    """A device. Source: tf.config.PhysicalDevice."""

    name: str
    device_type: str


_PROCESSOR = PhysicalDevice("/physical_device:CPU:0", "CPU")
_LOGICAL = PhysicalDevice("/device:CPU:0", "CPU")


def list_physical_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """The processor; of other kinds there are none. Source: tf.config.list_physical_devices."""
    return [_PROCESSOR] if device_type in (None, "CPU") else []


def list_logical_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """The processor; of other kinds there are none. Source: tf.config.list_logical_devices."""
    return [_LOGICAL] if device_type in (None, "CPU") else []


def _change_nothing(*_: Any, **__: Any) -> None:
    """For settings of graphs, GPUs and compilers, which are not there."""


def _set_threads(num_threads: int) -> None:
    """The most threads of one operation; 0 for as many as there are cores.

    Source: tf.config.threading.set_intra_op_parallelism_threads.
    """
    _settings.set_thread_limit(int(num_threads) or None)


threading = SimpleNamespace(
    set_intra_op_parallelism_threads=_set_threads,
    get_intra_op_parallelism_threads=lambda: _settings.thread_limit() or 0,
    # Operations run one after another.
    set_inter_op_parallelism_threads=_change_nothing,
    get_inter_op_parallelism_threads=lambda: 1,
)

optimizer = SimpleNamespace(
    set_jit=_change_nothing,
    get_jit=lambda: "",
    set_experimental_options=_change_nothing,
    get_experimental_options=dict,
)

experimental = SimpleNamespace(
    # Results are the same on every run, whatever the number of threads.
    enable_op_determinism=_change_nothing,
    get_device_details=lambda device: {},
    get_memory_growth=lambda device: False,
    get_visible_devices=list_physical_devices,
    list_logical_devices=list_logical_devices,
    list_physical_devices=list_physical_devices,
    set_device_policy=_change_nothing,
    set_memory_growth=_change_nothing,
    set_synchronous_execution=_change_nothing,
    set_virtual_device_configuration=_change_nothing,
    set_visible_devices=_change_nothing,
    VirtualDeviceConfiguration=SimpleNamespace,
)

FUNCTIONS.update(
    {
        "config.LogicalDeviceConfiguration": SimpleNamespace,
        "config.functions_run_eagerly": lambda: False,
        "config.get_soft_device_placement": lambda: True,
        "config.get_visible_devices": list_physical_devices,
        "config.run_functions_eagerly": _change_nothing,
        "config.set_logical_device_configuration": _change_nothing,
        "config.set_soft_device_placement": _change_nothing,
        "config.set_visible_devices": _change_nothing,
    }
)

__getattr__, __dir__ = serve("tf.config", "config.")
