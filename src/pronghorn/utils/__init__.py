"""Small things around models: seeds, one-hot rows, names."""

from pronghorn._core.rng import set_random_seed
from pronghorn.layers._names import clear_session
from pronghorn.utils._categorical import to_categorical

__all__ = ["clear_session", "set_random_seed", "to_categorical"]
