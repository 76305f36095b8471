"""Machine: what this computer and this installation are, in words."""

from __future__ import annotations

import importlib.metadata
import platform
from pathlib import Path

# What a report or a question to the maintainers should name, by distribution.
_PACKAGES = (
    "pronghorn",
    "numpy",
    "h5py",
    "pooch",
    "rich",
    "typer",
    "matplotlib",
    "scikit-learn",
    "pandas",
    "jax",
    "keras",
)


def find_versions() -> dict[str, str]:
    """Python's version and those of the packages that are installed here."""
    versions = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return versions


def find_missing() -> list[str]:
    """The packages that could be used and are not installed."""
    present = find_versions()
    return [package for package in _PACKAGES if package not in present]


def find_processor() -> str:
    """The processor's name as its maker wrote it, or the architecture."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    for line in lines:
        key, _, value = line.partition(":")
        if key.strip() == "model name" and value.strip():
            return value.strip()
    return platform.processor() or platform.machine()
