"""The listings of the fifth lecture on hyperparameters: a grid search with early stopping."""

from sklearn.model_selection import GridSearchCV
from tensorflow import keras

(X_train_full, y_train_full), (X_test, y_test) = keras.datasets.fashion_mnist.load_data()
X_valid, X_train = X_train_full[:5000] / 255.0, X_train_full[5000:] / 255.0
y_valid, y_train = y_train_full[:5000], y_train_full[5000:]


def build_model(n_hidden=1, n_neurons=30, input_shape=[28, 28]):
    model = keras.models.Sequential()
    model.add(keras.layers.Flatten(input_shape=input_shape))
    for layer in range(n_hidden):
        model.add(keras.layers.Dense(n_neurons, activation="relu"))
    model.add(keras.layers.Dense(10, activation="softmax"))
    model.compile(optimizer="SGD", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


keras_clf = keras.wrappers.scikit_learn.KerasClassifier(build_model)

param_distribs = {"n_hidden": [1, 2], "n_neurons": [50, 100]}
rnd_search_cv = GridSearchCV(keras_clf, param_distribs, cv=5)
rnd_search_cv.fit(
    X_train,
    y_train,
    epochs=10,
    validation_data=(X_valid, y_valid),
    callbacks=[keras.callbacks.EarlyStopping(patience=10)],
)
print(rnd_search_cv.best_params_)
print(rnd_search_cv.best_score_)

best_model = rnd_search_cv.best_estimator_.model
best_model.summary()
