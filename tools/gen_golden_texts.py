"""Write tests/golden/kinds/texts.json: what Keras's layers of texts and categories make of data.

Every number comes from real Keras 3. Run it where Keras and TensorFlow are installed, on which
these layers of it stand:

    KERAS_BACKEND=tensorflow python tools/gen_golden_texts.py
"""

from __future__ import annotations

import json
import os
from importlib import metadata
from pathlib import Path
from typing import Any

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np
from keras import layers

FILE = Path(__file__).resolve().parent.parent / "tests" / "golden" / "kinds" / "texts.json"

WORDS = [["red", "blue"], ["red", "green"], ["", "red"], ["blue", "Ünïcode"]]
UNSEEN = [["blue", "red"], ["pink", "red"], ["", "violet"], ["a rather long word " * 5, "green"]]
NUMBERS = [[3, 5], [3, 7], [0, 3], [5, -4]]
OTHERS = [[3, 7], [11, -9], [0, 0], [5, 123456789012]]
TEXTS = [
    "The cat sat, on the mat!",
    "A CAT isn't a dog; a dog\tis not\na cat.",
    "  Çedilla É und ß -- the Mat  ",
    "",
]
FURTHER = ["the dog sat on a hat", "MAT mat, çedilla?", "zebra"]
LENGTHS = np.random.default_rng(20240607).normal(size=333).round(2)

# Layer, arguments, what it adapts to (or None), what it is called on.
CASES: list[tuple[str, dict[str, Any], Any, Any]] = [
    ("StringLookup", {}, WORDS, UNSEEN),
    ("StringLookup", {"mask_token": ""}, WORDS, UNSEEN),
    ("StringLookup", {"max_tokens": 3, "oov_token": "?"}, WORDS, UNSEEN),
    ("StringLookup", {"num_oov_indices": 4}, WORDS, UNSEEN),
    ("StringLookup", {"num_oov_indices": 3, "salt": [7, 9]}, WORDS, UNSEEN),
    ("StringLookup", {"num_oov_indices": 0, "vocabulary": ["a", "b"]}, None, [["b"], ["a"]]),
    ("StringLookup", {"vocabulary": ["b", "a"], "mask_token": "x"}, None, [["b", "x", "c"]]),
    ("StringLookup", {"output_mode": "one_hot"}, WORDS, [["red"], ["pink"]]),
    ("StringLookup", {"output_mode": "one_hot"}, WORDS, UNSEEN),
    ("StringLookup", {"output_mode": "multi_hot", "mask_token": ""}, WORDS, UNSEEN),
    ("StringLookup", {"output_mode": "count"}, WORDS, [["red", "red", "?"], ["blue"] * 3]),
    ("StringLookup", {"output_mode": "tf_idf"}, WORDS, UNSEEN),
    (
        "StringLookup",
        {"output_mode": "multi_hot", "max_tokens": 8, "pad_to_max_tokens": True},
        WORDS,
        UNSEEN,
    ),
    (
        "StringLookup",
        {"output_mode": "tf_idf", "vocabulary": ["a", "b"], "idf_weights": [0.5, 0.25]},
        None,
        [["a", "a", "c"], ["b", "a", "b"]],
    ),
    ("IntegerLookup", {}, NUMBERS, OTHERS),
    ("IntegerLookup", {"mask_token": 0, "max_tokens": 4}, NUMBERS, OTHERS),
    ("IntegerLookup", {"num_oov_indices": 3}, NUMBERS, OTHERS),
    ("IntegerLookup", {"num_oov_indices": 3, "oov_method": "farmhash"}, NUMBERS, OTHERS),
    ("IntegerLookup", {"output_mode": "multi_hot"}, NUMBERS, OTHERS),
    ("IntegerLookup", {"output_mode": "tf_idf"}, NUMBERS, OTHERS),
    ("IntegerLookup", {"vocabulary": [12, 36], "invert": True}, None, [[2, 1], [0, 1]]),
    ("Hashing", {"num_bins": 7}, None, UNSEEN),
    ("Hashing", {"num_bins": 7, "salt": 133}, None, UNSEEN),
    ("Hashing", {"num_bins": 5, "mask_value": ""}, None, UNSEEN),
    ("Hashing", {"num_bins": 5, "mask_value": 0}, None, OTHERS),
    ("Hashing", {"num_bins": 11, "salt": [1, 2]}, None, OTHERS),
    ("Hashing", {"num_bins": 4, "output_mode": "one_hot"}, None, [["a"], ["b"]]),
    ("Hashing", {"num_bins": 4, "output_mode": "count"}, None, UNSEEN),
    ("HashedCrossing", {"num_bins": 17}, None, [[["a"], ["b"], ["a"]], [[1], [-2], [3]]]),
    ("HashedCrossing", {"num_bins": 9}, None, [["a", "b"], ["c", "d"], [5, 6]]),
    ("HashedCrossing", {"num_bins": 5, "output_mode": "one_hot"}, None, [[[1], [2]], [[3], [4]]]),
    ("Discretization", {"bin_boundaries": [0.0, 0.5, 1.0]}, None, [[-1.0, 0.0, 0.7], [1.0, 9, 0]]),
    ("Discretization", {"num_bins": 4}, LENGTHS[:20].tolist(), [[-1.0, -0.2, 0.1, 2.0]]),
    ("Discretization", {"num_bins": 10}, LENGTHS.tolist(), [[-1.0, -0.2, 0.1, 2.0]]),
    ("Discretization", {"num_bins": 3, "epsilon": 0.1}, LENGTHS.tolist(), [[-1.0, 0.1, 2.0]]),
    (
        "Discretization",
        {"bin_boundaries": [0.0, 1.0], "output_mode": "one_hot"},
        None,
        [[-1.0], [0.5], [3.0]],
    ),
    (
        "Discretization",
        {"bin_boundaries": [0.0, 1.0], "output_mode": "count"},
        None,
        [[-1.0, 0.5, 0.25], [3.0, 0.0, 1.0]],
    ),
    ("TextVectorization", {}, TEXTS, FURTHER),
    ("TextVectorization", {"output_sequence_length": 3}, TEXTS, FURTHER),
    ("TextVectorization", {"output_sequence_length": 9, "max_tokens": 6}, TEXTS, FURTHER),
    ("TextVectorization", {"standardize": "lower"}, TEXTS, FURTHER),
    ("TextVectorization", {"standardize": "strip_punctuation"}, TEXTS, FURTHER),
    ("TextVectorization", {"standardize": None}, TEXTS, FURTHER),
    ("TextVectorization", {"split": "character", "max_tokens": 20}, TEXTS, FURTHER),
    ("TextVectorization", {"split": None}, ["a b", "c", "a b"], ["a b", "c", "d"]),
    ("TextVectorization", {"ngrams": 2}, TEXTS, FURTHER),
    ("TextVectorization", {"ngrams": [2, 3], "output_mode": "count"}, TEXTS, FURTHER),
    ("TextVectorization", {"output_mode": "multi_hot"}, TEXTS, FURTHER),
    ("TextVectorization", {"output_mode": "count", "max_tokens": 8}, TEXTS, FURTHER),
    ("TextVectorization", {"output_mode": "tf_idf"}, TEXTS, FURTHER),
    (
        "TextVectorization",
        {"output_mode": "tf_idf", "max_tokens": 40, "pad_to_max_tokens": True},
        TEXTS,
        FURTHER,
    ),
    ("TextVectorization", {"vocabulary": ["cat", "dog"]}, None, ["A dog, a cat"]),
]


