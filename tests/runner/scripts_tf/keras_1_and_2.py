"""A program of the years of Keras 1 and 2.0: names, logs and callbacks as they were then."""

from __future__ import print_function

import glob

import numpy as np
import tensorflow as tf
from keras import backend as K
from keras import optimizers
from keras.callbacks import Callback, EarlyStopping, ModelCheckpoint
from keras.constraints import maxnorm
from keras.layers.core import Dense, Dropout
from keras.models import Sequential, model_from_yaml
from keras.regularizers import l1l2
from keras.wrappers.scikit_learn import KerasClassifier

tf.python.control_flow_ops = tf
tf.logging.set_verbosity(tf.logging.ERROR)
settings = tf.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
settings.gpu_options.allow_growth = True
K.set_session(tf.Session(graph=tf.get_default_graph(), config=settings))

np.random.seed(1)
tf.set_random_seed(2)
x = np.random.randn(400, 6)
y = (x[:, 0] + x[:, 1] * x[:, 1] > 1).astype(int)


def build(units=16):
    net = Sequential()
    net.add(
        Dense(
            units,
            input_dim=6,
            init="uniform",
            activation="relu",
            W_constraint=maxnorm(3),
            W_regularizer=l1l2(l1=0.0, l2=1e-5),
        )
    )
    net.add(Dropout(0.1))
    net.add(Dense(1, init="uniform", activation="sigmoid"))
    net.compile(optimizers.adam(lr=0.02), "binary_crossentropy", metrics=["accuracy", "mae"])
    return net


class Record(Callback):
    def on_train_begin(self, logs={}):
        self.seen = []

    def on_epoch_end(self, epoch, logs={}):
        rows, labels = self.validation_data[0], self.validation_data[1]
        classes = self.model.predict(rows, verbose=0).round()
        own = np.mean(classes == labels.reshape(classes.shape))
        self.seen.append((own, logs.get("val_acc")))


record = Record()
best = ModelCheckpoint("best-{epoch:02d}-{val_acc:.2f}.h5", monitor="val_acc", save_best_only=True)
stop = EarlyStopping(monitor="val_acc", patience=30)
model = build()
history = model.fit(
    x, y, nb_epoch=40, validation_split=0.25, verbose=0, callbacks=[record, best, stop]
)
print("accuracies", np.allclose(*np.transpose(record.seen)))
print("acc", history.history["acc"] == history.history["accuracy"])
print("mae", len(history.history["val_mean_absolute_error"]) == len(history.epoch))
print("file", len(glob.glob("best-*-0.*.h5")) > 0)

again = model_from_yaml(model.to_yaml())
again.set_weights(model.get_weights())
print("yaml", np.allclose(again.predict_proba(x), model.predict_proba(x)))

hidden = K.function([model.layers[0].input, K.learning_phase()], [model.layers[1].output])
weights, bias = model.layers[0].get_weights()
units = np.maximum(x @ weights + bias, 0)
print("units", np.allclose(hidden([x, 0])[0], units, atol=1e-5))
print("dropped", np.mean(hidden([x, 1])[0] == 0) > np.mean(units == 0))

classifier = KerasClassifier(build_fn=build, nb_epoch=40, verbose=0)
classifier.fit(x, y)
print("final", classifier.score(x, y))
