import os
import tempfile

import keras
import pandas as pd
from settled import settle, show, table

x, labels, _ = table(160)
folder = tempfile.mkdtemp()
model = settle(
    keras.Sequential(
        [keras.Input((8,)), keras.layers.Dense(16, "relu"), keras.layers.Dense(3, "softmax")]
    )
)
model.compile(keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy", metrics=["accuracy"])
checkpoint = keras.callbacks.ModelCheckpoint(
    os.path.join(folder, "best.keras"), save_best_only=True, monitor="val_loss"
)
per_epoch = keras.callbacks.ModelCheckpoint(
    folder + "/w{epoch:02d}-{val_loss:.2f}.weights.h5", save_weights_only=True
)
stopping = keras.callbacks.EarlyStopping(
    monitor="val_loss", patience=3, min_delta=0.02, restore_best_weights=True
)
logger = keras.callbacks.CSVLogger(os.path.join(folder, "log.csv"))
seen = []
every = keras.callbacks.LambdaCallback(
    on_epoch_end=lambda epoch, logs: seen.append((epoch, sorted(logs)))
)
history = model.fit(
    x,
    labels,
    epochs=40,
    batch_size=32,
    shuffle=False,
    validation_split=0.3,
    verbose=0,
    callbacks=[checkpoint, per_epoch, stopping, logger, every],
)
print(len(history.epoch), stopping.stopped_epoch, stopping.best_epoch, seen[0])
show("val_loss", history.history["val_loss"])
names = sorted(os.listdir(folder))
print(names[0], names[1], len(names))
log = pd.read_csv(os.path.join(folder, "log.csv"))
print(list(log.columns), len(log))
best = keras.models.load_model(os.path.join(folder, "best.keras"))
show("best", best.evaluate(x[112:], labels[112:], verbose=0))
show("restored", model.evaluate(x[112:], labels[112:], verbose=0))
model.load_weights(os.path.join(folder, next(n for n in names if n.startswith("w02"))))
show("epoch 2", model.evaluate(x[112:], labels[112:], verbose=0))
