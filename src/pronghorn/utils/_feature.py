"""The parts of a ``FeatureSpace``: a column, and columns that count together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from pronghorn import layers
from pronghorn._core import registry
from pronghorn._core.params import OneOf, check

__all__ = ["Cross", "Feature", "describe_part"]

# Where Keras's files look for what is no public name.
_MODULE = "keras.src.layers.preprocessing.feature_space"


@dataclass(frozen=True)
class Feature:
    """What becomes of one column: its type, the layer that reads it, and the form of its result."""

    dtype: str
    preprocessor: Any
    output_mode: str

    def __post_init__(self) -> None:
        check("FeatureSpace", "output_mode", self.output_mode, OneOf("int", "one_hot", "float"))

    def get_config(self) -> dict[str, Any]:
        """The arguments, with what the layer learned."""
        described = registry.serialize(self.preprocessor)
        if isinstance(self.preprocessor, layers.Normalization) and self.preprocessor.built:
            found = (self.preprocessor.mean, self.preprocessor.variance)
            learned = [None if part is None else np.ravel(part).tolist() for part in found]
            described["config"] |= dict(zip(("mean", "variance"), learned, strict=True))
        return {
            "dtype": self.dtype,
            "preprocessor": described,
            "output_mode": self.output_mode,
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Feature:
        """The column that ``get_config`` described."""
        layer = registry.deserialize("layer", config["preprocessor"])
        return cls(**{**config, "preprocessor": layer})


@dataclass(frozen=True)
class Cross:
    """Several columns as one, hashed to ``crossing_dim`` numbers."""

    feature_names: tuple[str, ...]
    crossing_dim: int
    output_mode: str = "one_hot"

    def __post_init__(self) -> None:
        check("FeatureSpace cross", "output_mode", self.output_mode, OneOf("int", "one_hot"))

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return asdict(self)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Cross:
        """The cross that ``get_config`` described."""
        return cls(**{**config, "feature_names": tuple(config["feature_names"])})

    @property
    def name(self) -> str:
        """The names of the columns, joined."""
        return "_X_".join(self.feature_names)


def describe_part(part: Feature | Cross) -> dict[str, Any]:
    """A part of the config, in Keras's form."""
    kind = type(part).__name__
    config = part.get_config()
    return {"module": _MODULE, "class_name": kind, "config": config, "registered_name": kind}
