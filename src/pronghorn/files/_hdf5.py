"""HDF5, read with care: every array and text of a file at once, nothing that points elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from pronghorn._core.errors import ParameterError, compose
from pronghorn.files._content import Array
from pronghorn.files._limits import DamagedError, check_size

__all__ = ["Hdf5", "read_hdf5", "write_names"]

# What HDF5 keeps in the header of a group, as Keras counts it.
_LONGEST_ATTRIBUTE = 64512
_MOST_OBJECTS = 200_000
_DEEPEST = 64
_NUMBERS = "biuf"


@dataclass
class Hdf5:
    """Arrays by path ("layers/dense/vars/0"), and for each group its attributes."""

    arrays: dict[str, Array] = field(default_factory=dict)
    attributes: dict[str, dict[str, Any]] = field(default_factory=dict)

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
        value = self.attributes.get(group, {}).get(name)
        return None if value is None else _as_text(value, name)

    def has(self, group: str) -> bool:
        """Whether there is a group of this path."""
        return group in self.attributes


def read_hdf5(source: Path | BinaryIO, size: int) -> Hdf5:
    """Everything in a file of ``size`` bytes.

    Raises DamagedError for links to elsewhere, arrays that lie in other files or are put together
    from others, arrays that declare far more than the file holds, loops of groups, and values that
    are not numbers; the HDF5 library raises errors of its own for damaged bytes.
    """
    import h5py

    found = Hdf5()
    with h5py.File(source, "r") as file:
        seen: set[tuple[int, ...]] = set()
        total = 0
        for path, node in _walk(file, "", seen):
            if isinstance(node, h5py.Group):
                found.attributes[path] = dict(_read_attributes(node))
            else:
                total += _check_dataset(path, node)
                check_size("arrays", total, size)
                found.arrays[path] = np.asarray(node[()])
    return found


def _walk(group: Any, path: str, seen: set[tuple[int, ...]]) -> Iterator[tuple[str, Any]]:
    import h5py

    address = _find_address(group)
    if address in seen or path.count("/") > _DEEPEST or len(seen) > _MOST_OBJECTS:
        raise DamagedError(f"groups that lead in a circle or too deep at {path!r}")
    seen.add(address)
    yield path, group
    for name in group:
        link = group.get(name, getlink=True)
        if not isinstance(link, h5py.HardLink):
            raise DamagedError(f"a link to elsewhere at {path}/{name}")
        inner = f"{path}/{name}" if path else name
        node = group[name]
        if isinstance(node, h5py.Group):
            yield from _walk(node, inner, seen)
        elif isinstance(node, h5py.Dataset):
            # Two names of one array would let a small file fill the memory.
            address = _find_address(node)
            if address in seen:
                raise DamagedError(f"a second name of an array at {inner}")
            seen.add(address)
            yield inner, node
        else:
            raise DamagedError(f"neither a group nor an array at {inner}")


def _find_address(node: Any) -> tuple[int, ...]:
    """Where a group or an array begins in the file.

    Not by h5o.get_info: it adds up the pages of a group's index too, and never comes back where
    damaged pages follow each other in a circle.
    """
    import h5py

    return tuple(h5py.h5g.get_objinfo(node.id, b".").objno)


def _check_dataset(path: str, node: Any) -> int:
    """The bytes that an array takes in memory."""
    if node.is_virtual or node.external:
        raise DamagedError(f"an array at {path} that lies in another file")
    if node.dtype.kind not in _NUMBERS or node.shape is None:
        raise DamagedError(f"an array of {node.dtype} at {path}")
    declared = int(node.dtype.itemsize)
    for length in node.shape:
        declared *= int(length)
    check_size(f"an array at {path}", declared, int(node.id.get_storage_size()))
    return declared


def _read_attributes(node: Any) -> Iterator[tuple[str, Any]]:
    import h5py

    for name in node.attrs:
        value = node.attrs[name]
        if not isinstance(value, h5py.Empty):
            yield name, value


def _as_text(value: Any, name: str) -> str:
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    try:
        text = value.decode("utf-8") if isinstance(value, bytes) else value
        if not isinstance(text, str):
            raise DamagedError(f"an attribute {name!r} that is not a text")
        # HDF5 hands on bytes that are not UTF-8 as half characters.
        text.encode("utf-8")
    except UnicodeError:
        raise DamagedError(f"an attribute {name!r} that is not UTF-8 text") from None
    return text


def _as_texts(value: Any, name: str) -> list[str]:
    values = np.asarray(value)
    if values.ndim != 1:
        raise DamagedError(f"an attribute {name!r} that is not a list of texts")
    return [_as_text(part, name) for part in values.tolist()]


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
