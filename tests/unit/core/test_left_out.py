"""What a name of Keras says that is left out: the reason, and what there is instead."""

from __future__ import annotations

import importlib
import re
from fnmatch import fnmatchcase
from typing import Any

import pytest

import pronghorn
from parity import peers
from pronghorn._core.left_out import LEFT_OUT, MEMBERS
from pronghorn.errors import LeftOutError, PronghornError, UnknownNameError

MODULES = sorted(LEFT_OUT)


def module(library: str, name: str) -> Any:
    return importlib.import_module(f"{library}.{name}" if name else library)


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("layers.Conv2D", "layers.Flatten"),
        ("layers.MaxPooling2D", "layers.Flatten"),
        ("layers.LSTM", "one row"),
        ("layers.GRU", "one row"),
        ("layers.MultiHeadAttention", "one row"),
        ("layers.ReversibleEmbedding", "layers.TextVectorization"),
        ("applications", "layers.Flatten"),
        ("optimizers.Lamb", "optimizers.AdamW"),
        ("callbacks.RemoteMonitor", "callbacks.CSVLogger"),
        ("losses.Dice", "pronghorn.ops"),
        ("metrics.MeanIoU", "pronghorn.ops"),
        ("layers.ThresholdedReLU", "layers.ReLU(threshold=theta)"),
        ("backend.mean", "pronghorn.ops"),
    ],
)
def test_name_says_what_there_is_instead(name: str, remedy: str) -> None:
    folder, _, own = f"pronghorn.{name}".rpartition(".")
    with pytest.raises(LeftOutError) as caught:
        getattr(importlib.import_module(folder), own)
    message = str(caught.value)
    assert message.startswith(f"module {folder!r} has no attribute {own!r}: ")
    assert remedy in message and "\n" not in message
    assert caught.value.dotted == f"pronghorn.{name}"


def test_error_is_what_python_and_pronghorn_catch() -> None:
    assert issubclass(LeftOutError, AttributeError) and issubclass(LeftOutError, PronghornError)
    assert not hasattr(pronghorn.layers, "Conv2D")


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("layers.Dens", "Dense"),
        ("Sequental", "Sequential"),
        ("utils.to_categorial", "to_categorical"),
    ],
)
def test_mistyped_name_suggests_the_nearest(name: str, nearest: str) -> None:
    folder, _, own = f"pronghorn.{name}".rpartition(".")
    with pytest.raises(AttributeError, match=re.escape(f"Did you mean '{nearest}'?")) as caught:
        getattr(importlib.import_module(folder), own)
    assert not isinstance(caught.value, LeftOutError)


@pytest.mark.parametrize("name", MODULES)
def test_every_pattern_names_something_of_keras_and_nothing_of_pronghorn(name: str) -> None:
    peers.import_keras()
    # tf.keras has what Keras 2 left behind, too.
    theirs = [*dir(module("keras", name)), *dir(module("keras._tf_keras.keras", name))]
    ours = module("pronghorn", name).__all__
    patterns = [part for names in LEFT_OUT[name].values() for part in names.split()]
    assert len(patterns) == len(set(patterns))
    assert [p for p in patterns if not any(fnmatchcase(known, p) for known in theirs)] == []
    assert [known for known in ours if any(fnmatchcase(known, p) for p in patterns)] == []


@pytest.mark.parametrize("name", [*MODULES, "models", "constraints", "regularizers", "wrappers"])
def test_every_name_of_keras_is_there_or_left_out_for_a_reason(name: str) -> None:
    peers.import_keras()
    ours = module("pronghorn", name)
    wanted = [known for known in dir(module("keras", name)) if not known.startswith("_")]
    patterns = [p for names in LEFT_OUT.get(name, {}).values() for p in names.split()]
    unexplained = [
        known
        for known in wanted
        if not hasattr(ours, known) and not any(fnmatchcase(known, p) for p in patterns)
    ]
    assert unexplained == []


@pytest.mark.parametrize(
    ("kind", "name", "remedy"),
    [
        ("optimizers", "muon", "optimizers.AdamW"),
        ("losses", "dice", "pronghorn.ops"),
        ("metrics", "BinaryIoU", "pronghorn.ops"),
        ("losses", "crossentropy", "sparse_categorical_crossentropy"),
    ],
)
def test_string_says_what_there_is_instead(kind: str, name: str, remedy: str) -> None:
    with pytest.raises(UnknownNameError, match=re.escape(remedy)):
        module("pronghorn", kind).get(name)


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("make_train_function", "compute_gradients"),
        ("export", "save"),
        ("quantize", "larger than these"),
        ("stateless_call", "the engine runs"),
        ("input_dtype", "float32"),
        ("add_metric", "compile"),
    ],
)
def test_attribute_says_what_there_is_instead(name: str, remedy: str) -> None:
    model = pronghorn.Sequential([pronghorn.layers.Dense(1)])
    with pytest.raises(LeftOutError, match=remedy) as caught:
        getattr(model, name)
    assert str(caught.value).startswith(f"'Sequential' object has no attribute {name!r}")
    assert not hasattr(model, name)


def test_other_attributes_are_missed_as_ever() -> None:
    class Own(pronghorn.layers.Layer):
        @property
        def broken(self) -> Any:
            return self.nothing

    with pytest.raises(AttributeError, match="'Own' object has no attribute 'nothing'"):
        Own().broken  # noqa: B018
    with pytest.raises(AttributeError) as caught:
        pronghorn.layers.Dense(1).unitz  # noqa: B018
    assert (caught.value.name, type(caught.value)) == ("unitz", AttributeError)


@pytest.mark.parametrize("kind", MEMBERS)
def test_every_attribute_left_out_is_one_of_keras_and_none_of_pronghorn(kind: str) -> None:
    keras = peers.import_keras()
    model = keras.Sequential([keras.layers.Dense(1)])
    theirs = dir(model if kind == "Model" else model.layers[0])
    ours = [name for name in dir(getattr(pronghorn, kind)) if name[0] != "_"]
    patterns = [part for names in MEMBERS[kind].values() for part in names.split()]
    assert [p for p in patterns if not any(fnmatchcase(known, p) for known in theirs)] == []
    assert [known for known in ours if any(fnmatchcase(known, p) for p in patterns)] == []
