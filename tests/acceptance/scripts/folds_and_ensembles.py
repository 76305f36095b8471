import keras
import numpy as np
from settled import settle, show, table

x, labels, y = table(120, 6)


def build_model(units=8, rate=0.01):
    model = keras.Sequential(
        [keras.Input((6,)), keras.layers.Dense(units, activation="relu"), keras.layers.Dense(1)]
    )
    model.compile(optimizer=keras.optimizers.RMSprop(rate), loss="mse", metrics=["mae"])
    return settle(model, units)


k = 4
size = len(x) // k
scores, histories, members = [], [], []
for i in range(k):
    val_data, val_targets = x[i * size : (i + 1) * size], y[i * size : (i + 1) * size]
    train = np.concatenate([x[: i * size], x[(i + 1) * size :]])
    targets = np.concatenate([y[: i * size], y[(i + 1) * size :]])
    model = build_model()
    history = model.fit(
        train,
        targets,
        validation_data=(val_data, val_targets),
        epochs=4,
        batch_size=16,
        shuffle=False,
        verbose=0,
    )
    histories.append(history.history["val_mae"])
    scores.append(model.evaluate(val_data, val_targets, verbose=0)[1])
    members.append(model)
show("folds", scores)
show("average", np.mean(histories, axis=0))
show("ensemble", np.mean([m.predict(x[:5], verbose=0) for m in members], axis=0))
soup = build_model()
soup.set_weights(
    [np.mean(ws, axis=0) for ws in zip(*[m.get_weights() for m in members])]  # noqa: B905
)
show("soup", soup.evaluate(x, y, verbose=0))
inputs = keras.Input((6,))
joined = keras.Model(inputs, keras.layers.average([m(inputs) for m in members]))
show("joined", joined.predict(x[:5], verbose=0))
best = min(
    ((u, r) for u in (4, 8) for r in (0.001, 0.05)),
    key=lambda c: build_model(*c).fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"][-1],
)
print(best)
