"""Errors: every class that Pronghorn raises on purpose, for ``except`` clauses."""

from pronghorn._core.errors import (
    DataError,
    EngineError,
    FileError,
    GraphError,
    NotBuiltError,
    NumericsError,
    ParameterError,
    PronghornError,
    ShapeError,
    UnknownNameError,
)

__all__ = [
    "DataError",
    "EngineError",
    "FileError",
    "GraphError",
    "NotBuiltError",
    "NumericsError",
    "ParameterError",
    "PronghornError",
    "ShapeError",
    "UnknownNameError",
]
