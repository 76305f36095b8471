"""The spellings of Keras 1 and 2: np_utils, lr, decay, acc, generators, sessions."""

import keras
import keras.backend as K
import numpy as np
import tensorflow as tf
from keras.callbacks import History
from keras.layers.core import Activation, Dense, Dropout
from keras.layers.normalization import BatchNormalization
from keras.models import Sequential
from keras.optimizers import SGD, Adam
from keras.utils import np_utils
from keras.utils.np_utils import to_categorical

np.random.seed(7)
tf.set_random_seed(7)
X = np.random.rand(200, 6)
labels = (X[:, 0] > X[:, 1]).astype(int)
Y = np_utils.to_categorical(labels, 2)
model = Sequential()
model.add(Dense(12, input_dim=6, init="uniform", activation="relu"))
model.add(BatchNormalization())
model.add(Dropout(0.1))
model.add(Dense(output_dim=2))
model.add(Activation("softmax"))
model.compile(
    loss="categorical_crossentropy",
    optimizer=SGD(lr=0.1, decay=1e-6, momentum=0.9),
    metrics=["acc"],
)
history = model.fit(X, Y, epochs=30, batch_size=20, verbose=0, validation_split=0.1)
print(sorted(history.history))


def generate():
    while True:
        for i in range(0, 200, 50):
            yield X[i : i + 50], Y[i : i + 50]


model.fit_generator(generate(), steps_per_epoch=4, epochs=2, verbose=0)
print(model.predict_classes(X[:5], verbose=0).shape, model.predict_proba(X[:5], verbose=0).shape)
scores = model.evaluate(X, Y, verbose=0)
print("%s: %.2f%%" % (model.metrics_names[1], scores[1] * 100) != "")
K.set_value(model.optimizer.lr, 0.01)
print(round(float(K.get_value(model.optimizer.lr)), 4))
model.save_weights("weights.h5")
with open("model.json", "w") as file:
    file.write(model.to_json())
loaded = keras.models.model_from_json(open("model.json").read())
loaded.load_weights("weights.h5")
print(np.array_equal(loaded.predict(X, verbose=0), model.predict(X, verbose=0)))
K.clear_session()
print("final", scores[1])
