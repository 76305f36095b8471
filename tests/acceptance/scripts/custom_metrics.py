import keras
from keras import ops
from settled import settle, show, table

x, labels, y = table()


class MeanRelativeError(keras.metrics.Metric):
    def __init__(self, name="relative", **kwargs):
        super().__init__(name=name, **kwargs)
        self.total = self.add_weight(name="total", initializer="zeros")
        self.count = self.add_weight(name="count", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true = ops.cast(y_true, "float32")
        y_pred = ops.cast(y_pred, "float32")
        values = ops.abs(y_true - y_pred) / (1.0 + ops.abs(y_true))
        self.total.assign_add(ops.sum(values))
        self.count.assign_add(ops.cast(ops.shape(values)[0], "float32"))

    def result(self):
        return self.total / self.count

    def reset_state(self):
        self.total.assign(0.0)
        self.count.assign(0.0)


class Within(keras.metrics.MeanMetricWrapper):
    def __init__(self, margin=0.5, name="within", **kwargs):
        super().__init__(
            lambda t, p: ops.cast(ops.abs(t - p) < margin, "float32"), name=name, **kwargs
        )


def r_square(y_true, y_pred):
    residual = ops.sum(ops.square(y_true - y_pred))
    total = ops.sum(ops.square(y_true - ops.mean(y_true)))
    return 1 - residual / (total + 1e-7)


def largest(y_true, y_pred):
    return ops.max(ops.abs(y_true - y_pred), axis=-1)


model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(6, "tanh"), keras.layers.Dense(1)])
settle(model)
model.compile(
    "sgd", "mse", metrics=[MeanRelativeError(), Within(), largest, "mae", keras.metrics.R2Score()]
)
history = model.fit(
    x, y.reshape(-1, 1), epochs=2, batch_size=32, shuffle=False, verbose=0, validation_split=0.25
)
for key, values in history.history.items():
    show(key, values)
model.compile("sgd", "mse", metrics=[r_square])
show("r_square", model.evaluate(x, y.reshape(-1, 1), batch_size=96, verbose=0))
metric = MeanRelativeError()
metric.update_state([1.0, 2.0], [1.5, 1.0])
show("by hand", metric.result())
metric.update_state([4.0], [3.0])
show("by hand", metric.result())
metric.reset_state()
metric.update_state([0.0], [1.0])
show("by hand", metric.result())
