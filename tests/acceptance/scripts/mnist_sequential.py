import keras
import numpy as np
from keras import layers
from settled import settle, show

rng = np.random.default_rng(3)
x_train = rng.integers(0, 256, (256, 28, 28)).astype("uint8")
y_train = rng.integers(0, 10, 256)
x_train = x_train.reshape(256, 784).astype("float32") / 255

model = keras.Sequential(
    [
        keras.Input(shape=(784,)),
        layers.Dense(64, activation="relu", name="hidden"),
        layers.Dropout(0.2),
        layers.Dense(10, activation="softmax", name="digits"),
    ]
)
model.summary(print_fn=lambda line, line_break=None: None)
settle(model)
model.compile(
    optimizer=keras.optimizers.RMSprop(learning_rate=1e-3),
    loss="categorical_crossentropy",
    metrics=["accuracy"],
)
one_hot = keras.utils.to_categorical(y_train, num_classes=10)
print(one_hot.shape, one_hot.dtype, model.count_params(), model.input_shape, model.output_shape)
history = model.fit(x_train, one_hot, batch_size=32, epochs=2, validation_split=0.25, verbose=0)
print(list(history.history), history.epoch, history.params)
loss, accuracy = model.evaluate(x_train, one_hot, verbose=0)
print(type(loss).__name__, type(accuracy).__name__)
show("predict", model.predict(x_train[:2], verbose=0).sum(axis=1))
