"""The programs of five lectures, on images that the script draws."""

import types

import keras
import numpy as np
import pandas as pd
from settled import settle, show

tf = types.SimpleNamespace(keras=keras, optimizers=keras.optimizers, nn=keras.ops)
rng = np.random.default_rng(2)
training_images, training_labels = (
    rng.integers(0, 256, (300, 28, 28), dtype="uint8"),
    rng.integers(0, 10, 300).astype("uint8"),
)
test_images, test_labels = training_images[:64], training_labels[:64]
training_images = training_images / 255.0
test_images = test_images / 255.0

model = tf.keras.models.Sequential(
    [
        tf.keras.layers.Flatten(),
        tf.keras.layers.Dense(128, activation=tf.nn.relu),
        tf.keras.layers.Dense(10, activation=tf.nn.softmax),
    ]
)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(training_images, training_labels, epochs=2, verbose=0)
print(len(model.evaluate(test_images, test_labels, verbose=0)))
classifications = model.predict(test_images, verbose=0)
print(classifications[0].shape)

inputs = tf.keras.layers.Input(shape=(28, 28))
x = tf.keras.layers.Flatten()(inputs)
x = tf.keras.layers.Dense(128, activation=tf.nn.relu)(x)
outputs = tf.keras.layers.Dense(10, activation=tf.nn.softmax)(x)
model = tf.keras.Model(inputs=inputs, outputs=outputs)
print(model.count_params())
settle(model)
model.set_weights([w / 8 for w in model.get_weights()])
model.compile(
    optimizer=tf.optimizers.Adam(), loss="sparse_categorical_crossentropy", metrics=["accuracy"]
)
history = model.fit(
    training_images, training_labels, validation_split=0.1, epochs=2, shuffle=False, verbose=0
)
show("loss", history.history["loss"])

model = keras.models.Sequential()
model.add(keras.layers.Flatten(input_shape=[28, 28]))
model.add(keras.layers.Dense(300, activation="relu"))
model.add(keras.layers.Dense(100, activation="relu"))
model.add(keras.layers.Dense(10, activation="softmax"))
hidden1 = model.layers[1]
weights, biases = hidden1.get_weights()
print(weights.shape, biases.shape, bool((biases == 0).all()), model.count_params())
settle(model)
model.set_weights([w / 8 for w in model.get_weights()])
model.compile(loss="sparse_categorical_crossentropy", optimizer="SGD", metrics=["accuracy"])
history = model.fit(
    training_images,
    training_labels,
    epochs=2,
    validation_data=(test_images, test_labels),
    shuffle=False,
    verbose=0,
)
show("frame", pd.DataFrame(history.history).values)
y_proba = model.predict(test_images[:3], verbose=0)
print(y_proba.round(2).shape)
print(np.argmax(y_proba, axis=-1))

lr_schedule = tf.keras.optimizers.schedules.ExponentialDecay(
    0.1, decay_steps=100000, decay_rate=0.96, staircase=True
)
model.compile(
    optimizer=tf.keras.optimizers.SGD(learning_rate=lr_schedule),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
show(
    "scheduled",
    model.fit(training_images, training_labels, epochs=2, shuffle=False, verbose=0).history["loss"],
)
model.save("MINST.h5")
new_model = tf.keras.models.load_model("MINST.h5")
show(
    "loaded",
    abs(new_model.predict(test_images, verbose=0) - model.predict(test_images, verbose=0)).max(),
)

a, b = 0.01, 0.01
n_records = 10
X_reg, y_reg = rng.normal(size=(50, 5)), rng.normal(size=50)
model_reg = keras.Sequential()
model_reg.add(
    keras.layers.Dense(
        4, activation="relu", kernel_regularizer=keras.regularizers.l1_l2(l1=a, l2=b)
    )
)
model_reg.add(keras.layers.Dense(1))
model_reg.compile(optimizer="sgd", loss="mse")
model_reg.build((None, 5))
settle(model_reg)
history = model_reg.fit(
    X_reg,
    y_reg,
    validation_data=(X_reg, y_reg),
    epochs=4,
    batch_size=n_records,
    shuffle=False,
    verbose=0,
)
show("regression", history.history["val_loss"])
print(
    [
        name
        for name in ("Constant", "GlorotNormal", "GlorotUniform", "Identity", "Initializer", "Ones")
        if name in dir(keras.initializers)
    ]
)
print(
    [
        name
        for name in (
            "deserialize",
            "elu",
            "exponential",
            "gelu",
            "get",
            "hard_sigmoid",
            "linear",
            "relu",
            "selu",
            "serialize",
            "sigmoid",
            "softmax",
            "softplus",
            "softsign",
            "tanh",
        )
        if name in dir(keras.activations)
    ]
)
print(
    [
        name
        for name in (
            "Adadelta",
            "Adagrad",
            "Adam",
            "Adamax",
            "Ftrl",
            "Nadam",
            "Optimizer",
            "RMSprop",
            "SGD",
        )
        if name in dir(keras.optimizers)
    ]
)
