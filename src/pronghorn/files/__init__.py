"""Model files: one format a file, each between the bytes on the disk and ``Content``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pronghorn._core import lazy

if TYPE_CHECKING:
    from pronghorn.files._content import Content, Weights, name_weights, read_class_name
    from pronghorn.files._format import FileFormat, find_format, take_any_name
    from pronghorn.files._h5 import H5, WeightsH5
    from pronghorn.files._json import to_plain
    from pronghorn.files._keras import Keras
    from pronghorn.files._keras_2_config import (
        CHANGED_MEANING,
        modernize,
        modernize_compile,
        uses,
    )
    from pronghorn.files._keras_2_optimizer import arrange_slots
    from pronghorn.files._legacy_h5 import KERAS_VERSION
    from pronghorn.files._limits import reading
    from pronghorn.files._npz import Npz
    from pronghorn.files._object_tree import take_vocabularies, walk_objects
    from pronghorn.files._own_state import restore_own_state
    from pronghorn.files._replace import replace_weights
    from pronghorn.files._safetensors import Safetensors
    from pronghorn.files._whole import write_whole
else:
    __getattr__, __dir__ = lazy.attach(__name__, "file_format")

__all__ = [
    "CHANGED_MEANING",
    "H5",
    "KERAS_VERSION",
    "Content",
    "FileFormat",
    "Keras",
    "Npz",
    "Safetensors",
    "Weights",
    "WeightsH5",
    "arrange_slots",
    "find_format",
    "modernize",
    "modernize_compile",
    "name_weights",
    "read_class_name",
    "reading",
    "replace_weights",
    "restore_own_state",
    "take_any_name",
    "take_vocabularies",
    "to_plain",
    "uses",
    "walk_objects",
    "write_whole",
]
