"""Every error that Pronghorn raises on purpose.

    PronghornError                          catch this to catch them all
    ├── ShapeError          ValueError      an array does not fit
    ├── DataError           ValueError      contents: NaN, labels, lengths, dtype
    ├── UnknownNameError    ValueError      no loss, layer, dataset … of that name
    ├── LeftOutError        AttributeError  a name of Keras that is no part of dense nets
    ├── ParameterError      ValueError      an argument outside its values; a TypeError too
    ├── NotBuiltError       ValueError      used before its shapes were known, or before compile()
    ├── GraphError          ValueError      layers or operations that do not connect
    ├── EngineError         RuntimeError    an engine is absent or cannot run this program
    ├── NumericsError       FloatingPointError   a loss or weight turned NaN or infinite
    └── FileError           OSError         a file is damaged or not what it says; a ValueError too
        └── MissingFileError FileNotFoundError   there is no file of that name

The second column is the built-in class each one also is, so that code written for Keras or for
scikit-learn catches what it always caught.
"""

from __future__ import annotations

from collections.abc import Iterable

__all__ = [
    "DataError",
    "EngineError",
    "FileError",
    "GraphError",
    "LeftOutError",
    "MissingFileError",
    "NotBuiltError",
    "NumericsError",
    "ParameterError",
    "PronghornError",
    "ShapeError",
    "UnknownNameError",
    "compose",
    "describe",
    "suggest",
]

_LONGEST_REPR = 80


class PronghornError(Exception):
    """The root of the tree: everything Pronghorn raises on purpose."""


class ShapeError(PronghornError, ValueError):
    """An array's shape is not the one expected there."""


class DataError(PronghornError, ValueError):
    """The contents of the data cannot be used: type, length, labels, NaN or infinity."""


class UnknownNameError(PronghornError, ValueError):
    """A string names nothing that is registered.

    ``kind`` and ``name`` say what was looked up, where one of the registered things was.
    """

    def __init__(self, message: str, kind: str | None = None, name: str | None = None) -> None:
        super().__init__(message)
        self.kind, self.name = kind, name


class LeftOutError(PronghornError, AttributeError):
    """A module was asked for a name that Keras has and Pronghorn leaves out on purpose.

    ``dotted`` is the name with its module, "pronghorn.layers.Conv2D"; the message says why it is
    left out and what there is instead. An AttributeError as well, so that ``hasattr`` says False.

    >>> from pronghorn import layers
    >>> hasattr(layers, "Conv2D")
    False
    """

    def __init__(self, message: str, dotted: str = "") -> None:
        super().__init__(message)
        self.dotted = dotted


class ParameterError(PronghornError, ValueError, TypeError):
    """An argument has the wrong type or lies outside its declared values."""


class NotBuiltError(PronghornError, ValueError, AttributeError):
    """Something was asked of a layer or model that is not built or not compiled yet.

    Attributes that come with building are not there before, which ``hasattr`` can tell.
    """


class GraphError(PronghornError, ValueError):
    """Layers or operations cannot be connected in this way."""


class EngineError(PronghornError, RuntimeError):
    """The engine asked for is absent, or cannot run this program."""


class NumericsError(PronghornError, FloatingPointError):
    """A number that must be finite turned NaN or infinite."""


class FileError(PronghornError, OSError, ValueError):
    """A file is missing, damaged, or not what it claims to be."""


class MissingFileError(FileError, FileNotFoundError):
    """There is no file of the name given."""


def compose(
    what: str,
    *,
    expected: str | None = None,
    received: str | None = None,
    origin: str | None = None,
    remedy: str | None = None,
) -> str:
    """Compose the one-line message that every error of Pronghorn has.

    ``what: expected …, received … from origin. Remedy.`` Parts that are None are left out;
    line breaks become spaces, so that the message is one line whatever it quotes.

    >>> print(compose(
    ...     "Dense 'hidden_2'",
    ...     expected="last axis 784 (set when it was built)",
    ...     received="shape (32, 783)",
    ...     origin="'flatten'",
    ...     remedy="Pass a matching array or build a new model",
    ... ))
    Dense 'hidden_2': expected last axis 784 (set when it was built), received shape (32, 783) \
from 'flatten'. Pass a matching array or build a new model.
    """
    parts = []
    if expected is not None:
        parts.append(f"expected {expected}")
    if received is not None:
        parts.append(f"received {received}")
    statement = ", ".join(parts)
    if origin is not None:
        statement = f"{statement} from {origin}" if statement else f"from {origin}"
    text = f"{what}: {statement}" if statement else what
    text = text.rstrip(".") + "."
    if remedy is not None:
        remedy = remedy.rstrip(".")
        text = f"{text} {remedy}" if remedy.endswith("?") else f"{text} {remedy}."
    return " ".join(text.split())


def describe(value: object) -> str:
    """Describe a received value in a few words: arrays by dtype and shape, the rest by repr.

    >>> import numpy as np
    >>> describe(np.zeros((2, 3), "float32"))
    'a float32 array of shape (2, 3)'
    >>> describe("relu")
    "'relu' (str)"
    >>> describe(None)
    'None'
    """
    if value is None:
        return "None"
    shape = getattr(value, "shape", None)
    dtype = getattr(value, "dtype", None)
    if isinstance(shape, tuple) and shape and dtype is not None:
        article = "an" if str(dtype).startswith(("int", "object")) else "a"
        return f"{article} {dtype} array of shape {shape}"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    text = " ".join(repr(value).split())
    if len(text) > _LONGEST_REPR:
        text = text[: _LONGEST_REPR - 1] + "…"
    return f"{text} ({type(value).__name__})"


def suggest(name: str, known: Iterable[str]) -> str | None:
    """The remedy for a mistyped name: the nearest of the known ones, None where none is near.

    >>> suggest("adamm", ["adam", "sgd"])
    "Did you mean 'adam'?"
    """
    # Only a refusal needs it, and it takes longer to import than the rest of this file.
    from difflib import get_close_matches

    near = get_close_matches(name, list(known), n=1)
    return f"Did you mean {near[0]!r}?" if near else None
