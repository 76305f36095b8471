"""Keras 3 on TensorFlow, as its users run it."""

from bench.peers.keras_shaped import KerasOn

TITLE = "Keras on TensorFlow"
HOLDS = "float32 rows in [0, 1]"
PACKAGES = ("keras", "tensorflow-cpu")
ENVIRONMENT = "tensorflow"
IMPORTS = "keras"

_KERAS = KerasOn("tensorflow")
import_keras, refuses = _KERAS.load, _KERAS.refuses
start, make_net = _KERAS.start, _KERAS.make_net
