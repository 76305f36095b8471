import keras
import numpy as np
import pandas as pd
from keras import layers
from settled import settle, show, table

x, _, y = table(120, 5)
frame = pd.DataFrame(x * [1, 10, 100, 5, 2] + [0, 3, 50, -7, 1], columns=list("abcde"))
frame["mpg"] = y
train = frame.sample(frac=0.8, random_state=0)
test = frame.drop(train.index)
features, target = train.copy(), train.pop("mpg")
features.pop("mpg")
test_features = test.copy()
test_target = test_features.pop("mpg")

normalizer = layers.Normalization(axis=-1)
normalizer.adapt(np.array(features))
show("mean", normalizer.mean)
show("variance", normalizer.variance)

model = keras.Sequential(
    [
        normalizer,
        layers.Dense(16, activation="relu"),
        layers.Dense(8, activation="relu"),
        layers.Dense(1),
    ]
)
model.compile(loss="mean_absolute_error", optimizer=keras.optimizers.Adam(0.01), metrics=["mse"])
model.build((None, 5))
for layer in model.layers[1:]:
    settle(layer)
history = model.fit(
    features,
    target,
    validation_data=(test_features, test_target),
    epochs=4,
    shuffle=False,
    verbose=0,
)
hist = pd.DataFrame(history.history)
hist["epoch"] = history.epoch
print(list(hist.columns))
show("last", hist.tail(1).values)
show("test", model.evaluate(test_features, test_target, verbose=0))
show("predict", model.predict(test_features[:4], verbose=0).flatten())
print(model.count_params())
