"""The scikit-learn wrappers of Keras 3, and below ``scikit_learn`` those of Keras 2.

They are for programs that were written for them; ``pronghorn.sklearn`` has those for new ones.
"""

from pronghorn.wrappers import scikit_learn
from pronghorn.wrappers._classifier import SKLearnClassifier
from pronghorn.wrappers._regressor import SKLearnRegressor
from pronghorn.wrappers._transformer import SKLearnTransformer

__all__ = ["SKLearnClassifier", "SKLearnRegressor", "SKLearnTransformer", "scikit_learn"]
