"""ImageDataGenerator: the numbers that Keras makes of the same pictures, and what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tolerances
from pronghorn import Input, Sequential, layers
from pronghorn.errors import DataError, ParameterError, ShapeError
from pronghorn.runner import _names
from pronghorn.runner._outside import OutsideError
from pronghorn.runner._tensorflow import _keras_pictures as pictures
from pronghorn.runner._tensorflow._keras_generator import ImageDataGenerator

X = np.random.default_rng(4).integers(0, 256, (10, 4, 5, 3)).astype("u1")
Y = np.arange(10) % 2


@pytest.mark.parametrize(
    "options",
    [
        {"rescale": 1 / 255.0},
        {"featurewise_center": True, "featurewise_std_normalization": True},
        {"samplewise_center": True, "samplewise_std_normalization": True, "rescale": 0.5},
        {"preprocessing_function": lambda x: 1 - x},
    ],
    ids=["scaled", "by channel", "by picture", "by a function"],
)
def test_batches_are_those_of_keras(options: dict[str, Any]) -> None:
    image = pytest.importorskip("keras.src.legacy.preprocessing.image", reason="no real Keras")
    for_both = {"validation_split": 0.3, **options}
    theirs, ours = image.ImageDataGenerator(**for_both), ImageDataGenerator(**for_both)
    theirs.fit(X)
    ours.fit(X)
    for subset in ("training", "validation"):
        how = {"batch_size": 4, "shuffle": False, "subset": subset}
        expected, found = theirs.flow(X, Y, **how), ours.flow(X, Y, **how)
        assert len(found) == len(expected)
        for i in range(len(found)):
            tolerances.OUTPUTS_VS_KERAS.check(found[i][0], expected[i][0])
            assert found[i][1].tolist() == expected[i][1].tolist()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, level in (("cat", 10), ("dog", 200)):
        (tmp_path / name).mkdir()
        for i in range(4):
            picture = np.full((3, 3, 1), level + i, np.uint8)
            pictures.save_img(tmp_path / name / f"{i}.png", picture, scale=False)
    return tmp_path


def test_folders_are_classes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("PIL", reason="Pillow reads the files")
    scaled = ImageDataGenerator(rescale=0.5, validation_split=0.25)
    how: dict[str, Any] = {"target_size": (2, 2), "color_mode": "grayscale", "shuffle": False}
    flow = scaled.flow_from_directory(folder, class_mode="binary", subset="training", **how)
    assert capsys.readouterr().out == "Found 6 images belonging to 2 classes.\n"
    x, y = next(flow)
    # The first quarter of each class validates: 10 and 200.
    assert x.shape == (6, 2, 2, 1) and x[:, 0, 0, 0].tolist() == [5.5, 6, 6.5, 100.5, 101, 101.5]
    assert y.tolist() == [0, 0, 0, 1, 1, 1] == flow.classes.tolist()
    assert flow.class_indices == {"cat": 0, "dog": 1} and flow.samples == 6
    held_out = scaled.flow_from_directory(folder, subset="validation", **how)
    assert held_out[0][1].tolist() == [[1, 0], [0, 1]]
    assert held_out.filenames == [str(Path("cat", "0.png")), str(Path("dog", "0.png"))]


def test_a_net_trains_on_batches_that_begin_again() -> None:
    scaled = ImageDataGenerator(rescale=1 / 255.0)
    numbered = scaled.flow(X, np.arange(10), batch_size=4, seed=1)
    seen = [next(numbered)[1] for _ in range(6)]
    for a_pass in (seen[:3], seen[3:]):
        assert sorted(np.concatenate(a_pass)) == list(range(10))
    flow = scaled.flow(X, Y, batch_size=4, seed=1)
    model = Sequential([Input((4, 5, 3)), layers.Flatten(), layers.Dense(1, "sigmoid")])
    model.compile("sgd", "binary_crossentropy")
    history = model.fit(flow, epochs=2, steps_per_epoch=len(flow), verbose=0).history
    assert len(history["loss"]) == 2
    plain = ImageDataGenerator().flow(X, batch_size=4, shuffle=False)
    np.testing.assert_array_equal(model.predict(plain, verbose=0), model.predict(X, verbose=0))


@pytest.mark.parametrize("change", [{"rotation_range": 20}, {"horizontal_flip": True}], ids=str)
def test_what_changes_pictures_is_outside(change: dict[str, Any]) -> None:
    with pytest.raises(OutsideError, match=f"{next(iter(change))}=.*pip install tensorflow"):
        ImageDataGenerator(**change)


def test_refusals() -> None:
    with pytest.raises(ShapeError, match="Grey pictures"):
        ImageDataGenerator().flow(X[..., 0])
    with pytest.raises(DataError, match="fit\\(x\\) first"):
        ImageDataGenerator(featurewise_center=True).flow(X)[0]
    with pytest.raises(ParameterError, match="subset"):
        ImageDataGenerator().flow(X, subset="test")
    with pytest.raises(ParameterError, match="arguments of Keras"):
        ImageDataGenerator(rotate=3)


def test_where_programs_find_it() -> None:
    for package in ("keras", "tensorflow.keras"):
        assert _names.find(f"{package}.preprocessing.image", "ImageDataGenerator") is (
            ImageDataGenerator
        )
