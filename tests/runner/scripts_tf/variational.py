"""A variational autoencoder of dense layers, watched by TensorBoard."""

import os

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

keras.utils.set_random_seed(3)
angles = np.random.uniform(0, 2 * np.pi, 600)
directions = np.random.normal(size=(2, 12))
rows = np.stack([np.cos(angles), np.sin(angles)], axis=1) @ directions
rows = rows.astype("float32")


class Sampling(layers.Layer):
    def call(self, inputs):
        mean, log_variance = inputs
        noise = keras.backend.random_normal(shape=tf.shape(mean))
        return mean + tf.exp(0.5 * log_variance) * noise


class Encoder(layers.Layer):
    def __init__(self, size, **kwargs):
        super().__init__(**kwargs)
        self.hidden = layers.Dense(32, activation="relu")
        self.mean = layers.Dense(size)
        self.log_variance = layers.Dense(size)
        self.sampling = Sampling()

    def call(self, inputs):
        hidden = self.hidden(inputs)
        mean, log_variance = self.mean(hidden), self.log_variance(hidden)
        divergence = 1 + log_variance - tf.square(mean) - tf.exp(log_variance)
        self.add_loss(-0.005 * tf.reduce_mean(tf.reduce_sum(divergence, axis=-1)))
        return mean, log_variance, self.sampling((mean, log_variance))


class Autoencoder(keras.Model):
    def __init__(self):
        super().__init__()
        self.encoder = Encoder(2)
        self.decoder = keras.Sequential([layers.Dense(32, activation="relu"), layers.Dense(12)])

    def call(self, inputs):
        _, _, code = self.encoder(inputs)
        rebuilt = self.decoder(code)
        self.add_loss(tf.reduce_mean(tf.square(inputs - rebuilt)))
        return rebuilt


model = Autoencoder()
model.compile(optimizer=keras.optimizers.Adam(0.01))
board = keras.callbacks.TensorBoard(log_dir=os.path.join("logs", "fit"), histogram_freq=1)
history = model.fit(rows, epochs=30, batch_size=50, verbose=0, callbacks=[board])
print(len(os.listdir("logs/fit/train")) == 1)

# The noise differs from row to row and from call to call.
code = np.stack([model.encoder(rows[:1].repeat(2, axis=0))[2] for _ in range(2)])
print(len(np.unique(code[..., 0])) == 4)
print("final", history.history["loss"][-1] / np.mean(rows**2))
