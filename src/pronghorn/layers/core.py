"""The layers that Keras 2 kept under this path: ``from keras.layers.core import Dense``."""

from pronghorn.layers._activations._activation import Activation
from pronghorn.layers._dense import Dense
from pronghorn.layers._lambda import Lambda
from pronghorn.layers._regularization._activity_regularization import ActivityRegularization
from pronghorn.layers._regularization._dropout import Dropout
from pronghorn.layers._reshaping._flatten import Flatten
from pronghorn.layers._reshaping._permute import Permute
from pronghorn.layers._reshaping._repeat_vector import RepeatVector
from pronghorn.layers._reshaping._reshape import Reshape

__all__ = [
    "Activation",
    "ActivityRegularization",
    "Dense",
    "Dropout",
    "Flatten",
    "Lambda",
    "Permute",
    "RepeatVector",
    "Reshape",
]
