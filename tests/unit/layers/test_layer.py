"""What holds for every layer, and for layers that users write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pronghorn import Input, Model, config, layers, ops, utils
from pronghorn.errors import DataError, GraphError, ParameterError, ShapeError


def test_names_count_up_and_begin_anew() -> None:
    utils.clear_session()
    names = [layers.Dense(1).name, layers.Dense(1).name, layers.ReLU().name]
    utils.clear_session()
    assert [*names, layers.Dense(1).name] == ["dense", "dense_1", "re_lu", "dense"]


class Scale(layers.Layer):
    """y = factor · x, in training only."""

    def build(self, input_shape: Any) -> None:
        self.factor = self.add_weight((input_shape[-1],), initializer="ones", name="factor")

    def call(self, x: Any, training: bool = False) -> Any:
        return ops.multiply(x, self.factor.node()) if training else x


class Twice(layers.Layer):
    """Two layers inside a layer."""

    def __init__(self) -> None:
        super().__init__()
        self.parts = [layers.Dense(2, name="one"), layers.Dense(2, name="two")]

    def call(self, x: Any) -> Any:
        for part in self.parts:
            x = part(x)
        return x


def test_own_layer_sees_training() -> None:
    layer = Scale()
    layer(Input((2,)))
    layer.set_weights([[2.0, 3.0]])
    x = np.ones((1, 2))
    assert layer(x, training=True).tolist() == [[2.0, 3.0]]
    assert layer(x).tolist() == [[1.0, 1.0]]


def test_layers_inside_a_layer_are_found() -> None:
    layer = Twice()
    assert layer(Input((3,))).shape == (None, 2)
    assert [v.path for v in layer.weights] == ["one/kernel", "one/bias", "two/kernel", "two/bias"]
    layer.trainable = False
    assert layer.trainable_weights == []
    assert len(layer.non_trainable_weights) == 4


def test_call_that_computes_with_numpy_is_refused() -> None:
    class Wrong(layers.Layer):
        def call(self, x: Any) -> Any:
            return np.ones(3)

    with pytest.raises(GraphError, match=r"pronghorn\.ops"):
        Wrong()(Input((3,)))


@pytest.mark.parametrize(
    "weights",
    [
        [np.zeros((3, 2))],
        [np.zeros((3, 2)), np.zeros(3)],
        [np.zeros((2, 3)), np.zeros(2)],
    ],
    ids=["number", "bias", "kernel"],
)
def test_set_weights_changes_all_or_nothing(weights: list[Any]) -> None:
    dense = layers.Dense(2)
    dense(Input((3,)))
    before = dense.get_weights()
    with pytest.raises(ShapeError):
        dense.set_weights(weights)
    assert all((a == b).all() for a, b in zip(dense.get_weights(), before, strict=True))


@pytest.mark.parametrize(
    "make",
    [
        layers.Dense,
        layers.BatchNormalization,
        layers.LayerNormalization,
        layers.RMSNormalization,
        layers.PReLU,
    ],
)
@pytest.mark.parametrize("shape", [(2, 4), (2, 3, 4)], ids=str)
def test_input_of_another_length_than_built_for_is_refused(
    make: Callable[..., Any], shape: tuple[int, ...]
) -> None:
    layer = make(2) if make is layers.Dense else make()
    layer(np.ones((2, 3)))
    with pytest.raises(ShapeError, match=r"3.*\(set when it was built\)"):
        layer(np.ones(shape))


def test_batch_normalization_of_an_axis_that_input_lacks_is_refused() -> None:
    layer = layers.BatchNormalization(axis=2)
    layer(np.ones((2, 3, 4)))
    with pytest.raises(ShapeError, match="length 4 along axis 2"):
        layer(np.ones((2, 3)))


@pytest.mark.parametrize("shape", [(None, 3), (-1,), (2.5,)], ids=str)
def test_weights_of_unknown_size_are_refused(shape: Any) -> None:
    with pytest.raises(ParameterError, match="whole number of at least 0"):
        layers.Layer().add_weight(shape)


@pytest.mark.parametrize(
    "merge", [layers.Concatenate(axis=0), layers.Dot(axes=0)], ids=["concatenate", "dot"]
)
def test_merging_along_the_batch_is_refused(merge: layers.Layer) -> None:
    with pytest.raises(ShapeError, match=r"behind the batch, received ax[ei]s=0 for \(None, 3\)"):
        merge([np.ones((2, 3)), np.ones((2, 3))])


@pytest.mark.parametrize("value", ["text", None, np.array(3.0), np.array(["a"])], ids=repr)
def test_what_is_no_data_is_refused(value: Any) -> None:
    with pytest.raises(DataError):
        layers.Dense(2)(value)


@pytest.mark.parametrize("engine", ["reference", "native"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_numbers_that_are_none_are_refused(value: float, engine: str) -> None:
    with config.use_engine(engine), pytest.raises(DataError, match=r"finite values.* row 1"):
        layers.ReLU()(np.array([[1.0], [value]]))


def test_constructor_that_forgets_its_base() -> None:
    class Forgetful(layers.Layer):
        def __init__(self) -> None:
            self.units = 3

    with pytest.raises(GraphError, match=r"super\(\).__init__"):
        Forgetful()(np.ones((1, 2)))


def test_weights_move_with_the_engine() -> None:
    dense = layers.Dense(2)
    x = np.array([[1.0, -1.0]])
    with config.use_engine("reference"):
        first = dense(x)
        dense.set_weights([np.full((2, 2), 0.5), np.array([1.0, 2.0])])
    with config.use_engine("native"):
        assert dense(x).tolist() == [[1.0, 2.0]]
    assert first.shape == (1, 2)
    assert dense.get_weights()[1].tolist() == [1.0, 2.0]


def test_symbolic_tensor_is_neither_true_nor_an_array() -> None:
    x = Input((3,))
    with pytest.raises(GraphError, match="truth value"):
        bool(x)
    with pytest.raises(GraphError, match="array"):
        np.asarray(x)


def test_weight_outside_of_a_call_has_no_symbol() -> None:
    dense = layers.Dense(2)
    dense(Input((3,)))
    with pytest.raises(GraphError, match="call"):
        dense.kernel.node()
    assert (dense.kernel * 2.0 == 2.0 * dense.kernel.numpy()).all()


@pytest.mark.parametrize("kind", ["Dense", "Flatten", "BatchNormalization", "ReLU", "Softmax"])
def test_list_of_inputs_is_refused_where_there_is_one(kind: str) -> None:
    made = getattr(layers, kind)(*([2] if kind == "Dense" else []))
    with pytest.raises(ShapeError, match="expected one input, received 2"):
        made([Input((3,)), Input((3,))])
    assert not made.weights


def test_summary_shows_the_shapes_inside_a_call(capsys: pytest.CaptureFixture[str]) -> None:
    class Own(Model):
        def __init__(self) -> None:
            super().__init__()
            self.head = layers.Dense(5)

        def call(self, x: Any) -> Any:
            return self.head(x)

    model = Own()
    model.compile("sgd", "mse")
    model.fit(np.ones((2, 3)), np.ones((2, 5)), verbose=0)
    model.summary()
    assert "(None, 5)" in capsys.readouterr().out
