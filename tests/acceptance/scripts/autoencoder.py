import keras
from keras import layers
from settled import settle, show, table

x, _, _ = table(120, 12)
x = 1 / (1 + 2.718281828**-x)
encoding_dim = 4
input_img = keras.Input(shape=(12,))
encoded = layers.Dense(
    encoding_dim, activation="relu", activity_regularizer=keras.regularizers.l1(10e-5)
)(input_img)
decoded = layers.Dense(12, activation="sigmoid")(encoded)
autoencoder = keras.Model(input_img, decoded)
encoder = keras.Model(input_img, encoded)
encoded_input = keras.Input(shape=(encoding_dim,))
decoder_layer = autoencoder.layers[-1]
decoder = keras.Model(encoded_input, decoder_layer(encoded_input))
settle(autoencoder)
autoencoder.compile(optimizer="adam", loss="binary_crossentropy")
history = autoencoder.fit(
    x, x, epochs=3, batch_size=40, shuffle=False, validation_data=(x[:30], x[:30]), verbose=0
)
show("loss", history.history["loss"])
show("val_loss", history.history["val_loss"])
codes = encoder.predict(x[:5], verbose=0)
print(codes.shape)
show("codes", codes.sum(axis=0))
show("decoded", decoder.predict(codes, verbose=0)[0])
show(
    "same",
    abs(decoder.predict(codes, verbose=0) - autoencoder.predict(x[:5], verbose=0)).max() < 1e-6,
)
