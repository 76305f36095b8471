"""The command ``doctor``: this machine, this installation, and the data that is here."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from pathlib import Path

import pronghorn as keras
from pronghorn.cli._machine import find_missing, find_processor, find_versions
from pronghorn.engines.machine import find_native, list_engines

# Folders are listed up to this many entries.
_LISTED = 8


def examine() -> None:
    """Print what one needs to know when something is slow, missing or different elsewhere."""
    sections = {"machine": tell_machine(), "engines": tell_engines(), "data": tell_data()}
    versions = find_versions()
    sections["versions"] = iter(versions.items())
    for title, lines in sections.items():
        print(title)
        for name, text in lines:
            print(f"  {name:<16} {text}")
    missing = find_missing()
    if missing:
        print(f"  {'not installed':<16} {', '.join(missing)}")


def tell_machine() -> Iterator[tuple[str, str]]:
    """Processor, system, cores."""
    yield "processor", find_processor()
    yield "architecture", platform.machine()
    yield "system", platform.platform()
    yield "cores", f"{os.cpu_count() or 1} in the machine"


def tell_engines() -> Iterator[tuple[str, str]]:
    """Which engines there are, the one in use, and what the native one runs on."""
    engines = list_engines()
    yield "present", ", ".join(name for name in engines if engines[name])
    yield "in use", keras.config.engine()
    native = find_native()
    if native is None:
        yield "native", "not built: install from source with a C++20 compiler"
        return
    yield "instruction set", native.isa
    yield "available", ", ".join(native.isas)
    yield "threads", f"{native.threads} (of {native.cores} cores that this process may use)"


def tell_data() -> Iterator[tuple[str, str]]:
    """The folders that data sets are looked for in, and what is in them."""
    own = keras.config.data_folder()
    yield "PRONGHORN_DATA", list_folder(own) if own else "not set"
    yield "cache", list_folder(keras.config.cache_folder() / "datasets")
    yield "Keras's cache", list_folder(keras.config.keras_folder() / "datasets")
    yield "names", ", ".join(keras.datasets.names())


def list_folder(folder: Path) -> str:
    """The folder's path and the names in it."""
    if not folder.is_dir():
        return f"{folder} (no such folder)"
    try:
        names = sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError as error:
        return f"{folder} ({error.strerror})"
    shown = ", ".join(names[:_LISTED]) or "empty"
    more = f", and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return f"{folder}: {shown}{more}"
