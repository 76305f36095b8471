"""Zip archives, read with care: members by name, none larger than what stands for it."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

from pronghorn.files._limits import DamagedError, check_size
from pronghorn.files.hdf5 import SIGNATURE as HDF5_SIGNATURE

__all__ = ["read_members"]

_MOST_MEMBERS = 10_000
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1


def read_members(
    path: Path, names: Sequence[str] | None = None, folder: str | None = None
) -> dict[str, bytes]:
    """Those of the named members that an archive has, and all of a folder; by default all.

    Raises DamagedError for two members of one name, names that lead out of a folder, encryption,
    methods other than "stored" and "deflated", and members that would swell; ``zipfile`` raises
    errors of its own for damaged bytes and wrong checksums.
    """
    found: dict[str, bytes] = {}
    with _open(path) as archive:
        members = archive.infolist()
        if len(members) > _MOST_MEMBERS:
            raise DamagedError(f"{len(members)} members")
        seen: set[str] = set()
        for member in members:
            _check(member)
            if member.filename in seen:
                raise DamagedError(f"two members {member.filename!r}")
            seen.add(member.filename)
        for member in members:
            is_inside = folder is not None and member.filename.startswith(f"{folder}/")
            if names is None or member.filename in names or (is_inside and not member.is_dir()):
                with archive.open(member) as file:
                    # One byte more than declared: the header may say less than there is.
                    found[member.filename] = file.read(member.file_size + 1)
                if len(found[member.filename]) != member.file_size:
                    raise DamagedError(f"a member {member.filename!r} of another size")
    return found


def _open(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except zipfile.BadZipFile:
        with path.open("rb") as file:
            is_hdf5 = file.read(len(HDF5_SIGNATURE)) == HDF5_SIGNATURE
        if is_hdf5:
            raise DamagedError("an HDF5 file: give it a name that ends in .h5") from None
        size = path.stat().st_size
        received = f"{size} bytes that are no archive" if size else "an empty file"
        raise DamagedError(received) from None


def _check(member: zipfile.ZipInfo) -> None:
    name = member.filename
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]:
        raise DamagedError(f"a member {name!r} outside the archive's folder")
    if member.flag_bits & _ENCRYPTED or member.compress_type not in _METHODS:
        raise DamagedError(f"a member {name!r} that is encrypted or packed in an unknown way")
    check_size(f"a member {name!r}", member.file_size, member.compress_size)
