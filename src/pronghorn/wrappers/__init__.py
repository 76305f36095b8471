"""Wrappers under the path that Keras 2 had them: ``keras.wrappers.scikit_learn``."""

from pronghorn.wrappers import scikit_learn

__all__ = ["scikit_learn"]
