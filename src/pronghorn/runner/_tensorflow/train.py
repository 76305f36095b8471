"""``tf.train``: what programs ask of the files of a training."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pronghorn.runner._tensorflow._calls import serve

__all__ = ["latest_checkpoint"]


def latest_checkpoint(checkpoint_dir: Any, latest_filename: Any = None) -> str | None:
    """The file of the folder that was written last; None where there is none.

    Source: tf.train.latest_checkpoint, which reads the folder's list of checkpoints.
    """
    folder = Path(os.fspath(checkpoint_dir))
    files = [path for path in folder.glob("*") if path.is_file()] if folder.is_dir() else []
    newest = max(files, key=lambda path: (path.stat().st_mtime_ns, path.name), default=None)
    return None if newest is None else str(newest)


__getattr__, __dir__ = serve("tf.train", "train.")
