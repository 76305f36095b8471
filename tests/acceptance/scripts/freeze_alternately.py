import keras
import numpy as np
from keras import layers
from settled import settle, show

rng = np.random.default_rng(5)
real = rng.normal(2.0, 0.5, (64, 2)).astype("float32")
generator = keras.Sequential(
    [keras.Input((3,)), layers.Dense(8), layers.LeakyReLU(0.2), layers.Dense(2)], name="generator"
)
discriminator = keras.Sequential(
    [
        keras.Input((2,)),
        layers.Dense(8),
        layers.LeakyReLU(negative_slope=0.2),
        layers.Dense(1, activation="sigmoid"),
    ],
    name="discriminator",
)
settle(generator)
settle(discriminator, 1)
discriminator.compile(
    loss="binary_crossentropy",
    optimizer=keras.optimizers.Adam(0.01, beta_1=0.5),
    metrics=["accuracy"],
)
discriminator.trainable = False
noise_in = keras.Input((3,))
gan = keras.Model(noise_in, discriminator(generator(noise_in)))
gan.compile(loss="binary_crossentropy", optimizer=keras.optimizers.Adam(0.01, beta_1=0.5))
print(len(gan.trainable_weights), len(discriminator.trainable_weights))
discriminator.trainable = True
print(len(gan.trainable_weights), len(discriminator.trainable_weights))
discriminator.compile(
    loss="binary_crossentropy",
    optimizer=keras.optimizers.Adam(0.01, beta_1=0.5),
    metrics=["accuracy"],
)
for _step in range(2):
    show("d", discriminator.train_on_batch(real, np.ones((64, 1))))
discriminator.trainable = False
gan.compile(loss="binary_crossentropy", optimizer=keras.optimizers.Adam(0.01, beta_1=0.5))
for _step in range(5):
    noise = rng.normal(size=(64, 3)).astype("float32")
    fake = generator.predict(noise, verbose=0)
    g = gan.train_on_batch(noise, np.ones((64, 1)))
    show("fake", fake.mean(axis=0))
    show("g", g)
show("generated", generator.predict(noise[:2], verbose=0))
