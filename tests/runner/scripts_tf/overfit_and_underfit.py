"""Capacity and its cures: sizes, L2, dropout, a decaying rate, stopping early; a compact table."""

import os
import tempfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tensorflow as tf
from tensorflow.keras import layers, regularizers

FEATURES, N_TRAIN, N_VALIDATION, BATCH_SIZE = 10, 400, 100, 50
STEPS_PER_EPOCH = N_TRAIN // BATCH_SIZE
tf.random.set_seed(3)
rng = np.random.default_rng(3)
rows = rng.normal(size=(N_TRAIN + N_VALIDATION, FEATURES)).astype("float32")
labels = (rows[:, 0] * rows[:, 1] + 0.3 * rng.normal(size=len(rows)) > 0).astype("float32")


def pack_row(label, *columns):
    return tf.stack(columns, 0), label


columns = [labels, *rows.T]
packed_ds = tf.data.Dataset.from_tensor_slices(tuple(columns)).map(pack_row)
for features, label in packed_ds.batch(5).take(1):
    print(features.shape, label.shape)
validate_ds = packed_ds.take(N_VALIDATION).cache()
train_ds = packed_ds.skip(N_VALIDATION).take(N_TRAIN).cache()
validate_ds = validate_ds.batch(BATCH_SIZE)
train_ds = train_ds.shuffle(N_TRAIN).repeat().batch(BATCH_SIZE)

lr_schedule = tf.keras.optimizers.schedules.InverseTimeDecay(
    0.01, decay_steps=STEPS_PER_EPOCH * 1000, decay_rate=1, staircase=False
)
print(lr_schedule(np.linspace(0, 100, 3)).shape)
logdir = tempfile.mkdtemp()


def get_callbacks(name):
    return [
        tf.keras.callbacks.EarlyStopping(monitor="val_binary_crossentropy", patience=20),
        tf.keras.callbacks.CSVLogger(os.path.join(logdir, name + ".csv")),
    ]


def compile_and_fit(model, name, max_epochs=20):
    model.compile(
        optimizer=tf.keras.optimizers.Adam(lr_schedule),
        loss=tf.keras.losses.BinaryCrossentropy(from_logits=True),
        metrics=[
            tf.keras.metrics.BinaryCrossentropy(from_logits=True, name="binary_crossentropy"),
            "accuracy",
        ],
    )
    return model.fit(
        train_ds,
        steps_per_epoch=STEPS_PER_EPOCH,
        epochs=max_epochs,
        validation_data=validate_ds,
        callbacks=get_callbacks(name),
        verbose=0,
    )


histories = {}
tiny = tf.keras.Sequential(
    [layers.Dense(16, activation="elu", input_shape=(FEATURES,)), layers.Dense(1)]
)
histories["tiny"] = compile_and_fit(tiny, "tiny")
combined = tf.keras.Sequential(
    [
        layers.Dense(
            64,
            kernel_regularizer=regularizers.l2(0.0001),
            activation="elu",
            input_shape=(FEATURES,),
        ),
        layers.Dropout(0.3),
        layers.Dense(64, kernel_regularizer=regularizers.l2(0.0001), activation="elu"),
        layers.Dropout(0.3),
        layers.Dense(1),
    ]
)
result = combined(rows[:4])
regularization_loss = tf.add_n(combined.losses)
print(regularization_loss.numpy() > 0)
histories["combined"] = compile_and_fit(combined, "combined")
for name, history in histories.items():
    print(name, sorted(history.history), os.path.exists(os.path.join(logdir, name + ".csv")))
print("final", max(histories["combined"].history["val_accuracy"]))
