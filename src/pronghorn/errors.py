"""Errors: every class that Pronghorn raises on purpose, and how their messages are put together."""

from pronghorn._core.errors import (
    DataError,
    EngineError,
    FileError,
    GraphError,
    LeftOutError,
    MissingFileError,
    NotBuiltError,
    NumericsError,
    ParameterError,
    PronghornError,
    ShapeError,
    UnknownNameError,
    compose,
    describe,
    suggest,
)

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
