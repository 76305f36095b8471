"""All arrays and texts of an HDF5 file at once, by the path of groups that leads to each."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BufferedIOBase, BytesIO
from itertools import pairwise
from typing import Any

import numpy as np

from pronghorn._core.errors import ParameterError, compose
from pronghorn.files._content import Array
from pronghorn.files._limits import DamagedError, check_size
from pronghorn.files.hdf5 import (
    Attribute,
    Dataset,
    GlobalHeaps,
    Source,
    is_dataset,
    is_group,
    read_attributes,
    read_header,
    read_links,
    read_root,
)

__all__ = ["Hdf5", "new_hdf5", "read_hdf5", "write_names"]

# What HDF5 keeps in the header of a group, as Keras counts it.
_LONGEST_ATTRIBUTE = 64512
_MOST_OBJECTS = 200_000
_DEEPEST = 64


@dataclass
class Hdf5:
    """Arrays by path ("layers/dense/vars/0"), and for each group its attributes."""

    arrays: dict[str, Array] = field(default_factory=dict)
    attributes: dict[str, dict[str, Attribute | None]] = field(default_factory=dict)

    def texts(self, group: str, name: str) -> list[str]:
        """A list of texts in an attribute, or split over name0, name1, … where it was too long."""
        held = self.attributes.get(group, {})
        if name in held:
            return _as_texts(held[name], name)
        found: list[str] = []
        count = 0
        while f"{name}{count}" in held:
            found += _as_texts(held[f"{name}{count}"], name)
            count += 1
        return found

    def text(self, name: str, group: str = "") -> str | None:
        """One text in an attribute; None without one."""
        held = self.attributes.get(group, {})
        if name not in held:
            return None
        value = held[name]
        return _as_text(None if value is None else value.tolist(), name)

    def has(self, group: str) -> bool:
        """Whether there is a group of this path."""
        return group in self.attributes


def read_hdf5(file: BufferedIOBase, size: int) -> Hdf5:
    """Everything in an open file of ``size`` bytes.

    Raises DamagedError for bytes that are not what they should be, links to elsewhere, arrays that
    lie in other files or are put together from others, arrays that declare far more than the file
    holds, loops of groups, and values that are not numbers.
    """
    source = Source(file, size)
    texts = GlobalHeaps(source)
    found = Hdf5()
    seen: set[int] = set()
    total = 0
    waiting = [("", read_root(source))]
    while waiting:
        path, address = waiting.pop()
        # Two names of one array would let a small file fill the memory.
        if address in seen or path.count("/") > _DEEPEST or len(seen) > _MOST_OBJECTS:
            raise DamagedError(f"groups that lead in a circle or too deep at {path!r}")
        seen.add(address)
        header = read_header(source, address)
        if is_dataset(header) and path:
            dataset = Dataset(source, header, path)
            total += dataset.nbytes
            check_size("arrays", total, size)
            found.arrays[path] = dataset.read()
        elif is_group(header):
            found.attributes[path] = dict(read_attributes(source, texts, header))
            inner = dict(read_links(source, header))
            waiting += [(f"{path}/{name}" if path else name, inner[name]) for name in inner]
        else:
            raise DamagedError(f"neither a group nor an array at {path!r}")
    return found


def _as_text(value: Any, name: str) -> str:
    if not isinstance(value, bytes):
        raise DamagedError(f"an attribute {name!r} that is not a text")
    try:
        return value.decode("utf-8")
    except UnicodeError:
        raise DamagedError(f"an attribute {name!r} that is not UTF-8 text") from None


def _as_texts(values: Attribute | None, name: str) -> list[str]:
    if values is None or values.ndim != 1:
        raise DamagedError(f"an attribute {name!r} that is not a list of texts")
    return [_as_text(part, name) for part in values.tolist()]


@contextmanager
def new_hdf5(memory: BytesIO) -> Iterator[Any]:
    """An empty ``h5py.File``, written in memory: HDF5 must not meet a full disk half-way."""
    import h5py

    # HDF5 calls h5py's converters when Python has ended already, unless an exit function of h5py
    # took them out. Imported by an exit function, h5py registers its own too late.
    is_ending = not threading.main_thread().is_alive()
    if is_ending:
        h5py._register_converters()
    try:
        with h5py.File(memory, "w") as file:
            yield file
    finally:
        if is_ending:
            h5py._unregister_converters()


def write_names(group: Any, attribute: str, names: Sequence[str]) -> None:
    """Names of groups or arrays as an attribute, split over several where it is too long for one.

    Raises ParameterError for names that HDF5 cannot keep.
    """
    for name in names:
        if {"", "."} & set(name.split("/")) or len(name.encode()) > _LONGEST_ATTRIBUTE:
            raise ParameterError(
                compose(
                    "save in .h5",
                    expected="names of layers and weights that HDF5 can keep",
                    received=repr(name[:80]),
                    remedy="Rename the layer, or save as .keras, which goes by their order",
                )
            )
    encoded = [name.encode() for name in names]
    if not encoded:
        group.attrs[attribute] = np.zeros(0)  # as Keras has it
        return
    parts = [encoded]
    while any(np.asarray(part).nbytes > _LONGEST_ATTRIBUTE for part in parts):
        count = len(parts) + 1
        bounds = [i * len(encoded) // count for i in range(count + 1)]
        parts = [encoded[a:b] for a, b in pairwise(bounds)]
    for i, part in enumerate(parts):
        key = attribute if len(parts) == 1 else f"{attribute}{i}"
        group.attrs[key] = np.asarray(part)
