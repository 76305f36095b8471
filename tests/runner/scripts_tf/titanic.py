"""Columns of a table by name: normalized numbers, one-hot categories, one input a column."""

import numpy as np
import pandas as pd
import tensorflow as tf
from tensorflow.keras import layers

tf.keras.utils.set_random_seed(9)
rng = np.random.default_rng(9)
n = 300
titanic = pd.DataFrame(
    {
        "sex": rng.choice([0, 1], n),
        "age": rng.normal(30, 12, n),
        "fare": rng.gamma(2.0, 20.0, n),
        "deck": rng.integers(0, 4, n),
    }
)
titanic["survived"] = ((titanic.sex == 1) | (titanic.fare > 70)).astype(int)
features = titanic.copy()
labels = features.pop("survived")

inputs = {name: tf.keras.Input(shape=(1,), name=name) for name in features}
numeric = {name: value for name, value in inputs.items() if name in ("age", "fare")}
x = layers.Concatenate()(list(numeric.values()))
norm = layers.Normalization()
norm.adapt(np.array(titanic[list(numeric.keys())]))
parts = [norm(x), inputs["sex"]]
parts.append(layers.CategoryEncoding(num_tokens=4, output_mode="one_hot")(inputs["deck"]))
joined = layers.Concatenate()(parts)
body = tf.keras.Sequential([layers.Dense(32, activation="relu"), layers.Dense(1)])
model = tf.keras.Model(inputs, body(joined))
model.compile(
    loss=tf.keras.losses.BinaryCrossentropy(from_logits=True),
    optimizer=tf.keras.optimizers.Adam(0.01),
    metrics=["accuracy"],
)
features_dict = {name: np.array(value) for name, value in features.items()}
for example in tf.data.Dataset.from_tensor_slices(features_dict):
    print({name: value.numpy().dtype.kind for name, value in example.items()})
    break
batches = tf.data.Dataset.from_tensor_slices((features_dict, labels)).shuffle(n).batch(32)
model.fit(batches, epochs=25, verbose=0)
loss, accuracy = model.evaluate(features_dict, labels, verbose=0)
model.save("titanic.keras")
again = tf.keras.models.load_model("titanic.keras")
one = {name: value[:1] for name, value in features_dict.items()}
print(np.array_equal(model(one).numpy(), again(one).numpy()))
print("final", accuracy)
