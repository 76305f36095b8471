"""Multilayer perceptrons as scikit-learn estimators; needs the extra ``pronghorn[sklearn]``."""

from pronghorn.sklearn._classifier import MLPClassifier
from pronghorn.sklearn._regressor import MLPRegressor
from pronghorn.sklearn._wrappers import KerasClassifier, KerasRegressor

__all__ = ["KerasClassifier", "KerasRegressor", "MLPClassifier", "MLPRegressor"]
