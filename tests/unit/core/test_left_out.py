"""What a name of Keras says that is left out: the reason, and what there is instead."""

from __future__ import annotations

import importlib
import re
from fnmatch import fnmatchcase
from typing import Any

import pytest

import pronghorn
from parity import peers
from pronghorn._core.left_out import LEFT_OUT
from pronghorn.errors import LeftOutError, PronghornError

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
        ("layers.TextVectorization", "scikit-learn"),
        ("applications", "layers.Flatten"),
        ("optimizers.Lamb", "optimizers.AdamW"),
        ("callbacks.RemoteMonitor", "callbacks.CSVLogger"),
        ("datasets.cifar10", "datasets.mnist"),
        ("utils.model_to_dot", "utils.plot_model"),
        ("losses.Dice", "pronghorn.ops"),
        ("metrics.MeanIoU", "pronghorn.ops"),
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
    theirs, ours = dir(module("keras", name)), module("pronghorn", name).__all__
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
