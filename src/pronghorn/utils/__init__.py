"""Small things around models: seeds, one-hot rows, splits, files, names of one's own."""

from pronghorn._core import left_out
from pronghorn._core.config import (
    disable_interactive_logging,
    enable_interactive_logging,
    is_interactive_logging_enabled,
)
from pronghorn._core.custom import (
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from pronghorn._core.rng import next_seed, set_random_seed, use_random_seed
from pronghorn.data import PyDataset
from pronghorn.data._tuples import pack_x_y_sample_weight, unpack_x_y_sample_weight
from pronghorn.engines.few_rows import forward_pass
from pronghorn.layers._names import clear_session
from pronghorn.models._plot import plot_model
from pronghorn.models._plot_dot import model_to_dot
from pronghorn.saving import deserialize_keras_object, serialize_keras_object
from pronghorn.utils._categorical import to_categorical
from pronghorn.utils._feature_space import FeatureSpace
from pronghorn.utils._files import get_file
from pronghorn.utils._normalize import normalize
from pronghorn.utils._pad_sequences import pad_sequences
from pronghorn.utils._progbar import Progbar
from pronghorn.utils._registered import registered
from pronghorn.utils._split import split_dataset

__all__ = [
    "CustomObjectScope",
    "FeatureSpace",
    "Progbar",
    "PyDataset",
    "Sequence",
    "clear_session",
    "custom_object_scope",
    "deserialize_keras_object",
    "disable_interactive_logging",
    "enable_interactive_logging",
    "forward_pass",
    "get_custom_objects",
    "get_file",
    "get_registered_name",
    "get_registered_object",
    "is_interactive_logging_enabled",
    "model_to_dot",
    "next_seed",
    "normalize",
    "pack_x_y_sample_weight",
    "pad_sequences",
    "plot_model",
    "register_keras_serializable",
    "registered",
    "serialize_keras_object",
    "set_random_seed",
    "split_dataset",
    "to_categorical",
    "unpack_x_y_sample_weight",
    "use_random_seed",
]

left_out.attach(__name__)

# Keras has the first name too, and Keras 2 had the second.
CustomObjectScope = custom_object_scope
Sequence = PyDataset
