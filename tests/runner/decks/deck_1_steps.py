"""The listings of the first lecture, slide by slide: two ways to the same net, and its use."""

import numpy as np
import tensorflow as tf


def softmax(x):
    return np.exp(x) / sum(np.exp(x))


print(softmax(np.array([1.5, 2.5, 3.5])))

mnist = tf.keras.datasets.fashion_mnist
(training_images, training_labels), (test_images, test_labels) = mnist.load_data()
print(training_images.shape, training_labels.shape, test_images.shape, test_labels.shape)
training_images, test_images = training_images / 255.0, test_images / 255.0

inputs = tf.keras.layers.Input(shape=(28, 28))
x = tf.keras.layers.Flatten()(inputs)
x = tf.keras.layers.Dense(128, activation=tf.nn.relu)(x)
outputs = tf.keras.layers.Dense(10, activation=tf.nn.softmax)(x)
model = tf.keras.Model(inputs=inputs, outputs=outputs)
model.compile(
    optimizer=tf.optimizers.Adam(), loss="sparse_categorical_crossentropy", metrics=["accuracy"]
)
model.fit(training_images, training_labels, validation_split=0.1, epochs=1)

model = tf.keras.models.Sequential(
    [
        tf.keras.layers.Input(shape=(28, 28)),
        tf.keras.layers.Flatten(),
        tf.keras.layers.Dense(128, activation=tf.nn.relu),
        tf.keras.layers.Dense(10, activation=tf.nn.softmax),
    ]
)
model.summary()
model.compile(
    optimizer=tf.optimizers.Adam(), loss="sparse_categorical_crossentropy", metrics=["accuracy"]
)
model.fit(training_images, training_labels, validation_split=0.1, epochs=5)

classifications = model.predict(test_images)
print(classifications[0])
print(model.evaluate(test_images, test_labels))
