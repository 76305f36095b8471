"""What a file format is, and which one a name asks for."""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO

from pronghorn._core import registry
from pronghorn._core.errors import FileError, compose, describe
from pronghorn._core.warn import warn
from pronghorn.files._content import Content, Weights
from pronghorn.layers._base import Layer

__all__ = ["FileFormat", "find_format", "take_any_name"]

_OF_TENSORFLOW = (".ckpt", ".index", ".pb", ".tf")
_OF_OTHERS = (".bin", ".joblib", ".npy", ".onnx", ".pickle", ".pkl", ".pt", ".pth", ".tflite")


class FileFormat:
    """One manner of writing models: known by the ending under which it is registered.

    ``keeps_models``: a whole model with its config; ``keeps_weights``: weights alone.
    ``makes_folders``: whether Keras makes the folders above a model of this format.
    """

    keeps_models = False
    keeps_weights = False
    makes_folders = False

    def write(self, file: BinaryIO, content: Content, model: Layer) -> None:
        """Write the model (only its weights where ``content.model`` is None)."""
        raise NotImplementedError(type(self).__name__)

    def read(self, path: Path) -> tuple[Content, Weights]:
        """What the file holds; raises FileError for anything that is not what it should be."""
        raise NotImplementedError(type(self).__name__)


class _Chosen:
    takes_any_name = False


def take_any_name(is_taken: bool) -> None:
    """Whether a name without a known ending means the usual format, .keras or .weights.h5.

    For programs written when Keras made folders and checkpoints of such names; folders above are
    made as then. It holds for the whole process; default False: such names are refused, as by
    Keras 3.
    """
    _Chosen.takes_any_name = bool(is_taken)


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
    is_usual = path.name and path.suffix not in _OF_OTHERS and not path.is_dir()
    if _Chosen.takes_any_name and is_usual:
        return path, fitting[_usual_ending(verb, path, keeps)]
    raise FileError(
        compose(
            f"{verb} {str(path)!r}",
            expected=f"a file name that ends in {', '.join(sorted(fitting))}",
            received=_describe_name(path),
            remedy=_advise(verb, path, ".keras" if ".keras" in fitting else ".weights.h5"),
        )
    )


def _usual_ending(verb: str, path: Path, keeps: str) -> str:
    """The ending whose format a file of another name has."""
    if verb == "save":
        ending = ".keras" if keeps == "models" else ".weights.h5"
        text = f"{str(path)!r} has none of Keras's endings: it is written as {ending}"
        warn(text)
        path.parent.mkdir(parents=True, exist_ok=True)
        return ending
    if path.is_file():
        with path.open("rb") as file:
            return ".keras" if file.read(2) == b"PK" else ".weights.h5"
    return ".keras" if keeps == "models" else ".weights.h5"


def _describe_name(path: Path) -> str:
    if path.is_dir():
        is_saved_model = (path / "saved_model.pb").exists()
        return "a folder that TensorFlow wrote (SavedModel)" if is_saved_model else "a folder"
    return repr(path.suffix) if path.suffix else "a name without an ending"


def _advise(verb: str, path: Path, usual: str) -> str:
    """What to do about a name of no format; ``usual`` is the ending that most would choose."""
    if verb == "save":
        name = path / f"model{usual}" if path.is_dir() else path.with_suffix(usual)
        return f"Use for instance {str(name)!r}"
    of_tensorflow = path.suffix in _OF_TENSORFLOW or (path / "saved_model.pb").exists()
    if of_tensorflow:
        return "Load it in TensorFlow, and save it there as .keras or .h5"
    if path.suffix in _OF_OTHERS:
        return "Load it where it was made, and hand its arrays to model.set_weights()"
    return "Name the file itself, with its ending"
