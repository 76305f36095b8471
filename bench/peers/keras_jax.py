"""Keras 3 on JAX, as its users run it."""

from bench.peers.keras_shaped import KerasOn

TITLE = "Keras on JAX"
HOLDS = "float32 rows in [0, 1]"
PACKAGES = ("keras", "jax", "jaxlib")
ENVIRONMENT = ""
IMPORTS = "keras"

_KERAS = KerasOn("jax")
import_keras, refuses = _KERAS.load, _KERAS.refuses
start, make_net = _KERAS.start, _KERAS.make_net
