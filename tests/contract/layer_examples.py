"""One instance of every layer, with input that it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pronghorn import Input, Model, Sequential, layers, ops
from pronghorn._core import registry
from pronghorn._core.registry import register

ROWS = 6


@dataclass(frozen=True)
class Example:
    """How a layer is made, and the shapes of one row of its inputs.

    ``below``: the inputs are whole numbers below this. ``words``: they are some of these texts.
    """

    make: Callable[[], Any]
    shapes: tuple[tuple[int, ...], ...] = ((4,),)
    below: int = 0
    words: tuple[str, ...] = ()

    @property
    def is_smooth(self) -> bool:
        """Whether the inputs are numbers that have neighbours."""
        return not self.below and not self.words

    def inputs(self) -> list[Any]:
        """Where a model of the layer begins."""
        return [Input(shape, dtype="string" if self.words else None) for shape in self.shapes]

    def draw(self, seed: int = 5, rows: int = ROWS) -> Any:
        """Input: an array, or a list of them for a layer that merges."""
        rng = np.random.default_rng(seed)
        if self.below:
            return rng.integers(0, self.below, (rows, *self.shapes[0]))
        arrays: list[Any] = [
            rng.choice(self.words, (rows, *s)) if self.words else rng.normal(size=(rows, *s))
            for s in self.shapes
        ]
        if not self.words:
            arrays = [array.astype(np.float32) for array in arrays]
        return arrays if len(arrays) > 1 else arrays[0]


@register("function", "contract_halve")
def halve(x: Any, by: float = 2.0) -> Any:
    return ops.divide(x, by)


def make_branches() -> Any:
    x = Input((4,))
    return Model(x, layers.Dense(3, "tanh")(x) * layers.Dense(3)(x))


def make_lookup() -> Any:
    lookup = layers.StringLookup(output_mode="tf_idf")
    lookup.adapt([["a", "b"], ["a b", "a b"]])
    return lookup


WORDS = ("a", "b", "A b!", "")
PAIR = ((3,), (3,))

EXAMPLES: dict[str, Example] = {
    "Activation": Example(lambda: layers.Activation("tanh")),
    "ActivityRegularization": Example(lambda: layers.ActivityRegularization(0.01, 0.02)),
    "Add": Example(layers.Add, ((3,), (3,), (1,))),
    "AlphaDropout": Example(lambda: layers.AlphaDropout(0.25, seed=1)),
    "Average": Example(layers.Average, PAIR),
    "BatchNormalization": Example(lambda: layers.BatchNormalization(1, 0.5), ((2, 3),)),
    "CategoryEncoding": Example(lambda: layers.CategoryEncoding(5), ((3,),), below=5),
    "Concatenate": Example(lambda: layers.Concatenate(axis=1), ((2, 3), (1, 3))),
    "Dense": Example(
        lambda: layers.Dense(3, "relu", kernel_regularizer="l2", bias_constraint="non_neg")
    ),
    "Discretization": Example(lambda: layers.Discretization([1.0, 2.5]), ((3,),), below=5),
    "Dot": Example(lambda: layers.Dot((2, 1)), ((2, 3), (3, 2))),
    "Dropout": Example(lambda: layers.Dropout(0.25, noise_shape=(None, 1)), ((4,),)),
    "ELU": Example(lambda: layers.ELU(0.5)),
    "Embedding": Example(lambda: layers.Embedding(5, 2), ((3,),), below=5),
    "Flatten": Example(layers.Flatten, ((2, 3),)),
    "Functional": Example(make_branches),
    "GaussianDropout": Example(lambda: layers.GaussianDropout(0.25)),
    "GaussianNoise": Example(lambda: layers.GaussianNoise(0.5, seed=2)),
    "GlobalAveragePooling1D": Example(
        lambda: layers.GlobalAveragePooling1D(keepdims=True), ((3, 2),)
    ),
    "GlobalMaxPooling1D": Example(
        lambda: layers.GlobalMaxPooling1D(data_format="channels_first"), ((3, 2),)
    ),
    "HashedCrossing": Example(
        lambda: layers.HashedCrossing(5, "one_hot"), ((1,), (1,)), words=WORDS
    ),
    "Hashing": Example(lambda: layers.Hashing(7, salt=3), ((3,),), words=WORDS),
    "Identity": Example(layers.Identity),
    "InputLayer": Example(lambda: layers.InputLayer((4,))),
    "IntegerLookup": Example(
        lambda: layers.IntegerLookup(vocabulary=[3, 1], num_oov_indices=2), ((3,),), below=5
    ),
    "Lambda": Example(lambda: layers.Lambda(halve, arguments={"by": 4.0})),
    "LayerNormalization": Example(lambda: layers.LayerNormalization([1, 2]), ((2, 3),)),
    "LeakyReLU": Example(lambda: layers.LeakyReLU(0.1)),
    "Maximum": Example(layers.Maximum, PAIR),
    "Minimum": Example(layers.Minimum, PAIR),
    "Multiply": Example(layers.Multiply, PAIR),
    "Normalization": Example(lambda: layers.Normalization(mean=[1.0] * 4, variance=[2.0] * 4)),
    "Operation": Example(
        lambda: layers.Operation("maximum", [{"tensor": 0}, {"array": [0.125, 0.25, 0.5, 0.75]}])
    ),
    "PReLU": Example(lambda: layers.PReLU("ones", shared_axes=[1]), ((2, 3),)),
    "Permute": Example(lambda: layers.Permute((2, 1)), ((2, 3),)),
    "RMSNormalization": Example(layers.RMSNormalization),
    "ReLU": Example(lambda: layers.ReLU(1.5, 0.1, 0.5)),
    "RepeatVector": Example(lambda: layers.RepeatVector(2)),
    "Rescaling": Example(lambda: layers.Rescaling([0.5, 2.0, 1.0, -1.0], offset=1.0)),
    "Reshape": Example(lambda: layers.Reshape((-1, 2))),
    "Sequential": Example(
        lambda: Sequential([Input((4,)), layers.Dense(3, "tanh"), layers.BatchNormalization()])
    ),
    "Softmax": Example(lambda: layers.Softmax(temperature="learned")),
    "StringLookup": Example(make_lookup, ((3,),), words=WORDS),
    "Subtract": Example(layers.Subtract, PAIR),
    "TextVectorization": Example(
        lambda: layers.TextVectorization(vocabulary=["a", "b"], ngrams=2, output_sequence_length=3),
        ((1,),),
        words=WORDS,
    ),
    "TimeDistributed": Example(
        lambda: layers.TimeDistributed(layers.LayerNormalization()), ((2, 3),)
    ),
    "UnitNormalization": Example(layers.UnitNormalization),
}

REGISTERED = sorted(entry.name for entry in registry.entries("layer") if entry.is_builtin)
