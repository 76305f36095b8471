"""Weights at every epoch, whole models, both formats, and the same answers afterwards."""

import os

import numpy as np
import tensorflow as tf
from tensorflow import keras

tf.keras.utils.set_random_seed(4)
rng = np.random.default_rng(4)
train_images = rng.random((200, 20)).astype("float32")
train_labels = train_images.reshape(200, 4, 5).sum(axis=2).argmax(axis=1)


def create_model():
    model = tf.keras.Sequential(
        [
            keras.layers.Dense(64, activation="relu", input_shape=(20,)),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(4),
        ]
    )
    model.compile(
        optimizer="adam",
        loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=[tf.keras.metrics.SparseCategoricalAccuracy()],
    )
    return model


model = create_model()
model.summary()
checkpoint_path = "training_1/cp.weights.h5"
os.makedirs(os.path.dirname(checkpoint_path), exist_ok=True)
cp_callback = tf.keras.callbacks.ModelCheckpoint(
    filepath=checkpoint_path, save_weights_only=True, verbose=1
)
model.fit(
    train_images,
    train_labels,
    epochs=2,
    validation_data=(train_images, train_labels),
    callbacks=[cp_callback],
    verbose=0,
)
print(os.listdir("training_1"))
model.fit(train_images, train_labels, epochs=40, verbose=0)
model.save_weights(checkpoint_path)
fresh = create_model()
fresh.load_weights(checkpoint_path)
loss, acc = fresh.evaluate(train_images, train_labels, verbose=0)
print("Restored model, accuracy: {:5.2f}%".format(100 * acc) != "")
every = "training_2/cp-{epoch:04d}.weights.h5"
os.makedirs("training_2", exist_ok=True)
model.fit(
    train_images,
    train_labels,
    epochs=4,
    verbose=0,
    batch_size=50,
    callbacks=[tf.keras.callbacks.ModelCheckpoint(every, save_weights_only=True, save_freq=2 * 4)],
)
print(sorted(os.listdir("training_2")))
for path in ("my_model.keras", "my_model.h5"):
    model.save(path)
    again = tf.keras.models.load_model(path)
    print(
        np.array_equal(
            again.predict(train_images, verbose=0), model.predict(train_images, verbose=0)
        )
    )
print(tf.keras.models.model_from_json(model.to_json()).count_params() == model.count_params())
print(
    "final",
    model.evaluate(train_images, train_labels, verbose=0, return_dict=True)[
        "sparse_categorical_accuracy"
    ],
)
