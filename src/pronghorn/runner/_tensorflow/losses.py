"""``tf.losses``: those of Keras."""

from pronghorn.losses import *  # noqa: F403