def run(name: str, arguments: dict[str, Any], learned: Any, given: Any) -> dict[str, Any]:
    """What Keras makes of a case."""
    keyed = {
        k: tuple(v) if k == "ngrams" and isinstance(v, list) else v for k, v in arguments.items()
    }
    layer = getattr(layers, name)(**keyed)
    if learned is not None:
        layer.adapt(np.array(learned))
    x = [np.array(part) for part in given] if name == "HashedCrossing" else np.array(given)
    found = {
        "layer": name,
        "arguments": arguments,
        "adapted_to": learned,
        "input": given,
        "output": layer(x).numpy().tolist(),
    }
    if hasattr(layer, "get_vocabulary"):
        vocabulary = layer.get_vocabulary()
        found["vocabulary"] = [v if isinstance(v, str) else int(v) for v in vocabulary]
    if name == "Discretization":
        found["boundaries"] = [float(b) for b in layer.bin_boundaries]
    return found


if __name__ == "__main__":
    provenance = {
        "script": "tools/gen_golden_texts.py",
        "keras": keras.__version__,
        "tensorflow": metadata.version("tensorflow-cpu"),
    }
    rows = ",\n  ".join(json.dumps(run(*case), ensure_ascii=False) for case in CASES)
    head = json.dumps(provenance)
    FILE.write_text(f'{{"provenance": {head},\n "cases": [\n  {rows}\n ]}}\n', encoding="utf-8")
