"""Which engines this installation has, and what they find on this machine."""

from __future__ import annotations

from dataclasses import dataclass

from pronghorn._core.config import ENGINES, thread_limit

__all__ = ["NativeFacts", "find_native", "list_engines"]


@dataclass(frozen=True)
class NativeFacts:
    """What the native engine runs on: instruction sets best first, cores, threads of a run."""

    isas: tuple[str, ...]
    isa: str
    cores: int
    threads: int


def find_native() -> NativeFacts | None:
    """What the native engine finds here; None where the extension module was not built."""
    try:
        from pronghorn import _native
    except ImportError:
        return None
    cores = _native.hardware_threads()
    limit = thread_limit()
    return NativeFacts(
        isas=tuple(_native.isas()),
        isa=_native.default_isa(),
        cores=cores,
        threads=min(cores, limit) if limit else cores,
    )


def list_engines() -> dict[str, bool]:
    """Every engine by name, and whether it can be used here."""
    return {name: name != "native" or find_native() is not None for name in ENGINES}
