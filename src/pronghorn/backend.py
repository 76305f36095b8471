"""The settings that ``keras.backend`` offers: dtype, epsilon, names."""

from pronghorn._core import left_out
from pronghorn._core.config import backend, epsilon, floatx, set_epsilon, set_floatx
from pronghorn.layers._names import clear_session

__all__ = ["backend", "clear_session", "epsilon", "floatx", "set_epsilon", "set_floatx"]

left_out.attach(__name__)
