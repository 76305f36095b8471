"""Texts to a feeling, as tutorials do it: words numbered over batches, then in the model."""

import re
import string

import numpy as np
import tensorflow as tf
from tensorflow.keras import layers, losses

tf.random.set_seed(1)
rng = np.random.default_rng(1)
good, bad = ["great", "lovely", "fine"], ["awful", "dull", "bad"]
filler = ["the", "film", "was", "really", "a", "story", "of", "course"]
texts, labels = [], []
for i in range(600):
    words = list(rng.choice(filler, 6)) + list(rng.choice(good if i % 2 else bad, 2))
    rng.shuffle(words)
    texts.append("<br />".join(words).capitalize() + "!")
    labels.append(i % 2)

raw = tf.data.Dataset.from_tensor_slices((texts, labels)).batch(32)
raw_train, raw_test = raw.take(15), raw.skip(15)


def custom_standardization(input_data):
    lowercase = tf.strings.lower(input_data)
    stripped = tf.strings.regex_replace(lowercase, "<br />", " ")
    return tf.strings.regex_replace(stripped, "[%s]" % re.escape(string.punctuation), "")


vectorize_layer = layers.TextVectorization(
    standardize=custom_standardization,
    max_tokens=50,
    output_mode="int",
    output_sequence_length=10,
)
vectorize_layer.adapt(raw_train.map(lambda text, label: text))
print(
    len(vectorize_layer.get_vocabulary()) == 16,
    vectorize_layer.get_vocabulary()[:2] == ["", "[UNK]"],
)


def vectorize_text(text, label):
    text = tf.expand_dims(text, -1)
    return vectorize_layer(text), label


text_batch, label_batch = next(iter(raw_train))
print(text_batch[0].numpy().decode("utf-8") == texts[0])
train = raw_train.map(vectorize_text).cache().prefetch(buffer_size=tf.data.AUTOTUNE)
test = raw_test.map(vectorize_text)

model = tf.keras.Sequential(
    [
        layers.Embedding(50, 8, mask_zero=True),
        layers.Dropout(0.2),
        layers.GlobalAveragePooling1D(),
        layers.Dropout(0.2),
        layers.Dense(1),
    ]
)
model.compile(
    loss=losses.BinaryCrossentropy(from_logits=True), optimizer="adam", metrics=["accuracy"]
)
model.fit(train, epochs=25, verbose=0)

export_model = tf.keras.Sequential([vectorize_layer, model, layers.Activation("sigmoid")])
export_model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
_, accuracy = export_model.evaluate(raw_test, verbose=0)
said = export_model.predict(
    tf.constant(["A lovely film", "The story was dull, really dull"]), verbose=0
)
print(said.shape == (2, 1), bool(said[0] > said[1]))
print("final", accuracy)
