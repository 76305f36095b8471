# Recipes: words of any number, columns of a table, lines of a file, windows, losses of tensors.
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

keras.utils.set_random_seed(7)
rng = np.random.default_rng(7)
good, bad, plain = ["fine", "great"], ["poor", "awful"], ["film", "plot", "scene", "it", "was"]
labels = rng.integers(0, 2, 240)
texts = [
    " ".join(rng.permutation([*rng.choice(plain, rng.integers(2, 9)), rng.choice((bad, good)[y])]))
    for y in labels
]

texts, labels = map(np.array, zip(*sorted(zip(texts, labels), key=lambda row: len(row[0].split()))))

# Rows of numbers as long as the longest text of their batch, in a model that takes any length.
words = layers.TextVectorization(max_tokens=50)
words.adapt(tf.data.Dataset.from_tensor_slices(texts).batch(32))
batches = tf.data.Dataset.from_tensor_slices((texts, labels)).batch(24)
batches = batches.map(lambda x, y: (words(x), y))
lengths = {x.shape[1] for x, _ in batches}
print("batches of several lengths", len(lengths) > 1)
numbers = keras.Input(shape=(None,), dtype="int64")
hidden = layers.GlobalAveragePooling1D()(layers.Embedding(50, 8)(numbers))
model = keras.Model(numbers, layers.Dense(1, activation="sigmoid")(hidden))
model.compile(keras.optimizers.Adam(0.05), "binary_crossentropy", metrics=["accuracy"])
model.fit(batches, epochs=15, verbose=0)
raw = keras.Input(shape=(1,), dtype="string")
whole = keras.Model(raw, model(words(raw)))
given = whole.predict(tf.constant([["it was great"], ["an awful plot it was"]]), verbose=0)
print("from texts on", given[0, 0] > 0.5 > given[1, 0])

# A table: columns learn what they need, and a file keeps it.
table = {"age": rng.integers(20, 80, 240), "job": rng.choice(["cook", "pilot"], 240)}
space = keras.utils.FeatureSpace({"age": "float_normalized", "job": "string_categorical"})
rows = tf.data.Dataset.from_tensor_slices(table)
space.adapt(rows)
space.save("space.keras")
again = keras.models.load_model("space.keras")
print("same columns", np.allclose(space(table), again(table)))
with open("table.csv", "w") as file:
    file.write("age,job\n")
    file.writelines(f"{a},{j}\n" for a, j in zip(table["age"], table["job"]))
lines = tf.data.TextLineDataset("table.csv").skip(1).batch(240)
ages, jobs = tf.io.decode_csv(next(iter(lines)), [0, "none"])
print(
    "same cells", (ages.numpy() == table["age"]).all(), jobs.numpy()[0].decode() == table["job"][0]
)

# Windows of a series, and the value behind each.
series = np.sin(np.arange(300) / 5).astype("float32")
windows = keras.utils.timeseries_dataset_from_array(series[:-4], series[4:], 4, batch_size=32)
line = keras.Sequential([layers.Dense(1)])
line.compile(keras.optimizers.Adam(0.05), "mse")
past = line.fit(windows, epochs=20, verbose=0).history["loss"]
print("series learned", past[-1] < 0.05 * past[0])

# A loss of tensors, as autoencoders of Keras 2 have it; the summary and the plot show the model.
image = keras.Input((6,))
code = layers.Dense(2)(image)
auto = keras.Model(image, layers.Dense(6)(code))
auto.add_loss(keras.losses.mean_squared_error(image, auto.output))
auto.compile("adam")
keras.utils.plot_model(auto, "auto.svg")
found = auto.fit(rng.normal(size=(64, 6)), epochs=2, verbose=0).history["loss"]
print("loss of tensors falls", found[1] < found[0])
print("final", model.evaluate(batches, verbose=0)[1])
