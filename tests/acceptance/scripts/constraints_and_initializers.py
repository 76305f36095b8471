import keras
import numpy as np
from keras import constraints, initializers, layers, regularizers
from settled import settle, show, table

x, labels, y = table(80)
model = keras.Sequential(
    [
        keras.Input((8,)),
        layers.Dense(
            10,
            kernel_initializer=initializers.HeNormal(seed=1),
            bias_initializer=initializers.Zeros(),
            kernel_constraint=constraints.MaxNorm(0.5),
            kernel_regularizer=regularizers.L2(0.01),
        ),
        layers.LeakyReLU(0.1),
        layers.Dense(
            6,
            kernel_initializer="lecun_normal",
            kernel_constraint="non_neg",
            bias_regularizer="l1",
            kernel_regularizer=regularizers.l1_l2(l1=1e-3, l2=1e-3),
        ),
        layers.PReLU(),
        layers.Dense(1, kernel_constraint=keras.constraints.UnitNorm(axis=0), use_bias=False),
    ]
)
settle(model)
model.compile("sgd", "mse")
history = model.fit(x, y, epochs=3, shuffle=False, verbose=0)
show("loss", history.history["loss"])
first, second, last = (model.layers[i].get_weights()[0] for i in (0, 2, 4))
show("norms", np.linalg.norm(first, axis=0).max())
print(bool((second >= 0).all()))
show("unit", np.linalg.norm(last))
show("penalties", sum(float(value) for value in model.losses))
for initializer in ("ones", initializers.Constant(0.3), initializers.Identity(), "orthogonal"):
    layer = layers.Dense(4, kernel_initializer=initializer)
    layer.build((None, 4))
    show("gram", layer.get_weights()[0].T @ layer.get_weights()[0])
sample = initializers.TruncatedNormal(mean=0.0, stddev=0.05, seed=3)(shape=(500, 40))
sample = np.asarray(sample)
print(round(float(sample.std()), 2), bool(abs(sample).max() < 0.101))


def my_init(shape, dtype=None):
    return np.full(shape, 0.25, dtype or "float32")


class MyRegularizer(regularizers.Regularizer):
    def __init__(self, strength):
        self.strength = strength

    def __call__(self, w):
        return self.strength * keras.ops.sum(keras.ops.square(w))


model = keras.Sequential(
    [
        keras.Input((8,)),
        layers.Dense(3, kernel_initializer=my_init, kernel_regularizer=MyRegularizer(0.1)),
        layers.Dense(1, kernel_initializer="ones"),
    ]
)
model.compile("sgd", "mse")
show("own", model.fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"])
