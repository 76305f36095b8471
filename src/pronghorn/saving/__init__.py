"""Model files: a configuration and named arrays, written whole and read with care."""

from pronghorn.saving._npz import read_npz, write_npz

__all__ = ["read_npz", "write_npz"]
