import keras
import numpy as np
from keras import layers
from settled import settle, show, table

rng = np.random.default_rng(8)
numeric, _, target = table(80, 4)
store = rng.integers(0, 6, 80)
weekday = rng.integers(0, 7, (80, 1)).astype("int32")

store_input = keras.Input(shape=(1,), dtype="int32", name="store")
day_input = keras.Input(shape=(1,), name="weekday")
number_input = keras.Input(shape=(4,), name="numeric")
store_vector = layers.Flatten()(layers.Embedding(6, 3, name="store_embedding")(store_input))
day_vector = layers.Reshape((2,))(layers.Embedding(input_dim=7, output_dim=2)(day_input))
x = layers.Concatenate()([store_vector, day_vector, number_input])
x = layers.Dense(16, activation="relu", kernel_regularizer="l2")(x)
price = layers.Dense(1)(x)
model = keras.Model([store_input, day_input, number_input], price)
settle(model)
model.compile(
    optimizer="adam", loss="mae", metrics=[keras.metrics.RootMeanSquaredError(name="rmse")]
)
history = model.fit(
    [store.reshape(-1, 1), weekday, numeric], target, epochs=3, shuffle=False, verbose=0
)
show("loss", history.history["loss"])
show("rmse", history.history["rmse"])
table_of_vectors = model.get_layer("store_embedding").get_weights()[0]
print(table_of_vectors.shape)
show("vectors", table_of_vectors)
