"""The first ten minutes: a model called on rows, a loss called on its logits, training."""

import numpy as np
import tensorflow as tf

print("TensorFlow version:", tf.__version__)
tf.random.set_seed(1234)
rng = np.random.default_rng(2)
x_train = rng.random((256, 4, 4))
y_train = (x_train[:, :2].sum(axis=(1, 2)) > x_train[:, 2:].sum(axis=(1, 2))).astype(int)

model = tf.keras.models.Sequential(
    [
        tf.keras.layers.Flatten(input_shape=(4, 4)),
        tf.keras.layers.Dense(32, activation="relu"),
        tf.keras.layers.Dropout(0.1),
        tf.keras.layers.Dense(2),
    ]
)
predictions = model(x_train[:1]).numpy()
print(predictions.shape, tf.nn.softmax(predictions).numpy().sum().round(3))
loss_fn = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
print(loss_fn(y_train[:1], predictions).numpy() > 0)
model.compile(optimizer="adam", loss=loss_fn, metrics=["accuracy"])
model.fit(x_train, y_train, epochs=30, verbose=0)
loss, accuracy = model.evaluate(x_train, y_train, verbose=2)
probability_model = tf.keras.Sequential([model, tf.keras.layers.Softmax()])
print(probability_model(x_train[:5]))
print("final", accuracy)
