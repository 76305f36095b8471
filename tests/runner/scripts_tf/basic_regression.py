"""Fuel use from a table of cars: normalization learned from the data, linear and deep."""

import numpy as np
import pandas as pd
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

np.set_printoptions(precision=3, suppress=True)
tf.random.set_seed(1)
rng = np.random.default_rng(1)
n = 240
raw = pd.DataFrame(
    {
        "Cylinders": rng.choice([4, 6, 8], n),
        "Horsepower": rng.normal(110, 30, n),
        "Weight": rng.normal(2900, 500, n),
        "Origin": rng.choice([1, 2, 3], n),
    }
)
raw["MPG"] = 50 - raw.Weight / 130 - raw.Horsepower / 20 + 2.0 * (raw.Origin == 3)
raw.loc[3, "Horsepower"] = np.nan
dataset = raw.dropna()
dataset["Origin"] = dataset["Origin"].map({1: "USA", 2: "Europe", 3: "Japan"})
dataset = pd.get_dummies(dataset, columns=["Origin"], prefix="", prefix_sep="")

train_dataset = dataset.sample(frac=0.8, random_state=0)
test_dataset = dataset.drop(train_dataset.index)
train_features, test_features = train_dataset.copy(), test_dataset.copy()
train_labels, test_labels = train_features.pop("MPG"), test_features.pop("MPG")
train_features = train_features.astype("float32")
test_features = test_features.astype("float32")

normalizer = tf.keras.layers.Normalization(axis=-1)
normalizer.adapt(np.array(train_features))
print(normalizer.mean.numpy().shape)
first = np.array(train_features[:1])
print("Normalized:", normalizer(first).numpy().shape)

horsepower = np.array(train_features["Horsepower"])
horsepower_normalizer = layers.Normalization(input_shape=[1], axis=None)
horsepower_normalizer.adapt(horsepower)
one_input = tf.keras.Sequential([horsepower_normalizer, layers.Dense(units=1)])
one_input.summary()
print(one_input.predict(horsepower[:10], verbose=0).shape)
one_input.compile(optimizer=tf.keras.optimizers.Adam(learning_rate=0.1), loss="mean_absolute_error")
history = one_input.fit(
    train_features["Horsepower"], train_labels, epochs=10, verbose=0, validation_split=0.2
)
hist = pd.DataFrame(history.history)
hist["epoch"] = history.epoch
print(hist.tail(2).shape)
test_results = {
    "one_input": one_input.evaluate(test_features["Horsepower"], test_labels, verbose=0)
}
x = tf.linspace(0.0, 250, 251)
print(one_input.predict(x, verbose=0).shape)


def build_and_compile_model(norm):
    model = keras.Sequential(
        [
            norm,
            layers.Dense(64, activation="relu"),
            layers.Dense(64, activation="relu"),
            layers.Dense(1),
        ]
    )
    model.compile(loss="mean_absolute_error", optimizer=tf.keras.optimizers.Adam(0.01))
    return model


dnn_model = build_and_compile_model(normalizer)
dnn_model.fit(train_features, train_labels, validation_split=0.2, verbose=0, epochs=60)
test_results["dnn_model"] = dnn_model.evaluate(test_features, test_labels, verbose=0)
print(pd.DataFrame(test_results, index=["Mean absolute error [MPG]"]).T.shape)
test_predictions = dnn_model.predict(test_features, verbose=0).flatten()
error = test_predictions - test_labels
print(error.shape)
dnn_model.save("dnn_model.keras")
reloaded = tf.keras.models.load_model("dnn_model.keras")
print(reloaded.evaluate(test_features, test_labels, verbose=0) == test_results["dnn_model"])
print("final", test_results["dnn_model"])
