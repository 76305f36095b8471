"""Data frames with categories and gaps: the encoding, and estimators that hold it."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from sklearn import model_selection, neural_network

from pronghorn.errors import DataError, ParameterError
from pronghorn.sklearn import MLPClassifier, MLPRegressor
from pronghorn.sklearn._frames import FrameEncoder, is_mixed

pd = pytest.importorskip("pandas")

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

SMALL = pd.DataFrame(
    {
        "age": [3.0, np.nan, 1.0, 9.0],
        "city": ["b", "a", None, "b"],
        "is_in": [True, False, True, True],
    }
)
# Median of 3, 1, 9: 3.
EXPECTED = [
    [3.0, 0.0, 0.0, 1.0, 0.0, 1.0],
    [3.0, 1.0, 1.0, 0.0, 0.0, 0.0],
    [1.0, 0.0, 0.0, 0.0, 1.0, 1.0],
    [9.0, 0.0, 0.0, 1.0, 0.0, 1.0],
]


def test_encoding_of_a_small_table() -> None:
    encoder = FrameEncoder().fit(SMALL)
    assert encoder.transform(SMALL).tolist() == EXPECTED
    assert encoder.feature_names == [
        "age", "age missing", "city=a", "city=b", "city missing", "is_in",
    ]  # fmt: skip


def encode(train: Any, test: Any) -> Any:
    frame = pd.DataFrame({"x": train})
    return FrameEncoder().fit(frame).transform(pd.DataFrame({"x": test})).tolist()


KINDS: dict[str, tuple[Any, Any, Any]] = {
    "unseen category": (["a", "b"], ["c", "b"], [[0, 0], [0, 1]]),
    "category missing only later": (["a", "b"], [None, "a"], [[0, 0], [1, 0]]),
    "number missing only later": ([1.0, 4.0, 9.0], [np.nan, 2.0], [[4.0], [2.0]]),
    "number of which only a None comes": ([1.0, 4.0, 9.0], [None], [[4.0]]),
    "numbers as objects": (
        pd.Series([1, None, 9], dtype=object), pd.Series([4, 2.0], dtype=object), [[4, 0], [2, 0]],
    ),
    "no number at all": ([np.nan, np.nan], [np.nan, 2.0], [[0, 1], [2, 0]]),
    "pandas categories": (
        pd.Categorical(["b", "a", None]), pd.Categorical(["a", "c", None]),
        [[1, 0, 0], [0, 0, 0], [0, 0, 1]],
    ),
    "categories of numbers": (pd.Categorical([7, 3]), pd.Categorical([3, 7]), [[1, 0], [0, 1]]),
    "nullable integers": (
        pd.array([1, 5, None], "Int64"), pd.array([None, 2], "Int64"), [[3, 1], [2, 0]],
    ),
    "nullable booleans": (pd.array([True, None], "boolean"), [True, False], [[1, 0], [0, 0]]),
    "nullable text": (
        pd.array(["a", None], "string"), pd.array([None, "a"], "string"), [[0, 1], [1, 0]],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
def test_encoding(name: str) -> None:
    train, test, expected = KINDS[name]
    assert encode(train, test) == expected


def test_encoding_is_that_of_get_dummies() -> None:
    frame = pd.DataFrame({"city": ["c", "a", "b", "a"], "n": [1, 2, 3, 4]})
    expected = pd.get_dummies(frame[["city"]], dtype=float).assign(n=frame.n)
    np.testing.assert_array_equal(FrameEncoder().fit(frame).transform(frame), expected)


@pytest.mark.parametrize(
    ("frame", "is_so"),
    [
        (pd.DataFrame({"a": [1, 2]}), False),
        (pd.DataFrame({"a": [1.0, np.inf]}), False),  # refused as scikit-learn does it
        (pd.DataFrame({"a": [1.0, np.nan]}), True),
        (pd.DataFrame({"a": ["1", "2"]}), True),
        (np.array([[np.nan]]), False),
    ],
    ids=["numbers", "infinity", "a gap", "text", "an array"],
)
def test_what_is_encoded(frame: Any, is_so: bool) -> None:
    assert is_mixed(frame) is is_so


def table(n: int = 240, seed: int = 0) -> tuple[Any, Any]:
    """A class that follows from a category, a number with gaps and the gaps themselves."""
    rng = np.random.default_rng(seed)
    city = rng.choice(["bern", "rome", "oslo"], n)
    age = np.where(rng.random(n) < 0.2, np.nan, rng.normal(size=n))
    y = np.where(city == "bern", age > 0.0, np.isnan(age) | (city == "rome"))
    return pd.DataFrame({"age": age, "city": city, "noise": rng.normal(size=n)}), y.astype(int)


def fit(frame: Any, y: Any, **parameters: Any) -> Any:
    settings: dict[str, Any] = {"learning_rate_init": 0.02, "max_iter": 150, "random_state": 0}
    return MLPClassifier((32,), **{**settings, **parameters}).fit(frame, y)


@pytest.mark.parametrize("extras", [{}, {"layer_norm": True}], ids=["plain", "extras"])
def test_frames_are_taken_as_they_are(extras: Any) -> None:
    net = fit(*table(), **extras)
    assert net.score(*table(seed=1)) > 0.95
    assert list(net.feature_names_in_) == ["age", "city", "noise"] and net.n_features_in_ == 3
    assert net.encoded_names_[:3] == ["age", "age missing", "city=bern"]
    assert net.coefs_[0].shape == (6, 32)


def test_fit_is_that_of_the_encoded_rows() -> None:
    frame, y = table()
    rows = FrameEncoder().fit(frame).transform(frame)
    net, plain = fit(frame, y), fit(rows, y)
    np.testing.assert_array_equal(net.predict_proba(frame), plain.predict_proba(rows))
    for a, b in zip(net.coefs_, plain.coefs_, strict=True):
        np.testing.assert_array_equal(a, b)


def test_encoding_is_part_of_the_pickle() -> None:
    frame, y = table()
    net = fit(frame, y)
    other = frame.assign(city="paris", age=np.nan)
    again = pickle.loads(pickle.dumps(net))
    np.testing.assert_array_equal(again.predict_proba(other), net.predict_proba(other))


def test_searches_and_early_stopping() -> None:
    frame, y = table()
    net = MLPClassifier((32,), learning_rate_init=0.02, random_state=0, early_stopping=True)
    search = model_selection.GridSearchCV(net, {"alpha": [1e-4, 1e3]}, cv=3).fit(frame, y)
    assert search.best_params_ == {"alpha": 1e-4} and search.best_score_ > 0.7


@pytest.mark.parametrize("scoring", [None, "roc_auc"])
def test_rows_to_validate_with(scoring: Any) -> None:
    frame, y = table()
    valid, y_valid = table(seed=1)
    net = MLPClassifier((32,), learning_rate_init=0.02, random_state=0, early_stopping=True)
    net.set_params(scoring=scoring).fit(frame, y, X_val=valid, y_val=y_valid)
    assert net.best_validation_score_ > 0.9
    assert scoring is not None or net.score(valid, y_valid) == net.best_validation_score_


def test_more_of_the_same_frame() -> None:
    frame, y = table()
    net = MLPRegressor(random_state=0).partial_fit(frame, y).partial_fit(frame, y)
    assert net.predict(frame).shape == (240,) and list(net.feature_names_in_) == list(frame)


def test_a_frame_of_numbers_ends_the_encoding() -> None:
    frame, y = table()
    net = fit(frame, y).fit(frame[["noise"]], y)
    assert net.coefs_[0].shape == (1, 32) and net.predict(frame[["noise"]]).shape == (240,)


def test_transform_as_a_frame() -> None:
    frame, y = table()
    found = fit(frame, y).set_output(transform="pandas").transform(frame)
    assert found.shape == (240, 32) and found.columns[0] == "mlpclassifier0"


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_every_hidden_layer_as_a_frame(library: str) -> None:
    pytest.importorskip(library)
    frame, y = table()
    net = MLPClassifier((5, 3), max_iter=5, random_state=0).fit(frame, y)
    plain = [net.transform(frame, layer) for layer in (0, 1, -1, -2)]
    net.set_output(transform=library)
    for layer, values in zip((0, 1, -1, -2), plain, strict=True):
        found = net.transform(frame, layer=layer)
        assert type(found).__module__.split(".")[0] == library
        assert list(found.columns) == [f"mlpclassifier{j}" for j in range((5, 3)[layer])]
        np.testing.assert_array_equal(found.to_numpy(), values)
    assert net.fit_transform(frame, y).shape == (240, 3)


REFUSED: dict[str, tuple[Any, type[Exception], str]] = {
    "an array later": (
        lambda f, y: fit(f, y).predict(f.to_numpy()), DataError, "a data frame with the columns",
    ),
    "another column": (
        lambda f, y: fit(f, y).predict(f.rename(columns={"age": "years"})), ValueError, "years",
    ),
    "text for numbers": (
        lambda f, y: fit(f, y).predict(f.assign(age="old")), DataError, "column 'age'",
    ),
    "dates": (
        lambda f, y: fit(f.assign(t=pd.Timestamp("2024-01-01")), y), DataError, "column 't'",
    ),
    "several types": (
        lambda f, y: fit(f.assign(t=["a", 1] * 120), y), DataError, "categories of one type",
    ),
    "infinity": (lambda f, y: fit(f.assign(t=np.inf), y), ValueError, "infinity"),
    "gaps in an array": (lambda f, y: fit(f[["age"]].to_numpy(), y), ValueError, "NaN"),
    "to_sklearn": (lambda f, y: fit(f, y).to_sklearn(), ParameterError, "encoding of data frames"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    call, error, message = REFUSED[name]
    with pytest.raises(error, match=message):
        call(*table())


def test_infinity_is_refused_after_fit_too() -> None:
    y = [0, 1, 0, 1]
    net = MLPClassifier((3,), max_iter=2, random_state=0).fit(SMALL, y)
    with pytest.raises(ValueError, match="Input X contains infinity"):
        net.predict(SMALL.assign(age=np.inf))


def test_columns_of_one_name_are_refused_as_scikit_learn_does() -> None:
    frame = pd.DataFrame(np.ones((4, 2)), columns=["a", "a"])
    with pytest.raises(Exception) as expected:
        neural_network.MLPClassifier().fit(frame, [0, 1, 0, 1])
    with pytest.raises(type(expected.value)):
        MLPClassifier().fit(frame, [0, 1, 0, 1])
