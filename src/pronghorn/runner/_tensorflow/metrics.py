"""``tf.metrics``: those of Keras."""

from pronghorn.metrics import *  # noqa: F403
