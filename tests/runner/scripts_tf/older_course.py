"""Texts, tables and files as courses for TensorFlow 2.0 handled them."""

import os

import numpy as np
import pandas as pd
import tensorflow as tf
from tensorflow.keras.layers import Dense, Embedding, Flatten
from tensorflow.keras.models import Sequential, load_model
from tensorflow.keras.preprocessing.sequence import pad_sequences
from tensorflow.keras.preprocessing.text import Tokenizer

tf.random.set_seed(1)
good, bad = ["well done", "good work", "nice effort"], ["poor work", "not good", "weak effort"]
texts, labels = good * 5 + bad * 5, np.array([1] * 15 + [0] * 15)

tokenizer = Tokenizer(num_words=50, oov_token="<unknown>")
tokenizer.fit_on_texts(texts)
words = tokenizer.word_index
sequences = pad_sequences(tokenizer.texts_to_sequences(texts), maxlen=4, padding="post")
print(sequences.shape == (30, 4), sequences.max() == len(words))


def make_model():
    model = Sequential()
    model.add(Embedding(50, 8, input_length=4))
    model.add(Flatten())
    model.add(Dense(1, activation="sigmoid"))
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model


model = make_model()
saving = tf.keras.callbacks.ModelCheckpoint(
    "checkpoints/cp-{epoch:02d}.ckpt", save_weights_only=True
)
model.fit(sequences, labels, epochs=40, verbose=0, callbacks=[saving])
latest = tf.train.latest_checkpoint("checkpoints")
print(latest == os.path.join("checkpoints", "cp-40.ckpt"))
again = make_model()
again.load_weights(latest)
print(np.allclose(again.predict(sequences, verbose=0), model.predict(sequences, verbose=0)))

model.save("saved/my_model")
print(np.allclose(load_model("saved/my_model").predict(sequences), model.predict(sequences)))

# A table in a file, as batches of columns.
numbers = np.random.default_rng(0).normal(size=(200, 2))
table = pd.DataFrame(numbers, columns=["left", "right"])
table["is_larger"] = (table.left > table.right).astype(int)
table.to_csv("table.csv", index=False)


def pack(features, label):
    return tf.stack([features["left"], features["right"]], axis=-1), label


rows = tf.data.experimental.make_csv_dataset(
    "table.csv", batch_size=20, label_name="is_larger", num_epochs=1
).map(pack)
classifier = Sequential([Dense(8, activation="relu"), Dense(1, activation="sigmoid")])
classifier.compile("adam", "binary_crossentropy", metrics=["accuracy"])
classifier.fit(rows, epochs=20, verbose=0)
print("final", model.evaluate(sequences, labels, verbose=0)[1])
