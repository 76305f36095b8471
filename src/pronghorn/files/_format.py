"""What a file format is, and which one a name asks for."""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO

from pronghorn._core import registry
from pronghorn._core.errors import FileError, compose, describe
from pronghorn.files._content import Content, Weights
from pronghorn.layers._base import Layer

__all__ = ["FileFormat", "find_format"]


class FileFormat:
    """One manner of writing models: known by the ending under which it is registered.

    ``keeps_models``: a whole model with its config; ``keeps_weights``: weights alone.
    """

    keeps_models = False
    keeps_weights = False

    def write(self, file: BinaryIO, content: Content, model: Layer) -> None:
        """Write the model (only its weights where ``content.model`` is None)."""
        raise NotImplementedError(type(self).__name__)

    def read(self, path: Path) -> tuple[Content, Weights]:
        """What the file holds; raises FileError for anything that is not what it should be."""
        raise NotImplementedError(type(self).__name__)


def find_format(verb: str, filepath: Any, keeps: str) -> tuple[Path, FileFormat]:
    """The path and the format of its ending, among those that ``keeps`` says.

    ``keeps``: "models", "weights", or "either" for what weights can be read from. Raises FileError
    for other endings, naming those there are.
    """
    try:
        path = Path(filepath)
    except TypeError:
        raise FileError(
            compose(f"{verb} a file", expected="the name of a file", received=describe(filepath))
        ) from None
    fitting: dict[str, FileFormat] = {}
    for entry in registry.entries("file_format"):
        made: FileFormat = entry.target()
        if keeps == "either" or getattr(made, f"keeps_{keeps}"):
            fitting |= {s: made for s in entry.spellings if s.startswith(".")}
    # The longest ending first: ".weights.h5" is not ".h5".
    for ending in sorted(fitting, key=len, reverse=True):
        if path.name.lower().endswith(ending):
            return path, fitting[ending]
    usual = ".keras" if ".keras" in fitting else ".weights.h5"
    raise FileError(
        compose(
            f"{verb} {str(path)!r}",
            expected=f"a file name that ends in {', '.join(sorted(fitting))}",
            received=_received(path),
            remedy=f"Use for instance {path.with_suffix(usual).name!r}" if path.name else None,
        )
    )


def _received(path: Path) -> str:
    if (path / "saved_model.pb").exists():
        return "a folder that TensorFlow wrote (SavedModel): save it there as .keras or .h5"
    return repr(path.suffix) if path.suffix else "a name without an ending"
