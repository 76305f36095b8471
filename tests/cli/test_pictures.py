"""Pictures: what they count, and that they show what they are given."""

import numpy as np
import pytest

from pronghorn.cli import _pictures as pictures
from pronghorn.cli._run import measure_regression
from tolerances import PIXELS, WORKED_IN_FLOAT64

sklearn_metrics = pytest.importorskip("sklearn.metrics", reason="the peer for the counts")
image_of = pytest.importorskip("matplotlib.image", reason="reads the pictures back").imread

RNG = np.random.default_rng(3)
Y_TRUE = RNG.integers(0, 4, 200)
Y_PRED = np.where(RNG.random(200) < 0.7, Y_TRUE, RNG.integers(0, 4, 200))
NAMES = ["cat", "dog", "bird", "fish"]
HISTORY = {"loss": [2.0, 1.0], "mae": [1.5, 1.0], "val_loss": [2.5, 1.5], "val_mae": [2.0, 1.2]}
ORANGE = np.array([0xD5, 0x5E, 0x00]) / 255


def has_colour(path, colour):
    """Whether some pixel has this colour."""
    pixels = image_of(path)[..., :3]
    return bool((np.abs(pixels - colour).max(axis=-1) < 0.02).any())


def probabilities(classes, c, sure=0.9):
    table = np.full((len(classes), c), (1 - sure) / (c - 1))
    table[np.arange(len(classes)), classes] = sure
    return table


def test_confusion_counts_are_those_of_scikit_learn():
    expected = sklearn_metrics.confusion_matrix(Y_TRUE, Y_PRED, labels=range(5))
    assert np.array_equal(pictures.count_confusion(Y_TRUE, Y_PRED, 5), expected)


def test_regression_is_measured_as_by_scikit_learn():
    y_true, y_pred = RNG.normal(size=50), RNG.normal(size=50)
    measured = measure_regression(y_true, y_pred)
    mse = sklearn_metrics.mean_squared_error(y_true, y_pred)
    assert measured["root_mean_squared_error"] == WORKED_IN_FLOAT64.approx(mse**0.5)
    assert measured["mae"] == pytest.approx(sklearn_metrics.mean_absolute_error(y_true, y_pred))
    assert measured["r2"] == pytest.approx(sklearn_metrics.r2_score(y_true, y_pred))


def test_curves_have_a_panel_for_each_name(tmp_path):
    pictures.draw_curves(tmp_path / "two.png", HISTORY, "Two")
    pictures.draw_curves(tmp_path / "one.png", {"loss": [1.0]}, "One")
    two, one = image_of(tmp_path / "two.png"), image_of(tmp_path / "one.png")
    assert two.shape[1] == PIXELS.approx(2 * one.shape[1])
    # Orange is the validation, of which the second picture has none.
    assert has_colour(tmp_path / "two.png", ORANGE)
    assert not has_colour(tmp_path / "one.png", ORANGE)


@pytest.mark.parametrize("c", [2, 4, 30, 50])
def test_confusion_is_drawn_for_any_number_of_classes(tmp_path, c):
    y_true, y_pred = RNG.integers(0, c, 500), RNG.integers(0, c, 500)
    names = [f"class {i}" for i in range(c)]
    pictures.draw_confusion(tmp_path / "c.png", y_true, y_pred, names, "Confusion")
    assert image_of(tmp_path / "c.png").std() > 0.05


def test_only_mistakes_are_marked(tmp_path):
    images = RNG.integers(0, 256, (16, 8, 8)).astype(np.uint8)
    right = Y_TRUE[:16]
    wrong = right.copy()
    wrong[5] = (wrong[5] + 1) % 4
    for name, predicted in (("right", right), ("wrong", wrong)):
        pictures.draw_examples(
            tmp_path / f"{name}.png", images, right, probabilities(predicted, 4), NAMES, "Examples"
        )
    assert has_colour(tmp_path / "wrong.png", ORANGE)
    assert not has_colour(tmp_path / "right.png", ORANGE)


@pytest.mark.parametrize("shape", [(3, 8, 8), (1, 8, 8, 1), (16, 8, 8, 3)], ids=str)
def test_examples_of_every_kind_of_image(tmp_path, shape):
    images = RNG.random(shape)
    y = np.zeros(len(images), int)
    path = tmp_path / "e.png"
    pictures.draw_examples(path, images, y, probabilities(y, 4), NAMES, "Examples")
    assert image_of(path).std() > 0.05


def test_confidence_shows_mistakes_where_there_are_some(tmp_path):
    pictures.draw_confidence(tmp_path / "c.png", Y_TRUE, probabilities(Y_PRED, 4), "Confidence")
    assert has_colour(tmp_path / "c.png", ORANGE)


def test_predicted_values_are_drawn(tmp_path):
    y = RNG.normal(size=100)
    pictures.draw_predicted(tmp_path / "p.png", y, y + 0.1, "price", "Prices")
    assert image_of(tmp_path / "p.png").std() > 0.02
