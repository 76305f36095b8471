import keras
import numpy as np
from keras import layers, ops
from settled import settle, show, table

x, labels, y = table(60, 6)
inputs = keras.Input((6,))
squares = ops.square(inputs)
scaled = inputs * 2 - 1
halves = inputs[:, :3] + inputs[:, 3:]
h = layers.Concatenate()([squares, scaled, halves])
h = layers.Dense(7)(h)
h = layers.Activation("tanh")(h) / 2.0 + ops.sigmoid(h)
mean = ops.mean(h, axis=-1, keepdims=True)
h = layers.Lambda(lambda t: t - ops.mean(t, axis=1, keepdims=True))(h)
h = layers.Reshape((7, 1))(h)
h = layers.Permute((2, 1))(h)
h = layers.Flatten()(h)
out = layers.Dense(1)(layers.concatenate([h, mean]))
model = settle(keras.Model(inputs, out))
model.compile("adam", "huber")
show("loss", model.fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"])
taps = keras.Model(
    inputs, [layer.output for layer in model.layers if isinstance(layer, layers.Dense)]
)
print([t.shape for t in taps.predict(x, verbose=0)])
extractor = keras.Model(model.input, model.get_layer(index=-2).output)
print(extractor.output_shape, model(x[:2]).shape)
repeated = layers.RepeatVector(3)(inputs)
shared = layers.Dense(2, name="shared")
sequence = keras.Model(inputs, shared(repeated))
settle(sequence)
print(sequence.output_shape, sequence.count_params())
show("sequence", sequence.predict(x[:1], verbose=0))
print(keras.Model(inputs, layers.Dense(2)(inputs), name="n")(np.zeros((3, 6))).shape)
normal = keras.Sequential(
    [
        keras.Input((6,)),
        layers.UnitNormalization(),
        layers.LayerNormalization(),
        layers.Rescaling(0.5, 1.0),
    ]
)
show("normal", normal.predict(x[:1], verbose=0))
encode = layers.CategoryEncoding(num_tokens=4, output_mode="one_hot")
show("encoded", encode(np.array([1, 3, 0])))
multi = keras.Sequential(
    [
        keras.Input((3,), dtype="int32"),
        layers.CategoryEncoding(num_tokens=5, output_mode="multi_hot"),
    ]
)
show("multi", multi.predict(np.array([[0, 2, 2], [4, 1, 0]]), verbose=0))
