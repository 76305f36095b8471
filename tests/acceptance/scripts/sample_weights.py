import keras
import numpy as np
from settled import settle, show, table

x, labels, y = table(100)
weights = np.abs(x[:, 0]) + 0.1
model = settle(
    keras.Sequential([keras.Input((8,)), keras.layers.Dense(6, "elu"), keras.layers.Dense(1)])
)
model.compile("adam", "mse", metrics=["mae"], weighted_metrics=["mse", "mape"])
history = model.fit(
    x,
    y,
    sample_weight=weights,
    epochs=2,
    batch_size=20,
    shuffle=False,
    verbose=0,
    validation_data=(x[:40], y[:40], weights[:40]),
)
for key in sorted(history.history):
    show(key, history.history[key])
show("evaluate", model.evaluate(x, y, sample_weight=weights, verbose=0))
show("plain", model.evaluate(x, y, verbose=0))
history = model.fit(
    x, y, sample_weight=weights, epochs=1, validation_split=0.2, shuffle=False, verbose=0
)
for key in sorted(history.history):
    show(key, history.history[key])
