import keras
from keras import layers
from settled import settle, show, table

x, labels, _ = table(128)


class MLP(keras.Model):
    def __init__(self, units, classes, **kwargs):
        super().__init__(**kwargs)
        self.blocks = [layers.Dense(n, activation="relu") for n in units]
        self.norm = layers.BatchNormalization()
        self.dropout = layers.Dropout(0.5)
        self.head = layers.Dense(classes, activation="softmax")

    def call(self, inputs, training=False):
        x = inputs
        for block in self.blocks:
            x = block(x)
        x = self.norm(x, training=training)
        if training:
            x = self.dropout(x, training=training)
        return self.head(x)


model = MLP([16, 8], 3)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
y = model(x[:4])
print(tuple(y.shape), model.built, len(model.weights), model.count_params())
settle(model)
show("first", model.predict(x[:3], verbose=0))
before = model.evaluate(x, labels, verbose=0)
show("before", before)
history = model.fit(x, labels, epochs=20, batch_size=16, verbose=0)
print(
    sorted(history.history), len(model.trainable_weights), history.history["loss"][-1] < before[0]
)
print([layer.__class__.__name__ for layer in model.layers])
show(
    "call",
    abs(keras.ops.convert_to_numpy(model(x, training=False)) - model.predict(x, verbose=0)).max()
    < 1e-5,
)
