"""``tf.math``: the functions of ``tf`` and some more."""

from pronghorn.runner._tensorflow import _arrays, _creation, nn  # noqa: F401 - their functions
from pronghorn.runner._tensorflow._calls import serve

__getattr__, __dir__ = serve("tf.math", "math.", "", "nn.")
