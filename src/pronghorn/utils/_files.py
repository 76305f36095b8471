"""Files from elsewhere, kept in Keras's cache."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from pronghorn._core import config
from pronghorn._core.errors import FileError, ParameterError, compose
from pronghorn._core.fetch import Download, fetch
from pronghorn._core.params import OneOf, Several, check
from pronghorn._core.warn import warn

__all__ = ["get_file"]

_ARCHIVES = ("tar", "zip")


def get_file(
    fname: str | os.PathLike[str] | None = None,
    origin: str | None = None,
    untar: bool = False,
    md5_hash: str | None = None,
    file_hash: str | None = None,
    cache_subdir: str = "datasets",
    hash_algorithm: str = "auto",
    extract: bool = False,
    archive_format: str | Sequence[str] | None = "auto",
    cache_dir: str | os.PathLike[str] | None = None,
    force_download: bool = False,
) -> str:
    """The path of a file that is downloaded once, and kept below ``~/.keras/datasets``.

    Args:
        fname: Its name there; default None: the last part of ``origin``.
        origin: The address, with https://, http:// or file://.
        untar: ``extract`` with ``archive_format="tar"``.
        md5_hash: An MD5 that it must have; ``file_hash`` is the better one.
        file_hash: The checksum that it must have, SHA-256 or MD5. A kept file with another one is
            downloaded again.
        cache_subdir: The folder inside ``cache_dir``; an absolute path stands for itself.
        hash_algorithm: "sha256", "md5" or "auto" (default), which tells them by their length.
        extract: Unpack a .zip or .tar archive each time, and give the path of the folder; a file
            that is neither is kept packed, with a warning. Members that would leave the folder
            are refused.
        archive_format: "tar", "zip", a list of them, or "auto" (default): both. None: none.
        cache_dir: Default None: KERAS_HOME, else ``~/.keras``.
        force_download: Download even where the file is kept.

    Raises ParameterError for arguments that cannot be meant, FileError where the download or the
    archive fails; a file that was kept stays.

    Source: keras.utils.get_file.

    >>> get_file("data.csv", origin="https://example.org/data.csv")  # doctest: +SKIP
    '….keras/datasets/data.csv'
    """
    name = _check_name(fname, origin)
    checksum = _checksum(md5_hash, file_hash, hash_algorithm)
    forms = _read_forms("tar" if untar else archive_format)
    base = config.keras_folder() if cache_dir is None else Path(cache_dir).expanduser()
    folder = base / cache_subdir
    folder.mkdir(parents=True, exist_ok=True)
    is_archive = extract or untar
    # As in Keras: a given "x.zip" is unpacked into "x_extracted"; any other archive is kept as
    # "x_archive" and unpacked into "x".
    is_file_name = fname is not None and "." in name
    file = folder / (name if is_file_name or not is_archive else f"{name}_archive")
    _download(Download(str(origin), file.name, checksum), folder, force_download)
    if not is_archive:
        return str(file)
    target = folder / (f"{name.split('.')[0]}_extracted" if is_file_name else name)
    _unpack(file, target, forms)
    return str(target)


def _check_name(fname: str | os.PathLike[str] | None, origin: str | None) -> str:
    if not isinstance(origin, str) or not origin.startswith(("https://", "http://", "file://")):
        raise ParameterError(
            compose(
                "get_file origin",
                expected="an address that begins with https://, http:// or file://",
                received=repr(origin),
            )
        )
    address = origin.split("#")[0].split("?")[0]
    name = os.fspath(fname) if fname else address.split("//", 1)[1].rpartition("/")[2]
    if not name or name in (".", "..") or "/" in name or os.sep in name:
        raise ParameterError(
            compose(
                "get_file fname",
                expected="the name of a file, without folders",
                received=repr(name),
                remedy="Name the folder with cache_dir and cache_subdir",
            )
        )
    return name


def _checksum(md5: str | None, known: str | None, algorithm: str) -> str | None:
    if known is None:
        return None if md5 is None else f"md5:{md5}"
    chosen = check("get_file", "hash_algorithm", algorithm, OneOf("auto", "sha256", "md5"))
    if chosen == "auto":
        chosen = "md5" if len(known) == 32 else "sha256"
    return f"{chosen}:{known}"


def _download(one: Download, folder: Path, is_forced: bool) -> None:
    if not is_forced:
        fetch([one], folder)
        return
    with tempfile.TemporaryDirectory(dir=folder) as fresh:
        fetch([one], Path(fresh))
        os.replace(Path(fresh) / one.file, folder / one.file)


def _read_forms(given: str | Sequence[str] | None) -> list[str]:
    if given is None:
        return []
    if given == "auto":
        return list(_ARCHIVES)
    rule = Several(OneOf(*_ARCHIVES))
    named = [given] if isinstance(given, str) else given
    return check("get_file", "archive_format", named, rule)


def _unpack(file: Path, target: Path, forms: Sequence[str]) -> None:
    """Unpack into a folder, each file of which is whole or not there; others in it stay."""
    import tarfile
    import zipfile

    known = {"tar": tarfile.is_tarfile, "zip": zipfile.is_zipfile}
    form = next((form for form in forms if known[form](file)), None)
    if form is None:
        tried = " or ".join(forms) or "none that was asked for"
        warn(f"get_file: {file.name!r} is no archive ({tried}): it was not unpacked.")
        return
    with tempfile.TemporaryDirectory(dir=target.parent) as fresh:
        content = Path(fresh) / "content"
        try:
            if form == "zip":
                with zipfile.ZipFile(file) as archive:
                    archive.extractall(content)
            else:
                with tarfile.open(file) as bundle:
                    bundle.extractall(content, filter="data")
        except (OSError, EOFError, RuntimeError, tarfile.TarError, zipfile.BadZipFile) as error:
            raise FileError(
                compose(
                    str(file),
                    expected="an undamaged .zip or .tar archive whose members stay inside",
                    received=f"{type(error).__name__}: {error}",
                    remedy="Download it again with force_download=True",
                )
            ) from error
        if target.exists():
            move = os.replace
            shutil.copytree(content, target, copy_function=move, dirs_exist_ok=True)
        else:
            shutil.move(content, target)
