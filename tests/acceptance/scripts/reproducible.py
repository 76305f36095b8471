import keras
import numpy as np
from settled import table

x, labels, y = table(100)


def run(seed):
    keras.utils.set_random_seed(seed)
    model = keras.Sequential(
        [
            keras.Input((8,)),
            keras.layers.Dense(16, "relu"),
            keras.layers.Dropout(0.3),
            keras.layers.GaussianNoise(0.1),
            keras.layers.Dense(3, "softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(x, labels, epochs=3, verbose=0)
    return history.history["loss"], model.predict(x, verbose=0)


first, again, other = run(1), run(1), run(2)
print(first[0] == again[0], np.array_equal(first[1], again[1]), np.allclose(first[1], other[1]))
keras.backend.clear_session()
print(keras.layers.Dense(1).name, keras.layers.Dense(1).name, keras.Sequential().name)
print(keras.backend.floatx(), keras.backend.epsilon())
dropped = keras.layers.Dropout(0.5, seed=3)(np.ones((1000, 10), "float32"), training=True)
dropped = keras.ops.convert_to_numpy(dropped)
print(sorted(set(dropped.ravel().tolist())), abs(dropped.mean() - 1) < 0.1)
