"""Columns as one row of numbers: each kind worked out, and what is refused."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pronghorn import Model, layers, models
from pronghorn.errors import DataError, FileError, NotBuiltError, ParameterError, PronghornError
from pronghorn.utils import FeatureSpace

TABLE = {
    "size": np.array([1.0, 3.0, 1.0, 3.0]),
    "color": np.array(["red", "blue", "red", "red"]),
    "rooms": np.array([2, 7, 7, 7]),
}

# Kind → the column, and what the table's first two rows become.
KINDS: dict[str, tuple[str, Any, list[list[float]]]] = {
    "float": ("size", "float", [[1.0], [3.0]]),
    "float_rescaled": ("size", FeatureSpace.float_rescaled(2.0, 0.5), [[2.5], [6.5]]),
    # Mean 2, deviation 1.
    "float_normalized": ("size", "float_normalized", [[-1.0], [1.0]]),
    "float_discretized": (
        "size",
        FeatureSpace.float_discretized(bin_boundaries=[2.0]),
        [[1.0, 0.0], [0.0, 1.0]],
    ),
    # Unknown, red (three times), blue.
    "string_categorical": ("color", "string_categorical", [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
    # 7 (three times), 2; no place for unknown ones.
    "integer_categorical": (
        "rooms",
        FeatureSpace.integer_categorical(num_oov_indices=0),
        [[0.0, 1.0], [1.0, 0.0]],
    ),
    "own": (
        "color",
        FeatureSpace.feature("string", layers.StringLookup(vocabulary=["blue"]), "one_hot"),
        [[1.0, 0.0], [0.0, 1.0]],
    ),
}


@pytest.mark.parametrize(("name", "kind", "expected"), KINDS.values(), ids=KINDS)
def test_column_becomes(name: str, kind: Any, expected: list[list[float]]) -> None:
    space = FeatureSpace({name: kind})
    space.adapt({name: TABLE[name]})
    assert space({name: TABLE[name][:2]}).tolist() == expected


def test_hashed_columns_and_crosses_are_those_of_their_layers() -> None:
    space = FeatureSpace(
        {"color": FeatureSpace.string_hashed(5), "rooms": FeatureSpace.integer_hashed(3)},
        crosses=[("color", "rooms")],
        crossing_dim=7,
    )
    colors, rooms = layers.Hashing(5)(TABLE["color"]), layers.Hashing(3)(TABLE["rooms"])
    crossed = layers.HashedCrossing(7)([colors, rooms])
    expected = [np.eye(5)[colors], np.eye(3)[rooms], np.eye(7)[crossed]]
    assert (space(TABLE) == np.concatenate(expected, axis=1)).all()


def test_columns_stand_in_the_order_of_their_names() -> None:
    space = FeatureSpace({"b": "float", "a": "float"})
    assert space({"b": [2.0], "a": [1.0]}).tolist() == [[1.0, 2.0]]


def test_single_row_and_columns_by_themselves() -> None:
    space = FeatureSpace({"a": "float", "b": "integer_categorical"}, output_mode="dict")
    space.adapt(iter([{"a": 1.0, "b": 5}, {"a": 2.0, "b": 5}]))
    assert {k: v.tolist() for k, v in space({"a": 3.0, "b": 5}).items()} == {
        "a": [3.0],
        "b": [0.0, 1.0],
    }


def test_models_begin_at_the_columns_or_behind_them() -> None:
    space = FeatureSpace({"color": "string_categorical", "size": "float"})
    space.adapt([{name: TABLE[name][i:] for name in ("color", "size")} for i in (0, 2)])
    row = space.get_encoded_features()
    sums = layers.Dense(1, kernel_initializer="ones")(row)
    whole = Model(space.get_inputs(), sums)
    columns = {name: TABLE[name] for name in ("color", "size")}
    assert whole.predict(columns, verbose=0).tolist() == [[2.0], [4.0], [2.0], [4.0]]
    assert Model(row, sums).predict(space(columns), verbose=0).shape == (4, 1)


def test_file_holds_what_was_learned_and_keras_own_words(tmp_path: Path) -> None:
    space = FeatureSpace(
        {
            "color": "string_categorical",
            "rooms": "integer_categorical",
            "size": FeatureSpace.float_discretized(3),
            "price": "float_normalized",
        },
        crosses=[("color", "rooms")],
    )
    table = {**TABLE, "price": [10.0, 20.0, 30.0, 60.0]}
    space.adapt(table)
    space.save(tmp_path / "space.keras")
    again = models.load_model(tmp_path / "space.keras")
    assert (again(table) == space(table)).all()
    with zipfile.ZipFile(tmp_path / "space.keras") as archive:
        config = json.loads(archive.read("config.json"))
    # As keras.utils.FeatureSpace.save of Keras 3.15.1 writes them.
    assert (config["module"], config["class_name"]) == ("keras.utils", "FeatureSpace")
    assert config["config"]["features"]["price"]["class_name"] == "Feature"
    assert set(config["build_config"]) == set(space.features)


REFUSED: dict[str, tuple[Callable[[], Any], type[PronghornError], str]] = {
    "no column": (lambda: FeatureSpace({}), ParameterError, "a column or more"),
    "no such kind": (lambda: FeatureSpace({"a": "number"}), ParameterError, "float_normalized"),
    "no such cross": (
        lambda: FeatureSpace({"a": "float"}, crosses=[("a", "b")]), ParameterError, "crosses",
    ),
    "not adapted": (
        lambda: FeatureSpace({"a": "float_normalized"})({"a": [1.0]}), NotBuiltError, "adapt",
    ),
    "labels too": (
        lambda: FeatureSpace({"a": "float_normalized"}).adapt([({"a": 1.0}, 0)]),
        DataError,
        "map",
    ),
    "no such file": (
        lambda: FeatureSpace({"a": "float"}).save("space.h5"), FileError, "ends in .keras",
    ),
    "no dict": (lambda: FeatureSpace({"a": "float"})([1.0]), DataError, "dict"),
    "numbers of categories beside others": (
        lambda: FeatureSpace({"a": FeatureSpace.string_hashed(3, "int")})({"a": ["x"]}),
        ParameterError,
        "one_hot",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("act", "kind", "says"), REFUSED.values(), ids=REFUSED)
def test_is_refused(act: Callable[[], Any], kind: type[PronghornError], says: str) -> None:
    with pytest.raises(kind, match=says):
        act()


def test_a_data_frame_is_its_columns() -> None:
    frame = pd.DataFrame(TABLE)
    space = FeatureSpace({"size": "float_normalized", "color": "string_categorical"}, "concat")
    space.adapt(frame)
    # Mean 2 and deviation 1; unknown, red (three times), blue.
    expected = [[0.0, 1.0, 0.0, -1.0], [0.0, 0.0, 1.0, 1.0]]
    assert np.asarray(space(frame))[:2].tolist() == expected
    assert np.asarray(space(frame[::-1]))[-2:].tolist() == expected[::-1]
