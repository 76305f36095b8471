import keras
import numpy as np
from keras import layers
from settled import settle, show, table

x, labels, y = table(90, 6)
title = keras.Input(shape=(4,), name="title")
tags = keras.Input(shape=(2,), name="tags")
merged = layers.concatenate([title, tags])
merged = layers.Dense(12, activation="tanh")(merged)
priority = layers.Dense(1, name="priority")(merged)
department = layers.Dense(3, activation="softmax", name="department")(merged)
model = keras.Model(
    inputs={"title": title, "tags": tags}, outputs={"priority": priority, "department": department}
)
settle(model)
model.compile(
    optimizer="adam",
    loss={"priority": "mse", "department": "sparse_categorical_crossentropy"},
    loss_weights={"priority": 1.0, "department": 0.2},
    metrics={"priority": ["mae"], "department": ["accuracy"]},
)
data = {"title": x[:, :4], "tags": x[:, 4:]}
targets = {"priority": y, "department": labels}
history = model.fit(data, targets, epochs=2, batch_size=30, shuffle=False, verbose=0)
for key in sorted(history.history):
    show(key, history.history[key])
results = model.evaluate(data, targets, verbose=0, return_dict=True)
for key in sorted(results):
    show(key, results[key])
show("list", model.evaluate(data, targets, verbose=0))
predicted = model.predict(data, verbose=0)
print(sorted(predicted), predicted["priority"].shape, predicted["department"].shape)
show("department", predicted["department"][:2])
weights = {"priority": np.linspace(0.1, 1, 90), "department": np.ones(90)}
show(
    "weighted",
    sorted(
        model.fit(data, targets, sample_weight=weights, epochs=1, shuffle=False, verbose=0).history[
            "loss"
        ]
    ),
)
