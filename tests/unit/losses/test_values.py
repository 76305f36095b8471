"""Losses against real Keras: rows, gradients, reductions."""

from typing import Any

import numpy as np
import pytest

from golden.kinds.cases import read_cases
from pronghorn import losses, ops
from pronghorn._core.errors import GraphError, ParameterError, ShapeError
from pronghorn.engines.base import Feed, engine_named
from pronghorn.ir.grad import gradients
from pronghorn.ir.graph import Graph, broadcast_to, constant, input_node, parameter
from tolerances import KINDS_VS_KERAS

CASES = read_cases("losses")


def make(case: dict[str, Any], **kwargs: Any) -> losses.Loss:
    loss: losses.Loss = getattr(losses, case["name"])(**case["kwargs"], **kwargs)
    return loss


def pair(case: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    return np.asarray(case["y_true"]), np.asarray(case["y_pred"])


@pytest.mark.parametrize("case", CASES)
def test_rows_are_those_of_keras(case: dict[str, Any]) -> None:
    KINDS_VS_KERAS.check(make(case).call(*pair(case)), case["rows"])


@pytest.mark.parametrize(
    "reduction", ["sum_over_batch_size", "sum", "mean", "mean_with_sample_weight"]
)
@pytest.mark.parametrize("case", CASES)
def test_reductions_are_those_of_keras(case: dict[str, Any], reduction: str) -> None:
    loss = make(case, reduction=reduction)
    plain, weighted = case["reduced"][reduction]
    KINDS_VS_KERAS.check(loss(*pair(case)), plain)
    weights = np.asarray(case["weights"])
    KINDS_VS_KERAS.check(loss(*pair(case), sample_weight=weights), weighted)
    KINDS_VS_KERAS.check(loss(*pair(case), sample_weight=weights[:, None]), weighted)


@pytest.mark.parametrize("reduction", ["none", None])
def test_no_reduction_keeps_the_rows(reduction: str | None) -> None:
    loss = losses.MeanSquaredError(reduction=reduction)
    assert loss([[0.0], [0.0]], [[1.0], [2.0]], sample_weight=[1, 3]).tolist() == [1.0, 12.0]


def test_weights_of_zero_do_not_divide_by_zero() -> None:
    loss = losses.MeanSquaredError(reduction="mean_with_sample_weight")
    assert loss([[0.0]], [[1.0]], sample_weight=[0.0]) == 0.0


@pytest.mark.parametrize("case", CASES)
def test_rows_and_gradients_in_a_graph_are_those_of_keras(case: dict[str, Any]) -> None:
    t, p = pair(case)
    k = p.shape[1]
    # p reaches the loss as x @ identity, so that it has a gradient.
    predictions = input_node("x", (None, k)) @ parameter("eye", (k, k))
    rows = make(case).call(input_node("y", (None, *t.shape[1:])), predictions)
    assert rows.shape == (None,)
    (gradient,) = gradients({rows: broadcast_to(constant(np.array(1.0)), (None,))}, [predictions])
    assert gradient is not None
    engine = engine_named("reference")
    store = engine.store((k, k))
    store.write(np.eye(k))
    graph = Graph(outputs={"rows": rows, "gradient": gradient})
    program = engine.lower(graph, {"eye": store}, len(p))
    traced = program.trace(Feed({"x": p, "y": t}, np.arange(len(p)), len(p)), scalars={})
    KINDS_VS_KERAS.check(traced["rows"], case["rows"])
    KINDS_VS_KERAS.check(traced["gradient"], case["gradient"])


@pytest.mark.parametrize("name", ["mse", "MSE", "mean_squared_error"])
def test_names_give_functions_as_in_keras(name: str) -> None:
    assert losses.get(name) is losses.mean_squared_error


def test_class_name_gives_an_object_as_in_keras() -> None:
    assert isinstance(losses.get("MeanSquaredError"), losses.MeanSquaredError)


@pytest.mark.parametrize(
    "identifier",
    [
        "bce",
        losses.binary_crossentropy,
        losses.BinaryCrossentropy,
        losses.BinaryCrossentropy(),
        {"class_name": "BinaryCrossentropy", "config": {}},
    ],
    ids=["name", "function", "class", "object", "config"],
)
def test_resolve_always_gives_the_object(identifier: Any) -> None:
    assert type(losses.resolve(identifier)) is losses.BinaryCrossentropy


def test_resolve_wraps_functions() -> None:
    def twice(y_true: Any, y_pred: Any) -> Any:
        return ops.mean(2.0 * (y_pred - y_true), axis=-1)

    loss = losses.resolve(twice)
    assert loss is not None
    assert loss.name == "twice"
    assert loss(np.zeros((2, 1)), np.array([[1.0], [2.0]])) == 3.0  # (2 + 4) / 2


@pytest.mark.parametrize(
    ("y_shape", "p_shape", "cls"),
    [
        ((None, 1), (None, 1), losses.BinaryCrossentropy),
        ((None,), (None, 1), losses.BinaryCrossentropy),
        ((None,), (None, 3), losses.SparseCategoricalCrossentropy),
        ((None, 1), (None, 3), losses.SparseCategoricalCrossentropy),
        ((None, 3), (None, 3), losses.CategoricalCrossentropy),
    ],
)
def test_crossentropy_is_chosen_by_shape(
    y_shape: tuple[int | None, ...], p_shape: tuple[int | None, ...], cls: type
) -> None:
    assert type(losses.resolve_crossentropy(y_shape, p_shape)) is cls


def test_a_rank_apart_is_the_same() -> None:
    flat, column = np.array([1.0, 2.0]), np.array([[3.0], [5.0]])
    # ((1 − 3)² , (2 − 5)²) = (4, 9)
    assert losses.mean_squared_error(flat, column).tolist() == [4.0, 9.0]
    assert losses.mean_squared_error(column, flat).tolist() == [4.0, 9.0]


def test_labels_come_in_a_column_too() -> None:
    p = [[0.5, 0.5], [0.25, 0.75]]
    flat = losses.sparse_categorical_crossentropy([1, 0], p)
    column = losses.sparse_categorical_crossentropy([[1], [0]], p)
    np.testing.assert_array_equal(flat, column)


def test_classes_on_another_axis() -> None:
    t, p = np.array([[0.0, 1.0], [1.0, 0.0]]), np.array([[0.2, 0.6], [0.8, 0.4]])
    expected = losses.categorical_crossentropy(t.T, p.T)
    np.testing.assert_array_equal(losses.categorical_crossentropy(t, p, axis=0), expected)


def test_classes_on_another_axis_are_refused_in_a_graph() -> None:
    t, p = input_node("t", (None, 2)), input_node("p", (None, 2))
    with pytest.raises(GraphError, match="axis=-1"):
        losses.categorical_crossentropy(t, p, axis=0)


# Targets (n, 1) beside predictions (n, 3), and the other way round: [[1], [0]] and rows of
# [0.2, 0.6, 0.4] repeat to (2, 3).
REPEATED = ["mean_squared_error", "mean_absolute_error", "huber", "log_cosh", "hinge", "poisson"]
COLUMN, ROWS = np.array([[1.0], [0.0]]), np.array([[0.2, 0.6, 0.4], [0.9, 0.1, 0.3]])


@pytest.mark.parametrize("name", REPEATED)
@pytest.mark.parametrize("is_target", [True, False], ids=["targets", "predictions"])
def test_a_column_is_repeated_with_a_warning(name: str, is_target: bool) -> None:
    loss = getattr(losses, name)
    wide = np.repeat(COLUMN, 3, axis=1)
    given, full = ((COLUMN, ROWS), (wide, ROWS)) if is_target else ((ROWS, COLUMN), (ROWS, wide))
    with pytest.warns(UserWarning, match=r"targets of shape .* differ; axes of length 1"):
        found = loss(*given)
    np.testing.assert_array_equal(found, loss(*full))


@pytest.mark.parametrize("name", ["binary_crossentropy", "categorical_crossentropy"])
def test_crossentropies_repeat_nothing(name: str) -> None:
    with pytest.raises(ShapeError, match=r"shape \(2, 3\).*received targets of shape \(2, 1\)"):
        getattr(losses, name)(COLUMN, ROWS)


@pytest.mark.parametrize("shape", [(2,), (2, 2), (3, 2, 3)], ids=str)
def test_other_shapes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError, match="received targets of shape"):
        losses.mean_squared_error(np.zeros(shape), ROWS)


