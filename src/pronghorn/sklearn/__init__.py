"""Multilayer perceptrons as scikit-learn estimators; needs the extra ``pronghorn[sklearn]``."""

from pronghorn.sklearn._classifier import MLPClassifier
from pronghorn.sklearn._regressor import MLPRegressor

__all__ = ["MLPClassifier", "MLPRegressor"]
