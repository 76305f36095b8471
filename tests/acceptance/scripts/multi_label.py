import keras
import numpy as np
from settled import settle, show, table

x, _, _ = table(120, 10)
y = (x[:, :4] + x[:, 4:8] > 0).astype("float32")
model = keras.models.Sequential()
model.add(keras.layers.Input(shape=(10,)))
model.add(keras.layers.Dense(20, kernel_initializer="he_uniform", activation="relu"))
model.add(keras.layers.Dense(4, activation="sigmoid"))
settle(model)
model.compile(
    loss="binary_crossentropy",
    optimizer="adam",
    metrics=[
        "accuracy",
        "binary_accuracy",
        keras.metrics.AUC(multi_label=True, num_labels=4, name="auc"),
        keras.metrics.F1Score(average="macro", threshold=0.5),
        keras.metrics.Precision(thresholds=0.6),
    ],
)
history = model.fit(x, y, epochs=3, shuffle=False, verbose=0)
for key in history.history:
    show(key, history.history[key])
guessed = model.predict(x, verbose=0).round()
show("exact", (guessed == y).all(axis=1).mean())
print(guessed.shape, guessed.dtype, np.unique(guessed))
