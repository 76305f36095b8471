"""``tf.initializers``: those of Keras."""

from pronghorn.initializers import *  # noqa: F403
