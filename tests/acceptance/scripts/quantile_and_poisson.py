import keras
import numpy as np
from keras import ops
from settled import settle, show, table

x, labels, y = table(100)
y = y.reshape(-1, 1)
quantiles = [0.1, 0.5, 0.9]


def pinball(q):
    def loss(y_true, y_pred):
        e = y_true - y_pred
        return ops.mean(ops.maximum(q * e, (q - 1) * e), axis=-1)

    loss.__name__ = f"pinball_{int(q * 100)}"
    return loss


inputs = keras.Input((8,))
h = keras.layers.Dense(10, activation="swish")(inputs)
outputs = [keras.layers.Dense(1, name=f"q{int(q * 100)}")(h) for q in quantiles]
model = settle(keras.Model(inputs, outputs))
model.compile("rmsprop", loss=[pinball(q) for q in quantiles])
history = model.fit(x, [y, y, y], epochs=2, shuffle=False, verbose=0)
for key in history.history:
    show(key, history.history[key])
print([p.shape for p in model.predict(x[:7], verbose=0)])

counts = np.random.default_rng(1).poisson(np.exp(0.3 * x[:, 0])).astype("float32")[:, None]
rate = settle(
    keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="exponential")])
)
rate.compile(
    "adam", loss=keras.losses.Poisson(), metrics=[keras.metrics.Poisson(), "mean_absolute_error"]
)
for key, values in rate.fit(x, counts, epochs=3, shuffle=False, verbose=0).history.items():
    show(key, values)

ordinal = (labels[:, None] > np.arange(2)).astype("float32")
model = settle(
    keras.Sequential(
        [keras.Input((8,)), keras.layers.Dense(4, "softplus"), keras.layers.Dense(2, "sigmoid")]
    )
)
model.compile("adamax", "binary_crossentropy")
show("ordinal", model.fit(x, ordinal, epochs=3, shuffle=False, verbose=0).history["loss"])
show("rank", (model.predict(x, verbose=0) > 0.5).sum(axis=1)[:10])


def gaussian(y_true, y_pred):
    mean, log_variance = y_pred[:, :1], y_pred[:, 1:]
    return 0.5 * ops.mean(log_variance + ops.square(y_true - mean) / ops.exp(log_variance), axis=-1)


model = settle(keras.Sequential([keras.Input((8,)), keras.layers.Dense(2)]))
model.compile(keras.optimizers.Adam(0.01, clipnorm=1.0), gaussian)
show("gaussian", model.fit(x, np.hstack([y]), epochs=3, shuffle=False, verbose=0).history["loss"])
