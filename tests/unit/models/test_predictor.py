"""``make_predict_function`` and ``model(x)``: predict's outputs and errors, from any thread."""

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import tolerances
from pronghorn import Input, Model, Sequential, config, layers
from pronghorn.errors import DataError, ParameterError, ShapeError

WIDTH = 6
X = np.random.default_rng(3).random((300, WIDTH), np.float32)


def make_model() -> Sequential:
    return Sequential([Input((WIDTH,)), layers.Dense(9, "relu"), layers.Dense(3, "softmax")])


def unaligned(x: NDArray[np.float32]) -> NDArray[np.float32]:
    found = np.frombuffer(b"\0" + x.tobytes(), np.float32, offset=1).reshape(x.shape)
    assert not found.flags.aligned
    return found


@pytest.mark.parametrize("n", [1, 2, 31, 32, 33, 300])
def test_rows_give_the_bits_of_predict(n: int) -> None:
    model = make_model()
    expected = model.predict(X, verbose=0)[:n]
    f = model.make_predict_function()
    for found in (f(X[:n]), model(X[:n]), model.predict_on_batch(X[:n])):
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    "form",
    [
        pytest.param(lambda x: x.astype(np.float64), id="float64"),
        pytest.param(np.asfortranarray, id="columns first"),
        pytest.param(lambda x: np.repeat(x, 2, axis=0)[::2], id="rows apart"),
        pytest.param(lambda x: np.repeat(x, 2, axis=1)[:, ::2], id="columns apart"),
        pytest.param(unaligned, id="unaligned"),
        pytest.param(lambda x: x.astype(">f4"), id="other byte order"),
        pytest.param(lambda x: x.tolist(), id="lists"),
        pytest.param(lambda x: [x], id="list of one input"),
        pytest.param(lambda x: x[:, :, np.newaxis], id="with an axis of one"),
    ],
)
def test_every_form_of_the_rows_gives_the_same(form: Callable[[Any], Any]) -> None:
    model = make_model()
    rows = X[:5].round(2)  # what float64 holds of these is float32's value
    np.testing.assert_array_equal(model.make_predict_function()(form(rows)), model(rows))


@pytest.mark.parametrize(
    ("x", "error", "words"),
    [
        pytest.param(np.zeros((2, 5), np.float32), ShapeError, r"\(6,\)", id="another width"),
        pytest.param(np.zeros((0, 6), np.float32), DataError, "at least one row", id="no rows"),
        pytest.param(X[0], ShapeError, "newaxis", id="one row without its axis"),
        pytest.param(
            np.where(np.arange(12).reshape(2, 6) == 9, np.nan, 1).astype(np.float32),
            DataError,
            "row 1, column 3",
            id="nan",
        ),
    ],
)
@pytest.mark.parametrize("is_warm", [False, True], ids=["at once", "later"])
def test_what_predict_refuses_is_refused(
    x: Any, error: type[Exception], words: str, is_warm: bool
) -> None:
    model = make_model()
    if is_warm:
        model(X[:1])
        model(X[:2])
    for call in (model.make_predict_function(), model, lambda x: model.predict(x, verbose=0)):
        with pytest.raises(error, match=words):
            call(x)


def test_structures_of_inputs_and_outputs() -> None:
    a, b = Input((2,), name="a"), Input((2,), name="b")
    model = Model({"a": a, "b": b}, {"sum": layers.add([a, b]), "a": layers.Identity()(a)})
    given = {"a": X[:3, :2], "b": X[:3, 2:4]}
    found = model.make_predict_function()(given)
    np.testing.assert_array_equal(found["sum"], given["a"] + given["b"])
    np.testing.assert_array_equal(found["a"], given["a"])


def test_the_function_follows_the_model() -> None:
    model = make_model()
    f = model.make_predict_function()
    assert f is model.make_predict_function(force=True)
    before = f(X[:4])
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(X, np.arange(300) % 3, verbose=0)
    trained = f(X[:4])
    assert not np.array_equal(before, trained)
    model.set_weights([np.zeros_like(w) for w in model.get_weights()])
    np.testing.assert_allclose(f(X[:4]), 1 / 3)
    model.add(layers.Dense(2, kernel_initializer="ones", use_bias=False))
    np.testing.assert_allclose(f(X[:4]), np.ones((4, 2)))


def test_a_layer_that_moves_to_another_engine_is_found_there() -> None:
    model = make_model()
    f = model.make_predict_function()
    expected = f(X[:4])
    with config.use_engine("reference"):
        other = Sequential([Input((WIDTH,)), *model.layers])
        tolerances.WORKED_IN_FLOAT32.check(other(X[:4]), expected)
        other.set_weights([2 * w for w in other.get_weights()])
    assert not np.array_equal(f(X[:4]), expected)
    tolerances.WORKED_IN_FLOAT32.check(f(X[:4]), other(X[:4]))


def test_threads_share_a_model() -> None:
    expected = {n: make_alike().predict(X[:n], verbose=0) for n in range(1, 41)}
    model = make_alike()
    f = model.make_predict_function()

    def work(first: int) -> bool:
        calls: list[Callable[[Any], Any]] = [f, model, lambda x: model.predict(x, verbose=0)]
        return all(
            np.array_equal(call(X[:n]), expected[n])
            for turn in range(5)
            for n in range(1, 41)
            for call in [calls[(first + n + turn) % 3]]
        )

    # The model is lowered by whichever comes first, and again where a batch is larger.
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(8)))


def make_alike() -> Sequential:
    model = make_model()
    for i, weight in enumerate(model.weights):
        weight.assign(np.random.default_rng(i).normal(size=weight.shape))
    return model


def test_a_hundred_thousand_predictions_keep_nothing() -> None:
    resource = pytest.importorskip("resource", reason="this system does not tell its peak")
    model = make_model()
    f = model.make_predict_function()
    row = X[:1]

    def peak() -> int:
        return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)

    for _ in range(2_000):
        f(row)
        model.predict(row, verbose=0)
    before = peak()
    for _ in range(50_000):
        f(row)
        model.predict(row, verbose=0)
    # 40 bytes a call would be 4 MB. In kilobytes on Linux, in bytes on macOS.
    assert peak() - before < 2_000 * (1024 if sys.platform == "darwin" else 1)


def test_a_class_that_makes_its_own_function_is_refused() -> None:
    class Own(Sequential):
        def make_predict_function(self, force: bool = False) -> Any:
            return super().make_predict_function(force)

    model = Own([Input((WIDTH,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(ParameterError, match=r"Own\.make_predict_function"):
        model.fit(X, X[:, :1], verbose=0)
