"""``tf.optimizers``: those of Keras."""

from pronghorn.optimizers import *  # noqa: F403
from pronghorn.optimizers import schedules  # noqa: F401