@pytest.mark.parametrize("name", ["mean_squared_error", "binary_crossentropy"])
def test_one_target_a_row_for_predictions_with_more_axes(name: str) -> None:
    t, p = np.array([1.0, 0.0]), np.array([[[0.2]], [[0.7]]])
    expected = getattr(losses, name)(t[:, None, None], p)
    np.testing.assert_array_equal(getattr(losses, name)(t, p), expected)


def test_one_hot_rows_for_labels_are_refused() -> None:
    with pytest.raises(ShapeError, match="use categorical_crossentropy"):
        losses.sparse_categorical_crossentropy(np.eye(3), np.full((3, 3), 1 / 3))


def test_a_single_class_is_refused() -> None:
    with pytest.raises(ShapeError, match="Use binary_crossentropy"):
        losses.categorical_crossentropy(np.ones((2, 1)), np.ones((2, 1)))


@pytest.mark.parametrize(
    ("cls", "kwargs"),
    [
        ("MeanSquaredError", {"reduction": "average"}),
        ("BinaryCrossentropy", {"label_smoothing": 1.5}),
        ("CategoricalCrossentropy", {"from_logits": "yes"}),
        ("SparseCategoricalCrossentropy", {"ignore_class": "no"}),
        ("SparseCategoricalCrossentropy", {"axis": 0.5}),
        ("Huber", {"delta": -1.0}),
        ("BinaryFocalCrossentropy", {"gamma": -1.0}),
        ("CategoricalFocalCrossentropy", {"alpha": -1.0}),
        ("CategoricalFocalCrossentropy", {"alpha": [1.0, -1.0]}),
        ("QuantileLoss", {"quantile": 1.0}),
        ("QuantileLoss", {"quantile": [0.5, 0.0]}),
        ("GaussianNLL", {"eps": -1e-6}),
        ("Tweedie", {"power": 1.0}),
        ("Tweedie", {"power": 2.5}),
    ],
)
def test_bad_arguments_are_refused(cls: str, kwargs: dict[str, Any]) -> None:
    with pytest.raises(ParameterError, match=f"{cls} {next(iter(kwargs))}: expected"):
        getattr(losses, cls)(**kwargs)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("mse", "mean_squared_error"),
        ("logcosh", "log_cosh"),
        ("cosine_proximity", "cosine_similarity"),
        ("kullback_leibler_divergence", "kl_divergence"),
        ("huber_loss", "huber"),
        ("MeanSquaredError", "MeanSquaredError"),
        ("crossentropy", "crossentropy"),
    ],
)
def test_names_are_written_as_keras_3_has_them(name: str, written: str) -> None:
    assert losses.serialize(name) == written


