"""Data sets by name, and the laws each of them keeps."""

import numpy as np
import pytest
import sklearn.datasets
import sklearn.model_selection

from pronghorn import datasets
from pronghorn._core.errors import UnknownNameError


@pytest.mark.parametrize("name", datasets.names())
def test_every_set_says_what_it_holds(name):
    dataset = datasets.get(name)
    assert dataset.title and len(dataset.class_names) == 10
    assert len(dataset.sample_shape) == 2 and dataset.largest > 0
    assert getattr(datasets, name).class_names == dataset.class_names


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist", "digits"])
def test_the_sets_of_this_package(name):
    assert name in datasets.names()


def test_another_name_is_refused_with_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'fashion_mnist'"):
        datasets.get("fashion_mnits")


def test_digits_are_those_of_scikit_learn_split_without_shuffling():
    (x_train, y_train), (x_test, y_test) = datasets.digits.load_data()
    bunch = sklearn.datasets.load_digits()
    expected = sklearn.model_selection.train_test_split(
        bunch.images, bunch.target, test_size=0.2, shuffle=False
    )
    for found, truth in zip((x_train, x_test, y_train, y_test), expected, strict=True):
        assert found.dtype == np.uint8
        np.testing.assert_array_equal(found, truth)
    assert x_train.max() == datasets.digits.Digits.largest
    assert x_train.shape[1:] == datasets.digits.Digits.sample_shape


def test_digits_without_scikit_learn(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "sklearn.datasets", None)
    with pytest.raises(ValueError, match=r"pip install 'pronghorn\[sklearn\]'"):
        datasets.digits.load_data()
