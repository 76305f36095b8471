"""``tf.io.gfile``: files and folders of this machine, by Python's own functions."""

from __future__ import annotations

import glob as _glob
import os
import shutil
from typing import Any

from pronghorn.errors import FileError, compose
from pronghorn.runner._tensorflow._calls import serve

__all__ = [
    "GFile",
    "copy",
    "exists",
    "glob",
    "isdir",
    "join",
    "listdir",
    "makedirs",
    "mkdir",
    "remove",
    "rename",
    "rmtree",
]

exists, isdir, listdir = os.path.exists, os.path.isdir, os.listdir
join, mkdir, remove, rmtree = os.path.join, os.mkdir, os.remove, shutil.rmtree


def GFile(name: Any, mode: str = "r") -> Any:
    """A file that is open, for text where the mode has no "b". Source: tf.io.gfile.GFile."""
    return open(name, mode, encoding=None if "b" in mode else "utf-8")


def makedirs(path: Any) -> None:
    """Make a folder, and those above it; it may be there. Source: tf.io.gfile.makedirs."""
    os.makedirs(path, exist_ok=True)


def glob(pattern: Any) -> list[str]:
    """The names that fit a pattern, or one of several. Source: tf.io.gfile.glob."""
    patterns = pattern if isinstance(pattern, list | tuple) else [pattern]
    return [name for one in patterns for name in sorted(_glob.glob(os.fspath(one)))]


def copy(src: Any, dst: Any, overwrite: bool = False) -> None:
    """Copy a file. Source: tf.io.gfile.copy."""
    _check_free(dst, overwrite)
    shutil.copyfile(src, dst)


def rename(src: Any, dst: Any, overwrite: bool = False) -> None:
    """Give a file another name. Source: tf.io.gfile.rename."""
    _check_free(dst, overwrite)
    os.replace(src, dst)


def _check_free(path: Any, overwrite: bool) -> None:
    if not overwrite and os.path.exists(path):
        raise FileError(
            compose(
                f"{path}",
                expected="no file there yet",
                received="one",
                remedy="Pass overwrite=True to replace it",
            )
        )


__getattr__, __dir__ = serve("tf.io.gfile", "io.gfile.")
