"""Columns of all kinds, as tutorials read them: FeatureSpace, and lookups by hand in one model."""

import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from keras.utils import FeatureSpace

keras.utils.set_random_seed(3)
rng = np.random.default_rng(3)
n = 400
frame = pd.DataFrame(
    {
        "age": rng.integers(20, 70, n),
        "sex": rng.integers(0, 2, n),
        "thal": rng.choice(["normal", "fixed", "reversible"], n),
        "chol": rng.normal(size=n),
    }
)
frame["target"] = ((frame.thal == "fixed") ^ (frame.age > 45)).astype(int)
val_frame = frame.sample(frac=0.2, random_state=1)
train_frame = frame.drop(val_frame.index)


def dataframe_to_dataset(frame):
    frame = frame.copy()
    labels = frame.pop("target")
    ds = tf.data.Dataset.from_tensor_slices((dict(frame), labels))
    return ds.shuffle(buffer_size=len(frame))


train_ds = dataframe_to_dataset(train_frame).batch(32)
val_ds = dataframe_to_dataset(val_frame).batch(32)
feature_space = FeatureSpace(
    features={
        "sex": FeatureSpace.integer_categorical(num_oov_indices=0),
        "thal": "string_categorical",
        "age": FeatureSpace.float_discretized(num_bins=8),
        "chol": FeatureSpace.float_normalized(),
    },
    crosses=[FeatureSpace.cross(feature_names=("thal", "age"), crossing_dim=64)],
    output_mode="concat",
)
feature_space.adapt(train_ds.map(lambda x, _: x))
for x, _ in train_ds.take(1):
    preprocessed = feature_space(x)
    # 8 bins, a number, 2 and 1 + 3 categories, 64 of the cross
    print(preprocessed.shape == (32, 8 + 1 + 2 + 4 + 64), preprocessed.dtype == "float32")

preprocessed_train = train_ds.map(lambda x, y: (feature_space(x), y), num_parallel_calls=4)
preprocessed_val = val_ds.map(lambda x, y: (feature_space(x), y)).prefetch(tf.data.AUTOTUNE)
encoded = feature_space.get_encoded_features()
x = keras.layers.Dense(32, activation="relu")(encoded)
predictions = keras.layers.Dense(1, activation="sigmoid")(x)
training_model = keras.Model(inputs=encoded, outputs=predictions)
training_model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
training_model.fit(preprocessed_train, epochs=20, validation_data=preprocessed_val, verbose=0)
inference_model = keras.Model(inputs=feature_space.get_inputs(), outputs=predictions)
sample = {"age": 60, "sex": 1, "thal": "fixed", "chol": 0.5}
input_dict = {name: tf.convert_to_tensor([value]) for name, value in sample.items()}
print(inference_model.predict(input_dict, verbose=0).shape == (1, 1))

# The same by hand: a lookup and its encoding for each column, in a model on raw columns.
inputs, encoded = {}, []
for name in ("chol", "age"):
    inputs[name] = keras.Input(shape=(1,), name=name)
    normalizer = keras.layers.Normalization()
    normalizer.adapt(train_ds.map(lambda x, y: tf.expand_dims(x[name], -1)))
    encoded.append(normalizer(inputs[name]))
inputs["thal"] = keras.Input(shape=(1,), name="thal", dtype="string")
lookup = keras.layers.StringLookup(vocabulary=np.unique(train_frame["thal"]), output_mode="one_hot")
encoded.append(lookup(inputs["thal"]))
head = keras.Model(inputs, keras.layers.concatenate(encoded), name="head")
body = keras.Sequential([keras.layers.Dense(32, "relu"), keras.layers.Dense(1, "sigmoid")])
model = keras.Model(inputs, body(head(inputs)))
model.compile(
    optimizer=keras.optimizers.Adam(0.01), loss="binary_crossentropy", metrics=["accuracy"]
)
columns = {name: np.array(train_frame[name]) for name in inputs}
model.fit(columns, train_frame["target"], epochs=30, verbose=0)
model.save("model.keras")
again = keras.models.load_model("model.keras")
held = {name: np.array(val_frame[name]) for name in inputs}
print(np.allclose(again.predict(held, verbose=0), model.predict(held, verbose=0)))
accuracy = again.evaluate(held, val_frame["target"], verbose=0)[1]
print("final", min(accuracy, training_model.evaluate(preprocessed_val, verbose=0)[1]))
