"""Pictures into classes: logits, a probability model on top, one prediction looked at."""

import matplotlib
import numpy as np
import tensorflow as tf

matplotlib.use("Agg")
import matplotlib.pyplot as plt

print(tf.__version__)
class_names = ["low", "middle", "high"]

tf.random.set_seed(42)
rng = np.random.default_rng(0)
train_labels = rng.integers(0, 3, 300)
test_labels = rng.integers(0, 3, 60)


def draw(labels):
    images = rng.integers(0, 60, (len(labels), 6, 6))
    for image, label in zip(images, labels):
        image[2 * label : 2 * label + 2] += 150
    return images.astype("uint8")


train_images, test_images = draw(train_labels), draw(test_labels)
plt.figure()
plt.imshow(train_images[0])
plt.colorbar()
plt.close()
train_images = train_images / 255.0
test_images = test_images / 255.0

model = tf.keras.Sequential(
    [
        tf.keras.layers.Flatten(input_shape=(6, 6)),
        tf.keras.layers.Dense(32, activation="relu"),
        tf.keras.layers.Dense(3),
    ]
)
model.compile(
    optimizer="adam",
    loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
model.fit(train_images, train_labels, epochs=10, verbose=0)
test_loss, test_acc = model.evaluate(test_images, test_labels, verbose=2)

probability_model = tf.keras.Sequential([model, tf.keras.layers.Softmax()])
predictions = probability_model.predict(test_images, verbose=0)
print(predictions[0].sum().round(4), class_names[np.argmax(predictions[0])])
one = np.expand_dims(test_images[1], 0)
print(one.shape, np.argmax(probability_model.predict(one, verbose=0)[0]) == test_labels[1])
print(tf.math.confusion_matrix(test_labels, predictions.argmax(axis=1)).numpy().trace())
print("final", test_acc)
