import csv
import json
import os
import tempfile

import keras
from settled import settle, table

x, labels, _ = table(64)
folder = tempfile.mkdtemp()
log = open(os.path.join(folder, "loss.json"), mode="w", buffering=1)  # noqa: SIM115
json_logging = keras.callbacks.LambdaCallback(
    on_epoch_end=lambda epoch, logs: log.write(
        json.dumps({"epoch": epoch, "loss": round(logs["loss"], 3)}) + "\n"
    ),
    on_train_end=lambda logs: log.close(),
)
batches = keras.callbacks.LambdaCallback(
    on_train_batch_begin=lambda batch, logs: order.append(batch)
)
order = []


class Recorder(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        print("train begins", self.params["epochs"], self.params["steps"])

    def on_epoch_begin(self, epoch, logs=None):
        print("epoch", epoch, logs)

    def on_test_begin(self, logs=None):
        print("test begins")

    def on_test_end(self, logs=None):
        print("test ends", sorted(logs))

    def on_epoch_end(self, epoch, logs=None):
        print("epoch ends", epoch, sorted(logs))
        if logs.get("loss") < 10 and epoch == 1:
            self.model.stop_training = True

    def on_predict_batch_end(self, batch, logs=None):
        print("predicted", batch, sorted(logs), logs["outputs"].shape)

    def on_train_end(self, logs=None):
        print("train ends", sorted(logs))


model = settle(keras.Sequential([keras.Input((8,)), keras.layers.Dense(3, "softmax")]))
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(
    x,
    labels,
    epochs=5,
    batch_size=16,
    shuffle=False,
    verbose=0,
    validation_split=0.25,
    callbacks=[
        json_logging,
        batches,
        Recorder(),
        keras.callbacks.CSVLogger(folder + "/a.csv", separator=";"),
        keras.callbacks.TerminateOnNaN(),
    ],
)
print(order)
with open(os.path.join(folder, "loss.json")) as file:
    print(file.read())
with open(folder + "/a.csv") as file:
    rows = list(csv.reader(file, delimiter=";"))
print(rows[0], len(rows))
model.predict(x, batch_size=40, verbose=0, callbacks=[Recorder()])
history = model.fit(
    x,
    labels,
    initial_epoch=3,
    epochs=5,
    batch_size=16,
    shuffle=False,
    verbose=0,
    validation_data=(x, labels),
    validation_freq=2,
)
print(history.epoch, {k: len(v) for k, v in history.history.items()})
