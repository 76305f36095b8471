import keras
import numpy as np
from settled import settle, show

rng = np.random.default_rng(4)
images, labels = rng.random((200, 28, 28)), rng.integers(0, 10, 200)

inputs = keras.Input(shape=(28, 28), name="image")
x = keras.layers.Flatten()(inputs)
x = keras.layers.Dense(32, activation=keras.activations.relu)(x)
x = keras.layers.BatchNormalization()(x)
outputs = keras.layers.Dense(10, name="logits")(x)
model = keras.Model(inputs=inputs, outputs=outputs, name="fashion")
settle(model)
model.compile(
    optimizer=keras.optimizers.Adam(1e-2),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=[
        keras.metrics.SparseCategoricalAccuracy(),
        keras.metrics.SparseTopKCategoricalAccuracy(k=3),
    ],
)
history = model.fit(images, labels, epochs=3, batch_size=50, shuffle=False, verbose=0)
for key, values in history.history.items():
    show(key, values)
show("evaluate", model.evaluate(images, labels, verbose=0))
print(
    {
        key: round(value, 4)
        for key, value in model.evaluate(images, labels, verbose=0, return_dict=True).items()
    }
)
probability_model = keras.Sequential([model, keras.layers.Softmax()])
show("probabilities", probability_model.predict(images[:3], verbose=0))
print(model.name, [layer.__class__.__name__ for layer in model.layers])
