"""A fitted model inside a pickle: as the bytes of a model file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pronghorn.errors import FileError, PronghornError, UnknownNameError, compose
from pronghorn.models import load_model

__all__ = ["pack_model", "unpack_model"]

_FORMAT = "pronghorn-wrapper-1"


def pack_model(model: Any) -> dict[str, Any]:
    """What ``unpack_model`` makes the model of again: a ``.npz`` file with the state of training.

    A model that cannot be described in a file (a lambda as loss, a subclass without a config) is
    packed as its weights and the optimizer's state; the build function makes the rest.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder, "model.npz")
        try:
            model.save(path)
        except PronghornError:
            model.save_weights(path, overwrite=True)
            return {"format": _FORMAT, "is_whole": False, "file": path.read_bytes()}
        return {"format": _FORMAT, "is_whole": True, "file": path.read_bytes()}


def unpack_model(packed: Any, build: Callable[[], Any]) -> Any:
    """The model; ``build`` makes one like it, where the file alone does not say how.

    That is also where the file names things of the user's own that are not registered. Raises
    FileError for another format and for damaged bytes.
    """
    found = packed.get("format") if isinstance(packed, dict) else None
    if found != _FORMAT:
        raise FileError(
            compose(
                "pickle of a wrapped model",
                expected=f"format {_FORMAT!r}",
                received=repr(found),
                remedy="Install the version of Pronghorn that wrote it, or fit again",
            )
        )
    with TemporaryDirectory() as folder:
        path = Path(folder, "model.npz")
        path.write_bytes(packed["file"])
        if packed["is_whole"]:
            try:
                return load_model(path)
            except UnknownNameError:
                pass
        model = build()
        model.load_weights(path)
        return model
