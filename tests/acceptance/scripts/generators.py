import math

import keras
from settled import settle, show, table

x, labels, y = table(90)


class Batches(keras.utils.PyDataset):
    def __init__(self, x_set, y_set, batch_size, **kwargs):
        super().__init__(**kwargs)
        self.x, self.y, self.batch_size = x_set, y_set, batch_size
        self.ended = 0

    def __len__(self):
        return math.ceil(len(self.x) / self.batch_size)

    def __getitem__(self, index):
        low = index * self.batch_size
        high = min(low + self.batch_size, len(self.x))
        return self.x[low:high], self.y[low:high]

    def on_epoch_end(self):
        self.ended += 1


def endless(batch_size=30):
    while True:
        for i in range(0, 90, batch_size):
            yield x[i : i + batch_size], labels[i : i + batch_size]


def make():
    model = settle(
        keras.Sequential(
            [keras.Input((8,)), keras.layers.Dense(9, "relu"), keras.layers.Dense(3, "softmax")]
        )
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["acc"])
    return model


data = Batches(x, labels, 20)
model = make()
history = model.fit(
    data, epochs=2, shuffle=False, verbose=0, validation_data=Batches(x[:30], labels[:30], 8)
)
for key, values in history.history.items():
    show(key, values)
print(data.ended >= 1, history.params["steps"])
show("evaluate", model.evaluate(data, verbose=0))
print(model.predict(data, verbose=0).shape)
model = make()
history = model.fit(endless(), steps_per_epoch=3, epochs=2, verbose=0)
for key, values in history.history.items():
    show(key, values)
show("steps", model.evaluate(endless(), steps=2, verbose=0))
print(model.predict(endless(), steps=2, verbose=0).shape)
