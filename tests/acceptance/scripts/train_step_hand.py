import keras
import numpy as np
from settled import settle, show, table

x, labels, y = table(64)
y = y.reshape(-1, 1)
model = settle(
    keras.Sequential([keras.Input((8,)), keras.layers.Dense(6, "tanh"), keras.layers.Dense(1)])
)
optimizer = keras.optimizers.Adam(learning_rate=0.02)
loss_fn = keras.losses.MeanSquaredError()
metric = keras.metrics.MeanAbsoluteError()
tracker = keras.metrics.Mean(name="loss")
model.compile(optimizer=optimizer, loss=loss_fn)
for _epoch in range(2):
    tracker.reset_state()
    metric.reset_state()
    for i in range(0, 64, 16):
        predicted = model(x[i : i + 16], training=False)
        tracker.update_state(loss_fn(y[i : i + 16], predicted))
        metric.update_state(y[i : i + 16], predicted)
        model.train_on_batch(x[i : i + 16], y[i : i + 16])
    show("epoch", [float(tracker.result()), float(metric.result())])
print(metric.name, tracker.name, len(optimizer.variables), int(optimizer.iterations))
show("value", loss_fn([[1.0], [2.0]], [[1.5], [1.0]]))
show("function", keras.losses.mean_squared_error(np.array([[1.0, 2.0]]), np.array([[0.0, 0.0]])))
show(
    "weighted",
    keras.losses.BinaryCrossentropy()([[1.0], [0.0]], [[0.7], [0.4]], sample_weight=[1, 3]),
)
accuracy = keras.metrics.SparseCategoricalAccuracy()
accuracy.update_state(
    np.array([0, 2, 1]), np.array([[0.9, 0.1, 0], [0.1, 0.2, 0.7], [0.5, 0.2, 0.3]])
)
show("accuracy", accuracy.result())
show("activation", keras.activations.softmax(np.array([[1.0, 2.0, 3.0]])))
show("get", keras.activations.get("selu")(np.array([-1.0, 1.0])))
