import keras
import numpy as np
from settled import settle, show, table

x, labels, _ = table(96)
model = settle(
    keras.Sequential(
        [keras.Input((8,)), keras.layers.Dense(10, "relu"), keras.layers.Dense(3, "softmax")]
    )
)
model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
for _epoch in range(3):
    for start in range(0, 96, 32):
        batch = slice(start, start + 32)
        values = model.train_on_batch(x[batch], labels[batch])
    show("train", values)
    model.reset_metrics()
show("test", model.test_on_batch(x, labels))
print(model.test_on_batch(x, labels, return_dict=True).keys())
show("predict", model.predict_on_batch(x[:2]))
weights = np.linspace(0, 1, 96)
show("weighted", model.train_on_batch(x, labels, sample_weight=weights, return_dict=True)["loss"])
show("class", model.train_on_batch(x, labels, class_weight={0: 1.0, 1: 2.0, 2: 0.5})[0])
print(int(model.optimizer.iterations))
print([tuple(v.shape) for v in model.trainable_variables])
