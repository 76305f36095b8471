"""The listings of the second lecture: softmax regression, a file, a rate that decays."""

import tensorflow as tf

mnist = tf.keras.datasets.mnist

(x_train, y_train), (x_test, y_test) = mnist.load_data()
x_train, x_test = x_train / 255.0, x_test / 255.0

class_names = list(range(10))

model = tf.keras.models.Sequential(
    [
        tf.keras.layers.Flatten(input_shape=(28, 28)),
        tf.keras.layers.Dense(10, activation="softmax"),
    ]
)

model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])

model.fit(x_train, y_train, epochs=5)

model_loss, model_acc = model.evaluate(x_test, y_test, verbose=2)
print(f"Model Loss: {model_loss * 100:.1f}%")
print(f"Model Accuray:{model_acc * 100:.1f}%")

model.save("MINST.h5")

new_model = tf.keras.models.load_model("MINST.h5")
print(new_model.evaluate(x_test, y_test, verbose=2))

initial_learning_rate = 0.1
lr_schedule = tf.keras.optimizers.schedules.ExponentialDecay(
    initial_learning_rate, decay_steps=100000, decay_rate=0.96, staircase=True
)

model.compile(
    optimizer=tf.keras.optimizers.SGD(learning_rate=lr_schedule),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)

model.fit(x_train, y_train, epochs=5)
print(model.evaluate(x_test, y_test))
