"""Callbacks of every kind, and a search over sizes by hand."""

import math

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras.callbacks import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau
from tensorflow.keras.layers import Activation, BatchNormalization, Dense, Dropout
from tensorflow.keras.models import Sequential, load_model
from tensorflow.keras.optimizers import SGD
from tensorflow.keras.utils import to_categorical

gpus = tf.config.list_physical_devices("GPU")
if gpus:
    tf.config.experimental.set_memory_growth(gpus[0], True)
keras.utils.set_random_seed(8)
rng = np.random.default_rng(8)
X = rng.normal(size=(240, 4)).astype("float32")
labels = (X[:, 0] > 0).astype(int) + (X[:, 1] > 0)
y = to_categorical(labels, 3)


def build(units, rate):
    model = Sequential()
    model.add(Dense(units, input_dim=4, kernel_initializer="he_normal", use_bias=False))
    model.add(BatchNormalization())
    model.add(Activation("relu"))
    model.add(Dropout(rate))
    model.add(Dense(3, activation="softmax"))
    model.compile(
        loss="categorical_crossentropy",
        optimizer=SGD(learning_rate=0.1, momentum=0.9, nesterov=True),
        metrics=["accuracy", tf.keras.metrics.AUC(name="auc"), keras.metrics.Precision(name="p")],
    )
    return model


class Recorder(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.losses = []

    def on_train_batch_end(self, batch, logs=None):
        self.losses.append(logs.get("loss"))

    def on_train_end(self, logs=None):
        print("steps", len(self.losses))


def step_decay(epoch):
    return 0.1 * math.pow(0.5, math.floor((1 + epoch) / 10))


results = {}
for units in (8, 32):
    for rate in (0.0, 0.2):
        model = build(units, rate)
        recorder = Recorder()
        history = model.fit(
            X,
            y,
            validation_split=0.25,
            epochs=15,
            batch_size=32,
            verbose=0,
            class_weight={0: 1.0, 1: 1.0, 2: 1.5},
            callbacks=[
                EarlyStopping(monitor="val_loss", patience=5, restore_best_weights=True),
                ModelCheckpoint("best.keras", monitor="val_accuracy", save_best_only=True),
                ReduceLROnPlateau(factor=0.5, patience=2, min_lr=1e-4),
                keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: None),
                keras.callbacks.TerminateOnNaN(),
                recorder,
            ],
        )
        results[units, rate] = max(history.history["val_accuracy"])
best = load_model("best.keras")
print(sorted(history.history))
model.fit(X, y, epochs=2, verbose=0, callbacks=[keras.callbacks.LearningRateScheduler(step_decay)])
print(round(float(tf.keras.backend.get_value(model.optimizer.learning_rate)), 4))
print("final", max(results.values()))
