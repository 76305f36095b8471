import keras
from keras import layers, ops
from settled import settle, show, table

x, labels, y = table(100)
inputs = keras.Input((8,))
gate = layers.Softmax()(layers.Dense(3)(inputs))
experts = [layers.Dense(5, activation="relu", name=f"expert_{i}")(inputs) for i in range(3)]
weighted = []
for i, expert in enumerate(experts):
    weight = gate[:, i : i + 1]
    weighted.append(layers.Multiply()([expert, weight]))
mixed = layers.Add()(weighted)
stacked = ops.stack(experts, axis=1)
summed = ops.sum(stacked * ops.expand_dims(gate, -1), axis=1)
difference = layers.Subtract()([mixed, summed])
out = layers.Dense(1)(
    layers.Concatenate()([mixed, difference, layers.Average()(experts), layers.Maximum()(experts)])
)
model = keras.Model(inputs, out)
settle(model)
model.compile("nadam", "mse")
show("loss", model.fit(x, y, epochs=3, shuffle=False, verbose=0).history["loss"])
show("difference", abs(keras.Model(inputs, difference).predict(x, verbose=0)).max() < 1e-6)
show("gates", keras.Model(inputs, gate).predict(x[:3], verbose=0))
print(model.count_params(), model.output_shape)
