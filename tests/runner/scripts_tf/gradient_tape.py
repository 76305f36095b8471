"""A step by hand with TensorFlow's tape."""

import tensorflow as tf

print("begins")
w = tf.Variable(3.0)
with tf.GradientTape() as tape:
    loss = w * w
print(tape.gradient(loss, w))
