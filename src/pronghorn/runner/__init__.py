"""Programs that were written for Keras, TensorFlow and scikit-learn, run on Pronghorn unchanged."""
