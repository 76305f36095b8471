"""Two inputs, two outputs, a shared layer, residual blocks, nested models, parts of a model."""

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

tf.random.set_seed(6)
rng = np.random.default_rng(6)
n = 320
wide, deep = rng.normal(size=(n, 5)).astype("float32"), rng.normal(size=(n, 6)).astype("float32")
price = (wide[:, :1] + deep[:, :1] ** 2).astype("float32")
kind = (deep[:, 1] > 0).astype("int64")

input_a = layers.Input(shape=[5], name="wide_input")
input_b = layers.Input(shape=[6], name="deep_input")
hidden1 = layers.Dense(30, activation="relu")(input_b)
hidden2 = layers.Dense(30, activation="relu")(hidden1)
hidden2 = layers.add([hidden1, hidden2])
concat = layers.concatenate([input_a, hidden2])
price_output = layers.Dense(1, name="price")(concat)
kind_output = layers.Dense(2, activation="softmax", name="kind")(hidden2)
model = keras.Model(inputs=[input_a, input_b], outputs=[price_output, kind_output])
model.compile(
    optimizer=tf.keras.optimizers.RMSprop(1e-2),
    loss={"price": "mse", "kind": keras.losses.SparseCategoricalCrossentropy()},
    loss_weights={"price": 0.5, "kind": 1.0},
    metrics={"kind": ["accuracy"]},
)
model.summary()
history = model.fit(
    {"wide_input": wide, "deep_input": deep},
    {"price": price, "kind": kind},
    epochs=20,
    batch_size=32,
    validation_split=0.2,
    verbose=0,
)
print(sorted(history.history))
total, price_loss, kind_loss, kind_accuracy = model.evaluate([wide, deep], [price, kind], verbose=0)
p, k = model.predict([wide[:3], deep[:3]], verbose=0)
print(p.shape, k.shape)
dataset = tf.data.Dataset.from_tensor_slices(
    ({"wide_input": wide, "deep_input": deep}, {"price": price, "kind": kind})
).batch(64)
print(len(model.evaluate(dataset, verbose=0)))

features = keras.Model(
    model.inputs, [layer.output for layer in model.layers if layer.name == "price"]
)
print(model.get_layer("price").output.shape, model.input_shape, features.count_params() > 0)

encoder_input = keras.Input(shape=(6,), name="row")
encoder = keras.Model(
    encoder_input, layers.Dense(2, activation="tanh")(encoder_input), name="encoder"
)
decoder_input = keras.Input(shape=(2,), name="code")
decoder = keras.Model(decoder_input, layers.Dense(6)(decoder_input), name="decoder")
autoencoder_input = keras.Input(shape=(6,))
autoencoder = keras.Model(
    autoencoder_input, decoder(encoder(autoencoder_input)), name="autoencoder"
)
autoencoder.compile("adam", "mse")
autoencoder.fit(deep, deep, epochs=2, verbose=0)
print([layer.name for layer in autoencoder.layers][1:], encoder.predict(deep, verbose=0).shape)
ensemble_input = keras.Input(shape=(6,))
members = [keras.Sequential([layers.Dense(1)]) for _ in range(3)]
ensemble = keras.Model(ensemble_input, layers.average([m(ensemble_input) for m in members]))
print(ensemble(deep[:2]).shape)
scaled = tf.cast(ensemble_input, tf.float32) / 2.0
print(keras.Model(ensemble_input, tf.reduce_mean(scaled, axis=-1, keepdims=True))(deep).shape)
print("final", kind_accuracy)