def test_functions_are_serialized_by_name() -> None:
    assert losses.serialize(losses.mean_squared_error) == "mean_squared_error"
    assert losses.deserialize("mean_squared_error") is losses.mean_squared_error


@pytest.mark.parametrize("case", CASES)
def test_rows_of_sequences_are_those_of_their_steps(case: dict[str, Any]) -> None:
    """(n, T, k) is n · T rows of k: Keras's rows again, in another shape."""
    t, p = pair(case)
    t, p = (np.concatenate([part, part]).reshape(7, 2, *part.shape[1:]) for part in (t, p))
    rows = make(case).call(t, p)
    KINDS_VS_KERAS.check(rows, np.tile(case["rows"], 2).reshape(7, 2))
    x = input_node("x", (None, *p.shape[1:]))
    node = make(case).call(input_node("y", (None, *t.shape[1:])), x)
    assert node.shape == (None, 2)
    program = engine_named("reference").lower(Graph(outputs={"rows": node}), {}, 7)
    traced = program.trace(Feed({"x": p, "y": t}, np.arange(7), 7), scalars={})
    KINDS_VS_KERAS.check(traced["rows"], rows)


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("logcosh", losses.log_cosh),
        ("cosine_proximity", losses.cosine_similarity),
        ("cosine", losses.cosine_similarity),
        ("kullback_leibler_divergence", losses.kl_divergence),
        ("huber_loss", losses.huber),
        ("quantile", losses.quantile_loss),
        ("pinball", losses.quantile_loss),
    ],
)
def test_names_beyond_those_of_keras_3(name: str, function: Any) -> None:
    assert losses.get(name) is function


def test_labels_of_zero_and_one_in_a_part_of_the_batch_stay() -> None:
    # One −1 among the targets: 0 is a target of its own, with loss max(1 − 0 p, 0) = 1.
    rows = losses.hinge(np.array([[0.0], [1.0], [-1.0]]), np.array([[3.0], [3.0], [3.0]]))
    assert rows.tolist() == [1.0, 0.0, 4.0]


def test_cosine_of_a_row_of_zeros_is_0_and_so_is_its_gradient() -> None:
    t, x = input_node("t", (None, 2)), input_node("x", (None, 2))
    p = x @ parameter("eye", (2, 2))
    rows = losses.cosine_similarity(t, p)
    (gradient,) = gradients({rows: broadcast_to(constant(np.array(1.0)), (None,))}, [p])
    assert gradient is not None
    engine = engine_named("reference")
    store = engine.store((2, 2))
    store.write(np.eye(2))
    graph = Graph(outputs={"rows": rows, "gradient": gradient})
    program = engine.lower(graph, {"eye": store}, 1)
    feed = Feed({"x": np.zeros((1, 2)), "t": np.zeros((1, 2))}, np.arange(1), 1)
    traced = program.trace(feed, scalars={})
    assert np.asarray(traced["rows"]).tolist() == [0.0]
    assert np.asarray(traced["gradient"]).tolist() == [[0.0, 0.0]]


