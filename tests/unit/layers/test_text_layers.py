"""Layers that look texts and categories up: what Keras makes of the same, and what they refuse."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tolerances
from pronghorn import Input, Model, Sequential, layers, models, ops
from pronghorn.errors import (
    DataError,
    FileError,
    GraphError,
    NotBuiltError,
    ParameterError,
    PronghornError,
    ShapeError,
)

GOLDEN = Path(__file__).parents[2] / "golden" / "kinds" / "texts.json"
CASES = json.loads(GOLDEN.read_text(encoding="utf-8"))["cases"]


def label(case: dict[str, Any]) -> str:
    options = " ".join(f"{key}={value}" for key, value in case["arguments"].items())
    return f"{case['layer']} {options} {np.shape(case['input'])}"


everyone = pytest.mark.parametrize("case", CASES, ids=label)


def make(case: dict[str, Any]) -> Any:
    layer = getattr(layers, case["layer"])(**case["arguments"])
    if case["adapted_to"] is not None:
        layer.adapt(np.array(case["adapted_to"]))
    return layer


def given(case: dict[str, Any]) -> Any:
    x = case["input"]
    return [np.array(part) for part in x] if case["layer"] == "HashedCrossing" else np.array(x)


@everyone
def test_output_is_that_of_keras(case: dict[str, Any]) -> None:
    expected = np.array(case["output"])
    found = make(case)(given(case))
    assert found.shape == expected.shape
    assert (found.dtype.kind == "i") == (expected.dtype.kind == "i")
    tolerances.OUTPUTS_VS_KERAS.check(found, expected)


@pytest.mark.parametrize("case", [c for c in CASES if "vocabulary" in c], ids=label)
def test_vocabulary_is_that_of_keras(case: dict[str, Any]) -> None:
    layer = make(case)
    assert layer.get_vocabulary() == case["vocabulary"]
    assert layer.vocabulary_size() == len(case["vocabulary"])


@pytest.mark.parametrize("case", [c for c in CASES if "boundaries" in c], ids=label)
def test_boundaries_are_those_of_keras(case: dict[str, Any]) -> None:
    tolerances.OUTPUTS_VS_KERAS.check(np.array(make(case).bin_boundaries), case["boundaries"])


@everyone
def test_config_brings_back_what_was_learned(case: dict[str, Any]) -> None:
    layer = make(case)
    config = json.loads(json.dumps(layer.get_config()))
    again = type(layer).from_config(config)
    assert again.get_config() == layer.get_config()
    assert (again(given(case)) == layer(given(case))).all()


# Ways to the same data.


@pytest.mark.parametrize(
    "data",
    [
        ["b", "a", "b"],
        np.array([["b"], ["a"], ["b"]]),
        np.array([b"b", b"a", b"b"], object),
        (np.array(batch) for batch in (["b", "a"], ["b"])),
    ],
    ids=["list", "column", "bytes", "batches"],
)
def test_lookup_adapts_to(data: Any) -> None:
    lookup = layers.StringLookup()
    lookup.adapt(data)
    assert lookup.get_vocabulary() == ["[UNK]", "b", "a"]


def test_adapting_forgets_what_was_learned_before() -> None:
    lookup = layers.IntegerLookup()
    lookup.adapt([1, 2, 2])
    lookup.adapt([7])
    assert lookup.get_vocabulary() == [-1, 7]


def test_adapting_stops_after_the_steps() -> None:
    lookup = layers.StringLookup()
    lookup.adapt(iter([np.array(["a"]), np.array(["b"])]), steps=1)
    assert lookup.get_vocabulary() == ["[UNK]", "a"]


def test_vocabulary_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "words.txt"
    file.write_text("tall\nshört\n", encoding="utf-8")
    assert layers.StringLookup(vocabulary=str(file))(["shört"]).tolist() == [2]


def test_functions_standardize_and_split() -> None:
    layer = layers.TextVectorization(
        standardize=lambda texts: np.char.replace(texts, "<br>", " "),
        split=lambda texts: [text.split("-") for text in texts],
        vocabulary=["a", "b c"],
    )
    assert layer(np.array(["a-b<br>c", "b"])).tolist() == [[2, 3], [1, 0]]


def test_words_of_a_lookup_come_back() -> None:
    lookup = layers.StringLookup(vocabulary=["a", "b"])
    back = layers.StringLookup(vocabulary=lookup.get_vocabulary(), invert=True)
    assert back(lookup(["b", "a", "?"])).tolist() == ["b", "a", "[UNK]"]


def test_older_spellings() -> None:
    lookup = layers.IntegerLookup(max_values=3, num_oov_values=1, vocabulary=[5, 7])
    assert lookup.vocab_size() == 3
    hot = layers.CategoryEncoding(max_tokens=lookup.vocab_size())
    assert hot(lookup([[7]])).tolist() == [[0.0, 0.0, 1.0]]
    assert layers.Discretization(bins=[0.5])([1.0]).tolist() == [1]


# In models.


def make_mixed() -> tuple[Any, dict[str, Any]]:
    """A model of two texts and a number that hands out what it reads, and rows for it."""
    color, note = Input((1,), dtype="string", name="color"), Input((), dtype="string", name="note")
    size = Input((1,), name="size")
    hot = layers.StringLookup(vocabulary=["red", "blue"], output_mode="one_hot")
    words = layers.TextVectorization(vocabulary=["large", "small"], output_sequence_length=2)
    read = [hot(color), words(note), layers.Discretization([0.0])(size), size]
    model = Model({"color": color, "note": note, "size": size}, layers.Concatenate()(read))
    rows = {
        "color": np.array([["red"], ["blue"], ["green"]]),
        "note": np.array(["large!", "very small", ""]),
        "size": np.array([[-1.0], [0.5], [0.0]]),
    }
    return model, rows


# Red, blue and other: (other, red, blue); large = 2, small = 3, others 1, nothing 0; size ≥ 0.
READ = [
    [0.0, 1.0, 0.0, 2.0, 0.0, 0.0, -1.0],
    [0.0, 0.0, 1.0, 1.0, 3.0, 1.0, 0.5],
    [1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0],
]
ENTRIES: dict[str, Callable[[Any, Any], Any]] = {
    "predict": lambda model, rows: model.predict(rows, verbose=0),
    "predict in batches": lambda model, rows: model.predict(
        ({key: part[i : i + 1] for key, part in rows.items()} for i in range(3)), verbose=0
    ),
    "call": lambda model, rows: model(rows),
    "call in training": lambda model, rows: model(rows, training=True),
    "predict_on_batch": lambda model, rows: model.predict_on_batch(rows),
    "list": lambda model, rows: model.predict(list(rows.values()), verbose=0),
    "in another model": lambda model, rows: Model(model.input, model(model.input)).predict(
        rows, verbose=0
    ),
}


@pytest.mark.parametrize("enter", ENTRIES.values(), ids=ENTRIES)
def test_model_reads_texts_by(enter: Callable[[Any, Any], Any]) -> None:
    model, rows = make_mixed()
    assert np.asarray(enter(model, rows)).tolist() == READ


@pytest.mark.parametrize("ending", [".keras", ".h5", ".npz"])
def test_model_of_texts_comes_back_from(ending: str, tmp_path: Path) -> None:
    model, rows = make_mixed()
    model.save(tmp_path / f"model{ending}")
    again = models.load_model(tmp_path / f"model{ending}")
    assert again.predict(rows, verbose=0).tolist() == READ


def test_vocabularies_that_keras_keeps_beside_the_config(tmp_path: Path) -> None:
    """Keras writes what was learned to assets/<way>/vocabulary.txt, and None to the config."""
    words = layers.TextVectorization(output_mode="count")
    words.adapt(["b b c", "c"])
    model = Sequential(
        [Input((), dtype="string"), words, layers.Dense(1, kernel_initializer="ones")]
    )
    ours, theirs = tmp_path / "ours.keras", tmp_path / "theirs.keras"
    model.save(ours)
    with zipfile.ZipFile(ours) as old, zipfile.ZipFile(theirs, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "config.json":
                config = json.loads(text)
                kept = config["config"]["layers"][1]["config"]
                kept["vocabulary"] = None
                del kept["has_input_vocabulary"]
                text = json.dumps(config).encode()
            new.writestr(name, text)
        new.writestr("assets/layers/text_vectorization/vocabulary.txt", "[UNK]\nc\nb")
    again = models.load_model(theirs)
    assert again.layers[0].get_vocabulary() == ["[UNK]", "c", "b"] == words.get_vocabulary()
    texts = np.array(["b c z", ""])
    assert again.predict(texts, verbose=0).tolist() == [[3.0], [0.0]]


def test_texts_take_another_shape_in_front_of_a_lookup(tmp_path: Path) -> None:
    text = Input((), dtype="string")
    lookup = layers.StringLookup(vocabulary=["a", "b"], output_mode="multi_hot")
    column = lookup(ops.expand_dims(text, -1))
    cut = lookup(ops.squeeze(ops.reshape(ops.expand_dims(text, axis=-1), (-1, 1, 1)), axis=1))
    model = Model(text, layers.Concatenate()([column, cut]))
    model.save(tmp_path / "model.keras")
    for one in (model, models.load_model(tmp_path / "model.keras")):
        rows = one.predict(np.array(["b", "c"]), verbose=0)
        assert rows.tolist() == [[0.0, 0.0, 1.0] * 2, [1.0, 0.0, 0.0] * 2]


def test_columns_of_numbers_are_cut_in_front_of_a_lookup(tmp_path: Path) -> None:
    table = Input((3,), dtype="int64")
    lookup = layers.IntegerLookup(vocabulary=[7, 9], output_mode="one_hot")
    chosen = lookup(ops.expand_dims(table[:, 1], -1))
    # The same column once more, as numbers for the engine.
    model = Model(table, layers.Concatenate()([chosen, table[:, 1:2]]))
    model.save(tmp_path / "model.keras")
    for one in (model, models.load_model(tmp_path / "model.keras")):
        rows = one.predict(np.array([[1, 9, 2], [3, 4, 5]]), verbose=0)
        assert rows.tolist() == [[0.0, 0.0, 1.0, 9.0], [1.0, 0.0, 0.0, 4.0]]


def test_subclass_takes_single_texts_as_they_come() -> None:
    class Pairs(Model):
        def __init__(self) -> None:
            super().__init__()
            lookup = layers.StringLookup(vocabulary=["a", "b"])
            table = layers.Embedding(3, 1, weights=np.array([[0.0], [1.0], [5.0]]))
            self.tower = Sequential([lookup, table])

        def call(self, x: Any) -> Any:
            return ops.concatenate([self.tower(x["one"]), self.tower(x["two"])], axis=1)

    rows = {"one": np.array(["a", "b"]), "two": np.array(["b", "?"])}
    assert Pairs().predict(rows, verbose=0).tolist() == [[1.0, 5.0], [5.0, 0.0]]


def test_subclass_learns_from_its_first_data_that_they_are_texts() -> None:
    class Net(Model):
        def __init__(self) -> None:
            super().__init__()
            self.words = layers.TextVectorization(vocabulary=["a", "b"], output_mode="count")
            self.sum = layers.Dense(1, use_bias=False, kernel_initializer="ones")

        def call(self, x: Any) -> Any:
            return self.sum(self.words(x))

    assert Net().predict(np.array(["a b b", "a"]), verbose=0).tolist() == [[3.0], [1.0]]


def test_model_of_texts_learns_what_the_same_of_numbers_learns() -> None:
    """red = 1, blue = 2, other = 0: the same net, fed with the numbers, ends with the same bits."""
    colors = np.array(["red", "blue", "green", "red", "blue"])
    numbers, y = np.array([[1], [2], [0], [1], [2]]), np.array([1.0, 0.0, 0.5, 1.0, 0.0])
    table = np.arange(6.0).reshape(3, 2) / 7

    def build(front: list[Any]) -> Any:
        net = [layers.Embedding(3, 2, weights=table), layers.Flatten()]
        model = Sequential([*front, *net, layers.Dense(1, kernel_initializer="ones")])
        model.compile("adam", "mse")
        return model

    lookup = layers.StringLookup(vocabulary=["red", "blue"])
    of_texts, of_numbers = build([Input((1,), dtype="string"), lookup]), build([Input((1,))])
    of_texts.fit(colors, y, batch_size=2, epochs=3, shuffle=False, verbose=0)
    of_numbers.fit(numbers, y, batch_size=2, epochs=3, shuffle=False, verbose=0)
    for own, other in zip(of_texts.get_weights(), of_numbers.get_weights(), strict=True):
        assert (own == other).all()
    assert (of_texts.predict(colors, verbose=0) == of_numbers.predict(numbers, verbose=0)).all()
    assert (of_texts(colors) == of_numbers(numbers)).all()


@pytest.mark.parametrize("dtype", [object, "string", "category"], ids=str)
def test_frames_of_texts_are_rows_of_texts(dtype: Any) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"front": ["red", "blue"], "back": ["red", "red"]}).astype(dtype)
    lookup = layers.StringLookup(vocabulary=["red", "blue"], output_mode="multi_hot")
    model = Sequential([Input((2,), dtype="string"), lookup])
    # An unknown one, red, blue.
    assert model.predict(frame, verbose=0).tolist() == [[0.0, 1.0, 0.0], [0.0, 1.0, 1.0]]
    assert model.predict_on_batch(frame).tolist() == [[0.0, 1.0, 0.0], [0.0, 1.0, 1.0]]


# What is refused.

TEXT = Input((1,), dtype="string", name="text")
REFUSED: dict[str, tuple[Callable[[], Any], type[PronghornError], str]] = {
    "nothing learned": (lambda: layers.StringLookup()(["a"]), NotBuiltError, "adapt"),
    "rows before adapt": (
        lambda: layers.StringLookup(output_mode="multi_hot")(TEXT), NotBuiltError, "adapt",
    ),
    "numbers as texts": (
        lambda: layers.StringLookup(vocabulary=["a"])([1.5]), DataError, "expected texts",
    ),
    "missing text": (
        lambda: layers.StringLookup(vocabulary=["a"])(np.array(["a", None], object)),
        DataError,
        "element 1",
    ),
    "texts as numbers": (
        lambda: layers.IntegerLookup(vocabulary=[1])(["a"]), DataError, "StringLookup",
    ),
    "unknown text": (
        lambda: layers.StringLookup(vocabulary=["a"], num_oov_indices=0)(["b"]), DataError, "'b'",
    ),
    "repeated": (lambda: layers.StringLookup(vocabulary=["a", "a"]), ParameterError, "once"),
    "too many": (
        lambda: layers.StringLookup(vocabulary=["a", "b"], max_tokens=2),
        ParameterError,
        "at most 2",
    ),
    "no such file": (
        lambda: layers.StringLookup(vocabulary="no/such/file"), FileError, "text file",
    ),
    "file in a config": (
        lambda: layers.StringLookup.from_config({"vocabulary": "a/file"}), ParameterError, "file",
    ),
    "file in the config of texts": (
        lambda: layers.TextVectorization.from_config({"vocabulary": "a/file"}),
        ParameterError,
        "file",
    ),
    "adapting what is given": (
        lambda: layers.StringLookup(vocabulary=["a"]).adapt(["b"]), ParameterError, "vocabulary=",
    ),
    "no words": (lambda: layers.TextVectorization().adapt([""]), DataError, "tokens"),
    "weights in another mode": (
        lambda: layers.StringLookup(vocabulary=["a"], idf_weights=[1.0]), ParameterError, "tf_idf",
    ),
    "texts in Dense": (lambda: layers.Dense(1)(TEXT), GraphError, "texts of 'text'"),
    "lookup behind Dense": (
        lambda: layers.Discretization([0.0])(layers.Dense(1, name="front")(Input((2,)))),
        GraphError,
        "'front'",
    ),
    "texts computed with": (
        lambda: Model(TEXT, TEXT).predict(np.array(["a"]), verbose=0), GraphError, "'text'",
    ),
    "two texts a row": (
        lambda: layers.TextVectorization(vocabulary=["a"])([["a", "b"]]), ShapeError, "one text",
    ),
    "crossing one": (lambda: layers.HashedCrossing(3)([["a"]]), ShapeError, "two or more"),
    "crossing fractions": (
        lambda: layers.HashedCrossing(3)([np.array([0.5]), np.array(["a"])]), DataError, "bins",
    ),
    "bins and boundaries": (
        lambda: layers.Discretization([0.0], num_bins=2), ParameterError, "both",
    ),
    "not a number in a bin": (
        lambda: layers.Discretization([0.0])([float("nan")]), DataError, "finite",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("act", "kind", "says"), REFUSED.values(), ids=REFUSED)
def test_is_refused(act: Callable[[], Any], kind: type[PronghornError], says: str) -> None:
    with pytest.raises(kind, match=says):
        act()
