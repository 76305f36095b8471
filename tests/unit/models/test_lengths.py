"""Rows whose length comes with the data: ``Input((None,))`` and texts of any number of words.

The numbers are those of Keras 3.15.1 on JAX for the same model and data.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tolerances
from pronghorn import Input, Model, Sequential, layers, models, ops
from pronghorn.errors import GraphError, ShapeError
from pronghorn.utils import PyDataset

rng = np.random.default_rng(0)
TABLE, KERNEL = rng.normal(size=(20, 4)), rng.normal(size=(4, 1))
SHORT, LONG = rng.integers(0, 20, (6, 5)), rng.integers(0, 20, (4, 9))
BATCHES = [(SHORT, np.ones((6, 1))), (LONG, np.zeros((4, 1)))]
# What the model gives for SHORT and LONG.
OF_SHORT = [1.0510414, 0.18804467, -0.38450035, -1.7519839, -0.770117, -0.7684236]
OF_LONG = [-0.38366672, -0.35338792, 0.03221822, -0.6366371]


class Batches(PyDataset):
    def __len__(self) -> int:
        return len(BATCHES)

    def __getitem__(self, i: int) -> Any:
        return BATCHES[i]


def make() -> Model:
    numbers = Input((None,), dtype="int64")
    steps = layers.Embedding(20, 4, weights=TABLE)(numbers)
    mean = layers.GlobalAveragePooling1D()(steps)
    return Model(numbers, layers.Dense(1, use_bias=False, weights=[KERNEL])(mean))


def test_batches_have_lengths_of_their_own(tmp_path: Path) -> None:
    model = make()
    assert (model.input_shape, model.output_shape) == ((None, None), (None, 1))
    model.save(tmp_path / "model.keras")
    for one in (model, models.load_model(tmp_path / "model.keras"), Sequential([model])):
        for x, expected in ((SHORT, OF_SHORT), (LONG, OF_LONG)):
            given = one.predict(x, verbose=0)[:, 0]
            tolerances.OUTPUTS_VS_KERAS.check(given, expected)


def test_one_fit_takes_them_all() -> None:
    model = make()
    model.compile("sgd", "mse", metrics=["mae"])
    found = model.fit(
        Batches(), epochs=2, shuffle=False, validation_data=BATCHES[1], verbose=0
    ).history
    expected = {
        "loss": [1.70513415, 1.64489233],
        "mae": [0.98974848, 0.96806538],
        "val_loss": [0.1574475, 0.14618674],
        "val_mae": [0.33775783, 0.32450944],
    }
    for name, values in expected.items():
        tolerances.OUTPUTS_VS_KERAS.check(found[name], values, name)
    scores = model.evaluate(*BATCHES[0], verbose=0)
    tolerances.OUTPUTS_VS_KERAS.check(scores, [2.55489707, 1.36946809])
    loss, _ = model.compute_gradients(*BATCHES[0])
    tolerances.OUTPUTS_VS_KERAS.check(loss, scores[0])


def test_texts_are_as_long_as_the_longest_beside_them() -> None:
    text = Input((1,), dtype="string")
    words = layers.TextVectorization(vocabulary=["a", "b"])(text)
    sums = ops.sum(ops.cast(words, "float32"), axis=-1, keepdims=True)
    model = Model(text, sums)
    assert words.shape == (None, None)
    # "a" is 2, "b" is 3, another word 1.
    assert model.predict(np.array([["a b"], ["b"]]), verbose=0).tolist() == [[5.0], [3.0]]
    assert model.predict(np.array([["a b c a"]]), verbose=0).tolist() == [[8.0]]


def test_shapes_keep_what_is_not_known() -> None:
    steps = Input((None, 3))
    assert layers.Dense(2)(steps).shape == (None, None, 2)
    assert ops.mean(steps, axis=1).shape == (None, 3)
    assert ops.sum(steps * 2.0, axis=-1).shape == (None, None)
    assert layers.Concatenate()([steps, steps]).shape == (None, None, 6)
    model = Model(steps, layers.Dense(2, kernel_initializer="ones")(steps))
    for length in (4, 7):
        assert (model.predict(np.ones((2, length, 3)), verbose=0) == 3.0).all()


def test_a_kernel_needs_a_length() -> None:
    steps = Input((None, 3))
    with pytest.raises(ShapeError, match=r"a last axis of one length.*GlobalAveragePooling1D"):
        layers.Dense(1)(layers.Flatten()(steps))
    model = Model(steps, layers.Dense(1)(steps))
    with pytest.raises(ShapeError, match=r"rows of shape \(any, 3\)"):
        model.predict(np.ones((2, 4)), verbose=0)


def test_text_goes_into_lookups_only() -> None:
    text = Input((None,), dtype="string")
    with pytest.raises(GraphError, match="StringLookup"):
        layers.Dense(1)(text)