def test_cosine_along_the_axis_of_the_rows_is_refused_in_a_graph() -> None:
    with pytest.raises(GraphError, match="the axis of the rows"):
        losses.cosine_similarity(input_node("t", (None, 2)), input_node("p", (None, 2)), axis=0)


QUANTILES = np.array([0.1, 0.5, 0.9])


def test_pinball_loss_is_that_of_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(4)
    t, p = rng.normal(size=(50, 1)), rng.normal(size=(50, 1))
    for_one = losses.QuantileLoss(0.3)(t, p)
    KINDS_VS_KERAS.check(for_one, metrics.mean_pinball_loss(t, p, alpha=0.3))


@pytest.mark.parametrize("shape", [(4,), (4, 1)], ids=["flat", "column"])
def test_one_target_trains_several_quantiles(shape: tuple[int, ...]) -> None:
    t, p = np.arange(4.0).reshape(shape), np.array([[1.0, 1.0, 1.0]] * 4)
    # e = −1, 0, 1, 2: the mean over q of max(q e, (q − 1) e) is, for e < 0, Σ(1 − q) / 3 = 0.5.
    KINDS_VS_KERAS.check(losses.quantile_loss(t, p, QUANTILES), [0.5, 0.0, 0.5, 1.0])


def test_quantiles_need_one_column_each() -> None:
    with pytest.raises(ShapeError, match="one unit a quantile"):
        losses.quantile_loss(np.zeros((4, 1)), np.zeros((4, 2)), QUANTILES)


def test_quantile_loss_is_least_at_the_quantile() -> None:
    y = np.random.default_rng(1).exponential(size=4001)
    grid = np.linspace(0.0, 4.0, 401)
    loss = losses.QuantileLoss(0.9)
    best = grid[np.argmin([loss(y[:, None], np.full((4001, 1), c)) for c in grid])]
    assert abs(best - np.quantile(y, 0.9)) <= grid[1]


@pytest.mark.parametrize("full", [False, True])
def test_gaussian_likelihood_is_that_of_scipy(full: bool) -> None:
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(5)
    t, mean, raw = rng.normal(size=(6, 2)), rng.normal(size=(6, 2)), rng.normal(size=(6, 2))
    scale = np.sqrt(np.log1p(np.exp(raw)) + 1e-6)
    expected = -stats.norm.logpdf(t, mean, scale).mean(axis=-1)
    if not full:
        expected = expected - 0.5 * np.log(2 * np.pi)
    rows = losses.gaussian_nll(t, np.concatenate([mean, raw], axis=-1), full=full)
    KINDS_VS_KERAS.check(rows, expected)


def test_gaussian_likelihood_needs_two_numbers_a_target() -> None:
    with pytest.raises(ShapeError, match="twice as many units"):
        losses.gaussian_nll(np.zeros((4, 2)), np.zeros((4, 3)))


def test_gaussian_likelihood_of_a_far_raw_variance_is_finite() -> None:
    rows = losses.gaussian_nll(np.zeros((2, 1)), np.array([[0.0, -1e4], [0.0, 1e4]]))
    # log(1e-6) / 2 and log(1e4 + 1e-6) / 2
    KINDS_VS_KERAS.check(rows, [np.log(1e-6) / 2, np.log(1e4 + 1e-6) / 2])


# Half the deviance, and what of it does not depend on the prediction, written out here.
DEVIANCES: dict[str, tuple[losses.Loss, float, Any]] = {
    "gamma": (losses.Gamma(), 2.0, lambda t: -1.0 - np.log(t)),
    "tweedie": (losses.Tweedie(), 1.5, lambda t: -4.0 * np.sqrt(t)),
    "tweedie, 1.2": (losses.Tweedie(1.2), 1.2, lambda t: -(t**0.8) / 0.16),
}


@pytest.mark.parametrize("name", DEVIANCES)
def test_deviance_is_that_of_scikit_learn(name: str) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    loss, power, rest = DEVIANCES[name]
    rng = np.random.default_rng(6)
    t, p = rng.uniform(0.5, 3.0, size=(50, 1)), rng.uniform(0.5, 3.0, size=(50, 1))
    half = metrics.mean_tweedie_deviance(t, p, power=power) / 2
    # Predictions count with 1e-7 more.
    KINDS_VS_KERAS.check(loss(t, p - 1e-7), half - np.mean(rest(t)))
