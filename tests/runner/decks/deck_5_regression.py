"""The listings of the fifth lecture on regression, regularization and initial weights."""

import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from tensorflow import keras

X, y = load_diabetes(return_X_y=True)
X = StandardScaler().fit_transform(X)
y = (y - y.mean()) / y.std()
X_reg_full, X_reg_test, y_reg_full, y_reg_test = train_test_split(X, y, random_state=42)
X_reg_training, X_reg_val, y_reg_training, y_reg_val = train_test_split(
    X_reg_full, y_reg_full, random_state=42
)

a, b = 0.01, 0.01
n_records = 10

model_reg = keras.Sequential()
model_reg.add(
    keras.layers.Dense(
        4, activation="relu", kernel_regularizer=keras.regularizers.l1_l2(l1=a, l2=b)
    )
)
model_reg.add(keras.layers.Dense(1))
model_reg.compile(optimizer="sgd", loss="mse")
model_reg.fit(
    X_reg_training,
    y_reg_training,
    validation_data=(X_reg_val, y_reg_val),
    epochs=40,
    batch_size=n_records,
)
print(model_reg.evaluate(X_reg_test, y_reg_test))
residual = y_reg_test - model_reg.predict(X_reg_test)[:, 0]
print("explained:", 1 - np.sum(residual**2) / np.sum((y_reg_test - y_reg_test.mean()) ** 2))

keras_reg = keras.wrappers.scikit_learn.KerasRegressor(lambda: model_reg)
print(type(keras_reg).__name__)

print([name for name in dir(keras.initializers) if not name.startswith("_")])
print([a for a in dir(keras.activations)])
print([o for o in dir(keras.optimizers)])
print(
    keras.layers.Dense(10, activation="relu", kernel_initializer="he_normal").get_config()["units"]
)
