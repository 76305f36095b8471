import keras
from settled import settle, show, table

x, labels, y = table(100)
base = keras.Sequential(
    [
        keras.Input((8,)),
        keras.layers.Dense(12, "relu", name="d1"),
        keras.layers.Dense(10, "relu", name="d2"),
        keras.layers.Dense(3, "softmax", name="head"),
    ]
)
settle(base)
base.compile("adam", "sparse_categorical_crossentropy")
base.fit(x, labels, epochs=2, shuffle=False, verbose=0)

features = keras.Model(base.inputs, base.layers[-2].output)
same = keras.Model(inputs=base.inputs, outputs=base.get_layer("d2").output)
print(features.output_shape, features.predict(x[:2], verbose=0).shape)
show("same", abs(features.predict(x, verbose=0) - same.predict(x, verbose=0)).max())
for layer in base.layers[:-1]:
    layer.trainable = False
new_out = keras.layers.Dense(1, name="price")(base.layers[-2].output)
model = keras.Model(base.inputs, new_out)
settle(model.get_layer("price"))
model.compile("adam", "mse")
print(len(model.trainable_weights), len(model.non_trainable_weights), len(model.weights))
before = model.get_layer("d1").get_weights()[0].copy()
history = model.fit(x, y, epochs=2, shuffle=False, verbose=0)
show("loss", history.history["loss"])
show("frozen", abs(model.get_layer("d1").get_weights()[0] - before).max())
model.trainable = True
model.compile(keras.optimizers.Adam(1e-3), "mse")
show("fine", model.fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"])
show("moved", abs(model.get_layer("d1").get_weights()[0] - before).max() > 0)

features.trainable = False
inputs = keras.Input((8,))
h = features(inputs, training=False)
outer = keras.Model(inputs, keras.layers.Dense(1)(h))
settle(outer.layers[-1])
outer.compile("sgd", "mse")
print(outer.count_params(), len(outer.trainable_variables))
show("outer", outer.fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"])
top = keras.models.Sequential([*base.layers[:-1], keras.layers.Dense(2)])
print(len(top.layers))
base.pop()
base.add(keras.layers.Dense(4, name="four"))
print(base.output_shape)
