import keras
from keras import layers
from settled import settle, show, table


class ResidualBlock(layers.Layer):
    def __init__(self, units, rate=0.0, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.rate = rate
        self.hidden = layers.Dense(units, activation="relu")
        self.norm = layers.LayerNormalization()
        self.dropout = layers.Dropout(rate)

    def build(self, input_shape):
        self.hidden.build(input_shape)
        self.out = layers.Dense(input_shape[-1])
        self.out.build((None, self.units))
        self.norm.build(input_shape)
        self.built = True

    def call(self, inputs, training=None):
        x = self.norm(inputs)
        x = self.hidden(x)
        x = self.dropout(x, training=training)
        return layers.add([inputs, self.out(x)])

    def get_config(self):
        return {**super().get_config(), "units": self.units, "rate": self.rate}


x, labels, _ = table()
inputs = keras.Input((8,))
h = inputs
for _ in range(3):
    h = ResidualBlock(10)(h)
outputs = layers.Dense(3, activation="softmax")(h)
model = keras.Model(inputs, outputs)
settle(model)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x, labels, epochs=3, batch_size=24, shuffle=False, verbose=0)
show("loss", history.history["loss"])
show("accuracy", history.history["accuracy"])
print(model.count_params(), len(model.trainable_weights), [layer.name for layer in model.layers])
clone = keras.Model.from_config(model.get_config(), custom_objects={"ResidualBlock": ResidualBlock})
clone.set_weights(model.get_weights())
show("clone", abs(clone.predict(x, verbose=0) - model.predict(x, verbose=0)).max())
