"""The lab's data from Python: what scripts that the lab writes are made of.

>>> from pronghorn.lab import toys
>>> (x_train, y_train), (x_test, y_test) = toys.make_data("xor", noise=10, seed=3)
>>> toys.compute_features(["x1", "x1*x2"], x_train).shape
(250, 2)
"""

from pronghorn.lab._features import FEATURES, compute_features
from pronghorn.lab._toys import make_data

__all__ = ["FEATURES", "compute_features", "make_data"]
