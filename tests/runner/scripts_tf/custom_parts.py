"""A layer, a loss, a metric, a callback, a schedule and an initializer of one's own."""

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

keras.utils.set_random_seed(812)


class Linear(keras.layers.Layer):
    def __init__(self, units=32, input_dim=32):
        super().__init__()
        w_init = tf.random_normal_initializer()
        self.w = tf.Variable(
            initial_value=w_init(shape=(input_dim, units), dtype="float32"), trainable=True
        )
        b_init = tf.zeros_initializer()
        self.b = tf.Variable(initial_value=b_init(shape=(units,), dtype="float32"), trainable=True)

    def call(self, inputs):
        return tf.matmul(inputs, self.w) + self.b


x = tf.ones((2, 2))
linear_layer = Linear(4, 2)
y = linear_layer(x)
print(y.shape, len(linear_layer.weights), linear_layer.weights == [linear_layer.w, linear_layer.b])


class LinearInBuild(layers.Layer):
    def __init__(self, units=32, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight(
            shape=(input_shape[-1], self.units), initializer="random_normal", trainable=True
        )
        self.b = self.add_weight(shape=(self.units,), initializer="zeros", trainable=True)

    def call(self, inputs):
        return tf.matmul(inputs, self.w) + self.b

    def get_config(self):
        config = super().get_config()
        config.update({"units": self.units})
        return config


class ActivityRegularization(layers.Layer):
    def __init__(self, rate=1e-2):
        super().__init__()
        self.rate = rate

    def call(self, inputs):
        self.add_loss(self.rate * tf.reduce_mean(inputs))
        return inputs


class Block(layers.Layer):
    def __init__(self):
        super().__init__()
        self.linear_1 = LinearInBuild(32)
        self.linear_2 = LinearInBuild(1)
        self.dropout = layers.Dropout(0.1)
        self.penalty = ActivityRegularization()

    def call(self, inputs, training=None):
        x = tf.nn.relu(self.linear_1(inputs))
        x = self.penalty(x)
        if training:
            x = self.dropout(x, training=training)
        return self.linear_2(x)


def custom_huber(y_true, y_pred):
    error = y_true - y_pred
    is_small_error = tf.abs(error) < 1
    squared_loss = tf.square(error) / 2
    linear_loss = tf.abs(error) - 0.5
    return tf.where(is_small_error, squared_loss, linear_loss)


class HuberMetric(keras.metrics.Metric):
    def __init__(self, threshold=1.0, **kwargs):
        super().__init__(**kwargs)
        self.threshold = threshold
        self.total = self.add_weight(name="total", initializer="zeros")
        self.count = self.add_weight(name="count", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        metric = custom_huber(y_true, y_pred)
        self.total.assign_add(tf.reduce_sum(metric))
        self.count.assign_add(tf.cast(tf.size(y_true), tf.float32))

    def result(self):
        return self.total / self.count


class PrintRatio(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        self.ratio = logs["val_loss"] / logs["loss"]


def my_softplus(z):
    return tf.math.log(1.0 + tf.exp(z))


def my_glorot_initializer(shape, dtype=tf.float32):
    stddev = tf.sqrt(2.0 / (shape[0] + shape[1]))
    return tf.random.normal(shape, stddev=stddev, dtype=dtype)


def my_l1_regularizer(weights):
    return tf.reduce_sum(tf.abs(0.001 * weights))


def my_positive_weights(weights):
    return tf.where(weights < 0.0, tf.zeros_like(weights), weights)


def exponential_decay(lr0, s):
    def exponential_decay_fn(epoch):
        return lr0 * 0.1 ** (epoch / s)

    return exponential_decay_fn


rng = np.random.default_rng(5)
X = rng.normal(size=(300, 3)).astype("float32")
Y = (X @ [[1.0], [-2.0], [0.5]] + 1.0).astype("float32")
model = keras.Sequential([keras.Input((3,)), Block()])
model.compile(optimizer=keras.optimizers.Adam(0.01), loss=custom_huber, metrics=[HuberMetric()])
ratio = PrintRatio()
history = model.fit(
    X,
    Y,
    epochs=60,
    validation_split=0.2,
    verbose=0,
    callbacks=[ratio, keras.callbacks.LearningRateScheduler(exponential_decay(0.01, 40))],
)
print(sorted(history.history), ratio.ratio > 0)
print(len(model.losses), LinearInBuild.from_config(LinearInBuild(5).get_config()).units)

custom = keras.Sequential(
    [
        layers.Dense(
            20,
            activation=my_softplus,
            input_shape=[3],
            kernel_initializer=my_glorot_initializer,
            kernel_regularizer=my_l1_regularizer,
            kernel_constraint=my_positive_weights,
        ),
        layers.Dense(1),
    ]
)
custom.compile(loss="mse", optimizer="nadam", metrics=["mae"])
custom.fit(X, Y, epochs=3, verbose=0)
print((custom.layers[0].get_weights()[0] >= 0).all())
print("final", history.history["val_huber_metric"][-1])
