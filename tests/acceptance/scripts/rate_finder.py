import keras
import numpy as np
from settled import settle, show, table

x, labels, _ = table(192)


class ExponentialLearningRate(keras.callbacks.Callback):
    def __init__(self, factor):
        super().__init__()
        self.factor = factor
        self.rates = []
        self.losses = []

    def on_train_batch_end(self, batch, logs=None):
        rate = float(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate))
        self.rates.append(rate)
        self.losses.append(logs["loss"])
        self.model.optimizer.learning_rate = rate * self.factor


class Cyclic(keras.callbacks.Callback):
    def on_train_batch_begin(self, batch, logs=None):
        self.model.optimizer.learning_rate.assign(0.01 + 0.01 * (batch % 3))


model = keras.Sequential(
    [keras.Input((8,)), keras.layers.Dense(12, "relu"), keras.layers.Dense(3, "softmax")]
)
settle(model)
weights = model.get_weights()
model.compile(
    loss="sparse_categorical_crossentropy", optimizer=keras.optimizers.SGD(learning_rate=1e-3)
)
finder = ExponentialLearningRate(1.5)
model.fit(x, labels, epochs=1, batch_size=16, shuffle=False, callbacks=[finder], verbose=0)
show("rates", finder.rates)
show("losses", finder.losses)
show("best", finder.rates[int(np.argmin(finder.losses))])
model.set_weights(weights)
model.optimizer.learning_rate = 0.01
history = model.fit(
    x, labels, epochs=2, batch_size=16, shuffle=False, callbacks=[Cyclic()], verbose=0
)
show("cyclic", history.history["loss"])
show("rate", float(model.optimizer.learning_rate))
