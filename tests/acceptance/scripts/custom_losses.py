import keras
from keras import ops
from settled import settle, show, table

x, labels, y = table()
y = y.reshape(-1, 1)


def huber_like(threshold=1.0):
    def loss(y_true, y_pred):
        error = y_true - y_pred
        small = ops.abs(error) < threshold
        return ops.where(
            small, ops.square(error) / 2, threshold * ops.abs(error) - threshold**2 / 2
        )

    return loss


class HuberLoss(keras.losses.Loss):
    def __init__(self, threshold=1.0, **kwargs):
        self.threshold = threshold
        super().__init__(**kwargs)

    def call(self, y_true, y_pred):
        error = y_true - y_pred
        squared_loss = ops.square(error) / 2
        linear_loss = self.threshold * ops.abs(error) - self.threshold**2 / 2
        return ops.where(ops.abs(error) < self.threshold, squared_loss, linear_loss)

    def get_config(self):
        return {**super().get_config(), "threshold": self.threshold}


def weighted_mse(y_true, y_pred):
    return ops.mean(ops.square(y_true - y_pred) * (1.0 + ops.abs(y_true)), axis=-1)


def rmse(y_true, y_pred):
    return ops.sqrt(ops.mean(ops.square(y_pred - y_true), axis=-1))


def focal(y_true, y_pred, gamma=2.0):
    y_true = ops.cast(y_true, "float32")
    y_pred = ops.clip(y_pred, 1e-7, 1 - 1e-7)
    p = y_true * y_pred + (1 - y_true) * (1 - y_pred)
    return -ops.mean(ops.power(1 - p, gamma) * ops.log(p), axis=-1)


def make(loss, activation=None):
    model = keras.Sequential(
        [keras.Input((8,)), keras.layers.Dense(6, "relu"), keras.layers.Dense(1, activation)]
    )
    settle(model)
    model.compile(optimizer=keras.optimizers.SGD(0.05, momentum=0.9), loss=loss)
    return model


for loss in (
    huber_like(0.5),
    HuberLoss(0.5),
    weighted_mse,
    rmse,
    lambda t, p: ops.mean(ops.logaddexp(t - p, p - t)),
):
    model = make(loss)
    history = model.fit(x, y, epochs=3, batch_size=32, shuffle=False, verbose=0)
    show("loss", history.history["loss"])
model = make(focal, "sigmoid")
show("focal", model.fit(x, labels == 1, epochs=2, shuffle=False, verbose=0).history["loss"])
model.compile(optimizer="sgd", loss=keras.losses.MeanSquaredError(reduction="sum"))
show("summed", model.fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"])
