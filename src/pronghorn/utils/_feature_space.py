"""Columns of a table as one row of numbers, each in its own way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from pronghorn import layers
from pronghorn._core import registry
from pronghorn._core.errors import DataError, NotBuiltError, ParameterError, compose, describe
from pronghorn._core.params import Integer, OneOf, check
from pronghorn._core.results import as_result
from pronghorn.data._frame import list_columns
from pronghorn.models import Model
from pronghorn.models._files import save_object
from pronghorn.utils._feature import Cross, Feature, describe_part

__all__ = ["FeatureSpace"]


@registry.register("space", "FeatureSpace")
class FeatureSpace:
    """A dict of columns → one row of numbers (n, k), the columns by name and then the crosses.

    Args:
        features: Name → "float", "float_rescaled", "float_normalized", "float_discretized",
            "integer_categorical", "string_categorical", "integer_hashed" or "string_hashed"; or
            what the functions of these names give, ``feature`` among them.
        output_mode: "concat" (default), or "dict": each column by itself.
        crosses: Lists of names, or what ``cross`` gives. Default None.
        crossing_dim, hashing_dim, num_discretization_bins: How many numbers a cross, a hash and a
            discretized column have. Default 32.
        name: Accepted.

    Categories are one-hot, unless their ``output_mode`` says "int". ``adapt`` learns vocabularies,
    means and boundaries. ``save`` writes all of it to a file that ``models.load_model`` opens.

    Errors: ParameterError for columns that there are not and names of other kinds; NotBuiltError
    before ``adapt``; DataError for other things than dicts.

    Source: keras.utils.FeatureSpace.

    >>> from pronghorn.utils import FeatureSpace
    >>> space = FeatureSpace({"age": "float", "job": "string_categorical"})
    >>> space.adapt({"age": [31.0, 40.0], "job": ["cook", "pilot"]})
    >>> space({"age": [50.0], "job": ["cook"]}).tolist()
    [[50.0, 0.0, 0.0, 1.0]]
    """

    def __init__(
        self,
        features: Mapping[str, Any],
        output_mode: str = "concat",
        crosses: Sequence[Any] | None = None,
        crossing_dim: int = 32,
        hashing_dim: int = 32,
        num_discretization_bins: int = 32,
        name: str | None = None,
    ) -> None:
        if not isinstance(features, Mapping) or not features:
            raise ParameterError(
                compose(
                    "FeatureSpace features",
                    expected="a dict with a column or more",
                    received=describe(features),
                )
            )
        self.name = name or "feature_space"
        rule = Integer(low=1)
        self.crossing_dim = check("FeatureSpace", "crossing_dim", crossing_dim, rule)
        self.hashing_dim = check("FeatureSpace", "hashing_dim", hashing_dim, rule)
        bins = check("FeatureSpace", "num_discretization_bins", num_discretization_bins, rule)
        self.num_discretization_bins = bins
        self.output_mode = check("FeatureSpace", "output_mode", output_mode, _MODES)
        self.features = {key: self._read_feature(key, kind) for key, kind in features.items()}
        self.crosses = [self._read_cross(cross) for cross in crosses or ()]
        self.preprocessors = {key: f.preprocessor for key, f in self.features.items()}
        self.crossers = {c.name: layers.HashedCrossing(c.crossing_dim) for c in self.crosses}
        self.inputs = {
            key: layers.Input((1,), dtype=feature.dtype, name=key)
            for key, feature in self.features.items()
        }
        self._is_adapted = not self._adaptable()
        self._model: Model | None = None

    # The kinds of columns.

    @classmethod
    def cross(
        cls, feature_names: Sequence[str], crossing_dim: int, output_mode: str = "one_hot"
    ) -> Cross:
        """Columns that count together, hashed to ``crossing_dim`` numbers."""
        return Cross(tuple(feature_names), crossing_dim, output_mode)

    @classmethod
    def feature(cls, dtype: str, preprocessor: Any, output_mode: str) -> Feature:
        """A column that a layer of your own choice reads."""
        return Feature(dtype, preprocessor, output_mode)

    @classmethod
    def float(cls, name: str | None = None) -> Feature:
        """Numbers as they are."""
        return Feature("float32", layers.Identity(), "float")

    @classmethod
    def float_rescaled(
        cls, scale: Any = 1.0, offset: Any = 0.0, name: str | None = None
    ) -> Feature:
        """scale · x + offset."""
        return Feature("float32", layers.Rescaling(scale, offset), "float")

    @classmethod
    def float_normalized(cls, name: str | None = None) -> Feature:
        """(x − mean) / deviation, learned by ``adapt``."""
        return Feature("float32", layers.Normalization(axis=-1), "float")

    @classmethod
    def float_discretized(
        cls,
        num_bins: int | None = None,
        bin_boundaries: Any = None,
        output_mode: str = "one_hot",
        name: str | None = None,
    ) -> Feature:
        """The bin of a number: boundaries are given, or learned by ``adapt``."""
        bins = None if bin_boundaries is not None else num_bins
        return Feature("float32", layers.Discretization(bin_boundaries, bins), output_mode)

    @classmethod
    def integer_categorical(
        cls,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        output_mode: str = "one_hot",
        name: str | None = None,
    ) -> Feature:
        """Whole numbers that stand for categories, learned by ``adapt``."""
        return Feature("int32", layers.IntegerLookup(max_tokens, num_oov_indices), output_mode)

    @classmethod
    def string_categorical(
        cls,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        output_mode: str = "one_hot",
        name: str | None = None,
    ) -> Feature:
        """Texts that stand for categories, learned by ``adapt``."""
        return Feature("string", layers.StringLookup(max_tokens, num_oov_indices), output_mode)

    @classmethod
    def string_hashed(
        cls, num_bins: int, output_mode: str = "one_hot", name: str | None = None
    ) -> Feature:
        """Texts in bins, by a hash."""
        return Feature("string", layers.Hashing(num_bins), output_mode)

    @classmethod
    def integer_hashed(
        cls, num_bins: int, output_mode: str = "one_hot", name: str | None = None
    ) -> Feature:
        """Whole numbers in bins, by a hash."""
        return Feature("int32", layers.Hashing(num_bins), output_mode)

    _sized: ClassVar[dict[str, str]] = {
        "float_discretized": "num_discretization_bins",
        "integer_hashed": "hashing_dim",
        "string_hashed": "hashing_dim",
    }

    def _read_feature(self, name: str, kind: Any) -> Feature:
        if isinstance(kind, Feature):
            return kind
        if isinstance(kind, Mapping) and "preprocessor" in kind.get("config", {}):
            return Feature.from_config(kind["config"])
        if not isinstance(kind, str) or kind not in _KINDS:
            raise ParameterError(
                compose(
                    f"FeatureSpace {name!r}",
                    expected=f"one of {', '.join(map(repr, _KINDS))}, or FeatureSpace.feature(…)",
                    received=describe(kind),
                )
            )
        sizes = [getattr(self, self._sized[kind])] if kind in self._sized else []
        made: Feature = getattr(type(self), kind)(*sizes)
        return made

    def _read_cross(self, given: Any) -> Cross:
        if isinstance(given, Mapping):
            cross = Cross.from_config(given["config"])
        else:
            cross = given if isinstance(given, Cross) else Cross(tuple(given), self.crossing_dim)
        unknown = [name for name in cross.feature_names if name not in self.features]
        if unknown or len(cross.feature_names) < 2:
            raise ParameterError(
                compose(
                    "FeatureSpace crosses",
                    expected=f"two or more of {', '.join(map(repr, self.features))}",
                    received=f"{cross.feature_names}",
                )
            )
        return cross

    # Learning.

    def _adaptable(self) -> list[str]:
        found = []
        for name, layer in self.preprocessors.items():
            is_given = getattr(layer, "input_mean", None) is not None
            is_given = is_given or getattr(layer, "_is_fixed", False)
            is_given = is_given or getattr(layer, "bin_boundaries", None) is not None
            if hasattr(type(layer), "adapt") and not is_given:
                found.append(name)
        return found

    def adapt(self, dataset: Any) -> None:
        """Learn what the columns need.

        ``dataset``: a dict of arrays, a data frame, or an iterable of dicts, of rows or of
        batches. Raises DataError for other things.
        """
        table = _gather(list_columns(dataset), self._adaptable())
        for name, column in table.items():
            self.preprocessors[name].adapt(column.reshape(-1, 1))
        self._is_adapted = True
        self._model = None
        self.get_encoded_features()

    # The result.

    def get_inputs(self) -> dict[str, Any]:
        """Name → the symbolic column, where a model on raw columns begins."""
        self._require_adapted()
        return self.inputs

    def get_encoded_features(self) -> Any:
        """The symbolic result for ``get_inputs()``, where a model on numbers goes on."""
        return self._require_model().output

    def _require_adapted(self) -> None:
        if not self._is_adapted:
            raise NotBuiltError(
                compose(
                    "FeatureSpace",
                    expected="columns whose values are known",
                    received="none yet",
                    remedy="Call adapt(dataset) first",
                )
            )

    def _require_model(self) -> Model:
        self._require_adapted()
        if self._model is None:
            read = {name: self.preprocessors[name](self.inputs[name]) for name in self.features}
            crossed = {
                c.name: self.crossers[c.name]([read[name] for name in c.feature_names])
                for c in self.crosses
            }
            forms = {name: feature.output_mode for name, feature in self.features.items()}
            parts = {name: self._encode(name, read[name], forms[name]) for name in sorted(read)}
            forms = {c.name: c.output_mode for c in self.crosses}
            parts |= {
                name: self._encode(name, crossed[name], forms[name]) for name in sorted(forms)
            }
            joined: Any = parts
            if self.output_mode == "concat":
                columns = list(parts.values())
                joined = layers.Concatenate()(columns) if len(columns) > 1 else columns[0]
            self._model = Model(self.inputs, joined)
        return self._model

    def _encode(self, name: str, value: Any, form: str) -> Any:
        if form == "one_hot":
            return layers.CategoryEncoding(self._size_of(name))(value)
        if self.output_mode == "concat" and value.dtype != "float32":
            raise ParameterError(
                compose(
                    f"FeatureSpace {name!r}",
                    expected="numbers to be joined with others: output_mode='one_hot'",
                    received=f"output_mode={form!r}",
                    remedy="Or make the space with output_mode='dict'",
                )
            )
        return value

    def _size_of(self, name: str) -> int:
        layer = self.crossers[name] if name in self.crossers else self.preprocessors[name]
        if isinstance(layer, layers.StringLookup | layers.IntegerLookup):
            return layer.vocabulary_size()
        if isinstance(layer, layers.Discretization) and layer.bin_boundaries is not None:
            return len(layer.bin_boundaries) + 1
        for attribute in ("num_bins", "num_tokens"):
            if getattr(layer, attribute, None) is not None:
                return int(getattr(layer, attribute))
        raise ParameterError(
            compose(
                f"FeatureSpace {name!r}",
                expected="a layer whose number of categories is known, for output_mode='one_hot'",
                received=type(layer).__name__,
                remedy="Use output_mode='int' or 'float'",
            )
        )

    # Files.

    def get_config(self) -> dict[str, Any]:
        """The arguments as plain values, with what ``adapt`` learned."""
        crosses = [describe_part(cross) for cross in self.crosses]
        return {
            "features": {name: describe_part(feature) for name, feature in self.features.items()},
            "output_mode": self.output_mode,
            "crosses": crosses or None,
            "crossing_dim": self.crossing_dim,
            "hashing_dim": self.hashing_dim,
            "num_discretization_bins": self.num_discretization_bins,
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> FeatureSpace:
        """The space that ``get_config`` described."""
        space = cls(**config)
        # Where a vocabulary was learned, its layer says so, and could learn another.
        space._is_adapted = all(map(space._knows, space._adaptable()))
        return space

    def _knows(self, name: str) -> bool:
        layer = self.preprocessors[name]
        return bool(layer.vocabulary_size() if hasattr(layer, "vocabulary_size") else layer.built)

    def save(self, filepath: Any, overwrite: bool = True) -> None:
        """Write the space to a ``.keras`` file; ``models.load_model`` reads it.

        Raises FileError for other endings, and where the file exists and ``overwrite`` is False.

        Source: keras.utils.FeatureSpace.save.
        """
        builds = {name: layer.get_build_config() for name, layer in self.preprocessors.items()}
        save_object(self, builds, filepath, overwrite)

    def __call__(self, data: Any) -> Any:
        """The result for a dict of columns or a data frame: of one row where each is a single
        value."""
        model = self._require_model()
        data = list_columns(data)
        if not isinstance(data, Mapping):
            raise DataError(
                compose("FeatureSpace", expected="a dict of columns", received=describe(data))
            )
        columns = {name: np.asarray(data[name]) for name in self.features if name in data}
        is_row = all(column.ndim == 0 for column in columns.values())
        found = model.predict_on_batch({k: c.reshape(-1, 1) for k, c in columns.items()})
        if not is_row:
            return found
        if isinstance(found, dict):
            return {name: as_result(np.asarray(part)[0]) for name, part in found.items()}
        return as_result(np.asarray(found)[0])


_KINDS = (
    *("float", "float_rescaled", "float_normalized", "float_discretized"),
    *("integer_categorical", "string_categorical", "integer_hashed", "string_hashed"),
)
_MODES = OneOf("concat", "dict")


def _gather(dataset: Any, names: list[str]) -> dict[str, NDArray[Any]]:
    """The columns of these names, whole."""
    if not isinstance(dataset, Mapping | Iterable) or isinstance(dataset, str | bytes):
        raise _refuse(dataset)
    rows = [dataset] if isinstance(dataset, Mapping) else dataset
    parts: dict[str, list[NDArray[Any]]] = {name: [] for name in names}
    for row in rows:
        if not isinstance(row, Mapping) or any(name not in row for name in names):
            raise _refuse(row)
        for name, found in parts.items():
            found.append(np.atleast_1d(np.asarray(row[name])).reshape(-1))
    if any(not found for found in parts.values()):
        raise _refuse(dataset)
    return {name: np.concatenate(found) for name, found in parts.items()}


def _refuse(received: Any) -> DataError:
    return DataError(
        compose(
            "FeatureSpace adapt",
            expected="a dict with the columns, or an iterable of such dicts",
            received=describe(received),
            remedy="Leave labels out: dataset.map(lambda x, y: x)",
        )
    )
