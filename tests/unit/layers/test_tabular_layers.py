"""Layers in front of a model of tables: what they learn from data and what they refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tolerances
from pronghorn import Input, Model, config, layers
from pronghorn.errors import DataError, ParameterError, ShapeError

TABLE = np.array([[0.0, 10.0], [2.0, 30.0], [4.0, 80.0]], np.float32)
# Columns: means 2 and 40, variances (4 + 0 + 4) / 3 and (900 + 100 + 1600) / 3.
MEANS, VARIANCES = [2.0, 40.0], [8 / 3, 2600 / 3]


@pytest.mark.parametrize(
    "data",
    [
        TABLE,
        TABLE.tolist(),
        [TABLE[:1], TABLE[1:]],
        ((TABLE[i : i + 1], np.ones(1)) for i in range(3)),
    ],
    ids=["array", "lists", "batches", "pairs"],
)
def test_normalization_adapts_to(data: Any) -> None:
    layer = layers.Normalization()
    layer.adapt(data)
    mean, variance, _ = layer.get_weights()
    tolerances.WEIGHTS_VS_REFERENCE.check(mean, MEANS)
    tolerances.WEIGHTS_VS_REFERENCE.check(variance, VARIANCES)


def test_normalization_forgets_what_it_adapted_to_before() -> None:
    layer = layers.Normalization()
    layer.adapt(TABLE + 100.0)
    layer.adapt(TABLE)
    tolerances.WEIGHTS_VS_REFERENCE.check(layer.get_weights()[0], MEANS)


@pytest.mark.parametrize("axis", [-1, None], ids=["column", "everything"])
def test_normalization_of_one_number_a_row(axis: int | None) -> None:
    layer = layers.Normalization(axis=axis)
    layer.adapt(iter([TABLE[:2, 1], TABLE[2:, 1]]))
    tolerances.WEIGHTS_VS_REFERENCE.check(layer.get_weights()[0].reshape(-1), MEANS[1:])


def test_normalization_over_everything() -> None:
    layer = layers.Normalization(axis=None)
    layer.adapt(TABLE)
    # mean 126 / 6 = 21, mean of squares (0 + 4 + 16 + 100 + 900 + 6400) / 6 - 441
    tolerances.WEIGHTS_VS_REFERENCE.check(layer.get_weights()[0], np.float32(21.0))
    tolerances.WEIGHTS_VS_REFERENCE.check(layer.get_weights()[1], np.float32(7420 / 6 - 441))


def test_adapting_reaches_the_model_it_is_in() -> None:
    layer = layers.Normalization()
    x = Input((2,))
    model = Model(x, layer(x))
    assert (model.predict(TABLE, verbose=0) == TABLE).all()
    layer.adapt(TABLE)
    expected = (TABLE - MEANS) / np.sqrt(VARIANCES)
    tolerances.OUTPUTS_VS_KERAS.check(model.predict(TABLE, verbose=0), expected)


def test_mean_and_variance_lie_along_the_rows() -> None:
    layer = layers.Normalization()
    assert layer.mean is None
    layer.adapt(TABLE)
    tolerances.WEIGHTS_VS_REFERENCE.check(layer.mean, np.float32([MEANS]))
    tolerances.WEIGHTS_VS_REFERENCE.check(layer.variance, np.float32([VARIANCES]))


def test_adapted_numbers_are_not_trained() -> None:
    layer = layers.Normalization()
    layer.adapt(TABLE)
    assert layer.trainable_weights == []
    assert [w.name for w in layer.weights] == ["mean", "variance", "count"]


def test_a_constant_column_is_not_blown_up_beyond_bound() -> None:
    layer = layers.Normalization()
    layer.adapt(np.full((4, 1), 3.0))
    # the standard deviation 0 counts as 1e-7
    assert layer(np.array([[3.0], [4.0]])).tolist() == [[0.0], [pytest.approx(1e7)]]


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: layers.Normalization(mean=1.0), "mean alone"),
        (lambda: layers.Normalization(variance=1.0), "variance alone"),
        (lambda: layers.Normalization(mean=[1.0], variance=[1.0, 2.0]), "one shape"),
        (lambda: layers.Normalization(mean=np.nan, variance=1.0), "finite"),
        (lambda: layers.Normalization(axis=0).adapt(TABLE), "axis"),
        (lambda: layers.CategoryEncoding(), "num_tokens"),
        (lambda: layers.CategoryEncoding(0), "at least 1"),
        (lambda: layers.CategoryEncoding(3, output_mode="tf_idf"), "one of"),
        (lambda: layers.Embedding(0, 2), "input_dim"),
        (lambda: layers.Embedding(2, 2, mask_zero="yes"), "mask_zero"),
    ],
    ids=lambda value: value if isinstance(value, str) else "layer",
)
def test_arguments_refused(make: Callable[[], Any], says: str) -> None:
    with pytest.raises(ParameterError, match=says):
        make()


@pytest.mark.parametrize("data", [[], 3.0, [1.0, "a"]], ids=str)
def test_no_data_to_adapt_to(data: Any) -> None:
    with pytest.raises(DataError):
        layers.Normalization().adapt(data)


def test_other_columns_than_adapted_to() -> None:
    layer = layers.Normalization()
    layer.adapt(TABLE)
    with pytest.raises(ShapeError, match=r"\(2,\)"):
        layer(np.ones((3, 3)))
    with pytest.raises(ShapeError):
        layer.adapt(np.ones((3, 3)))


def test_given_numbers_that_fit_no_column() -> None:
    with pytest.raises(ShapeError, match="axis"):
        layers.Normalization(mean=[1.0] * 3, variance=[1.0] * 3)(TABLE)


def test_counts_weighed() -> None:
    layer = layers.CategoryEncoding(3, output_mode="count")
    x, w = np.array([[0, 2, 2]]), np.array([[0.5, 1.0, 2.0]])
    assert layer(x, count_weights=w).tolist() == [[0.5, 0.0, 3.0]]
    left, right = Input((3,)), Input((3,))
    model = Model([left, right], layer(left, count_weights=right))
    assert model.predict([x, w], verbose=0).tolist() == [[0.5, 0.0, 3.0]]


def test_weights_of_what_is_not_counted() -> None:
    with pytest.raises(ParameterError, match="count"):
        layers.CategoryEncoding(3)(np.array([[0]]), count_weights=np.ones((1, 1)))


def test_several_numbers_need_an_axis() -> None:
    with pytest.raises(ShapeError, match="one_hot"):
        layers.CategoryEncoding(3)(Input((), dtype="int32"))


@pytest.mark.parametrize("engine", ["reference", "native"])
@pytest.mark.parametrize("wrong", [-1, 3])
@pytest.mark.parametrize(
    "make", [lambda: layers.CategoryEncoding(3), lambda: layers.Embedding(3, 2)], ids=["hot", "row"]
)
def test_numbers_outside_are_refused(make: Callable[[], Any], wrong: int, engine: str) -> None:
    with config.use_engine(engine), pytest.raises(DataError, match=r"0 to 2.* row 1"):
        make()(np.array([[0], [wrong]]))


def test_embedding_takes_the_older_spellings() -> None:
    table = layers.Embedding(5, 2, init="zeros", W_constraint="non_neg", input_length=3)
    assert table._legacy_shape == (None, 3)
    assert type(table.embeddings_initializer).__name__ == "Zeros"
    assert type(table.embeddings_constraint).__name__ == "NonNeg"


def test_embedding_of_one_number_a_row() -> None:
    table = layers.Embedding(3, 2, weights=[np.arange(6.0).reshape(3, 2)])
    assert table(np.array([2, 0])).tolist() == [[4.0, 5.0], [0.0, 1.0]]
