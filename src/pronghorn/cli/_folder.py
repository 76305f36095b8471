"""Run folder: a folder that appears whole under its name, or not at all."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from pronghorn import errors

# The file by which a run folder is known, and what evaluate and predict need to know of a run.
RECORD = "run.json"
_MODELS = ("model.keras", "model.npz")


def choose_folder(name: str, out: str | None) -> Path:
    """The folder of a run: ``out``, or a free ``runs/<name>-<time>``.

    Errors: ``FileError`` where ``out`` holds something that is not a run.
    """
    if out is not None:
        folder = Path(out)
        _check_replaceable(folder)
        return folder
    stem = f"{name}-{datetime.now():%Y%m%d-%H%M%S}"
    folder = Path("runs") / stem
    count = 1
    while folder.exists():
        count += 1
        folder = Path("runs") / f"{stem}-{count}"
    return folder


@contextmanager
def write_folder(folder: Path) -> Iterator[Path]:
    """A working folder beside ``folder`` that takes its place when the block ends well.

    An older run at that place goes away only then. Whatever ends the block early, Ctrl-C
    included, leaves what was there before.
    """
    _check_replaceable(folder)
    made = [parent for parent in folder.parents if not parent.exists()]
    draft = folder.with_name(f".{folder.name}.{os.getpid()}.unfinished")
    try:
        draft.mkdir(parents=True)
    except OSError as error:
        raise errors.FileError(
            f"{folder}: expected a place where a folder can be made, received "
            f"{error.strerror or error} ({error.filename}). Choose another --out."
        ) from None
    try:
        yield draft
        _check_replaceable(folder)
        older = folder.with_name(f".{folder.name}.{os.getpid()}.older")
        if folder.exists():
            folder.rename(older)
        draft.rename(folder)
        shutil.rmtree(older, ignore_errors=True)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        for parent in made:
            # Another run may have put something there in the meantime.
            with suppress(OSError):
                parent.rmdir()
        raise


def find_model(path: str) -> tuple[Path, dict[str, Any]]:
    """The model file of a run folder, or the file itself, and the record of its run.

    The record is empty where a model file stands alone. Errors: ``FileError``.
    """
    given = Path(path)
    if given.is_dir():
        for name in _MODELS:
            if (given / name).is_file():
                return given / name, read_record(given)
        raise errors.FileError(
            f"{path}: expected a run folder with {' or '.join(_MODELS)}, found neither. "
            "Name a folder that `pronghorn train` wrote, or a model file."
        )
    if not given.is_file():
        raise errors.FileError(
            f"{path}: expected a run folder or a model file, found nothing there. "
            "Train one with `pronghorn train`."
        )
    return given, read_record(given.parent)


def read_record(folder: Path) -> dict[str, Any]:
    """What ``run.json`` of a folder says; empty without one. Errors: ``FileError``."""
    path = folder / RECORD
    if not path.is_file():
        return {}
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise errors.FileError(f"{path}: expected JSON, received {error}.") from None
    if not isinstance(record, dict):
        raise errors.FileError(f"{path}: expected a JSON object, received {type(record).__name__}.")
    return record


def write_record(folder: Path, record: dict[str, Any]) -> None:
    """Write ``run.json``."""
    text = json.dumps(record, indent=2, ensure_ascii=False)
    (folder / RECORD).write_text(text + "\n", encoding="utf-8")


def _check_replaceable(folder: Path) -> None:
    if not folder.exists() or (folder / RECORD).is_file():
        return
    if folder.is_dir() and not any(folder.iterdir()):
        return
    raise errors.FileError(
        f"{folder}: expected a free name, an empty folder or an earlier run, received "
        f"{'a folder with other files' if folder.is_dir() else 'a file'}. "
        "Choose another --out; nothing was changed."
    )
